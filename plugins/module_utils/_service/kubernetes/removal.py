# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes objects while they are what was judged, and waits on watches until they no longer exist."""

from __future__ import annotations

import time

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import FIELD_MANAGER
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, OvertakenError, WaitTimeoutError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.applied import is_untouched
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rollout import key_of, label_of
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.feeds import Feeds, collections_of

CONFLICT = 409
# Each attempt is lost only when a controller writes to the object between the reading and the deletion.
ATTEMPTS = 5


def delete_judged(client, judged, propagation="Background"):
    """Delete an object, as long as it is the one that was judged.

    :param client: a KubeClient.
    :param judged: the object as read, or its apiVersion, kind and metadata.
    :param propagation: ``Background``, ``Foreground`` or ``Orphan``: what happens to the objects that it owns.
    :raises OvertakenError: another run or somebody else made it anew, labelled it or applied it meanwhile; it stays.
    """
    metadata = judged["metadata"]
    place = judged["apiVersion"], judged["kind"], metadata["name"], metadata.get("namespace")
    version = metadata["resourceVersion"]
    for attempts_left in reversed(range(ATTEMPTS)):
        try:
            client.delete(*place, propagation, version, metadata["uid"])
            return
        except ApiError as error:
            if error.status != CONFLICT or not attempts_left:
                raise
            live = client.get(*place)
            if live is None:
                return
            if not is_untouched(judged, live, FIELD_MANAGER):
                raise _overtaken(judged, live) from error
            if live["metadata"].get("deletionTimestamp"):
                # Another run was faster, or the answer to an earlier attempt got lost.
                return
            version = live["metadata"]["resourceVersion"]


def _overtaken(judged, live):
    same = judged["metadata"]["uid"] == live["metadata"]["uid"]
    done = "labelled or applied it" if same else "deleted it and made another one of its name"
    return OvertakenError(
        "Did not delete", label_of(judged), f"another run or somebody else {done} since this run looked",
        "Find out whether it is in use again. Run again if it is to go.",
    )  # fmt: skip


def wait_until_gone(client, targets, timeout_seconds, progress=None):
    """Wait until objects no longer exist; one that came back under the same name with another uid counts as gone.

    :param targets: objects with apiVersion, kind and metadata; ``metadata.uid`` is compared when present.
    :raises WaitTimeoutError: the time is over; the message says what holds the first of them back.
    """
    deadline = time.monotonic() + timeout_seconds
    progress, feeds = Progress() if progress is None else progress, Feeds(client, deadline)
    # A kind that went with its CustomResourceDefinition took its objects along.
    left = {key_of(item): item for item in targets if client.resource(item["apiVersion"], item["kind"]) is not None}
    for api_version, kind, namespace in collections_of(left.values()):
        feeds.start(api_version, kind, namespace)
    seen, synced = {}, set()
    try:
        while left:
            for event, item in feeds.take(deadline - time.monotonic()):
                if event == "SYNCED":
                    synced.add(item)
                elif event == "DELETED":
                    seen.pop(key_of(item), None)
                else:
                    seen[key_of(item)] = item
            left = {key: item for key, item in left.items() if not _is_gone(item, seen.get(key), synced)}
            progress.step("waiting until gone: " + ", ".join(sorted(map(label_of, left.values()))))
            if left and time.monotonic() >= deadline:
                raise _still_there(left, seen, timeout_seconds)
    finally:
        feeds.stop()


def _is_gone(wanted, present, synced):
    if (wanted["kind"], wanted["metadata"].get("namespace")) not in synced:
        return False
    uid = wanted["metadata"].get("uid")
    return present is None or bool(uid and present["metadata"]["uid"] != uid)


def _still_there(left, seen, timeout_seconds):
    key, item = next(iter(left.items()))
    present = seen.get(key, item)
    complaints = [
        found["message"] for found in (present.get("status") or {}).get("conditions") or []
        if found.get("status") == "True" and found.get("message")
    ]  # fmt: skip
    finalizers = present["metadata"].get("finalizers") or []
    told = "; ".join(complaints) or (f"finalizers {', '.join(finalizers)} hold it" if finalizers else "it still exists")
    return WaitTimeoutError(
        "Stopped waiting until", f"{label_of(item)} is gone", f"after {timeout_seconds} s: {told}",
        "Find what holds it with kubectl describe, or raise wait_timeout.",
        remaining=[label_of(other) for other in left.values()],
    )  # fmt: skip
