# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes out of a probe, from statuses and events as kubelets with containerd and CRI-O write them."""

from __future__ import annotations

import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import pods
from ansible_collections.windrose.airflow.plugins.module_utils._probe.needs import Needs
from ansible_collections.windrose.airflow.plugins.module_utils._probe.outcome import Outcome, is_good

# In the order that the containers image-0 and image-1 have.
AIRFLOW, STATSD = "registry.acme.io/airflow:3.2.2", "registry.acme.io/statsd:1"
NEEDS = Needs({AIRFLOW: ["Deployment data/airflow-scheduler"], STATSD: ["Deployment data/airflow-statsd"]}, frozenset(), [], {}, [])
JOB = {"kind": "Job", "metadata": {"name": "airflow-preflight-probe-1", "namespace": "data", "uid": "job"}}
DATABASE = {"name": "database", "host": None, "port": None}
GIT = {"name": "git", "host": "git.acme.io", "port": 443}
DEADLINE = 600
CREATING = {"waiting": {"reason": "ContainerCreating"}}
DONE = {"terminated": {"exitCode": 0, "reason": "Completed"}}
NO_TRUE = {"terminated": {
    "exitCode": 128, "reason": "StartError", "message": 'exec: "true": executable file not found in $PATH: unknown'}}
# As TerminatePod of the kubelet writes it.
LOST = {"terminated": {
    "exitCode": 137, "reason": "ContainerStatusUnknown", "message": "The container could not be located when the pod was terminated"}}
RUNS_AS_ROOT = {"waiting": {
    "reason": "CreateContainerConfigError", "message": "container has runAsNonRoot and image will run as root (pod: \"x\")"}}
REACHED = {"name": "database", "host": "db.acme.io", "port": 5432, "state": "reachable", "message": ""}


def failing(message, reason="ErrImagePull"):
    return {"waiting": {"reason": reason, "message": message}}


def backing_off(image, cause=""):
    """:returns: the state while the kubelet pauses; before Kubernetes 1.31 it does not tell the cause."""
    return failing(f'Back-off pulling image "{image}"{cause and ": ErrImagePull: "}{cause}', "ImagePullBackOff")


def missing(image):
    """:returns: what containerd says of an image that a registry does not have."""
    return (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": failed to resolve reference "{image}": '
        f"{image}: not found")


def timed_out(image):
    """:returns: what containerd says of a registry that does not answer."""
    return (
        f'rpc error: code = DeadlineExceeded desc = failed to pull and unpack image "{image}": failed to resolve reference '
        f'"{image}": failed to do request: Head "https://registry.acme.io/v2/": dial tcp 10.9.9.9:443: i/o timeout')


def refused(image):
    """:returns: what containerd says of credentials that are missing or wrong."""
    return (
        f'rpc error: code = Unknown desc = failed to pull and unpack image "{image}": failed to resolve reference "{image}": '
        "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
        "https://registry.acme.io/token: 401 Unauthorized")


def pod(*states, connect=None, phase="Pending", **status):
    """:returns: the probe's pod, with the states of its containers; without states it is on no node yet."""
    named = {f"image-{place}": state for place, state in enumerate(states)}
    if connect:
        named["connect"] = connect
    images = {"image-0": AIRFLOW, "image-1": STATSD, "connect": AIRFLOW}
    return {
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "data", "uid": "pod", "ownerReferences": [
            {"kind": "Job", "uid": "job", "controller": True}]},
        "spec": {"containers": [{"name": name, "image": image} for name, image in images.items()]},
        "status": {
            "phase": phase, **status,
            "containerStatuses": [{"name": name, "restartCount": 0, "state": state} for name, state in named.items()],
        },
    }  # fmt: skip


def event(message, reason="Failed", container=None, second=0, of="pod"):
    return {
        "kind": "Event", "reason": reason, "message": message, "lastTimestamp": f"2026-01-01T00:00:{second:02d}Z",
        "metadata": {"uid": f"{of} {reason} {container} {message}"},
        "involvedObject": {"uid": of, **({"fieldPath": f"spec.containers{{{container}}}"} if container else {})},
    }  # fmt: skip


def failed_pull(image, cause, container, second=0):
    """:returns: the two events that a kubelet makes of a pull that failed."""
    return [
        event(f'Failed to pull image "{image}": {cause}', container=container, second=second),
        event("Error: ErrImagePull", container=container, second=second),
    ]


def paused(container, second=1):
    return event("Error: ImagePullBackOff", container=container, second=second)


def unschedulable(message):
    return {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}]}


def probe(*items, endpoints=()):
    outcome = Outcome(JOB, NEEDS, list(endpoints))
    for item in items:
        outcome.note("ADDED", item)
    return outcome


def looked_at(outcome, now):
    """:returns: whether the probe is complete; looking and asking belong together."""
    outcome.next_look(now, DEADLINE)
    return outcome.is_complete(now)


def pulled(outcome):
    return [image["pulled"] for image in outcome.images()]


# Images


@pytest.mark.parametrize(
    ("state", "is_pulled"),
    [
        (CREATING, None),
        ({}, None),
        (LOST, None),
        ({"running": {"startedAt": "2026-01-01T00:00:00Z"}}, True),
        (DONE, True),
        (NO_TRUE, True),
        (RUNS_AS_ROOT, True),
        (failing("context deadline exceeded", "CreateContainerError"), True),
        (failing("context deadline exceeded", "RunContainerError"), True),
        (failing(timed_out(AIRFLOW)), False),
        (backing_off(AIRFLOW), False),
        (failing('Failed to apply default image tag "A": couldn\'t parse image name "A"', "InvalidImageName"), False),
        (failing("Container image \"x\" is not present with pull policy of Never", "ErrImageNeverPull"), False),
    ],
)
def test_the_state_of_a_container_tells_whether_its_image_is_there(state, is_pulled):
    assert pulled(probe(pod(state, DONE))) == [is_pulled, True]
    assert pulled(probe(pod(DONE, state))) == [True, is_pulled]


def test_nobody_knows_of_images_while_there_is_no_pod_or_no_node():
    assert pulled(probe()) == pulled(probe(pod())) == [None, None]


def test_an_image_is_reported_with_its_users_and_what_keeps_it():
    told = probe(pod(failing(missing(AIRFLOW)), DONE)).images()
    assert told == [
        {
            "image": AIRFLOW, "used_by": ["Deployment data/airflow-scheduler"], "pulled": False, "is_refused": False,
            "message": f"{AIRFLOW}: not found", "remedy": f"Correct the repository and tag of image {AIRFLOW}, or push it."},
        {
            "image": STATSD, "used_by": ["Deployment data/airflow-statsd"], "pulled": True, "is_refused": False, "message": "",
            "remedy": ""},
    ]  # fmt: skip


DENIED = "requested access to the resource is denied"


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        (failing(missing(AIRFLOW)), f"{AIRFLOW}: not found"),
        (backing_off(AIRFLOW, missing(AIRFLOW)), f"{AIRFLOW}: not found"),
        (backing_off(AIRFLOW), f"{AIRFLOW}: not found"),
    ],
)
def test_the_cause_is_reported_once_in_every_state_and_without_what_stands_before_it(state, cause):
    outcome = probe(pod(state, DONE), *failed_pull(AIRFLOW, missing(AIRFLOW), "image-0"), paused("image-0"))
    assert outcome.images()[0]["message"] == cause


@pytest.mark.parametrize(
    ("message", "reason", "told"),
    [
        # CRI-O, and Docker Hub for names that it does not have.
        (f"reading manifest 1 in registry.acme.io/x: {DENIED}", "ErrImagePull", f"reading manifest 1 in registry.acme.io/x: {DENIED}"),
        (
            'rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/a/b:1": failed to resolve reference '
            '"docker.io/a/b:1": pull access denied, repository does not exist or may require authorization', "ErrImagePull",
            "pull access denied, repository does not exist or may require authorization"),
        ("couldn't parse image name \"A:::\": invalid reference format", "InvalidImageName",
         "couldn't parse image name \"A:::\": invalid reference format"),
        (f'Back-off pulling image "{AIRFLOW}"', "ImagePullBackOff", "ImagePullBackOff"),
        ("", "ErrImagePull", "ErrImagePull"),
        ("two\n  lines", "ErrImagePull", "two lines"),
    ],
)  # fmt: skip
def test_causes_of_other_runtimes_are_reported_as_they_are(message, reason, told):
    assert probe(pod(failing(message, reason), DONE)).images()[0]["message"] == told


def test_a_long_cause_is_cut():
    told = probe(pod(failing("x" * 1000), DONE)).images()[0]["message"]
    assert told == "x" * 399 + "…"


@pytest.mark.parametrize("has_cause", [True, False])
def test_containers_that_fail_side_by_side_keep_their_causes_apart(has_cause):
    causes = {AIRFLOW: missing(AIRFLOW), STATSD: refused(STATSD)}
    states = [backing_off(image, cause if has_cause else "") for image, cause in causes.items()]
    events = [
        *failed_pull(AIRFLOW, causes[AIRFLOW], "image-0", 1), *failed_pull(STATSD, causes[STATSD], "image-1", 2),
        paused("image-0", 3), paused("image-1", 4),
    ]  # fmt: skip
    airflow, statsd = probe(pod(*states), *events).images()
    assert airflow["message"] == f"{AIRFLOW}: not found" and not airflow["is_refused"]
    assert statsd["message"].startswith("failed to authorize") and "401" in statsd["message"] and statsd["is_refused"]
    assert airflow["remedy"].startswith("Correct the repository and tag") and "imagePullSecrets" in statsd["remedy"]


def test_events_of_other_pods_tell_nothing():
    stranger = event(f'Failed to pull image "{AIRFLOW}": {refused(AIRFLOW)}', container="image-0", of="stranger")
    assert not probe(pod(backing_off(AIRFLOW), DONE), stranger).images()[0]["is_refused"]


# When it is over


def test_a_probe_is_complete_once_every_image_is_there():
    outcome = probe(pod(CREATING, DONE))
    assert not looked_at(outcome, 0)
    outcome.note("MODIFIED", pod({"running": {}}, DONE))
    assert looked_at(outcome, 1) and outcome.problem() == ""


def test_a_probe_is_complete_only_with_its_answers():
    outcome = probe(pod(DONE, DONE, connect={"running": {}}), endpoints=[DATABASE])
    assert not looked_at(outcome, 0)
    outcome.note("MODIFIED", pod(DONE, DONE, connect=DONE))
    assert looked_at(outcome, 1)


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_tells_nothing_new(phase):
    assert looked_at(probe(pod(NO_TRUE, CREATING, phase=phase)), 0)


def test_an_image_that_is_not_there_at_all_is_not_waited_for():
    assert looked_at(probe(pod(failing(missing(AIRFLOW)), DONE)), 0)


def test_other_images_are_waited_for_all_the_same():
    outcome = probe(pod(failing(missing(AIRFLOW)), CREATING))
    assert not looked_at(outcome, 0) and not looked_at(outcome, DEADLINE - 1)


def test_what_may_heal_is_given_time_which_runs_on_from_one_reason_to_the_other():
    outcome = probe(pod(failing(timed_out(AIRFLOW)), DONE))
    assert outcome.next_look(100, DEADLINE) == 100 + pods.IMAGE_PULL_GRACE_SECONDS
    assert not outcome.is_complete(100)
    outcome.note("MODIFIED", pod(backing_off(AIRFLOW, timed_out(AIRFLOW)), DONE))
    assert outcome.next_look(130, DEADLINE) == 100 + pods.IMAGE_PULL_GRACE_SECONDS
    assert not looked_at(outcome, 100 + pods.IMAGE_PULL_GRACE_SECONDS - 1)
    assert looked_at(outcome, 100 + pods.IMAGE_PULL_GRACE_SECONDS)
    assert outcome.next_look(100 + pods.IMAGE_PULL_GRACE_SECONDS, DEADLINE) == DEADLINE


def test_a_refusal_without_the_pull_secret_is_tried_again():
    outcome = probe(pod(failing(refused(AIRFLOW)), DONE))
    assert not looked_at(outcome, 0)
    # The event of the kubelet is later than the refusal that follows from it.
    outcome.note("ADDED", event("Unable to retrieve some image pull secrets (registry).", "FailedToRetrieveImagePullSecret"))
    assert not looked_at(outcome, pods.CREDENTIALS_GRACE_SECONDS)
    outcome.note("MODIFIED", pod(DONE, DONE))
    assert looked_at(outcome, 2 * pods.CREDENTIALS_GRACE_SECONDS) and pulled(outcome) == [True, True]


def test_a_refusal_of_what_the_pull_secret_holds_is_reported_soon():
    outcome = probe(pod(failing(refused(AIRFLOW)), DONE))
    outcome.next_look(0, DEADLINE)
    assert outcome.is_complete(pods.CREDENTIALS_GRACE_SECONDS) and pulled(outcome) == [False, True]


def test_what_has_recovered_is_timed_again():
    outcome = probe(pod(failing(timed_out(AIRFLOW)), DONE))
    outcome.next_look(0, DEADLINE)
    outcome.note("MODIFIED", pod(CREATING, DONE))
    assert outcome.next_look(10, DEADLINE) == DEADLINE
    outcome.note("MODIFIED", pod(failing(timed_out(AIRFLOW)), DONE))
    assert outcome.next_look(40, DEADLINE) == 40 + pods.IMAGE_PULL_GRACE_SECONDS
    assert not outcome.is_complete(50)


def test_no_look_is_later_than_the_deadline():
    assert probe(pod(failing(timed_out(AIRFLOW)), DONE)).next_look(DEADLINE - 5, DEADLINE) == DEADLINE
    assert probe().next_look(0, DEADLINE) == DEADLINE


# What keeps the pod from running

NO_ROOM = "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found."
NO_PODS = (
    'Error creating: pods "airflow-preflight-probe-1-" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, '
    "limited: pods=0")


def test_a_pod_that_finds_no_node_is_given_time_and_then_told():
    outcome = probe(pod(**unschedulable(NO_ROOM)))
    assert outcome.next_look(0, DEADLINE) == pods.UNSCHEDULABLE_GRACE_SECONDS
    assert not outcome.is_complete(pods.UNSCHEDULABLE_GRACE_SECONDS - 1)
    assert outcome.is_complete(pods.UNSCHEDULABLE_GRACE_SECONDS)
    assert outcome.problem() == f"Unschedulable: {NO_ROOM} Lower resources.requests, or add nodes."
    assert pulled(outcome) == [None, None]


def test_a_node_that_an_autoscaler_brings_is_waited_for():
    outcome = probe(pod(**unschedulable(NO_ROOM)), event("pod triggered scale-up", "TriggeredScaleUp"))
    assert outcome.next_look(0, 10_000) == pods.SCALE_UP_GRACE_SECONDS
    assert not outcome.is_complete(pods.UNSCHEDULABLE_GRACE_SECONDS)


def test_a_job_that_may_not_make_its_pod_is_given_time_and_then_told():
    outcome = probe(event(NO_PODS, "FailedCreate", of="job"))
    assert outcome.next_look(0, DEADLINE) == pods.CREATION_GRACE_SECONDS
    assert not outcome.is_complete(pods.CREATION_GRACE_SECONDS - 1)
    assert outcome.is_complete(pods.CREATION_GRACE_SECONDS)
    assert outcome.problem() == (
        f"FailedCreate: {NO_PODS}. Raise the ResourceQuota of the namespace or lower resources.requests.")


def test_a_pod_that_comes_after_all_makes_good_for_the_quota():
    outcome = probe(event(NO_PODS, "FailedCreate", of="job"), pod(DONE, DONE))
    assert looked_at(outcome, 0) and outcome.problem() == ""


def test_a_pod_that_pod_security_refuses_is_reported_immediately():
    message = 'pods "x" is forbidden: violates PodSecurity "restricted:latest": seccompProfile'
    assert looked_at(probe(event(message, "FailedCreate", of="job")), 0)


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ([], "its pod was not made in time."),
        ([pod(CREATING, DONE)], f"these images were not pulled in time: {AIRFLOW}."),
        ([pod()], f"these images were not pulled in time: {AIRFLOW}, {STATSD}."),
        ([pod(failing(missing(AIRFLOW)), DONE)], ""),
        ([pod(RUNS_AS_ROOT, NO_TRUE)], ""),
        (
            [pod(LOST, LOST, phase="Failed", reason="Evicted", message="The node was low on resource: memory. ")],
            "Evicted: The node was low on resource: memory."),
        ([pod(phase="Failed", reason="OutOfcpu")], "OutOfcpu: its pod failed."),
        ([pod(DONE, DONE, phase="Failed", reason="Evicted")], ""),
    ],
)
def test_why_a_probe_came_to_no_end(items, problem):
    assert probe(*items).problem() == problem


@pytest.mark.parametrize("last", [pod(CREATING, DONE), pod(LOST, DONE, phase="Failed")])
def test_a_pod_that_is_deleted_meanwhile_is_not_waited_for(last):
    outcome = probe(pod(CREATING, DONE))
    outcome.note("DELETED", last)
    assert outcome.has_vanished and looked_at(outcome, 0)
    assert outcome.problem() == "its pod was deleted meanwhile." and pulled(outcome) == [None, True]


def test_a_pod_that_had_done_everything_may_be_deleted():
    outcome = probe(pod(DONE, DONE, phase="Succeeded"))
    outcome.note("DELETED", pod(DONE, DONE, phase="Succeeded"))
    assert outcome.problem() == "" and pulled(outcome) == [True, True]


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([], "the probe waits for its pod"),
        ([pod()], "the probe has looked at 0 of 2 images"),
        ([pod(failing(missing(AIRFLOW)), CREATING)], "the probe has looked at 1 of 2 images"),
        ([pod(DONE, NO_TRUE)], "the probe has looked at 2 of 2 images"),
    ],
)
def test_the_progress_is_reported_in_one_line(items, told):
    assert probe(*items).summary() == told


# Answers of the pod


@pytest.mark.parametrize(
    "log",
    [
        json.dumps([REACHED]),
        f"[2026-01-01 00:00:00] WARNING - no such locale\n/usr/lib/python3: warning\n{json.dumps([REACHED])}\n",
        f"[1]\n{json.dumps([REACHED])}\nbye",
    ],
)
def test_answers_are_found_among_what_else_is_printed(log):
    assert probe(pod(DONE, DONE, connect=DONE), endpoints=[DATABASE]).endpoints(log) == [REACHED]


def test_answers_come_in_the_order_of_the_endpoints():
    told = probe(pod(DONE, DONE, connect=DONE), endpoints=[GIT, DATABASE]).endpoints(json.dumps([REACHED]))
    assert [(item["name"], item["state"]) for item in told] == [("git", "not_tried"), ("database", "reachable")]
    assert (told[0]["host"], told[0]["port"]) == ("git.acme.io", 443)


@pytest.mark.parametrize("log", ["", "Traceback", "[nonsense", "[7]", "[{}]", '[["name"]]', "7"])
@pytest.mark.parametrize(
    ("connect", "message"),
    [
        ({"terminated": {"exitCode": 1, "reason": "Error"}}, "its container ended without an answer: Error"),
        (
            {"terminated": {"exitCode": 128, "reason": "StartError", "message": 'exec: "python3": not found.'}},
            'its container ended without an answer: StartError exec: "python3": not found'),
        (RUNS_AS_ROOT, (
            'its container did not run: CreateContainerConfigError container has runAsNonRoot and image will run as root (pod: "x")')),
        (CREATING, "its container did not run: ContainerCreating"),
        ({"running": {}}, "its container did not end in time"),
        (None, "its container did not run"),
    ],
)
def test_what_gave_no_answer_was_not_tried(connect, message, log):
    told = probe(pod(DONE, DONE, connect=connect), endpoints=[DATABASE, GIT]).endpoints(log)
    assert told == [
        {"name": "database", "host": "", "port": 0, "state": "not_tried", "message": message},
        {"name": "git", "host": "git.acme.io", "port": 443, "state": "not_tried", "message": message}]


# Good or not

GOOD_IMAGE, GOOD_SECRET = {"pulled": True}, {"is_valid": True}


@pytest.mark.parametrize(
    ("images", "endpoints", "pull_secrets", "problem", "good"),
    [
        ([GOOD_IMAGE], [REACHED], [GOOD_SECRET], "", True),
        ([], [], [], "", True),
        ([GOOD_IMAGE, {"pulled": False}], [], [], "", False),
        ([{"pulled": None}], [], [], "", False),
        ([], [REACHED, {**REACHED, "state": "not_tried"}], [], "", False),
        ([], [], [GOOD_SECRET, {"is_valid": False}], "", False),
        ([GOOD_IMAGE], [REACHED], [GOOD_SECRET], "its pod was deleted meanwhile.", False),
    ],
)
def test_a_probe_is_good_only_where_all_of_it_is(images, endpoints, pull_secrets, problem, good):
    assert is_good(images, endpoints, pull_secrets, problem) is good


def test_what_keeps_the_container_that_connects_from_starting_has_to_last():
    outcome = probe(pod(DONE, DONE, connect={"waiting": {"reason": "CreateContainerConfigError"}}), endpoints=[DATABASE])
    outcome.next_look(0, 100)
    assert not outcome.is_complete(0) and outcome.is_complete(30)
    outcome.note("MODIFIED", pod(DONE, DONE, connect=DONE))
    outcome.next_look(5, 100)
    assert outcome.is_complete(5)
