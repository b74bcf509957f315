# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A probe from its first question to its record, against a small cluster in memory."""

from __future__ import annotations

import base64
import copy
import json
import queue
import threading

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._probe.needs import Needs
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.preflight_probe import PreflightProbe

AIRFLOW, STATSD = "registry.acme.io/airflow:3.2.2", "registry.acme.io/statsd:1"
PASSWORD = "correct-horse-battery"
DATABASE = {"name": "database", "secret": {"name": "metadata", "key": "connection"}, "host": None, "port": None}
ENDPOINTS = [{**DATABASE, "is_http": False, "is_connection": False}]
DONE = {"terminated": {"exitCode": 0, "reason": "Completed"}}
MISSING = {"waiting": {"reason": "ErrImagePull", "message": f"{STATSD}: not found"}}
RECORD = "airflow-preflight-probe"
LIMIT_SECONDS = 60


def secret(name, version="1", registries=("registry.acme.io",)):
    content = {".dockerconfigjson": json.dumps({"auths": {registry: {"password": PASSWORD} for registry in registries}})}
    data = {key: base64.b64encode(text.encode()).decode() for key, text in content.items()}
    metadata = {"name": name, "resourceVersion": version}
    return {"kind": "Secret", "type": "kubernetes.io/dockerconfigjson", "metadata": metadata, "data": data}


def selector_of(job):
    return f"batch.kubernetes.io/job-name={job}"


def event(uid, reason, message):
    return {
        "metadata": {"uid": message}, "involvedObject": {"uid": uid}, "reason": reason, "message": message,
        "lastTimestamp": "2026-01-01T00:00:00Z",
    }  # fmt: skip


class Cluster:
    """Keeps objects, and runs the pod of a Job immediately.

    :param states: {image: state of the container that has it}; by default all end well.
    """

    def __init__(self, *secrets, states=None, reached="reachable"):
        self.objects = {("Secret", item["metadata"]["name"]): item for item in secrets}
        self.states = states or {}
        self.log = json.dumps([{"name": "database", "host": "db.acme.io", "port": 5432, "state": reached, "message": ""}])
        self.writes, self.jobs, self.watched, self.events, self.logs_read = [], [], [], [], []
        self.has_pods, self.failure, self.watch_failure, self.is_answer_lost = True, None, None, False
        self._feeds, self._lock = {}, threading.Lock()

    def _feed(self, selector):
        """:returns: what happens to the pods of a Job, or to nothing: watches of earlier runs take no events from later ones."""
        with self._lock:
            return self._feeds.setdefault(selector, queue.Queue())

    def get(self, _api_version, kind, name, namespace):
        assert namespace == "data"
        return copy.deepcopy(self.objects.get((kind, name)))

    def create(self, job, repeatable):
        assert repeatable
        name = job["metadata"]["name"]
        if self.failure:
            raise self.failure
        self.writes.append(("create", "Job", name))
        self.jobs.append(job)
        made = {**copy.deepcopy(job), "metadata": {**job["metadata"], "uid": "job"}}
        self.objects["Job", name] = made
        if self.has_pods:
            self._feed(selector_of(name)).put(("ADDED", self._pod(made)))
        if self.is_answer_lost:
            raise ApiError("Could not create", name, "it exists", "", status=409)
        return copy.deepcopy(made)

    def _pod(self, job):
        containers = job["spec"]["template"]["spec"]["containers"]
        statuses = [{"name": item["name"], "state": self.states.get(item["image"], DONE)} for item in containers]
        return {
            "metadata": {"name": f"{job['metadata']['name']}-x", "uid": "pod"}, "spec": {"containers": containers},
            "status": {"phase": "Pending", "containerStatuses": statuses},
        }  # fmt: skip

    def apply(self, definition):
        name = definition["metadata"]["name"]
        self.writes.append(("apply", definition["kind"], name))
        self.objects[definition["kind"], name] = definition

    def delete(self, _api_version, kind, name, namespace):
        assert namespace == "data"
        self.writes.append(("delete", kind, name))
        removed = self.objects.pop((kind, name))
        if kind == "Job":
            self._feed(selector_of(name)).put(("DELETED", self._pod(removed)))

    def watch(self, _api_version, kind, namespace, timeout_seconds, announce, field_selector, label_selector):
        assert namespace == "data" and announce and timeout_seconds <= LIMIT_SECONDS + 30
        self.watched.append(kind)
        if self.watch_failure and kind == "Pod":
            raise self.watch_failure
        yield "SYNCED", {}
        for event in self.events if kind == "Event" else ():
            if field_selector == f"involvedObject.uid={event['involvedObject']['uid']}":
                yield "ADDED", event
        while True:
            yield self._feed(label_selector or field_selector).get()

    def pod_log(self, namespace, name, container):
        assert (namespace, container) == ("data", "connect") and name.endswith("-x")
        self.logs_read.append(name)
        if isinstance(self.log, ApiError):
            raise self.log
        return self.log


class Steps(list):
    def step(self, text):
        self.append(text)


def run(cluster, check_mode=False, repeat="changed", images=(AIRFLOW, STATSD), endpoints=tuple(ENDPOINTS), seconds=LIMIT_SECONDS,
        name="airflow"):
    needs = Needs({image: ["Deployment data/airflow-scheduler"] for image in images}, frozenset(), ["registry"], {}, [])
    options = {
        "image": AIRFLOW, "endpoints": list(endpoints), "labels": {"app": "probe"}, "pod_security_context": {}, "resources": {},
        "place": {}, "pod_labels": {}, "pod_annotations": {},
        "depends_on": [],
        "wait_timeout": seconds, "repeat": repeat,
    }  # fmt: skip
    return PreflightProbe(cluster, name, "data", needs, options, Steps(), check_mode).run()


def sound(**fields):
    return Cluster(secret("registry"), secret("metadata"), **fields)


def verbs(cluster):
    return [(verb, kind) for verb, kind, _name in cluster.writes]


PROBED = [("create", "Job"), ("delete", "Job")]


def test_what_is_good_is_recorded_and_not_probed_again():
    cluster = sound()
    first = run(cluster)
    assert (first["changed"], first["probed"], first["problem"]) == (True, True, "")
    assert [(image["image"], image["pulled"]) for image in first["images"]] == [(AIRFLOW, True), (STATSD, True)]
    assert [endpoint["state"] for endpoint in first["endpoints"]] == ["reachable"]
    assert [item["is_valid"] for item in first["pull_secrets"]] == [True]
    assert verbs(cluster) == [*PROBED, ("apply", "ConfigMap")]
    assert cluster.objects["ConfigMap", RECORD]["metadata"]["labels"] == {"app": "probe"}
    writes = list(cluster.writes)
    again = run(cluster)
    assert (again["changed"], again["probed"], again["images"], cluster.writes) == (False, False, [], writes)


def test_no_job_stays_and_no_two_have_one_name():
    cluster = sound()
    for unused_time in range(2):
        run(cluster, repeat="always")
    names = {name for verb, kind, name in cluster.writes if kind == "Job"}
    assert len(names) == 2 and all(name.startswith("airflow-preflight-probe-") for name in names)
    assert not [kind for kind, _name in cluster.objects if kind == "Job"]


def test_the_events_of_the_pod_tell_what_its_status_does_not():
    cluster = sound(states={STATSD: {"waiting": {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{STATSD}"'}}})
    cluster.events.append(event("pod", "Failed", f'Failed to pull image "{STATSD}": manifest unknown'))
    # Without the event, it would be given time to heal, and no cause.
    assert run(cluster)["images"][1]["message"] == "manifest unknown"


def test_the_events_of_the_job_tell_why_it_has_no_pod():
    cluster = sound()
    cluster.has_pods = False
    cluster.events.append(event("job", "FailedCreate", 'pods "x" is forbidden: violates PodSecurity "restricted:latest"'))
    result = run(cluster)
    assert result["problem"].startswith("FailedCreate: pods") and verbs(cluster) == PROBED


def test_the_same_may_be_probed_all_the_same():
    cluster = sound()
    run(cluster)
    cluster.writes.clear()
    again = run(cluster, repeat="always")
    assert (again["changed"], again["probed"]) == (False, True) and verbs(cluster) == PROBED


@pytest.mark.parametrize(
    "change",
    [
        {"images": (AIRFLOW,)},
        {"endpoints": [{**ENDPOINTS[0], "is_http": True}]},
        {"secret": secret("metadata", "2")},
        {"secret": secret("registry", "2")},
    ],
)
def test_what_has_changed_is_probed_again(change):
    cluster = sound()
    run(cluster)
    cluster.writes.clear()
    changed = change.pop("secret", None)
    if changed:
        cluster.objects["Secret", changed["metadata"]["name"]] = changed
    predicted = run(cluster, check_mode=True, **change)
    assert (predicted["changed"], predicted["probed"], cluster.writes) == (True, False, [])
    done = run(cluster, **change)
    assert done["changed"] and done["probed"] and verbs(cluster) == [*PROBED, ("apply", "ConfigMap")]
    assert not run(cluster, check_mode=True, **change)["changed"]


@pytest.mark.parametrize("repeat", ["changed", "always"])
def test_check_mode_writes_nothing(repeat):
    cluster = sound()
    predicted = run(cluster, check_mode=True, repeat=repeat)
    assert (predicted["changed"], predicted["probed"], predicted["images"], predicted["endpoints"]) == (True, False, [], [])
    assert cluster.writes == [] and cluster.watched == []


def test_secrets_that_check_mode_only_predicts_are_not_missed():
    assert run(Cluster(), check_mode=True)["pull_secrets"] == []
    wrong = {**secret("registry"), "type": "Opaque"}
    assert [item["is_valid"] for item in run(Cluster(wrong), check_mode=True)["pull_secrets"]] == [False]
    assert [item["message"] for item in run(Cluster())["pull_secrets"]] == ["there is no such Secret"]


@pytest.mark.parametrize(
    "cluster",
    [
        sound(states={STATSD: MISSING}),
        sound(reached="unreachable"),
        Cluster(secret("metadata")),
        Cluster(secret("registry", registries=()), secret("metadata")),
    ],
)
def test_what_is_not_all_good_is_not_recorded(cluster):
    for unused_time in range(2):
        cluster.writes.clear()
        result = run(cluster)
        assert (result["changed"], result["probed"]) == (False, True) and verbs(cluster) == PROBED


def test_what_is_right_no_longer_is_probed_until_it_is_right_again():
    cluster = sound()
    run(cluster)
    cluster.states = {STATSD: MISSING}
    assert run(cluster, repeat="always")["changed"] and ("ConfigMap", RECORD) not in cluster.objects
    cluster.states = {}
    again = run(cluster)
    assert (again["changed"], again["probed"]) == (True, True) and ("ConfigMap", RECORD) in cluster.objects


def test_an_image_that_cannot_be_pulled_is_reported():
    result = run(sound(states={STATSD: MISSING}))
    assert [(image["pulled"], image["message"]) for image in result["images"]] == [(True, ""), (False, f"{STATSD}: not found")]


def test_a_job_that_is_there_though_its_answer_was_lost_is_ours():
    cluster = sound()
    cluster.is_answer_lost = True
    assert run(cluster)["changed"] and verbs(cluster) == [*PROBED, ("apply", "ConfigMap")]


def test_the_longest_name_of_a_release_leaves_the_label_of_a_job_its_length():
    cluster = sound()
    run(cluster, name="a" * 40)
    assert {len(name) for verb, kind, name in cluster.writes if kind == "Job"} == {63}


def test_a_log_that_cannot_be_read_leaves_what_is_known_of_the_images():
    cluster = sound(states={STATSD: MISSING})
    cluster.log = ApiError("Could not read", "the log", "the kubelet does not answer", "Look at the node.", status=502)
    result = run(cluster)
    assert [image["pulled"] for image in result["images"]] == [True, False] and result["endpoints"][0]["state"] == "not_tried"
    assert "the kubelet does not answer" in result["problem"] and verbs(cluster) == PROBED


# The latter is answered where two writers count against the same quota at the same time.
@pytest.mark.parametrize("status", [403, 409])
def test_a_job_that_is_refused_ends_the_probe(status):
    cluster = sound()
    cluster.failure = ApiError("Could not create", "Job", "jobs is forbidden", "", status=status)
    with pytest.raises(ApiError, match="jobs is forbidden"):
        run(cluster)
    assert cluster.writes == []


@pytest.mark.parametrize("error", [ApiError("Could not watch", "pods", "forbidden", "", status=403), KeyError("a defect")])
def test_the_job_is_removed_when_following_it_fails(error):
    cluster = sound()
    cluster.watch_failure = error
    with pytest.raises(type(error)):
        run(cluster)
    assert verbs(cluster) == PROBED


def test_a_pod_that_never_comes_is_reported_and_its_job_removed():
    cluster = sound()
    cluster.has_pods = False
    result = run(cluster, seconds=0)
    assert (result["changed"], result["problem"]) == (False, "its pod was not made in time.") and verbs(cluster) == PROBED
    assert [endpoint["state"] for endpoint in result["endpoints"]] == ["not_tried"]


def test_where_nothing_is_connected_to_no_log_is_read():
    cluster = sound()
    assert run(cluster, endpoints=[])["changed"] and cluster.logs_read == []
    assert run(cluster)["changed"] and len(cluster.logs_read) == 1


@pytest.mark.parametrize("cluster", [sound(), sound(states={STATSD: MISSING}), sound(reached="unresolved")])
def test_the_content_of_secrets_leaves_the_cluster_in_no_way(cluster):
    result = run(cluster)
    written = [cluster.jobs, [item for key, item in cluster.objects.items() if key[0] == "ConfigMap"]]
    assert PASSWORD not in json.dumps([result, written])
    assert base64.b64encode(PASSWORD.encode()).decode()[:8] not in json.dumps([result, written])
