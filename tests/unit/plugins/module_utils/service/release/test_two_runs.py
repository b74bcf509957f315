# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs on one release: what one of them judged, the other one changes before the first acts on it."""

from __future__ import annotations

import itertools
import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    OvertakenError,
    ReleaseError,
    WorkloadError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._release import leftovers

NAMESPACE = "data"
TWO, THREE = {"replicas": 2}, {"replicas": 3}
LEASE = ("create", "Lease", "demo-release")
CLAIM = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "logs", "namespace": NAMESPACE}}


@pytest.fixture
def other(demo):
    """The other run, on the same cluster."""
    return demo.other()


def open_second_revision(demo):
    """Bring about a first revision that works, and a second one of which nobody knows whether it does."""
    demo.release()
    demo.trouble = ["no such image"]
    with pytest.raises(WorkloadError):
        demo.release(TWO)


def before(demo, write, step):
    """Let something happen right before a write of the run under test."""

    def happen(found):
        if found == write:
            demo.api.before_write = lambda unused: None
            step()

    demo.api.before_write = happen


def replicas(demo):
    return demo.api.get("apps/v1", "Deployment", "demo-web", NAMESPACE)["spec"]["replicas"]


def by_hand(demo, values):
    """Upgrade as helm by hand does, which knows of no Lease and no ledger."""
    demo.helm.upgrade("demo", NAMESPACE, "", values, {}, 5)


# Waiting for what is deployed


def test_a_newer_revision_that_works_is_not_rolled_back(demo, other):
    open_second_revision(demo)
    demo.meanwhile = [lambda: other.release(THREE)]
    demo.trouble = ["no such image"]
    with pytest.raises(OvertakenError) as raised:
        demo.release(TWO, on_failure="rollback")
    assert replicas(demo) == 3
    assert demo.ledger()[-1] == (3, "upgraded", "deployed")
    assert "rollback" not in demo.helm.commands
    assert str(raised.value) == (
        "Stopped waiting for release data/demo: this run waited for revision 2. Meanwhile bob@two made revision 3, which "
        "is deployed. This run changed nothing. Find out which of the two is wanted; if it is what this inventory says, "
        "run again."
    )


@pytest.mark.parametrize("message", ["", "a node is gone"])
@pytest.mark.parametrize("on_failure", ["keep", "rollback"])
def test_what_is_there_no_more_is_not_reported_as_unchanged(demo, other, message, on_failure):
    """Also where it was known to work, so that nothing is to be noted."""
    demo.release(TWO)
    demo.meanwhile = [lambda: other.release(THREE)]
    demo.trouble = [message]
    with pytest.raises(OvertakenError, match="waited for revision 1. Meanwhile bob@two made revision 2"):
        demo.release(TWO, on_failure=on_failure)
    assert replicas(demo) == 3


def test_a_server_that_cannot_be_asked_again_does_not_hide_why_the_wait_ended(demo):
    demo.release()

    def fail():
        def answer(*unused):
            raise demo.api.error(503)

        demo.api.list_metadata = answer

    demo.meanwhile, demo.trouble = [fail], ["a node is gone"]
    with pytest.raises(WorkloadError, match="a node is gone"):
        demo.release()


def test_a_revision_is_not_noted_as_working_because_another_one_does(demo, other):
    open_second_revision(demo)
    demo.meanwhile = [lambda: other.release(THREE)]
    with pytest.raises(OvertakenError, match="Meanwhile bob@two made revision 3"):
        demo.release(TWO)
    assert demo.ledger()[1:] == [(2, "upgraded", "failed"), (3, "upgraded", "deployed")]


@pytest.mark.parametrize("message", ["", "it was deleted meanwhile"])
def test_the_same_again_by_another_run_is_waited_for_in_its_turn(demo, other, message):
    open_second_revision(demo)
    demo.lose("ConfigMap", "demo-settings")
    demo.meanwhile = [lambda: other.release(TWO)]
    demo.trouble = [message]
    done = demo.release(TWO, on_failure="rollback", drift="ignore")
    assert (done["changed"], done["revision"]) == (False, 3)
    assert demo.ledger()[-1] == (3, "recovered", "deployed") and len(demo.waits) == 4


def test_what_another_run_has_seen_work_is_not_rolled_back(demo, other):
    open_second_revision(demo)
    demo.meanwhile = [lambda: other.release(TWO)]
    demo.trouble = ["no such image"]
    with pytest.raises(ReleaseError, match="not rolled back, because another run has seen revision 2 work meanwhile. Push it"):
        demo.release(TWO, on_failure="rollback")
    assert demo.ledger()[1:] == [(2, "upgraded", "deployed")] and replicas(demo) == 2


def test_two_that_saw_it_work_note_it_once(demo, other):
    open_second_revision(demo)
    demo.meanwhile = [lambda: other.release(TWO)]
    assert not demo.release(TWO)["changed"]
    assert [write[1] for write in demo.api.writes].count("ConfigMap") == 1


@pytest.mark.parametrize("message", ["", "it was deleted meanwhile"])
def test_a_release_that_another_run_removes_is_not_brought_back(demo, other, message):
    open_second_revision(demo)
    demo.meanwhile = [other.remove]
    demo.trouble = [message]
    with pytest.raises(OvertakenError, match="waited for revision 2. Meanwhile it was removed. This run changed nothing"):
        demo.release(TWO, on_failure="rollback")
    assert demo.api.objects == {}


def test_a_release_that_was_removed_and_made_anew_is_another_one(demo, other):
    demo.trouble = ["no such image"]
    with pytest.raises(WorkloadError):
        demo.release()

    def replace():
        other.remove()
        other.release(THREE)

    demo.meanwhile = [replace]
    with pytest.raises(OvertakenError, match="waited for revision 1. Meanwhile bob@two made revision 1, which is deployed"):
        demo.release()
    assert replicas(demo) == 3


def test_what_another_run_rolled_back_is_not_noted_as_working(demo, other):
    open_second_revision(demo)
    demo.meanwhile = [lambda: other.roll_back(1)]
    with pytest.raises(OvertakenError, match="Meanwhile bob@two made revision 3"):
        demo.release(TWO)
    assert demo.ledger()[1] == (2, "upgraded", "failed") and replicas(demo) == 1


def test_a_rollback_that_is_waited_for_may_be_overtaken_as_well(demo, other):
    open_second_revision(demo)
    demo.trouble = ["no such image"]
    with pytest.raises(WorkloadError):
        demo.roll_back(1)
    demo.meanwhile = [lambda: other.release(THREE)]
    with pytest.raises(OvertakenError, match="waited for revision 3. Meanwhile bob@two made revision 4"):
        demo.roll_back(1)
    assert demo.ledger()[2:] == [(3, "rolled_back", "failed"), (4, "upgraded", "deployed")]


def test_the_same_rollback_by_another_run_is_waited_for_in_its_turn(demo, other):
    open_second_revision(demo)
    demo.trouble = ["no such image"]
    with pytest.raises(WorkloadError):
        demo.roll_back(1)
    demo.lose("ConfigMap", "demo-settings")
    demo.meanwhile = [lambda: other.roll_back(1)]
    assert demo.roll_back(1, drift="ignore")["revision"] == 4
    assert demo.ledger()[-1] == (4, "rolled_back", "deployed")


# Between the look and the Lease


def test_what_another_run_has_recovered_is_not_recovered_again(demo, other):
    demo.release()
    demo.helm.keep("demo", 2, "pending-upgrade")
    before(demo, LEASE, lambda: other.release(TWO))
    assert (demo.release(TWO)["operation"], demo.helm.statuses()) == ("unchanged", {1: "superseded", 2: "deployed"})
    assert demo.helm.commands == ["upgrade", "upgrade"]


def test_what_another_run_has_rolled_back_is_not_rolled_back_again(demo, other):
    demo.release()
    demo.release(TWO)
    before(demo, LEASE, lambda: other.roll_back(1))
    assert (demo.roll_back(1)["operation"], len(demo.helm.statuses())) == ("unchanged", 3)


def test_a_release_that_another_run_has_upgraded_is_not_removed(demo, other):
    demo.release()
    before(demo, LEASE, lambda: other.release(TWO))
    with pytest.raises(OvertakenError) as raised:
        demo.remove()
    assert str(raised.value) == (
        "Did not remove release data/demo: when this run looked, revision 1 was deployed. Meanwhile bob@two made revision "
        "2, which is deployed. Nothing was removed. Find out whether the new revision is in use. If it is to go as well, "
        "run again."
    )
    assert replicas(demo) == 2 and demo.ledger()[-1] == (2, "upgraded", "deployed")
    assert demo.remove()["changed"] and demo.api.objects == {}


def test_a_release_that_another_run_installs_is_not_removed(demo, other):
    claim = demo.api.put(CLAIM)
    before(demo, LEASE, other.release)
    with pytest.raises(OvertakenError, match="when this run looked, there was no release. Meanwhile bob@two made revision 1"):
        demo.remove(purge=[{"kind": claim["kind"], "name": "logs"}])
    assert demo.api.get("v1", claim["kind"], "logs", NAMESPACE) == claim


@pytest.mark.parametrize("finished", [True, False])
def test_a_removal_that_another_run_began_is_finished(demo, other, finished):
    demo.release()

    def begin():
        secret = demo.helm.stored()[1]
        secret["metadata"]["labels"]["status"] = "uninstalling"
        demo.api.put(secret)

    before(demo, LEASE, other.remove if finished else begin)
    assert demo.remove()["operation"] == "uninstalled" and demo.api.objects == {}


# Between the look under the Lease and the write


def test_a_claim_that_was_made_anew_is_not_purged(demo):
    demo.release()
    demo.api.put(CLAIM)

    def make_anew():
        demo.lose(CLAIM["kind"], "logs")
        demo.api.put(CLAIM)

    before(demo, ("delete", CLAIM["kind"], "logs"), make_anew)
    with pytest.raises(OvertakenError) as raised:
        demo.remove(purge=[{"kind": CLAIM["kind"], "name": "logs"}])
    assert str(raised.value) == (
        "Could not delete PersistentVolumeClaim data/logs: somebody deleted it and made another one of its name since this "
        "run looked. The new one was left. Look at the new one, and run again if it is to go as well."
    )
    assert demo.api.get("v1", CLAIM["kind"], "logs", NAMESPACE)


def test_a_key_that_was_made_anew_stays(demo):
    demo.release()

    def make_anew():
        demo.lose("Secret", "demo-fingerprint")
        demo.secret("demo-fingerprint", **{"hmac-key": "another"})

    before(demo, ("delete", "Secret", "demo-fingerprint"), make_anew)
    with pytest.raises(OvertakenError, match="Secret data/demo-fingerprint"):
        demo.remove()
    assert demo.api.get("v1", "Secret", "demo-fingerprint", NAMESPACE)


def test_a_pending_revision_that_helm_ends_after_all_is_not_dropped(demo):
    demo.release()
    demo.helm.keep("demo", 2, "pending-upgrade")
    before(demo, ("delete", "Secret", "sh.helm.release.v1.demo.v2"), lambda: demo.helm.keep("demo", 2, "deployed"))
    with pytest.raises(OvertakenError) as raised:
        demo.release(TWO, on_failure="rollback")
    assert str(raised.value) == (
        "Could not recover release data/demo: revision 2 was pending-upgrade when this run looked, and somebody has written "
        "to it since, so that helm is still at work on it. It was left as it is. Wait until that helm has ended, then run "
        "again: `helm history` shows the revision."
    )
    assert demo.helm.statuses()[2] == "deployed" and demo.helm.commands == ["upgrade"]


@pytest.mark.parametrize("message", ["", "no such image"])
def test_what_helm_by_hand_puts_there_is_neither_noted_nor_rolled_back(demo, message):
    demo.release()
    demo.meanwhile = [lambda: by_hand(demo, THREE)]
    demo.trouble = [message]
    with pytest.raises((OvertakenError, ReleaseError), match="Meanwhile somebody made revision 3, which is deployed"):
        demo.release(TWO, on_failure="rollback")
    assert demo.ledger()[-1] == (2, "upgraded", "failed") and replicas(demo) == 3
    assert "rollback" not in demo.helm.commands


def test_a_failed_revision_of_helm_by_hand_is_not_taken_for_ones_own(demo):
    demo.release()
    demo.helm.refuse["upgrade"] = "another operation is in progress"
    upgrade = demo.helm.upgrade

    def be_late(*arguments):
        demo.helm.upgrade = upgrade
        demo.helm.keep("demo", 2, "failed")
        upgrade(*arguments)

    demo.helm.upgrade = be_late
    with pytest.raises(ReleaseError, match="in progress. It was not rolled back. Meanwhile alice@one made revision 2, which is failed"):
        demo.release(TWO, on_failure="rollback")
    assert demo.helm.statuses() == {1: "deployed", 2: "failed"}


def test_a_revision_that_helm_drops_cannot_be_gone_back_to(demo):
    demo.release()
    demo.release(TWO)
    reads, found = itertools.count(1), demo.api.list_metadata

    def list_metadata(*arguments):
        # After the look without the Lease and the one under it, what is rolled back is read.
        if next(reads) == 3:
            demo.lose("Secret", "sh.helm.release.v1.demo.v1")
        return found(*arguments)

    demo.api.list_metadata = list_metadata
    with pytest.raises(OvertakenError) as raised:
        demo.roll_back(1)
    assert str(raised.value).startswith(
        "Could not roll back release data/demo to revision 1: helm has dropped that revision since this run looked."
    )
    assert "rollback" not in demo.helm.commands


def left_behind(demo):
    """Make what a killed run left: one ConfigMap of a revision that is pending."""
    annotations = {leftovers.NAME_ANNOTATION: "demo", leftovers.NAMESPACE_ANNOTATION: NAMESPACE}
    metadata = {"name": "mine", "namespace": NAMESPACE, "annotations": annotations}
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    demo.release()
    demo.api.put(made)
    demo.helm.keep("demo", 2, "pending-upgrade", {"manifest": json.dumps(made)})
    return made


@pytest.mark.parametrize(
    ("annotations", "stays"),
    [
        ({leftovers.POLICY_ANNOTATION: leftovers.KEEP}, True),
        ({leftovers.NAME_ANNOTATION: "theirs"}, True),
        ({"note": "x"}, False),
    ],
)
def test_what_is_left_is_judged_again_where_it_changed(demo, annotations, stays):
    made = left_behind(demo)

    def change():
        demo.api.put({**made, "metadata": {**made["metadata"], "annotations": {**made["metadata"]["annotations"], **annotations}}})

    before(demo, ("delete", "ConfigMap", "mine"), change)
    demo.release(TWO)
    assert bool(demo.api.get("v1", "ConfigMap", "mine", NAMESPACE)) is stays
