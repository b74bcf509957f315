# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import pods

UNSCHEDULABLE = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}


def waiting(reason, message="", name="main", restarts=0, ended=None):
    status = {"name": name, "restartCount": restarts, "state": {"waiting": {"reason": reason, "message": message}}}
    return {**status, "lastState": {"terminated": ended}} if ended else status


def pod(*statuses, owner="ReplicaSet", init=(), phase="Pending", conditions=(), **metadata):
    owners = [{"kind": owner, "uid": "o", "controller": True}] if owner else []
    return {
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "n", "uid": "u", "ownerReferences": owners, **metadata},
        "spec": {"containers": [{"name": "main", "image": "registry/image:1"}]},
        "status": {
            "phase": phase,
            "containerStatuses": list(statuses),
            "initContainerStatuses": list(init),
            "conditions": list(conditions),
        },
    }


def event(reason, message="", uid="u", second=0, **fields):
    return {
        "reason": reason,
        "message": message,
        "involvedObject": {"uid": uid},
        "lastTimestamp": f"2026-01-01T00:00:{second:02d}Z",
        **fields,
    }


def grace(diagnosis):
    return diagnosis and (diagnosis.reason, diagnosis.grace_seconds)


@pytest.mark.parametrize(
    "healthy",
    [
        pod({"name": "main", "state": {"running": {}}}, phase="Running"),
        pod(waiting("ContainerCreating")),
        pod(waiting("PodInitializing"), init=[{"name": "wait", "state": {"running": {}}}]),
        pod(phase="Succeeded"),
        pod(conditions=[{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]),
        pod(waiting("ImagePullBackOff"), deletionTimestamp="2026-01-01T00:00:00Z"),
        pod(phase="Failed"),
        {"metadata": {}},
    ],
)
def test_ordinary_states_are_no_finding(healthy):
    assert pods.diagnose(healthy, []) is None


@pytest.mark.parametrize(
    ("reason", "message", "seconds"),
    [
        ("ErrImagePull", "dial tcp: i/o timeout", pods.IMAGE_PULL_GRACE_SECONDS),
        ("ErrImagePull", "pull QPS exceeded", pods.IMAGE_PULL_GRACE_SECONDS),
        ("ImagePullBackOff", 'Back-off pulling image "x"', pods.IMAGE_PULL_GRACE_SECONDS),
        ("ErrImagePull", "failed to resolve reference: registry/image:1: not found", 0),
        ("ErrImagePull", "pull access denied, repository does not exist", pods.CREDENTIALS_GRACE_SECONDS),
        ("ErrImagePull", "unexpected status: 401 Unauthorized", pods.CREDENTIALS_GRACE_SECONDS),
        ("InvalidImageName", "couldn't parse image name", 0),
        ("ErrImageNeverPull", "not present with pull policy of Never", pods.IMAGE_PULL_GRACE_SECONDS),
    ],
)
def test_images_get_another_try_unless_it_is_in_vain(reason, message, seconds):
    diagnosis = pods.diagnose(pod(waiting(reason, message)), [])
    assert grace(diagnosis) == (reason, seconds)
    assert diagnosis.container == "main" and "registry/image:1" in diagnosis.remedy


@pytest.mark.parametrize(("image", "part"), [
    ("r.acme.io/a:1", "tag"), ("r.acme.io/a:1@sha256:0a", "digest"), ("r.acme.io/a@sha256:0a", "digest")])
def test_what_the_registry_does_not_have_is_called_by_the_part_that_it_looked_for(image, part):
    failing = pod(waiting("ErrImagePull", "r.acme.io/a: not found"))
    failing["spec"]["containers"][0]["image"] = image
    assert pods.diagnose(failing, []).remedy == f"Correct the repository and {part} of image {image}, or push it."


@pytest.mark.parametrize("told", [
    "Unable to retrieve some image pull secrets (registry, other); attempting to pull the image may not succeed.", ""])
def test_a_refusal_without_the_pull_secret_is_not_the_last_word(told):
    events = [event("FailedToRetrieveImagePullSecret", told)]
    for reason in ("ErrImagePull", "ImagePullBackOff"):
        refused = pod(waiting(reason, "unexpected status: 401 Unauthorized"))
        for diagnosis in (pods.diagnose(refused, events), pods.image_diagnoses(refused, events)["main"]):
            assert grace(diagnosis) == (reason, pods.IMAGE_PULL_GRACE_SECONDS)
            assert ("could not read pull secrets registry, other when it tried" in diagnosis.remedy) == bool(told)
    # What the registry does not have, no secret gets.
    assert pods.diagnose(pod(waiting("ErrImagePull", "registry/image:1: not found")), events).grace_seconds == 0


def test_a_back_off_takes_its_cause_from_the_event():
    failing = pod(waiting("ImagePullBackOff", "Back-off pulling image"))
    events = [
        event("Failed", 'Failed to pull image "registry/image:1": manifest unknown'),
        event("Failed", "image denied", uid="other"),
    ]
    diagnosis = pods.diagnose(failing, events)
    assert diagnosis.grace_seconds == 0
    assert "manifest unknown" in diagnosis.message and "denied" not in diagnosis.message
    assert diagnosis.retry_seconds == pods.LONGEST_BACK_OFF_SECONDS


def of_container(name, second=0):
    return {"second": second, "involvedObject": {"uid": "u", "fieldPath": f"spec.containers{{{name}}}"}}


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff"])
def test_the_cause_is_not_hidden_by_the_event_that_repeats_the_reason(reason):
    events = [
        event("Failed", 'Failed to pull image "registry/image:1": manifest unknown', **of_container("main", 1)),
        event("Failed", "Error: ErrImagePull", **of_container("main", 1)),
        event("Failed", "Error: ImagePullBackOff", **of_container("main", 2)),
    ]
    diagnosis = pods.diagnose(pod(waiting(reason, "Back-off")), events)
    assert diagnosis.message == 'Back-off Failed to pull image "registry/image:1": manifest unknown'
    assert diagnosis.grace_seconds == 0


def test_the_cause_is_that_of_the_container_and_not_of_its_neighbour():
    events = [
        event("Failed", 'Failed to pull image "registry/image:1": manifest unknown', **of_container("main", 1)),
        event("Failed", 'Failed to pull image "registry/other:1": 401 Unauthorized', **of_container("other", 2)),
    ]
    failing = pod(waiting("ImagePullBackOff", "Back-off"), waiting("ImagePullBackOff", "Back-off", "other"))
    failing["spec"]["containers"].append({"name": "other", "image": "registry/other:1"})
    found = pods.image_diagnoses(failing, events)
    assert "manifest unknown" in found["main"].message and "401" not in found["main"].message
    assert "401" in found["other"].message and "manifest unknown" not in found["other"].message
    assert "registry/image:1" in found["main"].remedy and "registry/other:1" in found["other"].remedy


def test_only_images_that_cannot_be_pulled_are_found():
    states = [waiting("ContainerCreating"), waiting("CrashLoopBackOff", restarts=9), {"name": "main", "state": {"running": {}}}, {
        "name": "main"}]
    assert all(pods.image_diagnoses(pod(state), []) == {} for state in states)
    assert pods.image_diagnoses({**pod(), "status": {}}, []) == {}
    assert list(pods.image_diagnoses(pod(waiting("InvalidImageName")), [])) == ["main"]


@pytest.mark.parametrize(
    ("message", "is_access"),
    [
        ("failed to authorize: unexpected status: 401 Unauthorized", True),
        ("pull access denied, repository does not exist or may require authorization", True),
        ("no basic auth credentials", True),
        ("unexpected status: 403 Forbidden", True),
        ("authentication required", True),
        ("registry/image:1: not found", False),
        ("dial tcp 10.0.0.1:443: i/o timeout", False),
        ("x509: certificate signed by unknown authority", False),
    ],
)
def test_a_registry_that_refuses_is_reported_from_one_that_does_not_have_it(message, is_access):
    assert pods.is_image_access(message) is is_access


@pytest.mark.parametrize(
    ("restarts", "found"), [(0, False), (pods.CRASH_RESTARTS - 1, False), (pods.CRASH_RESTARTS, True)]
)
def test_a_crash_counts_when_it_repeats(restarts, found):
    status = waiting(
        "CrashLoopBackOff", "back-off 1m20s restarting failed container", restarts=restarts, ended={"exitCode": 3}
    )
    diagnosis = pods.diagnose(pod(status, phase="Running"), [])
    assert bool(diagnosis) is found
    if found:
        assert "exited with code 3" in diagnosis.message
        assert (diagnosis.grace_seconds, diagnosis.retry_seconds) == (0, 80)


@pytest.mark.parametrize(
    ("ended", "reason"),
    [({"reason": "OOMKilled"}, "OOMKilled"), ({"reason": "StartError", "message": "no"}, "StartError")],
)
def test_some_crashes_need_no_repetition(ended, reason):
    assert grace(pods.diagnose(pod(waiting("CrashLoopBackOff", restarts=1, ended=ended)), [])) == (reason, 0)


def test_crashes_of_a_job_are_left_to_the_job_but_not_its_images():
    assert pods.diagnose(pod(waiting("CrashLoopBackOff", restarts=9), owner="Job"), []) is None
    assert pods.diagnose(pod(waiting("InvalidImageName"), owner="Job"), []).reason == "InvalidImageName"


def test_a_failed_pod_without_a_controller_stays_failed():
    diagnosis = pods.diagnose(pod(owner=None, phase="Failed"), [])
    assert diagnosis.reason == "Failed" and diagnosis.grace_seconds == 0


def test_init_containers_are_looked_at_first():
    crashing = waiting("CrashLoopBackOff", name="migrate", restarts=5)
    assert pods.diagnose(pod(waiting("PodInitializing"), init=[crashing]), []).container == "migrate"


@pytest.mark.parametrize(
    ("reason", "message", "seconds"),
    [
        ("CreateContainerConfigError", 'secret "s" not found', pods.CONFIGURATION_GRACE_SECONDS),
        ("CreateContainerConfigError", "container has runAsNonRoot and image will run as root", 0),
        ("RunContainerError", 'exec: "x": executable file not found in $PATH', 0),
        ("RunContainerError", "context deadline exceeded", pods.CONFIGURATION_GRACE_SECONDS),
        ("CreateContainerError", "name is reserved", pods.CONFIGURATION_GRACE_SECONDS),
    ],
)
def test_what_keeps_a_container_from_starting(reason, message, seconds):
    assert grace(pods.diagnose(pod(waiting(reason, message)), [])) == (reason, seconds)


@pytest.mark.parametrize(
    ("message", "events", "seconds"),
    [
        ("0/2 nodes are available: 2 Insufficient cpu.", [], pods.UNSCHEDULABLE_GRACE_SECONDS),
        (
            "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
            [],
            pods.INFRASTRUCTURE_GRACE_SECONDS,
        ),
        ("1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }", [], pods.INFRASTRUCTURE_GRACE_SECONDS),
        ('persistentvolumeclaim "x" not found', [], pods.UNSCHEDULABLE_GRACE_SECONDS),
        ("2 Insufficient cpu.", [event("TriggeredScaleUp")], pods.SCALE_UP_GRACE_SECONDS),
        ("2 Insufficient cpu.", [event("Nominated")], pods.SCALE_UP_GRACE_SECONDS),
        ("2 Insufficient cpu.", [event("TriggeredScaleUp", uid="other")], pods.UNSCHEDULABLE_GRACE_SECONDS),
        ("2 Insufficient cpu.", [event("NotTriggerScaleUp")], pods.UNSCHEDULABLE_GRACE_SECONDS),
    ],
)
def test_a_pod_without_a_node_waits_for_what_may_come(message, events, seconds):
    assert grace(pods.diagnose(pod(conditions=[{**UNSCHEDULABLE, "message": message}]), events)) == (
        "Unschedulable",
        seconds,
    )


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([event("FailedMount", 'MountVolume.SetUp failed for volume "x" : secret "s" not found')], True),
        ([event("FailedMount", "timed out waiting for the condition")], False),
        ([event("FailedMount", 'secret "s" not found', second=1), event("Pulling", second=2)], False),
        ([event("FailedMount", 'secret "s" not found', second=3), event("Pulling", second=2)], True),
    ],
)
def test_a_missing_volume_counts_while_nothing_came_after_it(events, found):
    diagnosis = pods.diagnose(pod(waiting("ContainerCreating")), events)
    assert grace(diagnosis) == (("FailedMount", pods.MOUNT_GRACE_SECONDS) if found else None)
    assert pods.diagnose(pod({"name": "main", "state": {"running": {}}}), events) is None


def owner(*conditions):
    return {"kind": "StatefulSet", "metadata": {"name": "s", "uid": "s"}, "status": {"conditions": list(conditions)}}


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ('pods "s-0" is forbidden: exceeded quota: q', pods.CREATION_GRACE_SECONDS),
        ('serviceaccount "x" not found', pods.CREATION_GRACE_SECONDS),
        ('pods "s-0" is forbidden: violates PodSecurity "restricted:latest"', 0),
    ],
)
def test_a_workload_that_gets_no_pods(message, seconds):
    by_event = pods.diagnose_owner(owner(), [event("FailedCreate", message, uid="s", second=9)], [])
    failing = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}
    by_condition = pods.diagnose_owner(owner(failing), [], [])
    assert by_event == by_condition and grace(by_event) == ("FailedCreate", seconds)


@pytest.mark.parametrize(
    ("created", "found"),
    [("2026-01-01T00:00:08Z", True), ("2026-01-01T00:00:09Z", False), ("2026-01-01T00:00:10Z", False)],
)
def test_a_complaint_that_is_older_than_a_pod_is_outdated(created, found):
    fractional = event(
        "FailedCreate", "exceeded quota", uid="s", lastTimestamp=None, eventTime="2026-01-01T00:00:09.123456Z"
    )
    younger = pod(creationTimestamp=created)
    assert bool(pods.diagnose_owner(owner(), [fractional], [younger])) is found


TEXT = st.text(max_size=20)
REASONS = st.sampled_from(
    [
        "ErrImagePull",
        "ImagePullBackOff",
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "RunContainerError",
        "Other",
        None,
    ]
)
STATUS = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXT,
        "restartCount": st.integers(0, 9),
        "state": st.fixed_dictionaries(
            {},
            optional={"waiting": st.fixed_dictionaries({}, optional={"reason": REASONS, "message": TEXT | st.none()})},
        ),
        "lastState": st.fixed_dictionaries(
            {},
            optional={"terminated": st.none() | st.fixed_dictionaries({}, optional={"reason": TEXT, "message": TEXT})},
        ),
    },
)


@given(
    st.lists(STATUS, max_size=3), st.lists(STATUS, max_size=2), st.sampled_from(["Pending", "Running", "Failed", None])
)
def test_no_status_breaks_the_diagnosis(statuses, init, phase):
    diagnosis = pods.diagnose(pod(*statuses, init=init, phase=phase), [])
    assert diagnosis is None or (diagnosis.reason and diagnosis.remedy and diagnosis.grace_seconds >= 0)
