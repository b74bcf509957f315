# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a cluster is, has and allows."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import cluster_facts
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.rights import describe_rights
from ansible_collections.windrose.airflow.plugins.module_utils._service.parallel import at_once

# Pods that have ended request nothing any more.
RUNNING = "status.phase!=Succeeded,status.phase!=Failed"
FORBIDDEN = 403


class ClusterInfo:
    """The facts of one cluster.

    :param client: a KubeClient; a cluster that it does not expect is refused.
    :param namespace: the namespace to describe, or None.
    :param required_rights: the rights to look for, as ``describe_rights`` takes them.
    :param skip_forbidden: leave out what the user may not read, instead of failing.
    """

    def __init__(self, client, namespace=None, required_rights=(), skip_forbidden=False):
        self._client = client
        self._namespace = namespace
        self._required_rights = required_rights
        self._skip_forbidden = skip_forbidden
        self._forbidden = set()
        self._groups = None
        self._node_list = None

    def describe(self, gather):
        """Return the chosen facts.

        :param gather: any of the choices of the module's parameter.
        :returns: dict with ``changed``, ``forbidden`` and the fields of each choice.
        :raises ApiError: the user may not read one of them, unless that is skipped.
        """
        self._allowed("Namespace", self._client.verify_identity)
        readers = {
            "version": self._version,
            "identity": self._identity,
            "nodes": self._nodes,
            "api_groups": self._api_groups,
            "storage": lambda: self._classes("storage_classes", "storage.k8s.io/v1", "StorageClass", cluster_facts.storage_class),
            "ingress_classes": lambda: self._classes(
                "ingress_classes", "networking.k8s.io/v1", "IngressClass", cluster_facts.ingress_class),
            "priority_classes": lambda: self._classes(
                "priority_classes", "scheduling.k8s.io/v1", "PriorityClass", lambda item: item["metadata"]["name"]),
            "namespace": self._describe_namespace,
            "rights": lambda: describe_rights(self._client, self._required_rights),
        }  # fmt: skip
        result = {"changed": False}
        for fields in at_once([readers[name] for name in dict.fromkeys(gather) if name in readers]):
            result.update(fields)
        if "provider" in gather:
            # Last, because it follows from what others of these read.
            result.update(self._provider())
        return {**result, "forbidden": sorted(self._forbidden)}

    def _version(self):
        version = self._client.server_version()
        return {
            "server_version": {"git_version": version["gitVersion"], "major": version["major"], "minor": version["minor"]}
        }

    def _allowed(self, kind, read):
        """:returns: what a call reads, None where the user may not read the kind and that is skipped."""
        try:
            return read()
        except ApiError as error:
            if error.status != FORBIDDEN or not self._skip_forbidden:
                raise
            self._forbidden.add(kind)
            return None

    def _list(self, api_version, kind, namespace=None, field_selector=None):
        return self._allowed(kind, lambda: self._client.list(api_version, kind, namespace, field_selector=field_selector))

    def _identity(self):
        identity = self._allowed("Namespace", self._client.identity)
        return {"identity": identity} if identity else {}

    def _nodes(self):
        nodes, pods = at_once([
            self._list_nodes, lambda: self._list("v1", "Pod", field_selector=RUNNING)])  # fmt: skip
        if nodes is None:
            return {}
        by_node = {}
        for pod in pods or []:
            by_node.setdefault((pod.get("spec") or {}).get("nodeName"), []).append(pod)
        described = [
            cluster_facts.node(item, None if pods is None else by_node.get(item["metadata"]["name"], [])) for item in nodes
        ]
        return {"nodes": sorted(described, key=lambda node: node["name"])}

    def _classes(self, field, api_version, kind, describe):
        items = self._list(api_version, kind)
        if items is None:
            return {}
        return {field: sorted(map(describe, items), key=lambda entry: entry if isinstance(entry, str) else entry["name"])}

    def _describe_namespace(self):
        if not self._namespace:
            return {}
        quotas, limit_ranges = (self._list("v1", kind, self._namespace) for kind in ("ResourceQuota", "LimitRange"))
        # A list, because a namespace that does not exist is not one that may not be read.
        read = self._allowed("Namespace", lambda: [self._client.get("v1", "Namespace", self._namespace)])
        if read is None:
            return {}
        return {"namespace": cluster_facts.namespace(read[0], quotas, limit_ranges)}

    def _list_nodes(self):
        self._node_list = self._list("v1", "Node")
        return self._node_list

    def _api_groups(self):
        self._groups = self._client.served_groups()
        return {"api_groups": self._groups}

    def _provider(self):
        version = self._client.server_version()["gitVersion"]
        nodes = self._list_nodes() if self._node_list is None else self._node_list
        groups = self._client.served_groups() if self._groups is None else self._groups
        return {"provider": cluster_facts.provider(version, nodes or [], groups)}
