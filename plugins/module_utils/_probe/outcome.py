# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a probe: fed with watch events, asked for what came out. No I/O."""

from __future__ import annotations

import json
import re

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import pods
from ansible_collections.windrose.airflow.plugins.module_utils._probe.connect import REACHABLE
from ansible_collections.windrose.airflow.plugins.module_utils._probe.job import CONNECT, container_of

NOT_TRIED = "not_tried"
_LONGEST_MESSAGE = 400
_PREAMBLES = (
    re.compile(r'^Back-off pulling image "[^"]*"(: ErrImagePull)?[: ]*'),
    # The event repeats what the status of the container says.
    re.compile(r'(?<=.)\s*Failed to pull image "[^"]*": .*$', re.DOTALL),
    re.compile(r'^Failed to pull image "[^"]*": '),
    re.compile(r"^rpc error: code = \w+ desc = "),
    re.compile(r'^failed to pull and unpack image "[^"]*": '),
    re.compile(r'^failed to resolve reference "[^"]*": '),
)
# The kubelet has the image when it says one of these of a container that waits (syncPod of k8s.io/kubernetes/pkg/kubelet).
_AFTER_PULL = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError", "CrashLoopBackOff")
# Said of every container of a pod that was removed or evicted, also of one that still waited for its image (TerminatePod of
# k8s.io/kubernetes/pkg/kubelet/status).
_UNKNOWN_END = "ContainerStatusUnknown"


class Outcome:
    """What came out of a probe so far.

    :param job: the Job as the server answered it.
    :param needs: a `Needs`.
    :param endpoints: the endpoints that its pod connects to.
    """

    def __init__(self, job, needs, endpoints):
        self._job = job
        self._images = list(needs.images)
        self._users = needs.images
        self._endpoints = endpoints
        self._events = {}
        self._since = {}
        self.has_vanished = False
        self.pod = None

    def note(self, event, item):
        """Take over one watch event."""
        if item["kind"] == "Event":
            self._events[item["metadata"]["uid"]] = item
        if item["kind"] == "Pod":
            self.has_vanished = event == "DELETED"
            # What a pod said last is all that is left of it.
            self.pod = item

    def next_look(self, now, deadline):
        """Tell when to look again although nothing happened: a state that lasts may become hopeless.

        :param now: seconds of any clock; always of the same one.
        :param deadline: of the same clock.
        """
        current = {(diagnosis.container, diagnosis.family): diagnosis for diagnosis in self._all_diagnoses()}
        self._since = {key: self._since.get(key, now) for key in current}
        dues = [self._since[key] + diagnosis.grace_seconds for key, diagnosis in current.items()]
        return min([due for due in dues if due > now] + [deadline])

    def is_complete(self, now):
        """Tell whether waiting longer would tell nothing new; call `next_look` first."""
        if self.has_vanished or self._has_ended() or self._lasting(self._pod_diagnosis(), now):
            return True
        names = [container_of(place) for place in range(len(self._images))] + ([CONNECT] if self._endpoints else [])
        diagnoses = self._container_diagnoses()
        return all(self._is_decided(name, diagnoses.get(name), now) for name in names)

    def _is_decided(self, name, diagnosis, now):
        if diagnosis:
            return self._lasting(diagnosis, now)
        return self._is_ended(name) if name == CONNECT else self._is_pulled(name)

    def _lasting(self, diagnosis, now):
        if diagnosis is None:
            return False
        return now - self._since.get((diagnosis.container, diagnosis.family), now) >= diagnosis.grace_seconds

    def _all_diagnoses(self):
        return [*self._container_diagnoses().values(), *filter(None, [self._pod_diagnosis()])]

    def _container_diagnoses(self):
        """:returns: {name of a container: what keeps it from ending}; of those of images, why they cannot be pulled."""
        found = pods.image_diagnoses(self.pod, self._events.values()) if self.pod else {}
        connect = self._connect_diagnosis()
        return {CONNECT: connect, **found} if connect else found

    def _connect_diagnosis(self):
        """:returns: what keeps the container that connects from starting; some of it passes within seconds."""
        waiting = self._state(CONNECT).get("waiting") or {}
        if waiting.get("reason") not in _AFTER_PULL:
            return None
        message, grace = waiting.get("message") or "", pods.CONFIGURATION_GRACE_SECONDS
        return pods.Diagnosis(pods.CONFIGURATION, waiting["reason"], message, "", CONNECT, grace)

    def _pod_diagnosis(self):
        """:returns: what keeps the pod from existing or from starting; None where nothing does."""
        events = list(self._events.values())
        if self.pod is None:
            return pods.diagnose_owner(self._job, events, [])
        found = pods.diagnose(self.pod, events)
        return found if found and not found.container and found.family in (pods.SCHEDULING, pods.MOUNT) else None

    def _state(self, name):
        statuses = ((self.pod or {}).get("status") or {}).get("containerStatuses") or []
        return next((item.get("state") or {} for item in statuses if item["name"] == name), {})

    def _has_ended(self):
        return ((self.pod or {}).get("status") or {}).get("phase") in ("Failed", "Succeeded")

    def _is_ended(self, name):
        state = self._state(name)
        if "terminated" in state:
            return state["terminated"].get("reason") != _UNKNOWN_END
        return (state.get("waiting") or {}).get("reason") in _AFTER_PULL

    def _is_pulled(self, name):
        return "running" in self._state(name) or self._is_ended(name)

    def summary(self):
        """:returns: one line about how far the probe is."""
        if self.pod is None:
            return "the probe waits for its pod"
        diagnoses = self._container_diagnoses()
        decided = [self._pulled(place, diagnoses) is not None for place in range(len(self._images))]
        return f"the probe has looked at {sum(decided)} of {len(decided)} images"

    def problem(self):
        """:returns: why the probe could not be completed; empty where it could."""
        diagnosis = self._pod_diagnosis()
        if diagnosis:
            return f"{diagnosis.reason}: {_short(diagnosis.message).rstrip('.')}. {diagnosis.remedy}"
        if self.pod is None:
            return "its pod was not made in time."
        diagnoses = self._container_diagnoses()
        undecided = [image for place, image in enumerate(self._images) if self._pulled(place, diagnoses) is None]
        if not undecided:
            return ""
        status = self.pod.get("status") or {}
        if status.get("reason"):
            # The node refused the pod or evicted it.
            return f"{status['reason']}: {_short(status.get('message') or 'its pod failed').rstrip('.')}."
        if self.has_vanished:
            return "its pod was deleted meanwhile."
        return f"these images were not pulled in time: {', '.join(undecided)}."

    def _pulled(self, place, diagnoses):
        if container_of(place) in diagnoses:
            return False
        return True if self._is_pulled(container_of(place)) else None

    def images(self):
        """:returns: list of {image, used_by, pulled, is_refused, message, remedy}; ``pulled`` is None if unknown."""
        diagnoses = self._container_diagnoses()
        found = []
        for place, image in enumerate(self._images):
            diagnosis = diagnoses.get(container_of(place))
            message = _short(_cause(diagnosis.message) or diagnosis.reason) if diagnosis else ""
            found.append({
                "image": image, "used_by": self._users[image], "pulled": self._pulled(place, diagnoses),
                "message": message,
                "is_refused": bool(diagnosis) and pods.is_image_access(diagnosis.message),
                "remedy": diagnosis.remedy if diagnosis else "",
            })  # fmt: skip
        return found

    def endpoints(self, log):
        """Read what the pod found of the endpoints.

        :param log: what its container printed.
        :returns: list of {name, host, port, state, message}.
        """
        lines = [line for line in log.splitlines() if line.startswith("[")]
        try:
            told = {item["name"]: item for item in json.loads(lines[-1])} if lines else {}
        except (ValueError, TypeError, KeyError):
            told = {}
        return [told.get(endpoint["name"]) or self._not_tried(endpoint) for endpoint in self._endpoints]

    def _not_tried(self, endpoint):
        return {
            "name": endpoint["name"], "host": endpoint["host"] or "", "port": endpoint["port"] or 0, "state": NOT_TRIED,
            "message": self._silence(),
        }  # fmt: skip

    def _silence(self):
        """:returns: why the container that connects gave no answer."""
        state = self._state(CONNECT)
        if "running" in state:
            return "its container did not end in time"
        said = state.get("terminated") or state.get("waiting") or {}
        reason = _short(" ".join(filter(None, [said.get("reason"), said.get("message")]))).rstrip(".")
        told = "its container ended without an answer" if "terminated" in state else "its container did not run"
        return f"{told}: {reason}" if reason else told


def is_good(images, endpoints, pull_secrets, problem):
    """:returns: whether nothing at all is wrong."""
    return (
        not problem
        and all(image["pulled"] for image in images)
        and all(endpoint["state"] == REACHABLE for endpoint in endpoints)
        and all(secret["is_valid"] for secret in pull_secrets)
    )


def _cause(message):
    """Leave out what kubelet and container runtime put before the cause, and what they say twice."""
    for part in _PREAMBLES:
        message = part.sub("", message)
    return message


def _short(text):
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[: _LONGEST_MESSAGE - 1]}…"
