# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that run once for what they are made of, and whose last success stays as the record of that. Pure: no I/O."""

from __future__ import annotations

import hashlib
import json

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import readiness

# Of the SHA-256, as many digits as fit behind the longest name of a release in the 63 characters of a label's value.
DIGITS = 10
TEMPLATE = "windrose.airflow/template"


def _digest(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def named(definition, made_of):
    """Complete a Job.

    :param definition: the Job; its name is what the whole name begins with.
    :param made_of: list of whatever another Job is needed for when it changes.
    :returns: the Job with its whole name, and with the digest of its pod template as an annotation: a Job cannot be changed, so
        that this tells whether a Job that is there is the one that is wanted.
    """
    metadata = definition["metadata"]
    annotations = {**(metadata.get("annotations") or {}), TEMPLATE: _digest(definition["spec"]["template"])}
    name = f"{metadata['name']}-{_digest(made_of)[:DIGITS]}"
    return {**definition, "metadata": {**metadata, "name": name, "annotations": annotations}}


def selector(labels):
    """:returns: the selector of objects that have all of these labels."""
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items()))


def is_finished(job):
    """:returns: whether a Job has come to an end, good or bad."""
    return readiness.has_failed(job) or readiness.condition(job, "Complete").get("status") == "True"


def finished_at(job):
    """:returns: when a Job succeeded, as Kubernetes writes times, which sort as texts; empty where it did not."""
    return (job.get("status") or {}).get("completionTime") or ""


def objection(wanted, live, before, witnesses):
    """Say why a Job that is there does not do.

    :param wanted: the Job as `named` returns it.
    :param live: the Job of that name as read, which has not failed.
    :param before: list of Jobs that have to have succeeded before this one did.
    :param witnesses: list of pods that cannot work where what the Job did has been undone.
    :returns: a sentence; empty where it does.
    """
    if not is_finished(live):
        is_other = (live["metadata"].get("annotations") or {}).get(TEMPLATE) != wanted["metadata"]["annotations"][TEMPLATE]
        # One whose pod runs is left to its end; one whose pod cannot start would wait forever for what was corrected.
        if is_other and not (live.get("status") or {}).get("ready"):
            return "its pod has not started, and is another one now"
        return ""
    since = finished_at(live)
    later = [job["metadata"]["name"] for job in before if finished_at(job) > since]
    if later:
        return f"{later[0]} has finished after it"
    accused = [pod["metadata"]["name"] for pod in witnesses if _failed_since(pod, since)]
    return f"pod {accused[0]} is not ready, and has failed after it" if accused else ""


def _failed_since(pod, since):
    if readiness.is_ready(pod):
        return False
    status = pod.get("status") or {}
    ends = [
        (container.get(when) or {}).get("terminated") or {}
        for container in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
        for when in ("state", "lastState")
    ]
    return any(end.get("exitCode") and (end.get("finishedAt") or "") > since for end in ends)
