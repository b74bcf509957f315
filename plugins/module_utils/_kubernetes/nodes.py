# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes a DaemonSet need not be waited for, because they take no pods now anyway. Pure functions."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import readiness

NOT_READY, CORDONED, REMOVED, GONE = "NotReady", "cordoned", "being removed", "gone"
HARD_EFFECTS = ("NoSchedule", "NoExecute")
# Kubernetes puts these on nodes for a while: while they are not ready, out of room or cordoned.
# https://kubernetes.io/docs/reference/labels-annotations-taints/
PASSING_TAINTS = "node.kubernetes.io/"
# What Cluster Autoscaler and Karpenter put on a node before they remove it
# (cluster-autoscaler/utils/taints, https://karpenter.sh/docs/concepts/disruption/).
_REMOVAL_TAINTS = frozenset({"ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted"})


@dataclasses.dataclass(frozen=True)
class Judgement:
    """How far a DaemonSet is.

    :param is_ready: whether it works on every node that takes pods.
    :param spared: {name: trouble} of the nodes that it does not work on and that are not waited for.
    :param has_sound: whether there is a node among its own that takes pods.
    """

    is_ready: bool
    spared: dict
    has_sound: bool


def is_tolerated(taint, tolerations):
    """Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/.

    :param taint: {key, value, effect}.
    :param tolerations: list of {key, operator, value, effect}.
    :returns: whether one of the tolerations matches the taint.
    """
    return any(_matches(toleration, taint) for toleration in tolerations if isinstance(toleration, dict))


def _matches(toleration, taint):
    if toleration.get("effect") and toleration["effect"] != taint.get("effect"):
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return not toleration.get("key") or toleration["key"] == taint.get("key")
    return toleration.get("key") == taint.get("key") and (toleration.get("value") or "") == (taint.get("value") or "")


def _taints(node):
    return (node.get("spec") or {}).get("taints") or []


def trouble(node):
    """:returns: why a node takes no new pods, whatever they tolerate; empty where it takes some."""
    if node["metadata"].get("deletionTimestamp") or any(taint.get("key") in _REMOVAL_TAINTS for taint in _taints(node)):
        return REMOVED
    if readiness.condition(node, "Ready").get("status") != "True":
        return NOT_READY
    return CORDONED if (node.get("spec") or {}).get("unschedulable") else ""


def place_of(pod):
    """:returns: the node of a DaemonSet's pod, which it is meant for from its beginning; empty where it says none."""
    spec = pod.get("spec") or {}
    if spec.get("nodeName"):
        return spec["nodeName"]
    # Its controller names the node, and the scheduler binds it (k8s.io/kubernetes/pkg/controller/daemon/util,
    # ReplaceDaemonSetPodNodeNameNodeAffinity).
    required = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get("requiredDuringSchedulingIgnoredDuringExecution")
    for term in (required or {}).get("nodeSelectorTerms") or []:
        for field in term.get("matchFields") or []:
            if field.get("key") == "metadata.name" and field.get("values"):
                return field["values"][0]
    return ""


def _is_meant_for(daemon_set, node):
    """Tell whether a DaemonSet runs on a node once it is sound; one that chooses nodes by affinity is not judged."""
    spec = ((daemon_set.get("spec") or {}).get("template") or {}).get("spec") or {}
    labels, tolerations = node["metadata"].get("labels") or {}, spec.get("tolerations") or []
    lasting = [
        taint for taint in _taints(node)
        if taint.get("effect") in HARD_EFFECTS
        and not str(taint.get("key")).startswith(PASSING_TAINTS) and taint.get("key") not in _REMOVAL_TAINTS
    ]  # fmt: skip
    return (
        "affinity" not in spec
        and (spec.get("nodeSelector") or {}).items() <= labels.items()
        and all(is_tolerated(taint, tolerations) for taint in lasting)
    )


def judge(daemon_set, pods, nodes, is_current):
    """Say whether a DaemonSet is as ready as its nodes allow.

    A DaemonSet counts the nodes that it should run on by their taints, so one that is cordoned counts, and one that is not
    ready does or does not, by what its pods tolerate (NodeShouldRunDaemonPod of k8s.io/kubernetes/pkg/controller/daemon).
    Its numbers alone therefore do not say on which nodes pods are missing; the pods do.

    :param daemon_set: the DaemonSet as the server answers it.
    :param pods: its pods.
    :param nodes: {name: Node} of all nodes.
    :param is_current: callable that tells whether a pod was made from the present definition.
    :returns: a `Judgement`.
    """
    by_node = {}
    for pod in pods:
        by_node.setdefault(place_of(pod), []).append(pod)
    done = {name for name, found in by_node.items() if any(_works(pod) and is_current(pod) for pod in found)}
    troubles = {name: GONE for name in by_node if name and name not in nodes}
    troubles.update((name, why) for name, node in nodes.items() if (why := trouble(node)))
    own = {name for name, node in nodes.items() if _is_meant_for(daemon_set, node)} | set(by_node)
    spared = {name: troubles[name] for name in sorted(own & set(troubles) - done)}
    sound = own - set(troubles)
    if readiness.is_ready(daemon_set):
        # Kubernetes leaves out what is not ready. Where that is every node, nothing has been done.
        wanted = (daemon_set.get("status") or {}).get("desiredNumberScheduled", 0)
        return Judgement(bool(wanted or sound or not spared), spared, bool(sound))
    started = {name for name in by_node if name not in troubles}
    is_ready = bool(started) and started <= done and _has_all_pods(daemon_set, by_node, spared)
    return Judgement(is_ready, spared, bool(sound))


def _works(pod):
    return not pod["metadata"].get("deletionTimestamp") and readiness.is_ready(pod)


def _has_all_pods(daemon_set, by_node, spared):
    """Tell whether each node that should have a pod has one, all of them are known here, and enough of them are available."""
    status = daemon_set.get("status") or {}
    wanted, scheduled = status.get("desiredNumberScheduled", 0), status.get("currentNumberScheduled", 0)
    return (
        readiness.is_observed(daemon_set)
        and scheduled >= wanted
        and len(by_node) >= scheduled + status.get("numberMisscheduled", 0)
        and status.get("numberAvailable", 0) + len(set(spared) & set(by_node)) >= wanted
    )
