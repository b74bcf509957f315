# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenShift's dynamic client, made to send its requests on a connection that it did not open."""

from __future__ import annotations

import traceback
import types

try:
    # kubernetes.dynamic has both names too: docs/decisions/0011-openshift-client.md.
    from openshift.dynamic import DynamicClient, Resource
except ImportError:
    IMPORT_ERROR = traceback.format_exc()
    DynamicClient = Resource = object
else:
    IMPORT_ERROR = None

# What the library's methods hand on beside what they were given; None here, because a query is handed in as a whole.
_UNUSED = ("label_selector", "field_selector", "force_conflicts")


class _Kinds:
    """The kinds that a server serves, as our own discovery knows them.

    The library's own discovery keeps a file in the folder for temporary files, whose name everybody can guess and whose
    contents everybody can read, takes what it finds there for true, and sends three requests of its own.

    :param client: the dynamic client.
    :param find: callable from apiVersion and kind to a `_discovery.Resource`.
    """

    def __init__(self, client, find):
        self._client = client
        self._find = find

    def get(self, api_version, kind):
        """:returns: the library's Resource of a kind, which has a method for each verb."""
        group, unused_separator, version = api_version.partition("/")
        found = self._find(api_version, kind)
        return Resource(
            prefix="apis", group=group, api_version=version, kind=kind, namespaced=found.namespaced, name=found.plural,
            client=self._client)  # fmt: skip


class ConnectedDynamicClient(DynamicClient):
    """Makes requests as the library does, and lets the caller send them.

    Each method takes ``send`` beside the library's parameters: a callable with the parameters of
    ``Transport.request``, to which whatever else the method is given is handed on.

    :param find: callable from apiVersion and kind to a `_discovery.Resource`.
    """

    def __init__(self, find):
        # The library keeps a client that has a connection, and its configuration, for the method that is replaced below.
        unconnected = types.SimpleNamespace(configuration=None)
        super().__init__(unconnected, discoverer=lambda client, unused_file: _Kinds(client, find))

    def request(self, method, path, body=None, query_params=None, *, send, tried, subject, **options):
        """Send what a method made. All of them end here.

        :returns: what ``send`` does.
        """
        for name in _UNUSED:
            options.pop(name, None)
        return send(tried, subject, method.upper(), path, query_params, body=body, **options)
