# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a cluster reduced to what a deployment has to know of them. Pure: no I/O."""

from __future__ import annotations

import decimal

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import quantities, readiness

_ROLE = "node-role.kubernetes.io/"
_DEFAULT_CLASS = {
    "StorageClass": "storageclass.kubernetes.io/is-default-class",
    "IngressClass": "ingressclass.kubernetes.io/is-default-class",
}
# What providers put into the version of the server.
_VERSION_MARKS = {"-eks-": "eks", "-gke.": "gke"}
_OPENSHIFT = "config.openshift.io/"
OTHER = "other"


def node(item, pods=None):
    """Reduce a Node.

    :param item: the Node as read.
    :param pods: the pods that are on it, or None where they are not known.
    :returns: dict as the module cluster_info documents it.
    """
    labels, status, spec = item["metadata"].get("labels") or {}, item.get("status") or {}, item.get("spec") or {}
    found = {
        "name": item["metadata"]["name"],
        "ready": readiness.condition(item, "Ready").get("status") == "True",
        "schedulable": not spec.get("unschedulable", False),
        "roles": sorted(label.removeprefix(_ROLE) for label in labels if label.startswith(_ROLE)),
        "kubelet_version": (status.get("nodeInfo") or {}).get("kubeletVersion", ""),
        "labels": labels,
        "taints": [{name: taint.get(name, "") for name in ("key", "value", "effect")} for taint in spec.get("taints") or []],
        "allocatable": status.get("allocatable") or {},
    }
    if pods is not None:
        found["requested"] = requested(pods)
        found["daemon_set_requested"] = requested([pod for pod in pods if _is_of_daemon_set(pod)])
    return found


def _is_of_daemon_set(pod):
    return any(owner.get("kind") == "DaemonSet" for owner in pod["metadata"].get("ownerReferences") or [])


def requested(pods):
    """Add up what pods request, as the scheduler counts it.

    A pod counts with the sum of its containers or with its largest init container, whichever is more, plus its overhead
    (https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers).

    :returns: {resource: quantity}, with the number of the pods as ``pods``.
    """
    total = {"pods": decimal.Decimal(len(pods))}
    for pod in pods:
        _add(total, _of_pod(pod.get("spec") or {}))
    return {name: f"{amount.normalize():f}" for name, amount in sorted(total.items())}


def _of_pod(spec):
    needed = {}
    for container in spec.get("containers") or []:
        _add(needed, _amounts((container.get("resources") or {}).get("requests")))
    # An init container that is always restarted keeps running with the others.
    beside = {}
    largest = {}
    for container in spec.get("initContainers") or []:
        amounts = _amounts((container.get("resources") or {}).get("requests"))
        if container.get("restartPolicy") == "Always":
            _add(beside, amounts)
            amounts = beside
        else:
            amounts = {name: amounts.get(name, 0) + beside.get(name, 0) for name in {*amounts, *beside}}
        largest = {name: max(amounts.get(name, 0), largest.get(name, 0)) for name in {*amounts, *largest}}
    _add(needed, beside)
    needed = {name: max(needed.get(name, 0), largest.get(name, 0)) for name in {*needed, *largest}}
    _add(needed, _amounts(spec.get("overhead")))
    return needed


def _amounts(raw):
    return {name: quantities.parse(quantity) for name, quantity in (raw or {}).items()}


def _add(total, amounts):
    for name, amount in amounts.items():
        total[name] = total.get(name, decimal.Decimal(0)) + amount


def _is_default(item):
    annotations = item["metadata"].get("annotations") or {}
    return annotations.get(_DEFAULT_CLASS[item["kind"]]) == "true"


def storage_class(item):
    """:returns: a StorageClass as the module cluster_info documents it."""
    return {
        "name": item["metadata"]["name"],
        "default": _is_default(item),
        "provisioner": item.get("provisioner", ""),
        "volume_binding_mode": item.get("volumeBindingMode", ""),
    }


def ingress_class(item):
    """:returns: an IngressClass as the module cluster_info documents it."""
    return {
        "name": item["metadata"]["name"],
        "default": _is_default(item),
        "controller": (item.get("spec") or {}).get("controller", ""),
    }


def namespace(item, quotas, limit_ranges):
    """Reduce a Namespace with what limits it.

    :param item: the Namespace as read, or None where it does not exist.
    :param quotas: its ResourceQuotas, or None where they are not known.
    :param limit_ranges: its LimitRanges, or None where they are not known.
    :returns: dict as the module cluster_info documents it.
    """
    metadata = (item or {}).get("metadata") or {}
    found = {
        "exists": item is not None,
        "terminating": "deletionTimestamp" in metadata,
        "labels": metadata.get("labels") or {},
    }
    if quotas is not None:
        found["quotas"] = [_quota(quota) for quota in quotas]
    if limit_ranges is not None:
        found["limit_ranges"] = [
            {"name": each["metadata"]["name"], "limits": (each.get("spec") or {}).get("limits") or []} for each in limit_ranges
        ]
    return found


def _quota(item):
    status, spec = item.get("status") or {}, item.get("spec") or {}
    selected = [entry.get("scopeName") for entry in (spec.get("scopeSelector") or {}).get("matchExpressions") or []]
    return {
        "name": item["metadata"]["name"],
        "hard": status.get("hard") or spec.get("hard") or {},
        "used": status.get("used") or {},
        "scopes": [*(spec.get("scopes") or []), *selected],
    }


def provider(git_version, nodes, api_groups):
    """Tell whose cluster it is.

    :param git_version: the server's version.
    :param nodes: Nodes as read.
    :param api_groups: the groups that it serves, each with its version.
    :returns: ``openshift``, ``eks``, ``gke``, ``aks``, ``kind`` or ``other``.
    """
    if any(group.startswith(_OPENSHIFT) for group in api_groups):
        return "openshift"
    for mark, name in _VERSION_MARKS.items():
        if mark in git_version:
            return name
    for item in nodes:
        scheme = ((item.get("spec") or {}).get("providerID") or "").partition("://")[0]
        if scheme == "kind":
            return "kind"
        # On machines of Azure there may be a cluster of one's own; the nodes of AKS carry a label.
        if scheme == "azure" and "kubernetes.azure.com/cluster" in (item["metadata"].get("labels") or {}):
            return "aks"
    return OTHER
