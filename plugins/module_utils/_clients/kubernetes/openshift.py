# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenShift's own kinds, such as projects, Routes and security context constraints."""

from __future__ import annotations

from urllib.parse import quote

from ansible_collections.windrose.airflow.plugins.module_utils._clients import libraries
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient

GROUPS = ".openshift.io"
_VERBS = {
    "GET": "get",
    "POST": "create",
    "PUT": "replace",
    "DELETE": "delete",
    "application/apply-patch+yaml": "server_side_apply",
    "application/merge-patch+json": "patch",
}


def is_own(api_version):
    """Tell whether kinds are OpenShift's own, by their group.

    :param api_version: such as ``route.openshift.io/v1``.
    """
    return api_version.partition("/")[0].endswith(GROUPS)


class OpenShiftClient(KubeClient):
    """A KubeClient that reads and writes OpenShift's own kinds through OpenShift's own library.

    The library makes the requests, and this sends them: on the one connection on which the cluster's identity is
    proved, with its time-outs, repetitions and errors. The library is loaded when such a kind is asked for and the server
    serves it, so a Kubernetes that is no OpenShift needs none. Methods and parameters are those of `KubeClient`.
    """

    def _ask(self, send, resource, tried, subject, method, name=None, namespace=None, query=None, body=None, **options):
        """:raises MissingLibraryError: the library openshift is not installed."""
        if not is_own(resource.api_version):
            return super()._ask(send, resource, tried, subject, method, name, namespace, query, body=body, **options)
        verb = _VERBS[options["content_type"] if method == "PATCH" else method]
        given = {"namespace": quote(namespace, safe="") if namespace else None, "query_params": query}
        # The library puts a name into the path as it is.
        given |= {"name": quote(name, safe="")} if name else {}
        given |= {"body": body} if body is not None else {}
        kind = self._dynamic_client().resources.get(api_version=resource.api_version, kind=resource.kind)
        return getattr(kind, verb)(**given, send=send, tried=tried, subject=subject, **options)

    def _dynamic_client(self):
        # Imported here because most runs meet none of these kinds, and it takes as long to load as a module without work.
        # pylint: disable-next=import-outside-toplevel
        from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import _dynamic_client

        reason = "for OpenShift's own kinds, such as Route"
        libraries.require(_dynamic_client.IMPORT_ERROR, "openshift", "requirements-openshift.txt", reason)
        return _dynamic_client.ConnectedDynamicClient(self.resource)
