# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import pods
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rollout import (
    ATTEMPT_SECONDS,
    FORMER_POD_GRACE_SECONDS,
    Rollout,
)

REVISION = "deployment.kubernetes.io/revision"


def target(kind="Deployment", name="web", revision="2", **status):
    annotations = {REVISION: revision, "deprecated.daemonset.template.generation": revision}
    metadata = {"name": name, "namespace": "n", "uid": name, "generation": 1, "annotations": annotations}
    return {"kind": kind, "metadata": metadata, "spec": {}, "status": {"observedGeneration": 1, **status}}


def replica_set(revision, owner="web"):
    metadata = {
        "name": f"rs-{revision}",
        "namespace": "n",
        "uid": f"rs-{revision}",
        "annotations": {REVISION: revision},
    }
    return {"kind": "ReplicaSet", "metadata": {**metadata, "ownerReferences": [{"uid": owner}]}}


def pod(name, owner, reason="InvalidImageName", restarts=0, labels=None, message=""):
    status = {"name": "main", "restartCount": restarts, "state": {"waiting": {"reason": reason, "message": message}}}
    owners = [{"uid": owner, "kind": "ReplicaSet", "controller": True}]
    metadata = {"name": name, "namespace": "n", "uid": name, "ownerReferences": owners, "labels": labels or {}}
    return {
        "kind": "Pod",
        "metadata": metadata,
        "spec": {},
        "status": {"phase": "Pending", "containerStatuses": [status]},
    }


def rollout(*targets, noted=()):
    picture = Rollout(targets)
    for item in noted:
        picture.note("ADDED", item)
    return picture


def suspected(picture):
    return [
        (suspect.pod["metadata"]["name"] if suspect.pod else None, suspect.diagnosis.reason)
        for suspect in picture.suspects()
    ]


def test_pods_of_the_former_revision_are_not_judged():
    noted = [
        replica_set("1"),
        replica_set("2"),
        replica_set("3", "other"),
        pod("old", "rs-1"),
        pod("new", "rs-2"),
        pod("else", "rs-3"),
    ]
    picture = rollout(target(), noted=noted)
    assert suspected(picture) == [("new", "InvalidImageName")]
    assert [item["metadata"]["name"] for item in picture.pods_of(picture.targets["Deployment", "n", "web"])] == [
        "new",
        "old",
    ]


def test_nothing_is_judged_before_the_controller_saw_the_definition():
    unseen = target(observedGeneration=0)
    assert suspected(rollout(unseen, noted=[replica_set("2"), pod("new", "rs-2")])) == []


def test_a_daemon_of_the_former_generation_is_not_judged():
    picture = rollout(target("DaemonSet", desiredNumberScheduled=2))
    picture.note("ADDED", pod("old", "web", labels={"pod-template-generation": "1"}))
    picture.note("ADDED", pod("new", "web", labels={"pod-template-generation": "2"}))
    assert suspected(picture) == [("new", "InvalidImageName")]


def test_a_former_pod_of_a_stateful_set_blocks_it_and_is_to_be_deleted():
    picture = rollout(target("StatefulSet", updateRevision="b"))
    picture.note("ADDED", pod("web-0", "web", labels={"controller-revision-hash": "a"}))
    (suspect,) = picture.suspects()
    assert suspect.diagnosis.grace_seconds == FORMER_POD_GRACE_SECONDS
    assert "kubectl delete pod --namespace n web-0" in suspect.diagnosis.remedy


@pytest.mark.parametrize(
    ("kind", "strategy", "labels", "ready_since", "wanted"),
    [
        ("StatefulSet", {"type": "RollingUpdate"}, {"controller-revision-hash": "a"}, None, True),
        ("StatefulSet", {"type": "RollingUpdate"}, {"controller-revision-hash": "b"}, None, False),
        ("StatefulSet", {"type": "RollingUpdate"}, {"controller-revision-hash": "a"}, "2026-03-01T12:30:00Z", False),
        # With these, a pod that is deleted may come back as it was.
        ("StatefulSet", {"type": "OnDelete"}, {"controller-revision-hash": "a"}, None, False),
        ("StatefulSet", {"rollingUpdate": {"partition": 1}}, {"controller-revision-hash": "a"}, None, False),
        ("DaemonSet", {}, {"pod-template-generation": "2"}, None, False),
    ],
)
def test_which_pods_are_replaced(kind, strategy, labels, ready_since, wanted):
    item = target(kind, updateRevision="b", desiredNumberScheduled=1)
    item["spec"] = {"updateStrategy": strategy}
    held = pod("web-0", "web", "CrashLoopBackOff", 5, labels)
    if ready_since:
        held["status"].update(startTime="2026-03-01T12:00:00Z")
        held["status"]["conditions"] = [{"type": "Ready", "status": "False", "lastTransitionTime": ready_since}]
    (suspect,) = rollout(item, noted=[held]).suspects()
    assert suspect.is_replaceable is wanted


def test_what_can_be_replaced_gets_no_further_attempt():
    picture = rollout(target("StatefulSet", updateRevision="b"))
    backing_off = pod("web-0", "web", "ImagePullBackOff", labels={"controller-revision-hash": "a"}, message="no such host")
    picture.note("ADDED", backing_off)
    assert picture.suspects()[0].diagnosis.grace_seconds == FORMER_POD_GRACE_SECONDS


def test_what_was_backing_off_at_first_sight_gets_one_more_attempt():
    crashing = pod("new", "rs-2", "CrashLoopBackOff", 5, message="back-off 40s restarting failed container")
    picture = rollout(target(), noted=[replica_set("2"), crashing])
    assert picture.suspects()[0].diagnosis.grace_seconds == 40 + ATTEMPT_SECONDS
    again = pod("new", "rs-2", "CrashLoopBackOff", 6, message="back-off 1m20s restarting failed container")
    picture.note("MODIFIED", again)
    assert picture.suspects()[0].diagnosis.grace_seconds == 0


def test_what_began_to_back_off_meanwhile_needs_no_further_attempt():
    picture = rollout(target(), noted=[replica_set("2"), pod("new", "rs-2", "ContainerCreating")])
    picture.note("MODIFIED", pod("new", "rs-2", "CrashLoopBackOff", pods.CRASH_RESTARTS))
    assert picture.suspects()[0].diagnosis.grace_seconds == 0


def test_an_old_pull_error_counts_once_the_kubelet_has_tried_again():
    gone = "manifest unknown"
    picture = rollout(target(), noted=[replica_set("2"), pod("new", "rs-2", "ImagePullBackOff", message=gone)])
    assert picture.suspects()[0].diagnosis.grace_seconds == pods.LONGEST_BACK_OFF_SECONDS + ATTEMPT_SECONDS
    for reason in ("ErrImagePull", "ImagePullBackOff"):
        picture.note("MODIFIED", pod("new", "rs-2", reason, message=gone))
        assert picture.suspects()[0].diagnosis.grace_seconds == 0


def test_deleted_pods_are_forgotten_and_ready_targets_not_judged():
    picture = rollout(target(), noted=[replica_set("2"), pod("new", "rs-2")])
    picture.note("DELETED", pod("new", "rs-2"))
    assert suspected(picture) == []
    picture.note("ADDED", pod("new", "rs-2"))
    picture.note("MODIFIED", target(replicas=1, updatedReplicas=1, availableReplicas=1))
    assert suspected(picture) == [] and picture.unready() == []


def test_events_reach_the_owner():
    picture = rollout(target("StatefulSet"))
    event = {"kind": "Event", "metadata": {"uid": "e"}, "involvedObject": {"uid": "web"}, "reason": "FailedCreate"}
    picture.note(
        "ADDED",
        {**event, "message": "violates PodSecurity", "lastTimestamp": "2026-01-01T00:00:00Z", "type": "Warning"},
    )
    assert suspected(picture) == [(None, "FailedCreate")]
    assert picture.last_warning(picture.targets["StatefulSet", "n", "web"]) == "violates PodSecurity"


@pytest.mark.parametrize(
    ("status", "vanished"), [({}, True), ({"conditions": [{"type": "Complete", "status": "True"}]}, False)]
)
def test_a_job_may_vanish_once_it_is_complete(status, vanished):
    picture = rollout(target("Job"))
    picture.note("DELETED", target("Job", **status))
    assert bool(picture.vanished) is vanished and bool(picture.unready()) is vanished


def test_what_is_not_there_is_reported():
    picture = rollout(target(), target(name="other"), target("Job"))
    picture.note("ADDED", target())
    picture.note_complete("Deployment", "n")
    assert picture.vanished == {("Deployment", "n", "other")}


def test_the_summary_names_the_unready_first():
    ready = target(name="a", replicas=1, updatedReplicas=1, availableReplicas=1)
    assert rollout(ready, target(name="b")).summary() == "b 0/1 ready, a 1/1 ready"
    assert rollout(*(target(name=f"d{number}") for number in range(9))).summary().endswith("d5 0/1 ready, 3 more")


def test_failed_jobs_are_reported():
    failed = target("Job", conditions=[{"type": "Failed", "status": "True"}])
    assert rollout(failed, target()).failed_jobs() == [failed]
