# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module release where something went wrong before: failed, killed, removed by hand, impossible."""

from __future__ import annotations

import signal

import pytest

# Longer than a module of these tests may run at all: a wait that is not ended early fails them.
ENDLESS_SECONDS = 3600


def test_workloads_are_waited_for_and_brought_back(demo, workload_chart):
    assert demo.release(workload_chart)["operation"] == "installed"
    ready = demo.get("apps/v1", "Deployment", "demo-web")["status"]
    assert ready["availableReplicas"] == 1
    demo.cluster.client.delete("apps/v1", "Deployment", "demo-web", demo.namespace)
    again = demo.release(workload_chart)
    assert (again["operation"], again["reason"]) == (
        "recovered",
        f"the cluster lacks Deployment {demo.namespace}/demo-web",
    )
    assert demo.get("apps/v1", "Deployment", "demo-web")["status"]["availableReplicas"] == 1


def test_a_pod_that_cannot_start_ends_the_wait_early(demo, workload_chart):
    values = {"selector": {"windrose.test/nowhere": "true"}}
    hopeless = demo.release(workload_chart, values, wait_timeout=ENDLESS_SECONDS, fails=True)
    assert hopeless["reason"] == "Unschedulable" and hopeless["pod"].startswith("demo-web-")
    # The revision is applied; a plain second run waits for it again, and corrected values replace it.
    assert demo.stored() == {1: "deployed"}
    assert demo.release(workload_chart, values, check=True)["operation"] == "unchanged"
    assert demo.release(workload_chart)["operation"] == "upgraded"


def test_a_failed_revision_is_applied_again(demo, workload_chart):
    demo.release(workload_chart)
    broken = demo.release(workload_chart, {"image": ""}, fails=True)
    assert "Could not apply release" in broken["msg"]
    assert demo.stored() == {1: "deployed", 2: "failed"}
    recovered = demo.release(workload_chart)
    assert (recovered["operation"], recovered["revision"]) == ("recovered", 3)
    assert recovered["reason"] == "revision 2 is failed"


@pytest.fixture
def kill_within_helm(demo, wait_for, start_module, children_of, runs):
    """Start the module and kill it while helm waits for its hook; its helm has to die with it."""

    def kill(chart, values):
        with start_module("release", demo.arguments(chart, values)) as module:
            wait_for(lambda: demo.get("batch/v1", "Job", "demo-hook"))
            helms = children_of(module)
            assert helms
            module.send_signal(signal.SIGKILL)
        wait_for(lambda: not any(map(runs, helms)))
        demo.cluster.client.delete("batch/v1", "Job", "demo-hook", demo.namespace)

    return kill


def test_a_killed_installation_is_taken_up(demo, workload_chart, kill_within_helm):
    kill_within_helm(workload_chart, {"hook": True})
    assert demo.stored() == {1: "pending-install"}
    assert demo.release(workload_chart, check=True)["operation"] == "recovered"
    recovered = demo.release(workload_chart)
    assert (recovered["operation"], recovered["revision"]) == ("recovered", 1)
    assert demo.stored() == {1: "deployed"}
    assert not demo.release(workload_chart)["changed"]


def test_a_killed_upgrade_is_taken_up(demo, workload_chart, kill_within_helm):
    demo.release(workload_chart)
    kill_within_helm(workload_chart, {"hook": True, "replicas": 2})
    assert demo.stored() == {1: "deployed", 2: "pending-upgrade"}
    recovered = demo.release(workload_chart, {"replicas": 2})
    assert (recovered["operation"], recovered["revision"]) == ("recovered", 2)
    assert recovered["reason"] == "revision 2 was left in state pending-upgrade"
    assert demo.stored() == {1: "superseded", 2: "deployed"}
    assert demo.get("apps/v1", "Deployment", "demo-web")["spec"]["replicas"] == 2


def test_an_interrupted_uninstallation_is_finished_first(demo, workload_chart):
    demo.release(workload_chart)
    secret = demo.get("v1", "Secret", "sh.helm.release.v1.demo.v1")
    secret["metadata"]["labels"]["status"] = "uninstalling"
    del secret["metadata"]["managedFields"]
    demo.cluster.client.apply(secret, force=True)
    recovered = demo.release(workload_chart)
    assert (recovered["operation"], recovered["reason"]) == ("recovered", "an uninstallation was interrupted")
    assert demo.stored() == {1: "deployed"}
