# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import readiness


def item(kind, status, spec=None, generation=1):
    return {"kind": kind, "metadata": {"name": "x", "generation": generation}, "spec": spec or {}, "status": status}


def true(kind):
    return {"conditions": [{"type": kind, "status": "True"}]}


DEPLOYED = {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}
STATEFUL = {"observedGeneration": 1, "readyReplicas": 2, "currentRevision": "b", "updateRevision": "b"}
DAEMONS = {"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 2}
TWO = {"replicas": 2}
PARTITION = {"replicas": 2, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}
# As external-secrets 0.16 writes them (pkg/controllers/externalsecret/externalsecret_controller.go).
SYNCED = {
    "conditions": [{"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "secret synced"}],
    "syncedResourceVersion": "1-9f9a1c8f2d",
}
SYNC_ERROR = {
    "conditions": [
        {"type": "Ready", "status": "False", "reason": "SecretSyncedError", "message": "could not get secret data from provider"}
    ]
}
ON_DELETE = {"replicas": 2, "updateStrategy": {"type": "OnDelete"}}


@pytest.mark.parametrize(
    ("kind", "status", "spec", "ready", "words"),
    [
        ("Deployment", DEPLOYED, TWO, True, "2/2 ready"),
        ("Deployment", {}, {}, False, "0/1 ready"),
        ("Deployment", {"observedGeneration": 1}, {"replicas": 0}, True, "0/0 ready"),
        ("Deployment", {**DEPLOYED, "observedGeneration": 0}, TWO, False, "2/2 ready, rolling out"),
        ("Deployment", {**DEPLOYED, "updatedReplicas": 1}, TWO, False, "1/2 ready"),
        ("Deployment", {**DEPLOYED, "replicas": 3}, TWO, False, "2/2 ready, rolling out"),
        ("Deployment", {**DEPLOYED, "availableReplicas": 1}, TWO, False, "1/2 ready"),
        ("StatefulSet", STATEFUL, TWO, True, "2/2 ready"),
        ("StatefulSet", {**STATEFUL, "readyReplicas": 1}, TWO, False, "1/2 ready"),
        ("StatefulSet", {**STATEFUL, "currentRevision": "a"}, TWO, False, "2/2 ready, rolling out"),
        ("StatefulSet", {**STATEFUL, "currentRevision": "a"}, ON_DELETE, True, "2/2 ready"),
        ("StatefulSet", {**STATEFUL, "currentRevision": "a", "updatedReplicas": 1}, PARTITION, True, "2/2 ready"),
        (
            "StatefulSet",
            {**STATEFUL, "currentRevision": "a", "updatedReplicas": 0},
            PARTITION,
            False,
            "2/2 ready, rolling out",
        ),
        ("StatefulSet", {}, {}, False, "0/1 ready"),
        ("DaemonSet", DAEMONS, {}, True, "2/2 ready"),
        ("DaemonSet", {}, {}, False, "0/0 ready, rolling out"),
        ("DaemonSet", {**DAEMONS, "updatedNumberScheduled": 1}, {}, False, "2/2 ready, rolling out"),
        ("DaemonSet", {**DAEMONS, "updatedNumberScheduled": 1}, ON_DELETE, True, "2/2 ready"),
        ("DaemonSet", {**DAEMONS, "numberAvailable": 1}, {}, False, "1/2 ready"),
        ("Job", true("Complete"), {}, True, "Complete"),
        ("Job", true("Failed"), {}, False, "Failed"),
        ("Job", {"active": 1, "failed": 2}, {}, False, "1 active, 2 failed"),
        ("Job", {}, {"suspend": True}, True, "not started"),
        ("Pod", {"phase": "Succeeded"}, {}, True, "Succeeded"),
        ("Pod", {"phase": "Running"}, {}, False, "running, not ready"),
        ("Pod", {"phase": "Running", **true("Ready")}, {}, True, "ready"),
        ("PersistentVolumeClaim", {"phase": "Bound"}, {}, True, "Bound"),
        ("PersistentVolumeClaim", {"phase": "Pending"}, {}, False, "Pending"),
        ("Namespace", {"phase": "Active"}, {}, True, "Active"),
        ("Namespace", {"phase": "Terminating"}, {}, False, "Terminating"),
        ("CustomResourceDefinition", true("Established"), {}, True, "established"),
        ("CustomResourceDefinition", {}, {}, False, "not established"),
        ("ExternalSecret", SYNCED, {}, True, "synced"),
        ("ExternalSecret", {**SYNCED, "syncedResourceVersion": "0-9f9a1c8f2d"}, {}, False, "not synced yet"),
        ("ExternalSecret", {**SYNCED, "syncedResourceVersion": "10-9f9a1c8f2d"}, {}, True, "synced"),
        ("ExternalSecret", SYNC_ERROR, {}, False, "SecretSyncedError: could not get secret data from provider"),
        (
            "ExternalSecret",
            {**SYNC_ERROR, "syncedResourceVersion": "1-9f9a1c8f2d"},
            {},
            False,
            "SecretSyncedError: could not get secret data from provider",
        ),
        ("ExternalSecret", {}, {}, False, "the External Secrets Operator has not looked at it yet"),
        ("ConfigMap", None, {}, True, "ready"),
    ],
)
def test_readiness(kind, status, spec, ready, words):
    observed = item(kind, status, spec)
    assert readiness.is_ready(observed) is ready
    assert readiness.describe(observed) == words


def test_a_definition_that_was_just_written_is_not_ready():
    for kind in (
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "Pod",
        "PersistentVolumeClaim",
        "CustomResourceDefinition",
        "ExternalSecret",
    ):
        assert readiness.is_waited_for(kind) and not readiness.is_ready({"kind": kind, "metadata": {"generation": 1}})
    assert not readiness.is_waited_for("ConfigMap")


RAN = [{"restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {}}}]
PULLING = [{"restartCount": 0, "state": {"waiting": {"reason": "ImagePullBackOff"}}, "lastState": {}}]


@pytest.mark.parametrize(
    ("ready", "since", "containers", "known"),
    [
        # As the kubelet of Kubernetes 1.35 writes them.
        ("True", "12:00:30", [{"state": {"running": {}}}], True),
        ("False", "12:00:00", RAN, False),
        # Its second look at the clock may fall into the next second.
        ("False", "12:00:01", RAN, False),
        ("False", "12:00:02", RAN, True),
        ("False", "12:30:00", [{"state": {"running": {}}}], True),
        ("False", "12:30:00", PULLING, False),
        # No node has taken it yet.
        (None, None, [], False),
        (None, None, RAN, False),
    ],
)
def test_whether_a_pod_has_been_ready(ready, since, containers, known):
    conditions = [{"type": "Ready", "status": ready, "lastTransitionTime": f"2026-03-01T{since}Z"}] if ready else []
    status = {"startTime": "2026-03-01T12:00:00Z", "conditions": conditions, "containerStatuses": containers}
    assert readiness.has_been_ready(item("Pod", status)) is known
