# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module release with others: two runs at the same time, a run that was killed, a run whose Lease was taken."""

from __future__ import annotations

import signal

import pytest

LIMIT_SECONDS = 300


@pytest.fixture
def at_work(demo, start_module, wait_for, workload_chart):
    """A run whose helm waits for a hook that never ends: (its process, its Lease)."""
    with start_module("release", demo.arguments(workload_chart, {"hook": True})) as module:
        wait_for(lambda: demo.get("batch/v1", "Job", "demo-hook"))
        yield module, demo.lease()
        module.kill()


def test_a_run_holds_the_lease_and_renews_it(demo, at_work, wait_for):
    module, lease = at_work
    assert f"process {module.pid} (" in lease["spec"]["holderIdentity"]
    assert lease["spec"]["leaseDurationSeconds"] == 30
    wait_for(lambda: demo.lease()["spec"]["renewTime"] > lease["spec"]["renewTime"])
    assert demo.lease()["spec"]["acquireTime"] == lease["spec"]["acquireTime"]
    assert demo.info()["holder"] == lease["spec"]["holderIdentity"]


def test_a_second_run_names_the_first_and_touches_nothing(demo, at_work, workload_chart):
    unused_module, lease = at_work
    before = demo.stored()
    for arguments in ({}, {"state": "absent"}, {"state": "rolled_back", "revision": 1}):
        second = demo.release(workload_chart, {"replicas": 2}, lease_timeout=2, **arguments, fails=True)
        if arguments.get("state") == "rolled_back":
            assert "helm keeps no such revision" in second["msg"]
            continue
        assert second["holder"] == lease["spec"]["holderIdentity"]
        assert f"has been at work on it since {lease['spec']['acquireTime']}" in second["msg"]
    assert demo.stored() == before == {1: "pending-install"}


def test_a_second_run_waits_for_the_first(demo, start_module, result_of, workload_chart):
    """Both apply the same, so one of them finds nothing left to do."""
    starts = [start_module("release", demo.arguments(workload_chart, lease_timeout=LIMIT_SECONDS)) for unused in range(2)]
    results = [result_of(module) for module in starts]
    for module in starts:
        module.wait()
    assert sorted(result["operation"] for result in results) == ["installed", "unchanged"]
    assert demo.stored() == {1: "deployed"} and demo.lease() is None


def test_the_lease_of_a_killed_run_of_this_machine_is_taken_at_once(demo, at_work, workload_chart):
    module, lease = at_work
    module.send_signal(signal.SIGKILL)
    module.wait()
    assert demo.lease()["spec"]["holderIdentity"] == lease["spec"]["holderIdentity"]
    demo.cluster.client.delete("batch/v1", "Job", "demo-hook", demo.namespace)
    # Less than a Lease lasts that nobody renews, so waiting for its end is of no use.
    assert demo.release(workload_chart, lease_timeout=lease["spec"]["leaseDurationSeconds"] // 2)["operation"] == "recovered"
    assert demo.lease() is None


def test_the_lease_of_a_run_elsewhere_is_taken_when_it_was_not_renewed(demo, config_chart):
    metadata = {"name": "demo-release", "namespace": demo.namespace}
    spec = {
        "holderIdentity": "alice@elsewhere",
        "leaseDurationSeconds": 4,
        # What the holder's clock says is of no account.
        "acquireTime": "2040-01-01T00:00:00.000000Z",
        "renewTime": "2040-01-01T00:00:00.000000Z",
    }
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
    demo.cluster.client.create(lease)
    early = demo.release(config_chart, lease_timeout=0, fails=True)
    assert early["holder"] == "alice@elsewhere" and demo.stored() == {}
    assert demo.release(config_chart, lease_timeout=LIMIT_SECONDS)["operation"] == "installed"
    assert demo.lease() is None


def test_a_run_that_loses_its_lease_stops_helm_and_fails(demo, at_work, children_of, runs, result_of):
    module, unused_lease = at_work
    helms = children_of(module)
    assert helms
    # Not a replacement of what was read: the run may renew the Lease between the two.
    demo.change("Lease", "demo-release", spec={"holderIdentity": "bob@elsewhere"})
    lost = result_of(module)
    assert lost["failed"] and "bob@elsewhere took the Lease over" in lost["msg"] and "helm was stopped" in lost["msg"]
    assert not any(map(runs, helms))
    # It belongs to the other run.
    assert demo.lease()["spec"]["holderIdentity"] == "bob@elsewhere"


def test_a_run_with_nothing_to_change_takes_no_lease(demo, config_chart):
    demo.release(config_chart)
    metadata = {"name": "demo-release", "namespace": demo.namespace}
    spec = {"holderIdentity": "alice@elsewhere", "leaseDurationSeconds": 3600}
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
    made = demo.cluster.client.create(lease)
    before = demo.versions()
    assert not demo.release(config_chart, lease_timeout=0)["changed"]
    assert demo.versions() == before
    assert demo.lease()["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]


def test_what_another_run_releases_during_a_wait_is_not_rolled_back(
    demo, start_module, result_of, wait_for, workload_chart, tmp_path
):
    """The wait takes no Lease; what follows from it does, and looks again."""
    nowhere, progress = {"selector": {"windrose.test/nowhere": "true"}}, tmp_path / "progress"
    demo.release(workload_chart)
    demo.release(workload_chart, nowhere, wait=False)
    assert demo.attempts()[-1] == (2, "upgraded", "applied")
    arguments = demo.arguments(workload_chart, nowhere, on_failure="rollback", lease_timeout=LIMIT_SECONDS)
    with start_module("release", arguments, WINDROSE_PROGRESS_FILE=str(progress)) as module:
        wait_for(lambda: progress.exists() and "demo-web" in progress.read_text())
        demo.release(workload_chart, {"replicas": 2})
        first = result_of(module)
    assert first["failed"] and "this run waited for revision 2. Meanwhile " in first["msg"]
    assert "made revision 3, which is deployed. This run changed nothing" in first["msg"]
    assert demo.stored() == {1: "superseded", 2: "superseded", 3: "deployed"}
    assert [outcome for unused, unused_too, outcome in demo.attempts()] == ["deployed", "applied", "deployed"]
