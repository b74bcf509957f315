# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wherever something is only explained, a read that is refused ends nothing, hides nothing, and is told of."""

from __future__ import annotations

import json
import threading

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    AirflowApiError,
    KubeconfigError,
    WaitTimeoutError,
    WorkloadError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import api_errors
from ansible_collections.windrose.airflow.plugins.module_utils._probe.needs import Needs
from ansible_collections.windrose.airflow.plugins.module_utils._service.airflow.dag_run import DagRunService
from ansible_collections.windrose.airflow.plugins.module_utils._service.airflow.dag_run_diagnosis import (
    DagRunDiagnosis,
    DagRunError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.preflight_probe import PreflightProbe
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.rights import describe_rights
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.waiting import wait_until_ready
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.live import LiveRelease

SERVER = "https://10.0.0.1:6443 (context prod)"
SUBJECT = "what was asked for"
SHORT_SECONDS = 0.3
LONG_SECONDS = 60
MISSING_IMAGE = {"waiting": {"reason": "ErrImagePull", "message": "acme/airflow:9: not found"}}
# {kind: (verb, resource, API group)} of what the server forbids.
RIGHTS = {
    "Event": ("list", "events", ""),
    "Pod": ("list", "pods", ""),
    "log": ("get", "pods/log", ""),
    "ReplicaSet": ("list", "replicasets", "apps"),
    "Node": ("list", "nodes", ""),
    "StorageClass": ("get", "storageclasses", "storage.k8s.io"),
    "dry run": ("patch", "deployments", "apps"),
}


def answered(status, message, tried="Could not read"):
    body = json.dumps({"kind": "Status", "message": message}).encode()
    return api_errors.from_answer(tried, SUBJECT, status, body, SERVER)


def forbidden(kind):
    verb, resource, group = RIGHTS[kind]
    message = f'x is forbidden: User "jane" cannot {verb} resource "{resource}" in API group "{group}" in the namespace "n"'
    return answered(403, message)


# How a read can fail, and what is told of it.
REFUSALS = {
    "forbidden": forbidden,
    "missing": lambda kind: answered(404, "the server could not find it"),
    "failing": lambda kind: answered(500, "etcd has no leader"),
    "silent": lambda kind: api_errors.unreachable("Could not read", SUBJECT, SERVER, "read timed out"),
    "without credentials": lambda kind: KubeconfigError("Could not load", SUBJECT, "the plugin failed", "Log in again."),
}


def told_of(kind, refusal):
    """:returns: what an explanation has to say of a read that was refused."""
    if refusal == "forbidden":
        verb, resource, group = RIGHTS[kind]
        return f"the right to {verb} {'.'.join(filter(None, [resource, group]))} in namespace n is missing"
    return REFUSALS[refusal](kind).cause


class Cluster:
    """Has some objects, and refuses whatever is about one kind.

    :param refused: the kind; ``log`` stands for the logs of pods, and ``dry run`` for what tells what an apply would change.
    :param error: what it answers then.
    """

    def __init__(self, refused, error, *objects):
        self._refused, self._error, self._objects = refused, error, objects

    def _check(self, kind):
        if kind == self._refused:
            raise self._error

    def list(self, api_version, kind, namespace=None, label_selector=None, field_selector=None):
        self._check(kind)
        return [item for item in self._objects if item["kind"] == kind]

    def get(self, api_version, kind, name, namespace=None):
        self._check(kind)
        return next((item for item in self._objects if (item["kind"], item["metadata"]["name"]) == (kind, name)), None)

    def watch(self, api_version, kind, namespace, timeout_seconds, **options):
        for item in self.list(api_version, kind):
            yield "ADDED", item
        yield "SYNCED", {}
        threading.Event().wait(timeout_seconds)

    def pod_log(self, namespace, name, *arguments, **options):
        self._check("log")
        return "the log of the pod"

    def pages(self, api_version, kind, namespace=None, label_selector=None, field_selector=None):
        return iter([(self.list(api_version, kind), 0)])

    def resource(self, api_version, kind):
        return None

    def apply(self, definition, dry_run, force):
        self._check("dry run")
        return definition

    def create(self, definition, repeatable=False):
        if definition["kind"] == "SelfSubjectReview":
            raise self._error
        return {**definition, "metadata": {**definition.get("metadata", {}), "uid": "made"}}

    def delete(self, *arguments):
        return True


class Steps:
    def step(self, text):
        """Report nothing."""


# The objects that are in trouble


def workload(kind, name, **status):
    metadata = {"name": name, "namespace": "n", "uid": name, "generation": 1}
    api_version = "batch/v1" if kind == "Job" else "apps/v1"
    return {
        "apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": {"replicas": 1},
        "status": {"observedGeneration": 1, **status},
    }  # fmt: skip


def pod(owner, kind, state, **metadata):
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": f"{owner}-0", "namespace": "n", "uid": "pod",
            "ownerReferences": [{"uid": owner, "kind": kind, "controller": True}], **metadata,
        },
        "spec": {"containers": [{"name": "main", "image": "acme/airflow:9"}]},
        "status": {"phase": "Pending", "containerStatuses": [{"name": "main", "restartCount": 3, "state": state}]},
    }  # fmt: skip


def task(**fields):
    return {
        "task_id": "load", "map_index": -1, "state": "queued", "try_number": 1, "hostname": "", "end_date": None,
        "queued_when": "2026-01-01T00:00:00Z", "start_date": None, **fields,
    }  # fmt: skip


RUN = {"dag_id": "sales", "dag_run_id": "once", "state": "failed"}
TASK_POD = pod("load", "Other", MISSING_IMAGE, annotations={
    "dag_id": "sales", "run_id": "once", "task_id": "load", "try_number": "1"})  # fmt: skip


# The places that explain: each returns what a user reads.


def wait(*targets, seconds=SHORT_SECONDS):
    def place(refused, error):
        around = [pod("web", "Other", MISSING_IMAGE)]
        cluster = Cluster(refused, error, *targets, *around)
        with pytest.raises((WaitTimeoutError, WorkloadError)) as caught:
            wait_until_ready(cluster, list(targets), seconds, Steps())
        return str(caught.value)

    return place


def crash(refused, error):
    target = workload("StatefulSet", "web", readyReplicas=0)
    looping = pod("web", "StatefulSet", {"waiting": {"reason": "CrashLoopBackOff"}})
    looping["status"]["containerStatuses"][0]["lastState"] = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    with pytest.raises(WorkloadError) as caught:
        wait_until_ready(Cluster(refused, error, target, looping), [target], LONG_SECONDS, Steps())
    return str(caught.value)


CLAIM = {
    "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "n", "uid": "claim"},
    "spec": {"storageClassName": "fast"}, "status": {"phase": "Pending"},
}  # fmt: skip
FAILED_JOB = workload("Job", "web", conditions=[{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}])


def hopeless_task(refused, error):
    with pytest.raises(WorkloadError) as caught:
        DagRunDiagnosis(Cluster(refused, error, TASK_POD), "n", "sales").refuse_hopeless(RUN, [task()])
    return str(caught.value)


def podless(refused, error):
    return DagRunDiagnosis(Cluster(refused, error), "n", "sales").podless(RUN, [task()])


def failed_run(refused, error):
    def read_log(unused_task):
        if refused == "Airflow":
            raise error
        return []

    diagnosis = DagRunDiagnosis(Cluster(refused, error, TASK_POD), "n", "sales")
    found = diagnosis.failure(RUN, [task(state="failed")], read_log)
    assert isinstance(found, DagRunError)
    return str(found)


class UnhelpfulAirflow:
    """Knows nothing of a DAG, and does not say what it knows instead."""

    def __init__(self, refused, error):
        self._refused, self._error = refused, error

    def health(self):
        return {}

    def dag(self, dag_id):
        return None

    def import_errors(self):
        if self._refused == "import errors":
            raise self._error
        return []

    def dag_ids(self):
        if self._refused == "DAGs":
            raise self._error
        return ["sales_eu"]


def unknown_dag(refused, error):
    params = {
        "dag_id": "sales", "run_id": None, "conf": {}, "namespace": "n", "wait": True, "wait_timeout": 0, "read_logs": True,
        "require_components": [],
    }  # fmt: skip
    service = DagRunService(lambda: UnhelpfulAirflow(refused, error), Cluster(None, None), Steps(), params)
    with pytest.raises(WaitTimeoutError) as caught:
        service.ensure()
    return str(caught.value)


def probe(refused, error):
    options = {
        "image": "acme/airflow:9", "endpoints": [], "labels": {}, "pod_labels": {}, "pod_annotations": {}, "place": {},
        "pod_security_context": {}, "resources": {}, "depends_on": [], "wait_timeout": SHORT_SECONDS, "repeat": "changed",
    }  # fmt: skip
    needs = Needs({"acme/airflow:9": ["a pod"]}, frozenset(), [], {}, [])
    return PreflightProbe(Cluster(refused, error), "airflow", "n", needs, options, Steps()).run()["problem"]


def drift(refused, error):
    live = workload("Deployment", "web")
    live["metadata"]["resourceVersion"] = "1"
    manifest = json.dumps({**live, "spec": {"replicas": 9}})
    found = LiveRelease(Cluster(refused, error, live), "n").compare(manifest, only_reports=True).differences
    return json.dumps([difference.as_result() for difference in found])


STATEFUL_SET, DEPLOYMENT = workload("StatefulSet", "web", readyReplicas=0), workload("Deployment", "web")
DAEMON_SET = workload("DaemonSet", "web", desiredNumberScheduled=1)
# The place, the kind that is refused there, and what has to be said all the same.
PLACES = {
    "wait, events": (crash, "Event", "OOMKilled: the container needed more memory than its limit, 3 times"),
    "wait, log": (crash, "log", "OOMKilled: the container needed more memory than its limit, 3 times"),
    "wait, pods": (wait(STATEFUL_SET), "Pod", "StatefulSet n/web: 0/1 ready"),
    "wait, replica sets": (wait(DEPLOYMENT), "ReplicaSet", "Deployment n/web: 0/1 ready"),
    "wait, nodes": (wait(DAEMON_SET), "Node", "DaemonSet n/web: pod web-0, container main: ErrImagePull"),
    "wait, pods of a Job": (wait(FAILED_JOB, seconds=LONG_SECONDS), "Pod", "BackoffLimitExceeded"),
    "wait, log of a Job": (wait(FAILED_JOB, seconds=LONG_SECONDS), "log", "BackoffLimitExceeded"),
    "wait, storage class": (wait(CLAIM), "StorageClass", "PersistentVolumeClaim n/data: Pending"),
    "task in the queue, events": (hopeless_task, "Event", "ErrImagePull: acme/airflow:9: not found"),
    "task in the queue, pods": (podless, "Pod", "whether load has a pod is not known"),
    "failed run, events": (failed_run, "Event", "task load failed in pod load-0, try 1 (ErrImagePull: acme/airflow:9: not found)"),
    "failed run, log": (failed_run, "log", "task load failed in pod load-0, try 1 (ErrImagePull: acme/airflow:9: not found)"),
    "failed run, pods": (failed_run, "Pod", "task load failed on no host, try 1"),
    "probe, events": (probe, "Event", "its pod was not made in time"),
    "drift, dry run": (drift, "dry run", '"object": "Deployment n/web", "state": "unknown"'),
}


# A comparison is of no use to anybody who cannot reach the server.
@pytest.mark.parametrize(
    "place, refusal", [(place, refusal) for place in PLACES for refusal in REFUSALS if (place, refusal) != ("drift, dry run", "silent")])
def test_what_cannot_be_looked_at_is_told_and_ends_nothing(place, refusal):
    explain, kind, message = PLACES[place]
    text = explain(kind, REFUSALS[refusal](kind))
    assert message in text and told_of(kind, refusal) in text


# Where the others explain something else then.
SILENT = sorted(set(PLACES) - {"task in the queue, pods", "wait, storage class", "drift, dry run"})


@pytest.mark.parametrize("place", SILENT)
def test_where_everything_can_be_looked_at_nothing_is_told(place):
    text = PLACES[place][0](None, None)
    assert "could be looked at" not in text and "right to" not in text


AIRFLOW_REFUSALS = {
    "Airflow": (failed_run, "task load failed in pod load-0, try 1"),
    "import errors": (unknown_dag, "alike are sales_eu"),
    "DAGs": (unknown_dag, "Airflow does not know it after 0 seconds"),
}


@pytest.mark.parametrize("refused", AIRFLOW_REFUSALS)
def test_what_airflow_does_not_tell_is_told_and_ends_nothing(refused):
    explain, message = AIRFLOW_REFUSALS[refused]
    error = AirflowApiError("Could not read", SUBJECT, "the api-server answered 403: Forbidden", "Give user jane a role.")
    text = explain(refused, error)
    assert message in text and f"{SUBJECT}: the api-server answered 403: Forbidden" in text
    assert "it knows 0 DAGs" not in text


@pytest.mark.parametrize("refusal", REFUSALS)
def test_the_name_of_the_user_is_a_courtesy(refusal):
    found = describe_rights(Cluster(None, REFUSALS[refusal]("Pod")), [])
    assert found["user"] == {"username": ""}
