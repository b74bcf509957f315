# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node in trouble does not end the wait for a DaemonSet, and is named."""

from __future__ import annotations

import queue
import time

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, WaitTimeoutError, WorkloadError
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes import waiting
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.waiting import wait_until_ready

LIMIT_SECONDS = 60
MISSING = {"waiting": {"reason": "ErrImagePull", "message": "acme/airflow:9: not found"}}


class Cluster:
    """Nodes n1 and n2, and a DaemonSet whose pod works on n2 alone."""

    def __init__(self):
        self.nodes = {name: {"metadata": {"name": name, "labels": {}}, "status": {}, "spec": {}} for name in ("n1", "n2")}
        self.is_ready("n1", True)
        self.is_ready("n2", True)
        self.refusal = None
        self.looks = 0
        self.feeds = {kind: queue.Queue() for kind in ("DaemonSet", "Pod", "Event")}
        self.put(self.daemon_set(2, 1), self.pod("n1", {"waiting": {"reason": "ContainerCreating"}}), self.pod("n2"))

    def is_ready(self, name, ready):
        self.nodes[name]["status"]["conditions"] = [{"type": "Ready", "status": str(ready)}]

    @staticmethod
    def daemon_set(wanted, available):
        return {
            "apiVersion": "apps/v1", "kind": "DaemonSet",
            "metadata": {"name": "pull", "namespace": "n", "uid": "pull", "generation": 1}, "spec": {},
            "status": {
                "observedGeneration": 1, "desiredNumberScheduled": wanted, "currentNumberScheduled": wanted,
                "updatedNumberScheduled": wanted, "numberAvailable": available,
            },
        }  # fmt: skip

    @staticmethod
    def pod(place, state=None):
        owner = {"uid": "pull", "kind": "DaemonSet", "controller": True}
        return {
            "kind": "Pod", "spec": {"nodeName": place, "containers": [{"name": "image", "image": "acme/airflow:9"}]},
            "metadata": {"name": f"pull-{place}", "namespace": "n", "uid": f"pod-{place}", "ownerReferences": [owner]},
            "status": {
                "phase": "Running", "conditions": [{"type": "Ready", "status": str(state is None)}],
                "containerStatuses": [{"name": "image", "state": state or {"running": {}}}],
            },
        }  # fmt: skip

    def put(self, *items):
        for item in items:
            self.feeds[item["kind"]].put(("MODIFIED", item))

    def watch(self, api_version, kind, namespace, timeout_seconds, **options):
        while not self.feeds[kind].empty():
            yield self.feeds[kind].get()
        yield "SYNCED", {}
        deadline = time.monotonic() + timeout_seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                yield self.feeds[kind].get(timeout=left)
            except queue.Empty:
                return

    def list(self, api_version, kind, namespace=None, label_selector=None, field_selector=None):
        if kind != "Node":
            return []
        self.looks += 1
        if self.refusal:
            raise self.refusal
        return list(self.nodes.values())

    def pod_log(self, *arguments):
        return ""


class Steps(list):
    def step(self, text):
        self.append(text)


@pytest.fixture
def cluster(monkeypatch):
    monkeypatch.setattr(waiting, "NODE_LOOK_SECONDS", 0.05)
    return Cluster()


def wait(cluster, seconds=LIMIT_SECONDS, target=None):
    steps, spared = Steps(), []
    wait_until_ready(cluster, [target or cluster.daemon_set(2, 1)], seconds, steps, spared=spared)
    return steps, spared


def test_a_node_that_is_not_ready_is_not_waited_for_and_is_named(cluster):
    cluster.is_ready("n1", False)
    steps, spared = wait(cluster)
    assert spared == [{"object": "DaemonSet n/pull", "node": "n1", "reason": "NotReady"}]
    assert steps[-1] == "pull 1/2 ready (not on n1: NotReady)"


@pytest.mark.parametrize("trouble", [MISSING, {"waiting": {"reason": "CreateContainerConfigError", "message": "run as root"}}])
def test_what_ails_the_pod_of_a_bad_node_is_not_the_workloads(cluster, trouble):
    cluster.is_ready("n1", False)
    cluster.put(cluster.pod("n1", trouble))
    assert [found["node"] for found in wait(cluster)[1]] == ["n1"]


def test_what_ails_the_pod_of_a_sound_node_is(cluster):
    cluster.put(cluster.pod("n1", MISSING))
    with pytest.raises(WorkloadError, match="acme/airflow:9: not found"):
        wait(cluster)


def test_where_all_nodes_are_cordoned_the_pods_trouble_is_told(cluster):
    for name in cluster.nodes:
        cluster.nodes[name]["spec"]["unschedulable"] = True
        cluster.put(cluster.pod(name, MISSING))
    with pytest.raises(WorkloadError, match="acme/airflow:9: not found"):
        wait(cluster)


@pytest.mark.parametrize("change, reason", [("not ready", "NotReady"), ("cordoned", "cordoned"), ("vanishes", "gone")])
def test_a_node_may_get_into_trouble_during_the_wait(cluster, change, reason):
    """The numbers of the DaemonSet do not change: they may follow late, or not at all."""
    find = cluster.list

    def list_and_change(api_version, kind, *arguments, **options):
        found = find(api_version, kind, *arguments, **options)
        if change == "vanishes":
            cluster.nodes.pop("n1", None)
        elif change == "cordoned":
            cluster.nodes["n1"] = {**cluster.nodes["n1"], "spec": {"unschedulable": True}}
        else:
            cluster.nodes["n1"] = {**cluster.nodes["n1"], "status": {}}
        return found

    cluster.list = list_and_change
    assert [found["reason"] for found in wait(cluster)[1]] == [reason]
    assert cluster.looks > 1


def test_a_node_that_recovers_at_the_last_moment_is_waited_for(cluster):
    cluster.is_ready("n1", False)
    find = cluster.list

    def list_and_recover(api_version, kind, *arguments, **options):
        found = find(api_version, kind, *arguments, **options)
        cluster.nodes["n1"] = {**cluster.nodes["n1"], "status": cluster.nodes["n2"]["status"]}
        return found

    cluster.list = list_and_recover
    with pytest.raises(WaitTimeoutError, match=r"DaemonSet n/pull: 1/2 ready"):
        wait(cluster, 0.5)


def test_a_cluster_without_a_sound_node_is_no_success(cluster):
    cluster.is_ready("n1", False)
    cluster.is_ready("n2", False)
    cluster.put(cluster.pod("n2", {"waiting": {"reason": "ContainerCreating"}}), cluster.daemon_set(2, 0))
    with pytest.raises(WaitTimeoutError) as caught:
        wait(cluster, 0.5)
    assert "0/2 ready (not on n1: NotReady, n2: NotReady)" in str(caught.value)
    assert "kubectl describe node n1" in str(caught.value)


def test_nodes_that_kubernetes_does_not_count_are_no_success_either(cluster):
    cluster.is_ready("n1", False)
    cluster.is_ready("n2", False)
    empty = cluster.daemon_set(0, 0)
    for feed in cluster.feeds.values():
        feed.queue.clear()
    cluster.put(empty)
    with pytest.raises(WaitTimeoutError, match=r"0/0 ready \(not on n1: NotReady, n2: NotReady\)"):
        wait(cluster, 0.5, empty)


def test_without_the_right_to_list_nodes_the_numbers_count_and_the_message_says_so(cluster):
    cluster.is_ready("n1", False)
    cluster.refusal = ApiError("Could not list", "kind Node", "forbidden", "", status=403, verb="list", resource="nodes")
    with pytest.raises(WaitTimeoutError) as caught:
        wait(cluster, 0.5)
    assert "1/2 ready" in str(caught.value) and "the right to list nodes at the cluster scope is missing" in str(caught.value)
    others = Cluster()
    others.refusal = cluster.refusal
    others.put(others.daemon_set(2, 2))
    assert wait(others)[1] == []


def test_what_is_ready_costs_no_look_at_nodes(cluster):
    assert wait(cluster, target=cluster.daemon_set(2, 2)) == ([], [])
    assert cluster.looks == 0
