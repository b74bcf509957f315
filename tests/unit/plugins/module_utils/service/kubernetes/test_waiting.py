# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import queue
import threading
import time

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, WaitTimeoutError, WorkloadError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import pods, rollout
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rollout import key_of
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes import removal, waiting
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.removal import wait_until_gone
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.waiting import wait_until_ready

LIMIT_SECONDS = 120


def workload(kind="StatefulSet", name="web", ready=0, **status):
    metadata = {"name": name, "namespace": "n", "uid": name, "generation": 1}
    api_version = "batch/v1" if kind == "Job" else "apps/v1"
    observed = {
        "observedGeneration": 1,
        "readyReplicas": ready,
        "updateRevision": "r",
        "currentRevision": "r",
        **status,
    }
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": {"replicas": 1}, "status": observed}


def pod(reason=None, message="", restarts=0, name="web-0", owner="web", ready=False):
    state = {"waiting": {"reason": reason, "message": message}} if reason else {"running": {}}
    metadata = {"name": name, "namespace": "n", "uid": name, "labels": {"controller-revision-hash": "r"}}
    metadata["ownerReferences"] = [{"uid": owner, "kind": "StatefulSet", "controller": True}]
    status = {"name": "main", "restartCount": restarts, "ready": ready, "state": state}
    phase = "Pending" if reason else "Running"
    return {
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [{"name": "main"}]},
        "status": {"phase": phase, "containerStatuses": [status]},
    }


def unschedulable():
    waiting = pod("ContainerCreating")
    waiting["status"]["conditions"] = [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "Insufficient cpu"}
    ]
    return waiting


class FakeClient:
    """Gives each watch what the test puts into its kind's queue; ``events`` is what a list of events answers."""

    def __init__(self, *present):
        self.feeds = {}
        self.events = []
        self.logs = {}
        self.listed = {"Pod": [], "Event": self.events}
        self.objects = {}
        self.deleted = []
        self.answer_deletion = lambda name: True
        self.lock = threading.Lock()
        self.put("SYNCED", *present)

    def feed(self, kind):
        with self.lock:
            return self.feeds.setdefault(kind, queue.Queue())

    def put(self, event, *items):
        for item in items:
            self.feed(item["kind"]).put(("ADDED" if event == "SYNCED" else event, item))

    def watch(self, api_version, kind, namespace, timeout_seconds, announce, field_selector, label_selector):
        assert announce and timeout_seconds <= LIMIT_SECONDS and (field_selector == "type=Warning") == (kind == "Event")
        assert label_selector is None
        feed, deadline = self.feed(kind), time.monotonic() + timeout_seconds
        feed.put(("SYNCED", {}))
        while (left := deadline - time.monotonic()) > 0:
            try:
                event, item = feed.get(timeout=left)
            except queue.Empty:
                return
            if event == "ERROR":
                raise item
            yield event, item

    def list(self, api_version, kind, namespace, label_selector=None, field_selector=None):
        return self.listed[kind]

    def get(self, api_version, kind, name, namespace=None):
        return self.objects.get(kind)

    def resource(self, api_version, kind):
        return None if kind == "Gone" else kind

    def delete(self, api_version, kind, name, namespace, uid):
        self.deleted.append((kind, namespace, name, uid))
        return self.answer_deletion(name)

    def pod_log(self, namespace, name, container, lines, previous):
        return self.logs.get((name, container, previous), "")


class Steps(list):
    """Notes what is reported, and calls ``answer`` with it."""

    def __init__(self, answer=lambda text: None):
        super().__init__()
        self._answer = answer

    def step(self, text):
        self.append(text)
        self._answer(text)


def wait(client, *targets, seconds=LIMIT_SECONDS, answer=lambda text: None):
    steps = Steps(answer)
    started = time.monotonic()
    try:
        return wait_until_ready(client, list(targets), seconds, steps), steps
    finally:
        assert time.monotonic() - started < LIMIT_SECONDS / 2


@pytest.fixture
def short_graces(monkeypatch):
    monkeypatch.setattr(pods, "UNSCHEDULABLE_GRACE_SECONDS", 0.3)
    monkeypatch.setattr(pods, "IMAGE_PULL_GRACE_SECONDS", 0.3)


def test_what_is_ready_already_needs_no_watch():
    assert wait(
        FakeClient(), workload(ready=1), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    ) == ([], [])


def test_the_wait_follows_the_changes_and_reports_them():
    client = FakeClient(workload(), pod("ContainerCreating"))

    def become_ready(text):
        if text == "web 0/1 ready":
            client.put("MODIFIED", workload(ready=1))

    (ready,), steps = wait(client, workload(), answer=become_ready)
    assert ready["status"]["readyReplicas"] == 1
    assert steps[0] == "web 0/1 ready" and steps[-1] == "web 1/1 ready"


def test_a_crash_loop_ends_the_wait_with_the_log():
    client = FakeClient(workload(), pod("ContainerCreating"))
    client.logs["web-0", "main", True] = "one\nbang\n"
    threading.Timer(0.1, client.put, ["MODIFIED", pod("CrashLoopBackOff", restarts=3)]).start()
    with pytest.raises(WorkloadError) as caught:
        wait(client, workload())
    assert {name: caught.value.fields[name] for name in ("pod", "container", "reason", "log_tail", "namespace")} == {
        "pod": "web-0",
        "container": "main",
        "reason": "CrashLoopBackOff",
        "log_tail": ["one", "bang"],
        "namespace": "n",
    }
    text = str(caught.value)
    assert (
        text.startswith("Stopped waiting for StatefulSet n/web: pod web-0, container main: CrashLoopBackOff")
        and "bang" in text
    )


def test_a_diagnosis_has_to_last(monkeypatch, clock):
    monkeypatch.setattr(waiting, "time", clock)
    monkeypatch.setattr(pods, "IMAGE_PULL_GRACE_SECONDS", 3)
    running = waiting._Wait(FakeClient(), [workload()], LIMIT_SECONDS, Steps())
    for clock.now, reason in ((0, "ErrImagePull"), (2, "ContainerCreating"), (3, "ErrImagePull"), (5, "ErrImagePull")):
        running._rollout.note("MODIFIED", pod(reason, "i/o timeout"))
        running._stop_when_hopeless()
    clock.now = 6
    with pytest.raises(WorkloadError, match="i/o timeout"):
        running._stop_when_hopeless()


def test_a_lasting_diagnosis_ends_the_wait_without_any_event(short_graces):
    with pytest.raises(WorkloadError) as caught:
        wait(FakeClient(workload(), unschedulable()), workload())
    assert caught.value.fields["reason"] == "Unschedulable"


def test_a_node_on_its_way_is_waited_for(short_graces):
    client = FakeClient(workload(), unschedulable())
    client.events.append(
        {"kind": "Event", "metadata": {"uid": "e"}, "involvedObject": {"uid": "web-0"}, "reason": "TriggeredScaleUp"}
    )
    threading.Timer(0.8, client.put, ["MODIFIED", workload(ready=1)]).start()
    wait(client, workload())


def test_events_may_be_out_of_bounds(short_graces):
    client = FakeClient(workload(), unschedulable())
    client.feed("Event").put(("ERROR", ApiError("Could not watch", "events", "forbidden", "", status=403)))
    with pytest.raises(WorkloadError):
        wait(client, workload())


def test_a_watch_that_fails_ends_the_wait():
    client = FakeClient(workload())
    client.feed("StatefulSet").put(("ERROR", ApiError("Could not watch", "x", "forbidden", "", status=403)))
    with pytest.raises(ApiError):
        wait(client, workload())


@pytest.mark.parametrize("defect", [KeyError("x"), RuntimeError("y")])
def test_a_defect_in_a_watch_ends_the_wait(defect):
    client = FakeClient(workload())
    client.feed("Pod").put(("ERROR", defect))
    with pytest.raises(type(defect)):
        wait(client, workload())


def test_a_failed_job_shows_its_last_pod():
    failed = workload(
        "Job",
        conditions=[{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "it failed"}],
    )
    client = FakeClient(workload("Job"))
    client.listed["Pod"] = [pod(name="web-b"), pod(name="web-a")]
    for item, created in zip(client.listed["Pod"], "21"):
        item["metadata"]["creationTimestamp"] = created
    client.logs["web-b", "main", False] = "cause"
    client.put("MODIFIED", failed)
    with pytest.raises(WorkloadError) as caught:
        wait(client, workload("Job"))
    assert (caught.value.fields["pod"], caught.value.fields["log_tail"]) == ("web-b", ["cause"])
    assert "BackoffLimitExceeded: it failed" in str(caught.value) and "kubectl delete job --namespace n web" in str(
        caught.value
    )


def test_what_vanishes_is_reported():
    client = FakeClient(workload())
    client.put("DELETED", workload())
    with pytest.raises(WorkloadError, match="it was deleted meanwhile"):
        wait(client, workload())


def test_the_time_out_reports_what_is_missing():
    client = FakeClient()
    client.logs["web-0", "main", False] = "still starting"
    warning = {
        "kind": "Event",
        "type": "Warning",
        "message": "probe failed",
        "metadata": {"uid": "e"},
        "involvedObject": {"uid": "web-0"},
    }
    running = waiting._Wait(client, [workload()], 0.4, Steps())
    for item in (workload(), pod(), warning):
        running._rollout.note("ADDED", item)
    error = running._timed_out()
    for told in (
        "not ready after 0.4 s",
        "StatefulSet n/web: 0/1 ready",
        "Pod web-0 is running, not ready: probe failed",
        "still starting",
    ):
        assert told in str(error)
    assert error.fields["unready"] == ["StatefulSet n/web"]


def test_the_wait_ends_in_time():
    with pytest.raises(WaitTimeoutError, match=r"not ready after 0\.1 s"):
        wait(FakeClient(workload()), workload(), seconds=0.1)


def test_a_claim_that_waits_for_its_consumer_is_not_waited_for():
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "c", "namespace": "n"},
        "spec": {"storageClassName": "s"},
    }
    client = FakeClient()
    client.objects["StorageClass"] = {"volumeBindingMode": "WaitForFirstConsumer"}
    assert wait(client, claim) == ([], [])
    client.objects["StorageClass"] = {"volumeBindingMode": "Immediate"}
    client.put("MODIFIED", {**claim, "metadata": {**claim["metadata"], "uid": "c"}, "status": {"phase": "Bound"}})
    assert len(wait(client, claim)[0]) == 1


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(rollout, "FORMER_POD_GRACE_SECONDS", 0.1)


def former(uid="first", reason="ErrImageNeverPull"):
    """A pod that never started, as the StatefulSet made it before its definition was corrected."""
    held = pod(reason)
    held["metadata"].update(uid=uid, labels={"controller-revision-hash": "before"})
    return held


def test_a_pod_that_can_never_start_is_replaced_by_one_of_the_new_definition(at_once):
    client, replaced = FakeClient(workload(), former()), []

    def come_back(name):
        client.put("DELETED", former())
        client.put("ADDED", pod(ready=True))
        client.put("MODIFIED", workload(ready=1))
        return True

    client.answer_deletion = come_back
    steps = Steps()
    wait_until_ready(client, [workload()], LIMIT_SECONDS, steps, replaced.append)
    assert client.deleted == [("Pod", "n", "web-0", "first")] and replaced == ["Pod n/web-0"]
    assert "replacing Pod n/web-0, which never started, by one of the new definition" in steps


def test_a_pod_that_is_another_one_by_now_is_waited_for(at_once):
    client, replaced = FakeClient(workload(), former()), []

    def is_another(name):
        client.put("MODIFIED", workload(ready=1))
        raise ApiError("Could not delete", "it", "the server answered 409", "", 409)

    client.answer_deletion = is_another
    wait_until_ready(client, [workload()], LIMIT_SECONDS, Steps(), replaced.append)
    assert replaced == []


def test_a_pod_that_may_not_be_deleted_is_named_with_the_command(at_once):
    client = FakeClient(workload(), former())

    def refuse(name):
        raise ApiError("Could not delete", "it", "forbidden", "", 403)

    client.answer_deletion = refuse
    with pytest.raises(WorkloadError, match="kubectl delete pod --namespace n web-0"):
        wait(client, workload())


def test_a_pod_is_replaced_once(at_once):
    """What brings the former definition back each time is not known here, and would do so for ever."""
    client = FakeClient(workload(), former())

    def come_back_as_it_was(name):
        client.put("DELETED", former())
        client.put("ADDED", former("second"))
        return True

    client.answer_deletion = come_back_as_it_was
    with pytest.raises(WorkloadError, match="kubectl delete pod"):
        wait(client, workload())
    assert [uid for unused, unused_too, unused_name, uid in client.deleted] == ["first"]


def test_a_pod_that_has_been_ready_stays(at_once):
    was_ready = former(reason="CrashLoopBackOff")
    was_ready["status"]["startTime"] = "2026-03-01T12:00:00Z"
    was_ready["status"]["conditions"] = [{"type": "Ready", "status": "False", "lastTransitionTime": "2026-03-01T13:00:00Z"}]
    was_ready["status"]["containerStatuses"][0].update(restartCount=9)
    was_ready["status"]["containerStatuses"][0]["state"]["waiting"]["message"] = "back-off 0s restarting"
    client = FakeClient(workload(), was_ready)
    running = waiting._Wait(client, [workload()], LIMIT_SECONDS, Steps())
    running._rollout.note("ADDED", workload())
    running._rollout.note("ADDED", was_ready)
    (suspect,) = running._rollout.suspects()
    assert not running._replace(suspect) and client.deleted == []


def gone(client, *targets, seconds=LIMIT_SECONDS):
    wait_until_gone(client, list(targets), seconds, Steps())


def test_what_is_gone_already_or_comes_back_as_another_is_gone():
    gone(FakeClient(), workload())
    gone(FakeClient(), {**workload(), "kind": "Gone"})
    another = workload()
    another["metadata"] = {**another["metadata"], "uid": "another"}
    gone(FakeClient(another), workload())


def test_the_removal_is_followed():
    client = FakeClient(workload())
    threading.Timer(0.1, client.put, ["DELETED", workload()]).start()
    gone(client, workload())


def test_what_holds_an_object_back_is_reported():
    held = workload()
    held["metadata"]["finalizers"] = ["example.org/hold"]
    error = removal._still_there({key_of(held): workload()}, {key_of(held): held}, 0.2)
    assert "StatefulSet n/web is gone: after 0.2 s: finalizers example.org/hold hold it" in str(error)


def test_the_wait_for_a_removal_ends_in_time():
    with pytest.raises(WaitTimeoutError, match=r"StatefulSet n/web is gone: after 0\.1 s"):
        gone(FakeClient(workload()), workload(), seconds=0.1)
