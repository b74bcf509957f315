# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads many objects with few requests."""

from __future__ import annotations

import itertools

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.manifests import identity_of
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.owner import KEPT
from ansible_collections.windrose.airflow.plugins.module_utils._service.parallel import for_all

# Reading a collection as a whole pays from this many objects on.
LIST_FROM = 3
# So many objects that nobody asked for take as long to be sent and read as one request for a single object takes.
UNWANTED_FOR_ONE = 25
# helm keeps megabytes in Secrets of this type, and nobody applies them.
FIELD_SELECTORS = {"Secret": "type!=helm.sh/release.v1"}
FORBIDDEN = 403


class LiveObjects:
    """Objects as they are in the cluster.

    :param client: a `KubeClient`.
    :param label_selector: what the objects are expected to carry; those that do not are found all the same, one by one.
    """

    def __init__(self, client, label_selector=None):
        self._client = client
        self._label_selector = label_selector

    def read(self, identities):
        """Read objects, by collection where that takes fewer requests and the others one by one.

        :param identities: (apiVersion, kind, namespace, name) of each; the namespace is empty where the kind has none.
        :returns: {identity: object} of those that exist.
        """
        groups = {}
        for identity in dict.fromkeys(identities):
            groups.setdefault(identity[:3], []).append(identity)
        found, single = {}, []
        listed = {group: wanted for group, wanted in groups.items() if len(wanted) >= LIST_FROM}
        for outcome, wanted in zip(for_all(lambda item: self._list(*item), list(listed.items())), listed.values()):
            present, is_complete = outcome
            found.update(present)
            single += [] if is_complete else [identity for identity in wanted if identity not in present]
        single += [identity for group, wanted in groups.items() if group not in listed for identity in wanted]
        for identity, item in zip(single, for_all(self._get, single)):
            if item is not None:
                found[identity] = item
        return found

    def _get(self, identity):
        api_version, kind, namespace, name = identity
        return self._client.get(api_version, kind, name, namespace or None)

    def _list(self, collection, identities):
        """:returns: ({identity: object} of the wanted ones, whether those that are missing in it do not exist)."""
        api_version, kind, namespace = collection
        wanted, found, is_over = set(identities), {}, False
        pages = self._client.pages(api_version, kind, namespace or None, self._label_selector, FIELD_SELECTORS.get(kind))
        try:
            for items, left in pages:
                found.update((identity, item) for item in items if (identity := identity_of(item)) in wanted)
                if left > (len(wanted) - len(found)) * UNWANTED_FOR_ONE:
                    is_over = True
                    break
        except ApiError as error:
            # A right may be given for objects by name, and then none for the collection.
            if error.status != FORBIDDEN:
                raise
            return {}, False
        return found, not is_over and self._label_selector is None and kind not in FIELD_SELECTORS


def owned_by(client, owner, collections):
    """Find the objects that carry the labels of an owner, with nothing but their metadata.

    :param client: a `KubeClient`.
    :param owner: an `Owner`.
    :param collections: (apiVersion, kind, namespace) to look in; the namespace is empty where the kind has none.
    :returns: list of dicts with apiVersion, kind and metadata.
    """

    def listed(collection):
        api_version, kind, namespace = collection
        try:
            found = client.list_metadata(api_version, kind, namespace or None, owner.selector)
        except ApiError as error:
            # What holds data is kept anyway, and few may list the namespaces of a cluster.
            if error.status != FORBIDDEN or kind not in KEPT:
                raise
            found = []
        return [{"apiVersion": api_version, "kind": kind, **item} for item in found]

    return list(itertools.chain.from_iterable(for_all(listed, sorted(collections))))
