# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A DaemonSet is ready where it works on all nodes that take pods, and there is one."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import nodes


def node(name, ready="True", cordoned=False, taints=(), labels=None, **metadata):
    return {
        "metadata": {"name": name, "labels": labels or {}, **metadata},
        "spec": {"unschedulable": cordoned, "taints": list(taints)},
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


def taint(key, effect="NoSchedule"):
    return {"key": key, "effect": effect}


UNREACHABLE = [taint("node.kubernetes.io/unreachable"), taint("node.kubernetes.io/unreachable", "NoExecute")]
AUTOSCALER = [{**taint("ToBeDeletedByClusterAutoscaler"), "value": "1700000000"}]
NODES = {
    "sound": node("n1"),
    "not ready": node("n1", "False", taints=UNREACHABLE),
    "silent": node("n1", "Unknown"),
    "cordoned": node("n1", cordoned=True, taints=[taint("node.kubernetes.io/unschedulable")]),
    "deleted": node("n1", deletionTimestamp="2026-01-01T00:00:00Z"),
    "scaled down": node("n1", taints=AUTOSCALER),
    "of another pool": node("n1", taints=[taint("pool")]),
}


@pytest.mark.parametrize("case, told", [
    ("sound", ""), ("not ready", "NotReady"), ("silent", "NotReady"), ("cordoned", "cordoned"), ("deleted", "being removed"),
    ("scaled down", "being removed"), ("of another pool", "")])  # fmt: skip
def test_what_takes_no_pods_is_in_trouble(case, told):
    assert nodes.trouble(NODES[case]) == told


def pod(place, ready=True, current=True, deleted=False, bound=True):
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [place]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}
    return {
        "kind": "Pod",
        "metadata": {"name": f"pod-{place}", "current": current, **({"deletionTimestamp": "now"} if deleted else {})},
        "spec": {"nodeName": place} if bound else {"affinity": affinity},
        "status": {"conditions": [{"type": "Ready", "status": str(ready)}]},
    }


def daemon_set(wanted, scheduled=None, available=0, updated=None, misscheduled=0, **spec):
    scheduled = wanted if scheduled is None else scheduled
    status = {
        "observedGeneration": 1, "desiredNumberScheduled": wanted, "currentNumberScheduled": scheduled,
        "numberAvailable": available, "updatedNumberScheduled": wanted if updated is None else updated,
        "numberMisscheduled": misscheduled,
    }  # fmt: skip
    return {
        "kind": "DaemonSet", "metadata": {"name": "pull", "generation": 1}, "spec": {"template": {"spec": spec}}, "status": status,
    }  # fmt: skip


def judge(item, pods, *present):
    return nodes.judge(item, pods, {found["metadata"]["name"]: found for found in present}, lambda pod: pod["metadata"]["current"])


BAD = node("n1", "Unknown", taints=UNREACHABLE)
CORDONED = node("n1", cordoned=True)
GOOD, BETTER = node("n2"), node("n3")
# What the controller counts, the pods that there are, the nodes; whether it is ready, and the nodes that are spared.
CASES = {
    "all sound": (daemon_set(2, available=2), [pod("n2"), pod("n3")], [GOOD, BETTER], True, {}),
    "one is not there yet": (daemon_set(2, available=1), [pod("n2"), pod("n3", False)], [GOOD, BETTER], False, {}),
    "one is not ready, and counts": (daemon_set(2, available=1), [pod("n1", False), pod("n2")], [BAD, GOOD], True, {"n1": "NotReady"}),
    "one is not ready, and does not count": (
        daemon_set(1, available=1, misscheduled=1), [pod("n1", False), pod("n2")], [BAD, GOOD], True, {"n1": "NotReady"}),
    "a bad node makes up for no sound one": (
        daemon_set(1, available=0, misscheduled=1), [pod("n1", False), pod("n2", False)], [BAD, GOOD], False, {"n1": "NotReady"}),
    "a bad node makes up for no pod that cannot be made": (
        daemon_set(2, scheduled=1, available=0), [pod("n1", False)], [BAD, GOOD], False, {"n1": "NotReady"}),
    "a pod that is not known yet": (
        daemon_set(3, available=1), [pod("n1", False), pod("n2")], [BAD, GOOD, BETTER], False, {"n1": "NotReady"}),
    "cordoned": (daemon_set(2, available=1), [pod("n1", False), pod("n2")], [CORDONED, GOOD], True, {"n1": "cordoned"}),
    "cordoned, and it works there": (daemon_set(2, available=2), [pod("n1"), pod("n2")], [CORDONED, GOOD], True, {}),
    "cordoned, before its pod is bound": (
        daemon_set(2, available=1), [pod("n1", False, bound=False), pod("n2")], [CORDONED, GOOD], True, {"n1": "cordoned"}),
    "gone, and the numbers do not know yet": (
        daemon_set(2, available=1), [pod("n1", False), pod("n2")], [GOOD], True, {"n1": "gone"}),
    "the former pod hangs on a dead node": (
        daemon_set(2, available=1, updated=1), [pod("n1", False, False, deleted=True), pod("n2")], [BAD, GOOD], True,
        {"n1": "NotReady"}),
    "the former pod still works on a sound node": (
        daemon_set(2, available=2, updated=0), [pod("n1", current=False), pod("n2", current=False)], [BAD, GOOD], False,
        {"n1": "NotReady"}),
    "a node joined and is sound": (
        daemon_set(3, available=1), [pod("n1", False), pod("n2"), pod("n3", False)], [BAD, GOOD, BETTER], False, {"n1": "NotReady"}),
    "all are bad, and count": (daemon_set(1), [pod("n1", False)], [BAD], False, {"n1": "NotReady"}),
    "all are bad, and none counts": (daemon_set(0), [], [BAD], False, {"n1": "NotReady"}),
    "all are bad but those of others": (
        daemon_set(0), [], [BAD, NODES["of another pool"] | {"metadata": {"name": "n4"}}], False, {"n1": "NotReady"}),
    "the pool has no node": (daemon_set(0, nodeSelector={"pool": "tasks"}), [], [BAD, GOOD], True, {}),
    "the pool has none but a bad node": (
        daemon_set(0, nodeSelector={"pool": "tasks"}), [], [node("n1", "False", labels={"pool": "tasks"}), GOOD], False,
        {"n1": "NotReady"}),
    "a bad node of a pool that is not its own": (
        daemon_set(1, available=1, nodeSelector={"pool": "tasks"}), [pod("n2")], [BAD, node("n2", labels={"pool": "tasks"})], True, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_daemon_set_waits_for_the_nodes_that_take_pods(case):
    item, pods, present, is_ready, spared = CASES[case]
    found = judge(item, pods, *present)
    assert (found.is_ready, found.spared) == (is_ready, spared)


def test_an_old_status_says_nothing():
    item = daemon_set(2, available=1)
    item["metadata"]["generation"] = 2
    assert not judge(item, [pod("n1", False), pod("n2")], BAD, GOOD).is_ready
