# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError, WorkloadError
from ansible_collections.windrose.airflow.plugins.module_utils._release import ledger
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.installation import ReleaseService

NAMESPACE = "data"


@pytest.mark.parametrize("status", ["pending-install", "pending-upgrade", "pending-rollback", "failed"])
def test_what_a_killed_run_left_is_taken_up(demo, status):
    demo.release()
    demo.helm.keep("demo", 2, status)
    recovered = demo.release()
    assert recovered["operation"] == "recovered"
    assert demo.helm.statuses()[recovered["revision"]] == "deployed"
    assert not demo.release()["changed"]


def test_a_failure_is_kept_to_be_looked_at(demo):
    demo.release()
    demo.helm.fail["upgrade"] = "it cannot be"
    with pytest.raises(ReleaseError, match="Could not apply release: it cannot be. Fix it."):
        demo.release({"replicas": 2})
    assert demo.helm.statuses() == {1: "deployed", 2: "failed"}
    assert demo.ledger()[-1] == (2, "upgraded", "failed")


def test_a_failure_is_rolled_back(demo):
    demo.release()
    demo.helm.fail["upgrade"] = "it cannot be"
    with pytest.raises(ReleaseError) as raised:
        demo.release({"replicas": 2}, on_failure="rollback")
    assert str(raised.value) == (
        "Could not release release data/demo: Could not apply release: it cannot be. "
        "The release was rolled back to revision 1, which works again as revision 3. Fix it."
    )
    assert (raised.value.fields["rolled_back_to"], raised.value.fields["revision"]) == (1, 3)
    assert demo.helm.statuses() == {1: "superseded", 2: "failed", 3: "deployed"}
    assert demo.ledger()[1:] == [(2, "upgraded", "rolled back"), (3, "rolled_back", "deployed")]
    # Its fingerprint is that of revision 1, so a plain second run tries the wanted values again.
    assert demo.release({"replicas": 2}, check=True)["operation"] == "upgraded"


def test_a_hopeless_wait_is_rolled_back_to_what_is_known_to_have_worked(demo):
    demo.release()
    demo.trouble = ["no such image"]
    with pytest.raises(WorkloadError):
        demo.release({"replicas": 2})
    demo.trouble = ["no such image either", ""]
    with pytest.raises(
        ReleaseError, match="rolled back to revision 1, which works again as revision 4. Push it."
    ) as raised:
        demo.release({"replicas": 3}, on_failure="rollback")
    assert raised.value.fields["reason"] == "Pull"
    assert demo.api.get("apps/v1", "Deployment", "demo-web", NAMESPACE)["spec"]["replicas"] == 1


def test_a_rollback_may_fail_as_well(demo):
    demo.release()
    demo.helm.fail.update(upgrade="it cannot be", rollback="that neither")
    with pytest.raises(ReleaseError, match="it cannot be. The rollback to revision 1 failed as well: .*that neither"):
        demo.release({"replicas": 2}, on_failure="rollback")
    assert demo.ledger()[1:] == [(2, "upgraded", "failed"), (3, "rolled_back", "failed")]
    assert demo.release({"replicas": 2})["operation"] == "recovered"


def test_nothing_is_rolled_back_where_nothing_was_applied_or_nothing_worked_before(demo):
    demo.helm.fail["upgrade"] = "it cannot be"
    with pytest.raises(ReleaseError, match="not rolled back, because no earlier revision is known to have worked"):
        demo.release(on_failure="rollback")
    demo.release()
    demo.helm.refuse["upgrade"] = "the values are wrong"
    with pytest.raises(ReleaseError) as raised:
        demo.release({"replicas": "x"}, on_failure="rollback")
    assert str(raised.value) == "Could not apply release: the values are wrong. Fix it."
    assert "rollback" not in demo.helm.commands


def test_a_wait_that_was_cut_short_is_taken_up_and_noted(demo):
    demo.trouble = ["no such image"]
    with pytest.raises(WorkloadError):
        demo.release()
    assert demo.ledger() == [(1, "installed", "failed")]
    assert not demo.release()["changed"]
    assert demo.ledger() == [(1, "installed", "deployed")]
    assert not demo.release()["changed"] and demo.api.writes == []


def test_what_once_worked_is_not_rolled_back_when_its_nodes_are_in_trouble(demo):
    demo.release()
    demo.release({"replicas": 2})
    demo.trouble = ["a node is gone"]
    with pytest.raises(WorkloadError, match="a node is gone"):
        demo.release({"replicas": 2}, on_failure="rollback")
    assert demo.helm.statuses() == {1: "superseded", 2: "deployed"}
    assert demo.api.writes == []


def test_an_unfinished_revision_that_does_not_work_is_rolled_back_by_the_next_run(demo):
    demo.release()
    demo.trouble = ["no such image"]
    with pytest.raises(WorkloadError):
        demo.release({"replicas": 2})
    demo.trouble = ["no such image", ""]
    with pytest.raises(ReleaseError, match="rolled back to revision 1, which works again as revision 3"):
        demo.release({"replicas": 2}, on_failure="rollback")


def test_a_lost_lease_forbids_everything_that_would_follow(demo):
    demo.release()
    tools = demo.tools()
    applied = demo.helm.upgrade

    def lose_it(*arguments):
        live = tools.lease.read()
        demo.api.put({**live, "spec": {**live["spec"], "holderIdentity": "bob@two"}})
        tools.lease.renew()
        applied(*arguments)

    demo.helm.upgrade = lose_it
    service = ReleaseService(tools, demo.params(chart_values={"replicas": 2}, on_failure="rollback"))
    with pytest.raises(ReleaseError, match="bob@two took the Lease over, .* helm was stopped"):
        service.ensure_present(False, False)
    assert "rollback" not in demo.helm.commands
    # The next run finds the entry open, and closes it.
    assert demo.ledger()[-1] == (2, "upgraded", "started")
    del demo.api.objects[("coordination.k8s.io/v1", "Lease", NAMESPACE, "demo-release")]
    demo.helm.upgrade = applied
    demo.release({"replicas": 2})
    assert demo.ledger()[-1] == (2, "upgraded", "deployed")
    demo.release({"replicas": 3})
    assert demo.release({"replicas": 3})["changed"] is False


def test_a_new_attempt_closes_the_entry_of_a_killed_one(demo):
    demo.release()
    config_map = demo.api.get("v1", "ConfigMap", "demo-ledger", NAMESPACE)
    begun = ledger.begun(ledger.entries(config_map), {"revision": 2, "operation": "upgraded"})
    demo.api.put({**config_map, "data": {ledger.DATA_KEY: ledger.text(begun)}})
    demo.release({"replicas": 2})
    assert demo.ledger()[1:] == [(2, "upgraded", "interrupted"), (2, "upgraded", "deployed")]


def test_what_nobody_waited_for_is_applied_until_somebody_sees_it_work(demo):
    demo.release()
    demo.release({"replicas": 2}, wait=False)
    assert demo.ledger()[-1] == (2, "upgraded", "applied")
    # A run that does not wait either learns nothing about it.
    assert not demo.release({"replicas": 2}, wait=False)["changed"] and demo.api.writes == []
    assert not demo.release({"replicas": 2})["changed"]
    assert demo.ledger()[-1] == (2, "upgraded", "deployed")
    assert not demo.release({"replicas": 2})["changed"] and demo.api.writes == []


def test_what_nobody_waited_for_is_not_what_to_go_back_to(demo):
    demo.release()
    demo.release({"replicas": 2}, wait=False)
    demo.trouble = ["no such image", ""]
    with pytest.raises(ReleaseError, match="rolled back to revision 1, which works again as revision 4"):
        demo.release({"replicas": 3}, on_failure="rollback")


def test_what_nobody_waited_for_is_rolled_back_by_the_first_who_waits_in_vain(demo):
    demo.release()
    demo.release({"replicas": 2}, wait=False)
    demo.trouble = ["no such image", ""]
    with pytest.raises(ReleaseError, match="rolled back to revision 1, which works again as revision 3"):
        demo.release({"replicas": 2}, on_failure="rollback")
    assert demo.ledger()[1:] == [(2, "upgraded", "rolled back"), (3, "rolled_back", "deployed")]


def test_a_rollback_that_nobody_waits_for_does_not_claim_to_work(demo):
    demo.release()
    demo.helm.fail["upgrade"] = "it cannot be"
    with pytest.raises(ReleaseError, match="rolled back to revision 1 as revision 3; nobody waited until it works. Fix it"):
        demo.release({"replicas": 2}, on_failure="rollback", wait=False)
    assert demo.ledger()[-1] == (3, "rolled_back", "applied") and demo.waits == [["demo-web"]]


def test_a_repair_and_a_rollback_on_request_are_applied_only_as_well(demo):
    demo.release()
    demo.lose("Deployment", "demo-web")
    demo.release(wait=False)
    demo.release({"replicas": 2})
    demo.roll_back(1, wait=False)
    assert [outcome for unused, unused_too, outcome in demo.ledger()] == ["deployed", "applied", "deployed", "applied"]
    assert not demo.roll_back(1, wait=False)["changed"] and demo.api.writes == []
    assert not demo.roll_back(1)["changed"] and demo.ledger()[-1] == (4, "rolled_back", "deployed")
