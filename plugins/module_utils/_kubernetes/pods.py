# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Will waiting longer help this pod? Pure functions over pods, workloads and events.

A diagnosis names a state that keeps a pod from becoming ready. Some states cure themselves within seconds, so each
diagnosis carries a grace: how long the same diagnosis must last before it counts as hopeless.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# The kubelet tries to pull again after 10 and 20 s; a registry that fails three times in a row is not just hiccuping.
IMAGE_PULL_GRACE_SECONDS = 45
# The event that a pull secret could not be read may come a moment after the refusal that follows from it.
CREDENTIALS_GRACE_SECONDS = 5
# A pod that is deleted elsewhere frees its room within its usual termination grace of 30 s.
UNSCHEDULABLE_GRACE_SECONDS = 30
# Cloud disks take up to two minutes to be provisioned, and a node that boots as long until its network plugin is ready.
INFRASTRUCTURE_GRACE_SECONDS = 120
# Once an autoscaler announces a node, the cloud needs minutes to deliver it; EKS, GKE and AKS rarely take longer.
SCALE_UP_GRACE_SECONDS = 600
# A ConfigMap or Secret that comes from an operator or the next object in line appears within seconds.
CONFIGURATION_GRACE_SECONDS = 30
# The kubelet tries a failed mount again with growing pauses; three tries fit in.
MOUNT_GRACE_SECONDS = 60
# In a rolling update the old pod may hold the quota until it is gone.
CREATION_GRACE_SECONDS = 30
# A dependency that comes up late costs one or two restarts; with the kubelet's back-off, three take half a minute.
CRASH_RESTARTS = 3
# The kubelet doubles its pause between attempts up to five minutes.
LONGEST_BACK_OFF_SECONDS = 300

IMAGE, SCHEDULING, CONFIGURATION, CRASH, MOUNT, CREATION, FAILED = (
    "image", "scheduling", "configuration", "crash", "mount", "creation", "failed",
)  # fmt: skip

_IMAGE_REASONS = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"}
_IMAGE_HOPELESS = re.compile(
    r"not found|manifest unknown|name unknown|does not exist|unauthorized|authentication required|denied|forbidden"
    r"|no basic auth credentials|invalid reference format|couldn't parse image|no match for platform"
    r"|no matching manifest",
    re.IGNORECASE,
)
_BACK_OFF = re.compile(r"back-off (?:(\d+)m)?(\d+)s")
# The kubelet waits a second for a pull secret and then pulls without it: where its node is not yet known to run the pod, the server
# does not let it read the secret (getPullSecretsForPod of k8s.io/kubernetes/pkg/kubelet).
_UNREAD_SECRET = "FailedToRetrieveImagePullSecret"
_SECRET_NAMES = re.compile(r"secrets \(([^)]*)\)")
_IMAGE_ACCESS = re.compile(r"unauthorized|authentication|denied|forbidden|credentials", re.IGNORECASE)
_START_HOPELESS = re.compile(
    r"executable file not found|no such file or directory|permission denied|exec format error", re.IGNORECASE
)
_CONFIGURATION_HOPELESS = re.compile(r"runAsNonRoot|run as root", re.IGNORECASE)
_INFRASTRUCTURE = re.compile(
    r"unbound immediate PersistentVolumeClaims|node\.kubernetes\.io/(not-ready|unreachable|network-unavailable)"
    r"|node\.cloudprovider\.kubernetes\.io/uninitialized|no nodes available",
)
_MOUNT_HOPELESS = re.compile(r"not found|references non-existent|couldn't find key", re.IGNORECASE)
_CREATION_HOPELESS = re.compile(
    r"violates PodSecurity|Invalid value|is invalid|security context constraint", re.IGNORECASE
)
_SCALE_UP_REASONS = {"TriggeredScaleUp", "Nominated"}
_MOUNTED_REASONS = {"Pulling", "Pulled", "Created", "Started"}


@dataclass(frozen=True)
class Diagnosis:
    """What keeps a pod, or the pods of a workload, from becoming ready.

    :param family: what stays the same while the kubelet alternates between reasons; graces are counted per family.
    :param container: the container's name; empty when the whole pod is meant.
    :param grace_seconds: how long this must last to count as hopeless; 0 for immediately.
    :param retry_seconds: the kubelet's next attempt is due within this time; 0 when it is not backing off.
    """

    family: str
    reason: str
    message: str
    remedy: str
    container: str = ""
    grace_seconds: int = 0
    retry_seconds: int = 0


def _time_of(event):
    times = (
        (event.get("series") or {}).get("lastObservedTime"),
        *map(event.get, ("lastTimestamp", "eventTime", "firstTimestamp")),
    )
    # Only whole seconds can be compared as text: some of these fields carry fractions and some do not.
    return (next(filter(None, times), "") or "")[:19]


def in_order(events):
    """Return events sorted by when they last happened."""
    return sorted(events, key=_time_of)


def _events_of(item, events):
    uid = item.get("metadata", {}).get("uid")
    return in_order(event for event in events if (event.get("involvedObject") or {}).get("uid") == uid)


def _latest(events, reasons):
    return next((event for event in reversed(events) if event.get("reason") in reasons), None)


def _controller(pod):
    owners = pod.get("metadata", {}).get("ownerReferences") or []
    return next((owner.get("kind") for owner in owners if owner.get("controller")), None)


def _is_of_container(event, name):
    # spec.containers{name} or spec.initContainers{name} (k8s.io/kubernetes/pkg/kubelet/container/ref.go)
    place = (event.get("involvedObject") or {}).get("fieldPath") or ""
    return "{" not in place or place.endswith(f"{{{name}}}")


def _image(waiting, name, image, events):
    message = waiting.get("message") or ""
    reason = waiting["reason"]
    # Beside the event with the cause, the kubelet makes one that repeats the reason: Error: ImagePullBackOff.
    told = [event for event in events if _is_of_container(event, name) and "image" in (event.get("message") or "")]
    failure = _latest(told, {"Failed"})
    if failure:
        # While it backs off, the kubelet's status says no longer why the pull failed.
        message = f"{message} {failure['message']}".strip()
    if reason == "ErrImageNeverPull":
        remedy = f"Load image {image} onto the nodes, or set imagePullPolicy to IfNotPresent."
        return Diagnosis(IMAGE, reason, message, remedy, name, IMAGE_PULL_GRACE_SECONDS)
    hopeless = reason == "InvalidImageName" or _IMAGE_HOPELESS.search(message)
    grace = 0 if hopeless else IMAGE_PULL_GRACE_SECONDS
    if _IMAGE_ACCESS.search(message):
        remedy = f"Check the name of image {image}, and that imagePullSecrets hold credentials that may pull it."
        grace = CREDENTIALS_GRACE_SECONDS
        if unread := _latest(events, {_UNREAD_SECRET}):
            names = _SECRET_NAMES.search(unread.get("message") or "")
            remedy += f" The kubelet could not read pull secrets{f' {names[1]}' if names else ''} when it tried."
            grace = IMAGE_PULL_GRACE_SECONDS
    elif hopeless:
        part = "digest" if "@" in (image or "") else "tag"
        remedy = f"Correct the repository and {part} of image {image}, or push it."
    else:
        remedy = f"Check that the nodes reach the registry of image {image}."
    retry = LONGEST_BACK_OFF_SECONDS if reason == "ImagePullBackOff" else 0
    return Diagnosis(IMAGE, reason, message, remedy, name, grace, retry)


def _crash(status, name):
    ended = (status.get("lastState") or {}).get("terminated") or {}
    restarts = status.get("restartCount", 0)
    if ended.get("reason") == "OOMKilled":
        remedy = f"Raise resources.limits.memory of container {name}."
        return Diagnosis(
            CRASH, "OOMKilled", f"the container needed more memory than its limit, {restarts} times", remedy, name
        )
    if ended.get("reason") in ("StartError", "ContainerCannotRun"):
        remedy = f"Correct command and args of container {name}, or use an image that has the program."
        return Diagnosis(
            CRASH, ended["reason"], ended.get("message") or "the container could not be started", remedy, name
        )
    if restarts < CRASH_RESTARTS:
        return None
    told = f"it exited with code {ended.get('exitCode', 'unknown')} and was restarted {restarts} times"
    detail = (ended.get("message") or "").strip()
    pause = _BACK_OFF.search((status["state"]["waiting"].get("message")) or "")
    retry = int(pause.group(1) or 0) * 60 + int(pause.group(2)) if pause else LONGEST_BACK_OFF_SECONDS
    remedy = "Correct what its last log lines complain about."
    return Diagnosis(
        CRASH, "CrashLoopBackOff", f"{told}: {detail}" if detail else told, remedy, name, retry_seconds=retry
    )


def _start(waiting, name):
    reason, message = waiting["reason"], waiting.get("message") or ""
    if reason == "CreateContainerConfigError":
        grace = 0 if _CONFIGURATION_HOPELESS.search(message) else CONFIGURATION_GRACE_SECONDS
        remedy = (
            f"Create the ConfigMap or Secret, or the key in it, that container {name} refers to, "
            "or correct its securityContext."
        )
        return Diagnosis(CONFIGURATION, reason, message, remedy, name, grace)
    grace = 0 if _START_HOPELESS.search(message) else CONFIGURATION_GRACE_SECONDS
    remedy = f"Correct command, args and mounts of container {name}, or use an image that has the program."
    return Diagnosis(CONFIGURATION, reason, message, remedy, name, grace)


def _container(status, image, events, in_job):
    waiting = (status.get("state") or {}).get("waiting") or {}
    reason, name = waiting.get("reason"), status.get("name", "")
    if reason in _IMAGE_REASONS:
        return _image(waiting, name, image, events)
    if reason in ("CreateContainerConfigError", "CreateContainerError", "RunContainerError"):
        return _start(waiting, name)
    if reason == "CrashLoopBackOff" and not in_job:
        return _crash(status, name)
    return None


def _scheduling(pod, events):
    found = (pod.get("status") or {}).get("conditions") or []
    scheduled = next((item for item in found if item.get("type") == "PodScheduled"), {})
    if scheduled.get("status") != "False" or scheduled.get("reason") != "Unschedulable":
        return None
    message = scheduled.get("message") or ""
    if _latest(events, _SCALE_UP_REASONS):
        grace = SCALE_UP_GRACE_SECONDS
    elif _INFRASTRUCTURE.search(message):
        grace = INFRASTRUCTURE_GRACE_SECONDS
    else:
        grace = UNSCHEDULABLE_GRACE_SECONDS
    if "PersistentVolumeClaim" in message or "persistentvolumeclaim" in message:
        remedy = "Check the PersistentVolumeClaim and its StorageClass: kubectl describe pvc."
    elif "Insufficient" in message:
        remedy = "Lower resources.requests, or add nodes."
    else:
        remedy = "Make nodeSelector, affinity and tolerations fit a node, or add such a node."
    return Diagnosis(SCHEDULING, "Unschedulable", message, remedy, grace_seconds=grace)


def _mount(events):
    failure = _latest(events, {"FailedMount"})
    if failure is None or not _MOUNT_HOPELESS.search(failure.get("message") or ""):
        return None
    later = _latest(events, _MOUNTED_REASONS)
    if later and _time_of(later) >= _time_of(failure):
        return None
    remedy = "Create the ConfigMap, Secret or volume that the pod mounts, or correct its name."
    return Diagnosis(MOUNT, "FailedMount", failure["message"], remedy, grace_seconds=MOUNT_GRACE_SECONDS)


def _waits_for_containers(pod):
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    return any(
        ((item.get("state") or {}).get("waiting") or {}).get("reason") == "ContainerCreating" for item in statuses
    )


def diagnose(pod, events):
    """Find what keeps a pod from becoming ready and is not an ordinary part of starting.

    Crashes of a Job's pods are left to the Job, which counts them against its backoffLimit; failed pods of other
    controllers, for example evicted ones, are replaced by these.

    :param pod: the pod as the server answers it.
    :param events: core/v1 events; those of other objects are ignored.
    :returns: a Diagnosis, or None.
    """
    metadata, status, spec = pod.get("metadata", {}), pod.get("status") or {}, pod.get("spec") or {}
    if metadata.get("deletionTimestamp") or status.get("phase") == "Succeeded":
        return None
    controller, own = _controller(pod), _events_of(pod, events)
    if status.get("phase") == "Failed":
        if controller:
            return None
        message = status.get("message") or "a container ended with an error"
        return Diagnosis(
            FAILED,
            status.get("reason") or "Failed",
            message,
            "Correct what its last log lines complain about, delete the pod and run again.",
        )
    images = {
        item.get("name"): item.get("image")
        for item in (spec.get("initContainers") or []) + (spec.get("containers") or [])
    }
    for item in (status.get("initContainerStatuses") or []) + (status.get("containerStatuses") or []):
        diagnosis = _container(item, images.get(item.get("name"), item.get("image")), own, controller == "Job")
        if diagnosis:
            return diagnosis
    return _scheduling(pod, own) or (_mount(own) if _waits_for_containers(pod) else None)


def image_diagnoses(pod, events):
    """Find which images of a pod cannot be pulled.

    :param pod: the pod as the server answers it.
    :param events: core/v1 events; those of other objects are ignored.
    :returns: {name of a container: Diagnosis}.
    """
    own = _events_of(pod, events)
    images = {item["name"]: item["image"] for item in pod["spec"]["containers"]}
    found = {}
    for item in (pod.get("status") or {}).get("containerStatuses") or []:
        waiting = (item.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in _IMAGE_REASONS:
            found[item["name"]] = _image(waiting, item["name"], images[item["name"]], own)
    return found


def is_image_access(message):
    """Tell whether a registry refuses the credentials, or requires some, rather than not having the image.

    :param message: what the kubelet says of a pull that failed.
    """
    return bool(_IMAGE_ACCESS.search(message))


def diagnose_owner(owner, events, pods):
    """Find out why a workload cannot create its pods, for example because of a quota.

    :param owner: Deployment, StatefulSet, DaemonSet or Job as the server answers it.
    :param events: core/v1 events; those of other objects are ignored.
    :param pods: the pods that it has. A complaint that is older than the newest of them is outdated.
    :returns: a Diagnosis, or None.
    """
    conditions = (owner.get("status") or {}).get("conditions") or []
    failing = next(
        (item for item in conditions if item.get("type") == "ReplicaFailure" and item.get("status") == "True"), None
    )
    if failing:
        reason, message = failing.get("reason") or "FailedCreate", failing.get("message") or ""
    else:
        failure = _latest(_events_of(owner, events), {"FailedCreate"})
        newest = max(((pod["metadata"].get("creationTimestamp") or "")[:19] for pod in pods), default="")
        if failure is None or _time_of(failure) <= newest:
            return None
        reason, message = "FailedCreate", failure.get("message") or ""
    if "exceeded quota" in message:
        remedy = "Raise the ResourceQuota of the namespace or lower resources.requests."
    elif "serviceaccount" in message.lower():
        remedy = "Create the ServiceAccount that the pods use."
    else:
        remedy = "Change the pod template, or the policy that refuses its pods."
    grace = 0 if _CREATION_HOPELESS.search(message) else CREATION_GRACE_SECONDS
    return Diagnosis(CREATION, reason, message, remedy, grace_seconds=grace)
