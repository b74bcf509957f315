# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets a pod pull the images of a release and connect to what it needs, and removes it."""

from __future__ import annotations

import inspect
import secrets
import time

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._probe import connect
from ansible_collections.windrose.airflow.plugins.module_utils._probe.job import CONNECT, definition, fingerprint
from ansible_collections.windrose.airflow.plugins.module_utils._probe.outcome import Outcome, is_good
from ansible_collections.windrose.airflow.plugins.module_utils._probe.pull_secrets import describe
from ansible_collections.windrose.airflow.plugins.module_utils._service.explaining import Explaining
from ansible_collections.windrose.airflow.plugins.module_utils._service.feeds import Feeds
from ansible_collections.windrose.airflow.plugins.module_utils._service.parallel import for_all

ALWAYS = "always"
CONFLICT = 409
REMOVAL_SECONDS = 30


class PreflightProbe:
    """The probe of one release.

    :param client: a KubeClient.
    :param name: the name of the release; that of the Job and of the record begin with it.
    :param namespace: the namespace of the release.
    :param needs: a `Needs`.
    :param options: as `_probe.job.definition` takes them, and ``repeat``: ``changed`` or ``always``.
    :param progress: receives ``step(text)``.
    :param check_mode: predict, but write nothing.
    """

    def __init__(self, client, name, namespace, needs, options, progress, check_mode=False):
        self._client = client
        self._record_name = f"{name}-preflight-probe"
        self._namespace = namespace
        self._needs = needs
        self._options = options
        self._progress = progress
        self._check_mode = check_mode

    def run(self):
        """Probe, unless a probe of just this has been good already.

        :returns: the result of the module.
        :raises WindroseError: the API server refuses something, or it is another cluster.
        """
        if not self._needs.images and not self._options["endpoints"]:
            return self._nothing()
        live = self._secrets()
        # Where nothing is written, an earlier step has only predicted the Secrets that it makes.
        pull_secrets = [describe(name, live[name]) for name in self._needs.pull_secrets if live[name] or not self._check_mode]
        job = definition(
            # With the longest name of a release, these are the 63 characters of the label that the Job's pods get.
            f"{self._record_name}-{secrets.token_hex(3)}", self._namespace, self._needs, self._options, inspect.getsource(connect))
        versions = {name: secret["metadata"]["resourceVersion"] for name, secret in live.items() if secret}
        mark = fingerprint(job, versions, self._options["depends_on"])
        is_known = self._recorded() == mark
        result = {**self._nothing(), "changed": not is_known, "pull_secrets": pull_secrets}
        if self._check_mode or (is_known and self._options["repeat"] != ALWAYS):
            return result
        images, endpoints, problem = self._probe(job)
        good = is_good(images, endpoints, pull_secrets, problem)
        if good and not is_known:
            self._record(mark)
        if is_known and not good:
            # What was right once is to be probed until it is right again.
            self._client.delete("v1", "ConfigMap", self._record_name, self._namespace)
        return {
            **result, "changed": good != is_known, "probed": True, "images": images, "endpoints": endpoints,
            "problem": problem,
        }  # fmt: skip

    @staticmethod
    def _nothing():
        return {"changed": False, "probed": False, "images": [], "endpoints": [], "pull_secrets": [], "problem": ""}

    def _secrets(self):
        """:returns: {name: Secret or None} of all Secrets that the probe depends on."""
        names = {*self._needs.pull_secrets}
        names.update(endpoint["secret"]["name"] for endpoint in self._options["endpoints"] if endpoint.get("secret"))
        names = sorted(names)
        return dict(zip(names, for_all(lambda name: self._client.get("v1", "Secret", name, self._namespace), names)))

    def _recorded(self):
        record = self._client.get("v1", "ConfigMap", self._record_name, self._namespace) or {}
        return (record.get("data") or {}).get("fingerprint")

    def _record(self, mark):
        self._client.apply({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": self._record_name, "namespace": self._namespace, "labels": self._options["labels"]},
            "data": {"fingerprint": mark},
        })  # fmt: skip

    def _probe(self, job):
        """:returns: (images, endpoints, problem)."""
        name = job["metadata"]["name"]
        try:
            live = self._client.create(job, repeatable=True)
        except ApiError as error:
            # The request was repeated because its answer was lost: the name is nobody else's.
            if error.status != CONFLICT:
                raise
            live = self._client.get("batch/v1", "Job", name, self._namespace)
            # Two writers who count against the same quota at the same time get this status, too.
            if live is None:
                raise
        deadline = time.monotonic() + self._options["wait_timeout"]
        feeds, explaining = Feeds(self._client, deadline + REMOVAL_SECONDS), Explaining()
        outcome = Outcome(live, self._needs, self._options["endpoints"])
        try:
            self._follow(live, outcome, feeds, deadline, explaining)
            log, unread = self._log(outcome)
            problem = " ".join(filter(None, [outcome.problem(), explaining.remark()])) if outcome.problem() else unread
            return outcome.images(), outcome.endpoints(log), problem
        finally:
            self._remove(name, outcome, feeds)
            feeds.stop()

    def _follow(self, job, outcome, feeds, deadline, explaining):
        feeds.start("v1", "Pod", self._namespace, label_selector=f"batch.kubernetes.io/job-name={job['metadata']['name']}")
        self._feed_events(job, feeds, explaining)
        until, has_pod = deadline, False
        while True:
            _absorb(feeds, outcome, until - time.monotonic())
            if outcome.pod and not has_pod:
                has_pod = True
                self._feed_events(outcome.pod, feeds, explaining)
            now = time.monotonic()
            until = outcome.next_look(now, deadline)
            self._progress.step(outcome.summary())
            if outcome.is_complete(now) or now >= deadline:
                return

    def _feed_events(self, item, feeds, explaining):
        selector = f"involvedObject.uid={item['metadata']['uid']}"
        feeds.start("v1", "Event", self._namespace, field_selector=selector, explaining=explaining)

    def _log(self, outcome):
        """:returns: (what the container that connects said, why that cannot be read)."""
        if not outcome.pod or not self._options["endpoints"]:
            return "", ""
        try:
            return self._client.pod_log(self._namespace, outcome.pod["metadata"]["name"], CONNECT), ""
        except ApiError as error:
            # What is known of the images is not to be lost.
            return "", f"what its pod found of the addresses cannot be read: {error.cause}. {error.remedy}"

    def _remove(self, name, outcome, feeds):
        self._client.delete("batch/v1", "Job", name, self._namespace)
        limit = time.monotonic() + REMOVAL_SECONDS
        while outcome.pod and not outcome.has_vanished and time.monotonic() < limit:
            _absorb(feeds, outcome, limit - time.monotonic())


def _absorb(feeds, outcome, seconds):
    for event, item in feeds.take(seconds):
        if event != "SYNCED":
            outcome.note(event, item)
