# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds and removes the objects of a release that helm would forget."""

from __future__ import annotations

import contextlib

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests
from ansible_collections.windrose.airflow.plugins.module_utils._release import ledger, leftovers

CONFLICT = 409
# Each attempt is lost only when somebody writes to the object between the reading and the deletion.
ATTEMPTS = 5


class ReleaseLeftovers:
    """What runs that were killed or failed may have left of one release.

    :param tools: a `Tools`.
    :param store: the `ReleaseStore` of the release.
    :param live: the `LiveRelease` of the release.
    """

    def __init__(self, tools, store, live):
        self._tools = tools
        self._store = store
        self._live = live

    def find(self):
        """:returns: texts of the objects that may be left, sorted; none after a run that ended well."""
        found = set(ledger.leftovers(self._store.entries()))
        for revision in leftovers.unfinished(self._store.revisions()):
            # What can no longer be read cannot be distinguished from what others made, and stays.
            with contextlib.suppress(ReleaseError):
                found |= self._made_of(self._store.content(revision).manifest)
        return sorted(found)

    def remove(self, found, manifest=""):
        """Remove what is left, under the Lease.

        :param found: what `find` returned before helm did its work.
        :param manifest: what the release consists of now.
        """
        for text in sorted(set(found) - self._made_of(manifest)):
            self._remove(text)

    def _remove(self, text):
        api_version, kind, namespace, name = leftovers.identity_of(text)
        for attempts_left in reversed(range(ATTEMPTS)):
            live = self._tools.kube.get(api_version, kind, name, namespace or None)
            if live is None or not leftovers.is_removable(live, self._store.name, self._store.namespace):
                return
            self._tools.lease.check()
            self._tools.progress.step(f"deleting {text}, which an earlier run left")
            try:
                self._tools.kube.delete(
                    api_version, kind, name, namespace or None,
                    resource_version=live["metadata"]["resourceVersion"], uid=live["metadata"]["uid"],
                )  # fmt: skip
                return
            except ApiError as error:
                # Somebody may have taken it over, or asked helm to keep it, since it was read.
                if error.status != CONFLICT or not attempts_left:
                    raise

    def _made_of(self, manifest):
        return {leftovers.text_of(manifests.identity_of(definition)) for definition in self._live.definitions(manifest)}
