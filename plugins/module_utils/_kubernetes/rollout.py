# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of some objects on their way to being ready: fed with watch events, asked for the state. No I/O."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import external_secrets, nodes, readiness
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.pods import (
    Diagnosis,
    diagnose,
    diagnose_owner,
    in_order,
)

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job"})
LONGEST_SUMMARY = 6
# Where its controller may delete an unready pod of the former definition, it does so within this time.
FORMER_POD_GRACE_SECONDS = 30
# How long an attempt that the kubelet announced may take until its outcome shows.
ATTEMPT_SECONDS = 30

_REVISION = "deployment.kubernetes.io/revision"
_TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"


def key_of(item):
    """Identify an object within one cluster: (kind, namespace, name)."""
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace") or "", metadata["name"]


def label_of(item):
    """Name an object in messages: ``Deployment airflow/web``."""
    kind, namespace, name = key_of(item)
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def _owner_uids(item):
    return {owner.get("uid") for owner in item["metadata"].get("ownerReferences") or []}


def _annotation(item, name):
    return (item["metadata"].get("annotations") or {}).get(name)


def _label(item, name):
    return (item["metadata"].get("labels") or {}).get(name)


@dataclasses.dataclass(frozen=True)
class Suspect:
    """A diagnosis on a pod of a target, or on the target itself when ``pod`` is None.

    :param is_replaceable: deleting the pod helps and costs nothing: it comes back with the definition that is waited for, and has
        never been ready.
    """

    target: dict
    pod: dict | None
    diagnosis: Diagnosis
    is_replaceable: bool = False

    @property
    def key(self):
        """What stays the same while the same trouble lasts."""
        subject = self.pod or self.target
        return subject["metadata"].get("uid"), self.diagnosis.container, self.diagnosis.family


class Rollout:
    """The objects to wait for, and the pods, ReplicaSets and events around them.

    :param targets: objects with kind and metadata, as applied or as read.
    """

    def __init__(self, targets):
        self.targets = {key_of(item): item for item in targets}
        self.vanished = set()
        self._noted = set()
        self._stale = {}
        self._pods = {}
        self._replica_sets = {}
        self._events = {}
        self._nodes = None

    def note(self, event, item):
        """Take over one watch event."""
        kind, deleted = item["kind"], event == "DELETED"
        if kind == "Event":
            about = self._events.setdefault((item.get("involvedObject") or {}).get("uid"), {})
            about[item["metadata"]["uid"]] = item
            return
        key = key_of(item)
        if key in self.targets:
            self._noted.add(key)
            self.targets[key] = item
            self.vanished.discard(key)
            if deleted and not readiness.is_ready(item):
                self.vanished.add(key)
        if kind == "Pod":
            self._note_attempts(item)
        for name, store in (("Pod", self._pods), ("ReplicaSet", self._replica_sets)):
            if kind == name:
                store.pop(item["metadata"]["uid"], None)
                if not deleted:
                    store[item["metadata"]["uid"]] = item

    def note_complete(self, kind, namespace):
        """Take over that all present objects of a kind in a namespace were noted."""
        expected = {key for key in self.targets if key[:2] == (kind, namespace or "")}
        self.vanished |= expected - self._noted

    def note_nodes(self, present):
        """Take over all nodes of the cluster. Until that is done, DaemonSets are judged by their own numbers alone."""
        self._nodes = {item["metadata"]["name"]: item for item in present}

    def _judgement(self, target):
        """:returns: the `nodes.Judgement` on a DaemonSet; None on others, and where the nodes are not known."""
        if target["kind"] != "DaemonSet" or self._nodes is None:
            return None
        strategy = (target.get("spec") or {}).get("updateStrategy") or {}

        def is_current(pod):
            return strategy.get("type") == "OnDelete" or self._is_current(target, pod)

        return nodes.judge(target, self.pods_of(target), self._nodes, is_current)

    def _is_ready(self, target):
        judgement = self._judgement(target)
        return readiness.is_ready(target) if judgement is None else judgement.is_ready

    def spared(self, target):
        """:returns: {name: trouble} of the nodes that a DaemonSet does not work on and is not waited for."""
        judgement = self._judgement(target)
        return judgement.spared if judgement else {}

    def _note_attempts(self, pod):
        """Remember which containers were backing off at first sight, until the kubelet has tried them once more.

        What made them fail may have been cured since, for example by pushing the image; only a new attempt shows.
        """
        status, uid = pod.get("status") or {}, pod["metadata"]["uid"]
        first_sight = uid not in self._pods
        for item in (status.get("initContainerStatuses") or []) + (status.get("containerStatuses") or []):
            reason = ((item.get("state") or {}).get("waiting") or {}).get("reason")
            restarts, key = item.get("restartCount", 0), (uid, item.get("name"))
            if first_sight and reason in ("ImagePullBackOff", "CrashLoopBackOff"):
                self._stale[key] = restarts
            elif reason == "ErrImagePull" or restarts > self._stale.get(key, restarts):
                self._stale.pop(key, None)

    def unready(self):
        """Return the targets that are not ready."""
        return [item for item in self.targets.values() if not self._is_ready(item)]

    def failed_jobs(self):
        """Return the Jobs that gave up."""
        return [item for item in self.unready() if readiness.condition(item, "Failed").get("status") == "True"]

    def summary(self):
        """Say how far the targets are, the unready first: ``scheduler 0/1 ready, triggerer 1/1 ready``."""
        ordered = sorted(self.targets.values(), key=self._is_ready)
        shown = [f"{item['metadata']['name']} {self.describe(item)}" for item in ordered[:LONGEST_SUMMARY]]
        if len(ordered) > LONGEST_SUMMARY:
            shown.append(f"{len(ordered) - LONGEST_SUMMARY} more")
        return ", ".join(shown)

    def describe(self, target):
        """Say how far a target is, and which nodes are not waited for: ``2/3 ready (not on node-3: cordoned)``."""
        spared = [f"{name}: {why}" for name, why in self.spared(target).items()]
        more = f" and {len(spared) - LONGEST_SUMMARY} more" if len(spared) > LONGEST_SUMMARY else ""
        return readiness.describe(target) + (f" (not on {', '.join(spared[:LONGEST_SUMMARY])}{more})" if spared else "")

    def pods_of(self, target):
        """Return the pods of a target, oldest first."""
        if target["kind"] == "Pod":
            return [target]
        owners = {target["metadata"].get("uid")}
        if target["kind"] == "Deployment":
            owners = {uid for uid, item in self._replica_sets.items() if owners & _owner_uids(item)}
        found = [pod for pod in self._pods.values() if owners & _owner_uids(pod)]
        return sorted(found, key=lambda pod: (pod["metadata"].get("creationTimestamp") or "", pod["metadata"]["name"]))

    def _is_current(self, target, pod):
        """Tell whether a pod was made from the definition that is waited for, and not from the one before it."""
        if target["kind"] == "Deployment":
            sets = [self._replica_sets[uid] for uid in _owner_uids(pod) if uid in self._replica_sets]
            return any(_annotation(item, _REVISION) == _annotation(target, _REVISION) for item in sets)
        if target["kind"] == "StatefulSet":
            return _label(pod, "controller-revision-hash") == (target.get("status") or {}).get("updateRevision")
        if target["kind"] == "DaemonSet":
            wanted = _annotation(target, _TEMPLATE_GENERATION)
            return wanted is None or _label(pod, "pod-template-generation") == wanted
        return True

    def suspects(self):
        """Return what keeps unready targets from becoming ready, as far as it is not an ordinary part of starting."""
        found = []
        for target in self.unready():
            # Until its controller has seen the new definition, the pods are still those of the former one.
            if target["kind"] in WORKLOADS - {"Job"} and not readiness.is_observed(target):
                continue
            pods = self.pods_of(target)
            if target["kind"] in WORKLOADS:
                diagnosis = diagnose_owner(target, self._about(target), pods)
                found += [Suspect(target, None, diagnosis)] if diagnosis else []
            if target["kind"] == "ExternalSecret":
                diagnosis = external_secrets.diagnose(target)
                found += [Suspect(target, None, diagnosis)] if diagnosis else []
            for pod in pods:
                if self._is_spared(target, pod):
                    continue
                diagnosis = self._judge(target, pod)
                found += [Suspect(target, pod, diagnosis, self._is_replaceable(target, pod))] if diagnosis else []
        return found

    def _is_spared(self, target, pod):
        """Tell whether a pod's trouble is that of its node; where no node is sound, a cordoned one shows what is wrong."""
        judgement = self._judgement(target)
        found = judgement.spared.get(nodes.place_of(pod)) if judgement else None
        return bool(found) and (judgement.has_sound or found != nodes.CORDONED)

    def _judge(self, target, pod):
        diagnosis = diagnose(pod, self._about(pod))
        if diagnosis is None:
            return None
        if diagnosis.retry_seconds and (pod["metadata"]["uid"], diagnosis.container) in self._stale:
            diagnosis = dataclasses.replace(diagnosis, grace_seconds=diagnosis.retry_seconds + ATTEMPT_SECONDS)
        if self._is_current(target, pod):
            return diagnosis
        if target["kind"] != "StatefulSet":
            return None
        # A StatefulSet does not replace a pod that never became ready, not even by a corrected definition
        # (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback).
        metadata = pod["metadata"]
        replaceable = self._is_replaceable(target, pod)
        return dataclasses.replace(
            diagnosis,
            message=f"{diagnosis.message} (the pod still has the former definition, and its StatefulSet waits for it)",
            remedy="Delete it, so that it comes back with the new one: "
            f"kubectl delete pod --namespace {metadata['namespace']} {metadata['name']}.",
            # Another attempt with the former definition is not worth waiting for.
            grace_seconds=max(0 if replaceable else diagnosis.grace_seconds, FORMER_POD_GRACE_SECONDS),
        )

    def _is_replaceable(self, target, pod):
        strategy = (target.get("spec") or {}).get("updateStrategy") or {}
        held_back = strategy.get("type") == "OnDelete" or (strategy.get("rollingUpdate") or {}).get("partition")
        is_former = target["kind"] == "StatefulSet" and not self._is_current(target, pod)
        return is_former and not held_back and not readiness.has_been_ready(pod)

    def _about(self, item):
        return list(self._events.get(item["metadata"].get("uid"), {}).values())

    def last_warning(self, pod):
        """Return the text of the newest warning about a pod, or an empty one."""
        warnings = [event for event in in_order(self._about(pod)) if event.get("type") == "Warning"]
        return warnings[-1].get("message") or "" if warnings else ""
