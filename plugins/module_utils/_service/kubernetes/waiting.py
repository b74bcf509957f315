# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits on watches until objects are ready, and stops at the first state that waiting cannot cure."""

from __future__ import annotations

import time

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, WaitTimeoutError, WorkloadError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import readiness
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.pods import CRASH, FAILED
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rollout import (
    WORKLOADS,
    Rollout,
    key_of,
    label_of,
)
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.explaining import Explaining
from ansible_collections.windrose.airflow.plugins.module_utils._service.feeds import Feeds, collections_of

LOG_LINES = 20
FORBIDDEN, CONFLICT = 403, 409
# A node that stops working is found not ready after 50 s; only then its pods are forgiven.
NODE_LOOK_SECONDS = 15
_SELECTED_NODE = "volume.kubernetes.io/selected-node"


def _waits_for_consumer(client, claim, explaining):
    """Tell whether a claim stays unbound until a pod uses it, which is nothing to wait for."""
    spec, annotations = claim.get("spec") or {}, claim["metadata"].get("annotations") or {}
    if claim["kind"] != "PersistentVolumeClaim" or _SELECTED_NODE in annotations or not spec.get("storageClassName"):
        return False
    storage_class = explaining.read(
        lambda: client.get("storage.k8s.io/v1", "StorageClass", spec["storageClassName"]), None)  # fmt: skip
    return (storage_class or {}).get("volumeBindingMode") == "WaitForFirstConsumer"


class _Wait:
    """One wait for readiness."""

    def __init__(self, client, targets, timeout_seconds, progress, note_replaced=lambda label: None, explaining=None):
        self._client = client
        self._timeout_seconds = timeout_seconds
        self._deadline = time.monotonic() + timeout_seconds
        self._progress = progress
        self._explaining = explaining or Explaining()
        self._rollout = Rollout(targets)
        self._feeds = Feeds(client, self._deadline)
        self._since = {}
        self._note_replaced = note_replaced
        self._replaced = {}
        self._next_node_look = 0

    def run(self):
        self._start_feeds()
        try:
            until = self._deadline
            while True:
                self._absorb(until - time.monotonic())
                self._look_at_nodes(self._next_node_look)
                self._progress.step(self._rollout.summary())
                if self._is_done():
                    return list(self._rollout.targets.values())
                until = self._stop_when_hopeless()
                if self._daemon_sets():
                    until = min(until, self._next_node_look)
                if time.monotonic() >= self._deadline:
                    raise self._timed_out()
        except (WaitTimeoutError, WorkloadError) as error:
            self._explaining.complete(error)
            raise
        finally:
            self._feeds.stop()

    def _start_feeds(self):
        waiting = self._rollout.unready()
        for api_version, kind, namespace in collections_of(waiting):
            self._feeds.start(api_version, kind, namespace)
        for namespace in {item["metadata"].get("namespace") for item in waiting if item["kind"] in WORKLOADS | {"Pod"}}:
            # Whether a workload is ready it says itself; the rest says why it is not.
            self._feeds.start("v1", "Event", namespace, field_selector="type=Warning", explaining=self._explaining)
            kinds = {item["kind"] for item in waiting if item["metadata"].get("namespace") == namespace}
            if kinds & WORKLOADS and "Pod" not in kinds:
                self._feeds.start("v1", "Pod", namespace, explaining=self._explaining)
            if "Deployment" in kinds:
                self._feeds.start("apps/v1", "ReplicaSet", namespace, explaining=self._explaining)

    def spared(self):
        """:returns: list of {object, node, reason}: where DaemonSets do not work, and were not waited for."""
        return [
            {"object": label_of(item), "node": node, "reason": reason}
            for item in self._rollout.targets.values() for node, reason in self._rollout.spared(item).items()
        ]  # fmt: skip

    def _daemon_sets(self):
        return any(item["kind"] == "DaemonSet" for item in self._rollout.targets.values())

    def _look_at_nodes(self, due):
        """Read the nodes where a DaemonSet is waited for, not before a time. Without the right to, its numbers count."""
        now = time.monotonic()
        if not self._daemon_sets() or now < due:
            return
        self._next_node_look = now + NODE_LOOK_SECONDS
        nodes = self._explaining.read(lambda: self._client.list("v1", "Node", None), None)
        if nodes is not None:
            self._rollout.note_nodes(nodes)

    def _is_done(self):
        if not self._rollout.unready() and self.spared():
            # A node may have recovered since it was looked at.
            self._look_at_nodes(0)
        return not self._rollout.unready()

    def _absorb(self, seconds):
        for event, item in self._feeds.take(seconds):
            if event == "SYNCED":
                self._rollout.note_complete(*item)
            else:
                self._rollout.note(event, item)

    def _stop_when_hopeless(self):
        """Raise at a hopeless state; otherwise return when to look again although nothing happened."""
        for key in self._rollout.vanished:
            raise WorkloadError(
                "Could not wait for",
                label_of(self._rollout.targets[key]),
                "it was deleted meanwhile",
                "Find out by whom, then run again.",
            )
        for job in self._rollout.failed_jobs():
            raise self._failed_job(job)
        now = time.monotonic()
        suspects = {suspect.key: suspect for suspect in self._rollout.suspects() if not self._is_going(suspect)}
        self._since = {key: self._since.get(key, now) for key in suspects}
        for key, suspect in suspects.items():
            if self._is_hopeless(suspect, now) and self._is_confirmed(key, now) and not self._replace(suspect):
                raise self._hopeless(suspect)
        dues = [self._since[key] + suspect.diagnosis.grace_seconds for key, suspect in suspects.items()]
        return min([due for due in dues if due > now] + [self._deadline])

    def _is_going(self, suspect):
        return bool(suspect.pod) and suspect.pod["metadata"]["uid"] in self._replaced.values()

    def _replace(self, suspect):
        """Delete a pod that holds up its StatefulSet, unless one of its name was deleted for that before.

        :returns: False where it stays.
        """
        if not suspect.is_replaceable or key_of(suspect.pod) in self._replaced:
            return False
        metadata = suspect.pod["metadata"]
        try:
            if self._client.delete("v1", "Pod", metadata["name"], metadata["namespace"], uid=metadata["uid"]):
                self._note_replaced(label_of(suspect.pod))
                self._progress.step(f"replacing {label_of(suspect.pod)}, which never started, by one of the new definition")
        except ApiError as error:
            if error.status == FORBIDDEN:
                return False
            # By now there is another pod of this name.
            if error.status != CONFLICT:
                raise
        self._replaced[key_of(suspect.pod)] = metadata["uid"]
        return True

    def _is_hopeless(self, suspect, now):
        return now - self._since[suspect.key] >= suspect.diagnosis.grace_seconds

    def _is_confirmed(self, key, now):
        """Look again with all events of the subject: an autoscaler's promise or a later success is not a warning."""
        suspect = next((item for item in self._rollout.suspects() if item.key == key), None)
        if suspect is None:
            return False
        subject = (suspect.pod or suspect.target)["metadata"]
        selector = f"involvedObject.uid={subject['uid']}"
        events = self._explaining.read(
            lambda: self._client.list("v1", "Event", subject.get("namespace"), field_selector=selector), [])  # fmt: skip
        for event in events:
            self._rollout.note("ADDED", event)
        again = next((item for item in self._rollout.suspects() if item.key == key), None)
        return again is not None and self._is_hopeless(again, now)

    def _log_of(self, pod, container, previous):
        metadata = pod["metadata"]

        def read(of_previous):
            found = self._client.pod_log(metadata["namespace"], metadata["name"], container, LOG_LINES, of_previous)
            return read(False) if of_previous and not found.strip() else found

        return self._explaining.read(lambda: read(previous), "").strip()

    def _error(self, target, pod, container, reason, message, remedy, log):
        fields = {"reason": reason, "container": container, "log_tail": log.splitlines()}
        where = ""
        if pod is not None:
            fields.update(pod=pod["metadata"]["name"], namespace=pod["metadata"].get("namespace"))
            where = f"pod {pod['metadata']['name']}" + (f", container {container}" if container else "") + ": "
        cause = f"{where}{reason}: {message}" if message else f"{where}{reason}"
        if log:
            cause = f"{cause}. Last log lines:\n{log}\n"
        return WorkloadError("Stopped waiting for", label_of(target), cause, remedy, **fields)

    def _hopeless(self, suspect):
        diagnosis, pod = suspect.diagnosis, suspect.pod
        log = ""
        if pod is not None and diagnosis.family in (CRASH, FAILED):
            log = self._log_of(pod, diagnosis.container or _failed_container(pod), diagnosis.family == CRASH)
        return self._error(
            suspect.target, pod, diagnosis.container, diagnosis.reason, diagnosis.message, diagnosis.remedy, log)

    def _failed_job(self, job):
        failed = readiness.condition(job, "Failed")
        # The Job may be known to have failed before the watch of its pods has reported them.
        selector = f"batch.kubernetes.io/job-name={job['metadata']['name']}"
        pods = self._explaining.read(
            lambda: self._client.list("v1", "Pod", job["metadata"]["namespace"], selector), [])  # fmt: skip
        pods = sorted(pods, key=lambda item: item["metadata"].get("creationTimestamp") or "")
        pod = pods[-1] if pods else None
        container = _failed_container(pod) if pod else ""
        log = self._log_of(pod, container, False) if pod else ""
        remedy = (
            "Correct what its last log lines complain about, delete the Job (kubectl delete job --namespace "
            f"{job['metadata']['namespace']} {job['metadata']['name']}) and run again."
        )
        return self._error(
            job, pod, container, failed.get("reason") or "Failed", failed.get("message") or "", remedy, log
        )

    def _timed_out(self):
        unready = self._rollout.unready()
        told = "; ".join(f"{label_of(item)}: {self._rollout.describe(item)}" for item in unready)
        seconds = f"after {self._timeout_seconds} s"
        remedy = "Raise wait_timeout if this only needs longer; otherwise look with kubectl describe and kubectl logs."
        suspects, log, pod = self._rollout.suspects(), "", None
        if suspects:
            diagnosis, pod = suspects[0].diagnosis, suspects[0].pod
            told += f" ({diagnosis.reason}: {diagnosis.message})"
            remedy = diagnosis.remedy
        else:
            if self._rollout.spared(unready[0]):
                remedy = f"Bring its nodes back (kubectl describe node {next(iter(self._rollout.spared(unready[0])))}), then run again."
            pod = next(
                (pod for item in unready for pod in self._rollout.pods_of(item) if not readiness.is_ready(pod)), None
            )
        if pod is not None:
            warning = self._rollout.last_warning(pod)
            log = self._log_of(pod, _failed_container(pod), False)
            told += f". Pod {pod['metadata']['name']} is {readiness.describe(pod)}" + (
                f": {warning}" if warning else ""
            )
            told += f". Last log lines:\n{log}\n" if log else ""
        return WaitTimeoutError(
            "Stopped waiting for", label_of(unready[0]), f"not ready {seconds}: {told}", remedy,
            unready=[label_of(item) for item in unready], log_tail=log.splitlines(),
        )  # fmt: skip


def _failed_container(pod):
    """Name the container whose log says most: one that failed, else one that is not ready, else the first."""
    status = pod.get("status") or {}
    statuses = (status.get("initContainerStatuses") or []) + (status.get("containerStatuses") or [])
    failed = [
        item["name"] for item in statuses
        if any(((item.get(when) or {}).get("terminated") or {}).get("exitCode") for when in ("state", "lastState"))
    ]  # fmt: skip
    unready = [item["name"] for item in status.get("containerStatuses") or [] if not item.get("ready")]
    named = [item["name"] for item in (pod.get("spec") or {}).get("containers") or []]
    return next(iter(failed + unready + named), "")


def _may_lack_nodes(item):
    """Tell whether a DaemonSet has nothing to do: because it chooses no node, or because none of its nodes is ready."""
    return item["kind"] == "DaemonSet" and not (item.get("status") or {}).get("desiredNumberScheduled")


def wait_until_ready(client, targets, timeout_seconds, progress=None, note_replaced=lambda label: None, spared=None):
    """Wait until objects are ready; kinds without a notion of readiness are ready immediately.

    Pods are found through their owners, so pods that merely carry the same labels are not judged. A DaemonSet is not waited
    for on nodes that are not ready, cordoned, being removed or gone, as long as it works on all others and there is one. A pod
    that holds up one of the StatefulSets, because it has the former definition and can never start, is deleted, where it has
    never been ready.

    :param client: a KubeClient.
    :param targets: the caller's own objects as applied or as read (apiVersion, kind, metadata and, if read, status).
    :param timeout_seconds: how long to wait at most.
    :param progress: receives ``step(text)`` at each change; by default the collection's progress file.
    :param note_replaced: called with ``Pod <namespace>/<name>`` for each pod that was deleted for its StatefulSet.
    :param spared: a list that gets a dict for each node that a DaemonSet was not waited for: ``object``, ``node``, ``reason``.
    :returns: the targets that were waited for, as last seen.
    :raises WorkloadError: a pod or Job is in a state that waiting does not cure; the fields ``pod``, ``namespace``,
        ``container``, ``reason`` and ``log_tail`` say which.
    :raises WaitTimeoutError: the time is over; the field ``unready`` names what is missing.
    """
    explaining = Explaining()
    waiting = [
        item
        for item in targets
        if readiness.is_waited_for(item["kind"])
        and (not readiness.is_ready(item) or _may_lack_nodes(item))
        and not _waits_for_consumer(client, item, explaining)
    ]
    progress = Progress() if progress is None else progress
    if not waiting:
        return []
    wait = _Wait(client, waiting, timeout_seconds, progress, note_replaced, explaining)
    ready = wait.run()
    if spared is not None:
        spared += wait.spared()
    return ready
