# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is an object ready? Pure predicates over what the API server says of it."""

from __future__ import annotations

import datetime

# The kubelet asks the clock twice when it first reports a pod, and Kubernetes writes whole seconds.
FIRST_REPORT_SECONDS = 1


def _status(item):
    return item.get("status") or {}


def condition(item, kind):
    """Return the condition of a kind, for example ``Available``, or an empty dict."""
    for found in _status(item).get("conditions") or []:
        if found.get("type") == kind:
            return found
    return {}


def _is_true(item, kind):
    return condition(item, kind).get("status") == "True"


def is_observed(item):
    """Tell whether the status of a workload speaks of its present definition, and not of the one before it."""
    return _status(item).get("observedGeneration", 0) >= item.get("metadata", {}).get("generation", 0)


def _wanted(item):
    replicas = (item.get("spec") or {}).get("replicas")
    return 1 if replicas is None else replicas


def _deployment(item):
    status, wanted = _status(item), _wanted(item)
    updated = status.get("updatedReplicas", 0)
    # The same conditions as kubectl rollout status (kubectl/pkg/polymorphichelpers/rollout_status.go).
    return (
        is_observed(item)
        and updated >= wanted
        and status.get("replicas", 0) <= updated
        and status.get("availableReplicas", 0) >= updated
    )


def _stateful_set(item):
    status, wanted = _status(item), _wanted(item)
    strategy = (item.get("spec") or {}).get("updateStrategy") or {}
    if not is_observed(item) or status.get("readyReplicas", 0) < wanted:
        return False
    if strategy.get("type") == "OnDelete":
        return True
    partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
    if partition:
        return status.get("updatedReplicas", 0) >= wanted - partition
    return status.get("currentRevision") == status.get("updateRevision")


def _daemon_set(item):
    status = _status(item)
    wanted = status.get("desiredNumberScheduled", 0)
    strategy = (item.get("spec") or {}).get("updateStrategy") or {}
    updated = strategy.get("type") == "OnDelete" or status.get("updatedNumberScheduled", 0) >= wanted
    return is_observed(item) and updated and status.get("numberAvailable", 0) >= wanted


def _job(item):
    # A suspended Job waits for somebody else; waiting for it would never end.
    return _is_true(item, "Complete") or bool((item.get("spec") or {}).get("suspend"))


def has_failed(item):
    """:returns: whether a Job has given up; nothing but another Job will do its work then."""
    return _is_true(item, "Failed")


def _pod(item):
    return _status(item).get("phase") == "Succeeded" or _is_true(item, "Ready")


def has_been_ready(pod):
    """Tell whether a pod is ready or was at some time.

    Of a pod that is not ready, its status says only since when. At its first report of a pod, the kubelet takes the time for
    that and for ``startTime`` (updateStatusInternal of k8s.io/kubernetes/pkg/kubelet/status/status_manager.go), and it keeps both
    until they change: so a later time means that the pod was ready in between.

    :param pod: the pod as the server answers it.
    """
    found, status = condition(pod, "Ready"), _status(pod)
    if found.get("status") == "True":
        return True
    if not any(map(_has_run, status.get("containerStatuses") or [])):
        return False
    since, start = found.get("lastTransitionTime"), status.get("startTime")
    if not since or not start:
        return False
    return (_moment(since) - _moment(start)).total_seconds() > FIRST_REPORT_SECONDS


def _has_run(container):
    states = (container.get("state") or {}, container.get("lastState") or {})
    return bool(container.get("restartCount")) or any({"running", "terminated"} & set(state) for state in states)


def _moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def _claim(item):
    return _status(item).get("phase") == "Bound"


def _namespace(item):
    return _status(item).get("phase") == "Active"


def _definition(item):
    return _is_true(item, "Established")


def _external_secret(item):
    # The operator writes the generation that it has worked on before a hyphen (GetResourceVersion in its package ctrlutil).
    synced = str(_status(item).get("syncedResourceVersion") or "").partition("-")[0]
    return _is_true(item, "Ready") and synced.isdigit() and int(synced) >= item.get("metadata", {}).get("generation", 0)


_READY = {
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "Pod": _pod,
    "PersistentVolumeClaim": _claim,
    "Namespace": _namespace,
    "CustomResourceDefinition": _definition,
    "ExternalSecret": _external_secret,
}


def is_waited_for(kind):
    """Tell whether objects of a kind become ready some time after they were written."""
    return kind in _READY


def is_ready(item):
    """Tell whether an object does its work; kinds without a notion of readiness are always ready.

    :param item: the object as the server answers it.
    """
    predicate = _READY.get(item.get("kind"))
    return predicate is None or predicate(item)


def _counts(item):
    status, kind = _status(item), item.get("kind")
    if kind == "DaemonSet":
        return status.get("numberAvailable", 0), status.get("desiredNumberScheduled", 0)
    if kind == "Deployment":
        # Pods of the former definition are available too; only the updated ones show how far the change is.
        return min(status.get("availableReplicas", 0), status.get("updatedReplicas", 0)), _wanted(item)
    return status.get("readyReplicas", 0), _wanted(item)


def describe(item):
    """Say in a few words how far an object is: ``2/3 ready``, ``Complete``, ``1 running, 2 failed``, ``Pending``."""
    kind, status = item.get("kind"), _status(item)
    if kind in ("Deployment", "StatefulSet", "DaemonSet"):
        ready, wanted = _counts(item)
        rolling = ", rolling out" if ready >= wanted and not is_ready(item) else ""
        return f"{ready}/{wanted} ready{rolling}"
    if kind == "Job":
        for name in ("Complete", "Failed"):
            if _is_true(item, name):
                return name
        counts = [f"{status[name]} {name}" for name in ("active", "succeeded", "failed") if status.get(name)]
        return ", ".join(counts) or "not started"
    if kind == "CustomResourceDefinition":
        return "established" if is_ready(item) else "not established"
    if kind == "ExternalSecret":
        return _described_external_secret(item)
    if kind == "Pod" and status.get("phase") == "Running":
        return "ready" if is_ready(item) else "running, not ready"
    return status.get("phase") or ("ready" if is_ready(item) else "not ready")


def _described_external_secret(item):
    found = condition(item, "Ready")
    if is_ready(item):
        return "synced"
    if found.get("status") == "False":
        return f"{found.get('reason') or 'not synced'}: {found.get('message') or 'no message'}"
    return "not synced yet" if found else "the External Secrets Operator has not looked at it yet"
