# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a Job once for each database that a Secret leads to."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests, readiness, record_jobs
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rollout import label_of
from ansible_collections.windrose.airflow.plugins.module_utils._secrets.database_address import address_in, has_url
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.manifests import Manifests
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.removal import wait_until_gone

CREATED, REPLACED, UNCHANGED = "created", "replaced", "unchanged"
CONFLICT = 409


class DatabaseJob:
    """A Job that is named by what it is made of and by its database.

    :param client: a KubeClient.
    :param definition: the Job; its name is what the whole name begins with, and its labels are those of all Jobs of its kind.
    :param options: dict with ``made_of`` (list), ``connection`` (``secret`` and ``key``), ``after`` (labels, or
        none), ``witnesses`` (list of labels), ``wait_timeout`` (seconds).
    :param progress: receives ``step(text)``.
    :param check_mode: predict, but write nothing.
    """

    def __init__(self, client, definition, options, progress, check_mode=False):
        self._client = client
        self._definition = definition
        self._namespace = definition["metadata"]["namespace"]
        self._labels = definition["metadata"].get("labels") or {}
        self._options = options
        self._progress = progress
        self._check_mode = check_mode

    def present(self):
        """Run the Job, unless it has succeeded for just this, and remove those of its kind that are over.

        :returns: the result of the module.
        :raises WindroseError: the Secret does not lead to a database, the Job fails, or the API server refuses something.
        """
        if not self._check_mode:
            # Of another cluster it is not to be said that its Secret is missing.
            self._client.verify_identity()
        connection = self._options["connection"]
        secret = self._client.get("v1", "Secret", connection["secret"], self._namespace)
        if self._check_mode and not has_url(secret, connection["key"]):
            # An earlier step has only predicted it, so that nobody knows the name.
            return self._result("", CREATED, "")
        if secret is None:
            raise self._no_secret(connection)
        address = address_in(secret, connection["key"])
        job = record_jobs.named(self._definition, [self._options["made_of"], address])
        name, present = job["metadata"]["name"], self._jobs(self._labels)
        live = next((item for item in present if item["metadata"]["name"] == name), None)
        reason = self._objection(job, live) if live else ""
        if reason and not self._check_mode:
            self._delete(live)
        if live is None or not self._check_mode:
            Manifests(self._client, [job], self._check_mode, True, self._options["wait_timeout"], self._progress).present()
        operation = REPLACED if reason else UNCHANGED if live else CREATED
        over = [item for item in present if item["metadata"]["name"] != name and record_jobs.is_finished(item)]
        diff = [] if operation == UNCHANGED else [manifests.difference(None, job, label_of(job))]
        return {**self._result(name, operation, reason, self._remove(over)), "diff": diff}

    def absent(self):
        """Remove all Jobs of its kind, and wait until their pods are gone, too.

        :returns: the result of the module.
        """
        return self._result("", UNCHANGED, "", self._remove(self._jobs(self._labels), True))

    def _jobs(self, labels):
        """:returns: the Jobs with these labels, without those that are being deleted; none where there are no labels."""
        found = self._client.list("batch/v1", "Job", self._namespace, record_jobs.selector(labels)) if labels else []
        return [job for job in found if not job["metadata"].get("deletionTimestamp")]

    def _objection(self, job, live):
        if readiness.has_failed(live):
            return "it has failed"
        selectors = [record_jobs.selector(labels) for labels in self._options["witnesses"]]
        pods = [pod for selector in selectors for pod in self._client.list("v1", "Pod", self._namespace, selector)]
        return record_jobs.objection(job, live, self._jobs(self._options["after"]), pods)

    def _delete(self, job):
        metadata = job["metadata"]
        self._progress.step(f"deleting Job {self._namespace}/{metadata['name']}")
        try:
            self._client.delete(
                "batch/v1", "Job", metadata["name"], self._namespace, "Foreground", resource_version=metadata["resourceVersion"])
        except ApiError as error:
            # Somebody else has changed it since it was judged: what it is now is waited for.
            if error.status != CONFLICT:
                raise
            return
        wait_until_gone(self._client, [job], self._options["wait_timeout"], self._progress)

    def _remove(self, jobs, wait=False):
        """:returns: the names of the Jobs that are removed."""
        if not self._check_mode:
            for job in jobs:
                self._client.delete(
                    "batch/v1", "Job", job["metadata"]["name"], self._namespace, "Foreground" if wait else "Background")
            if wait and jobs:
                wait_until_gone(self._client, jobs, self._options["wait_timeout"], self._progress)
        return sorted(job["metadata"]["name"] for job in jobs)

    def _no_secret(self, connection):
        return DefinitionError(
            "Could not find the database of", f"Secret {self._namespace}/{connection['secret']}", "there is no such Secret",
            f"Make it, with the SQLAlchemy URL of the database under the key {connection['key']}, or name another one.",
        )  # fmt: skip

    @staticmethod
    def _result(name, operation, reason, removed=()):
        return {
            "changed": operation != UNCHANGED or bool(removed), "name": name, "operation": operation, "reason": reason,
            "removed": list(removed), "diff": [],
        }  # fmt: skip
