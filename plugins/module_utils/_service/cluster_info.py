# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a cluster is and has."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils import _readiness

_ROLE = "node-role.kubernetes.io/"


def _node(item):
    labels, status = item["metadata"].get("labels") or {}, item.get("status") or {}
    return {
        "name": item["metadata"]["name"],
        "ready": _readiness.condition(item, "Ready").get("status") == "True",
        "roles": sorted(label.removeprefix(_ROLE) for label in labels if label.startswith(_ROLE)),
        "kubelet_version": (status.get("nodeInfo") or {}).get("kubeletVersion", ""),
        "allocatable": status.get("allocatable") or {},
    }


def _version(client):
    version = client.server_version()
    return {"git_version": version["gitVersion"], "major": version["major"], "minor": version["minor"]}


def describe_cluster(client, gather):
    """Return the chosen facts of a cluster.

    :param client: a KubeClient; a cluster that it does not expect is refused.
    :param gather: any of ``version``, ``identity`` and ``nodes``.
    :returns: dict with ``changed`` and, as chosen, ``server_version``, ``identity`` and ``nodes``.
    """
    client.verify_identity()
    result = {"changed": False}
    if "version" in gather:
        result["server_version"] = _version(client)
    if "identity" in gather:
        result["identity"] = client.identity()
    if "nodes" in gather:
        result["nodes"] = sorted(map(_node, client.list("v1", "Node")), key=lambda node: node["name"])
    return result
