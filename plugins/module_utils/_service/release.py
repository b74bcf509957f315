# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a helm release to the wanted state, and starts helm only where that changes something."""

from __future__ import annotations

import base64
import contextlib
import secrets as random_source
import tempfile

from ansible_collections.windrose.airflow.plugins.module_utils import (
    _chart,
    _fingerprint,
    _release,
    _values_diff,
)
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, ReleaseError

KEY_BYTES = 32
KEY_NAME = "hmac-key"
CONFLICT = 409


class ReleaseService:
    """One release of one cluster.

    :param kube: a `KubeClient`.
    :param open_helm: callable that returns a context manager of a `HelmClient`; entered only where helm is needed.
    :param wait_ready: callable (objects, seconds) that returns when the objects are ready.
    :param progress: a `Progress`.
    :param folder: a private folder for a downloaded chart.
    :param params: name, namespace, chart, chart_values, secrets, wait, wait_timeout.
    """

    def __init__(self, kube, open_helm, wait_ready, progress, folder, params):
        self._kube = kube
        self._open_helm = open_helm
        self._wait_ready = wait_ready
        self._progress = progress
        self._folder = folder
        self._name = params["name"]
        self._namespace = params["namespace"]
        self._chart = params["chart"]
        self._chart_values = params["chart_values"]
        self._secret_names = params["secrets"]
        self._wait = params["wait"]
        self._timeout = params["wait_timeout"]

    def ensure_present(self, check_mode, diff_mode):
        """Install, upgrade or recover the release, or leave it as it is; then wait for its workloads.

        :param check_mode: only say what would be done.
        :param diff_mode: also return which values differ.
        :returns: the result of the module.
        :raises ReleaseError: with helm's cause, or because chart or secrets are not as they should be.
        :raises WorkloadError: where a pod cannot become ready.
        """
        chart_identity, chart_metadata = self._inspect_chart()
        fingerprint = self._fingerprint(chart_identity, check_mode)
        stored = self._stored()
        plan = self._plan(stored, fingerprint)
        difference = self._difference(stored) if diff_mode and plan.operation != "unchanged" else {}
        if not check_mode:
            if plan.operation != "unchanged":
                self._execute(plan, fingerprint)
                stored = self._stored()
            chart_metadata = self._settle(stored)
        return {
            "changed": plan.operation != "unchanged",
            "operation": plan.operation,
            "reason": plan.reason,
            "revision": plan.revision,
            "fingerprint": fingerprint or "",
            "chart_version": chart_metadata.get("version", ""),
            "app_version": str(chart_metadata.get("appVersion", "")),
            **difference,
        }

    def ensure_absent(self, check_mode):
        """Uninstall the release where it exists, and remove the key of its fingerprints.

        :param check_mode: only say what would be done.
        :returns: the result of the module.
        :raises ReleaseError: with helm's cause.
        """
        stored = self._stored()
        key = self._kube.get("v1", "Secret", self._key_secret_name(), self._namespace)
        if not check_mode:
            if stored:
                self._progress.step(f"helm uninstalls {self._name}")
                with self._open_helm() as helm:
                    helm.uninstall(self._name, self._namespace, self._timeout, self._wait)
            if key:
                self._kube.delete("v1", "Secret", self._key_secret_name(), self._namespace)
        changed = bool(stored or key)
        return {"changed": changed, "operation": "uninstalled" if changed else "unchanged"}

    def _inspect_chart(self):
        """:returns: (what identifies the chart in the fingerprint, what is known of Chart.yaml)."""
        path = self._chart["path"]
        if path:
            found = _chart.metadata(path)
            digest = _chart.chart_digest(path)
            _chart.check_digest(self._chart, digest)
            return digest, found
        # A chart in a registry is not downloaded to find that nothing changed: its version stands for its content.
        reference, repository = _chart.reference(self._chart)
        identity = [reference, repository, self._chart["version"], self._chart["digest"]]
        return identity, {"version": self._chart["version"] or ""}

    def _fingerprint(self, chart_identity, check_mode):
        """:returns: the wanted fingerprint; None in check mode where key or secrets are still to be made."""
        contents = {name: self._kube.get("v1", "Secret", name, self._namespace) for name in self._secret_names}
        missing = sorted(name for name, secret in contents.items() if secret is None)
        if missing and not check_mode:
            raise ReleaseError(
                "Could not fingerprint",
                f"release {self._namespace}/{self._name}",
                f"the namespace holds no Secret {', '.join(missing)}",
                "Create it first, or take it off the list of the release's secrets",
            )
        key = self._key(check_mode)
        if missing or key is None:
            return None
        data = {name: secret.get("data") or {} for name, secret in contents.items()}
        return _fingerprint.release_fingerprint(key, chart_identity, self._chart_values, data)

    def _key_secret_name(self):
        return f"{self._name}-fingerprint"

    def _key(self, check_mode):
        secret = self._kube.get("v1", "Secret", self._key_secret_name(), self._namespace)
        if secret is None:
            if check_mode:
                return None
            secret = self._create_key()
        return base64.b64decode(secret["data"][KEY_NAME])

    def _create_key(self):
        key = base64.b64encode(random_source.token_bytes(KEY_BYTES)).decode()
        definition = {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "Opaque",
            "data": {KEY_NAME: key},
            "metadata": {
                "name": self._key_secret_name(),
                "namespace": self._namespace,
                "labels": {
                    "app.kubernetes.io/managed-by": "windrose.airflow",
                    "app.kubernetes.io/instance": self._name,
                },
            },
        }
        try:
            return self._kube.create(definition)
        except ApiError as error:
            if error.status != CONFLICT:
                raise
            return self._kube.get("v1", "Secret", self._key_secret_name(), self._namespace)

    def _stored(self):
        """:returns: the Secrets that hold the release's revisions."""
        return self._kube.list("v1", "Secret", self._namespace, label_selector=_release.selector(self._name))

    def _decoded(self, secret):
        try:
            return _release.stored_release(secret)
        except (KeyError, ValueError, OSError) as error:
            raise ReleaseError(
                "Could not read",
                f"Secret {self._namespace}/{secret['metadata']['name']}",
                f"it does not hold a release as helm writes it ({type(error).__name__})",
                "Delete this Secret if helm cannot read it either: `helm history`",
            ) from error

    def _plan(self, stored, fingerprint):
        history = _release.revisions(stored)
        plan = _release.plan(history, fingerprint)
        if plan.operation != "unchanged":
            return plan
        # What was removed by hand would be waited for in vain.
        missing = [label for label, found in self._workloads(_release.deployed(stored)) if found is None]
        return _release.plan(history, fingerprint, missing)

    def _workloads(self, secret):
        """:returns: (label, object or None where the cluster lacks it) of each workload of a revision."""
        return [
            (f"{kind} {namespace}/{name}", self._kube.get(api_version, kind, name, namespace))
            for api_version, kind, namespace, name in _release.workloads(
                self._decoded(secret).manifest, self._namespace
            )
        ]

    def _difference(self, stored):
        newest = _release.deployed(stored)
        before = self._decoded(newest).chart_values if newest else {}
        found = _values_diff.changes(before, self._chart_values)
        header = f"values of release {self._namespace}/{self._name}"
        return {"changed_values": sorted(found), "diff": _values_diff.as_diff(found, header)}

    def _execute(self, plan, fingerprint):
        with self._open_helm() as helm, self._fetched_chart(helm) as chart_path:
            if plan.uninstall_first:
                self._progress.step(f"helm finishes the uninstallation of {self._name}")
                helm.uninstall(self._name, self._namespace, self._timeout)
            for secret_name in plan.stale_secrets:
                self._kube.delete("v1", "Secret", secret_name, self._namespace)
            self._progress.step(f"helm applies revision {plan.revision} of {self._name}")
            helm.upgrade(
                self._name,
                self._namespace,
                chart_path,
                self._chart_values,
                _release.labels(fingerprint, plan.revision),
                self._timeout,
            )

    @contextlib.contextmanager
    def _fetched_chart(self, helm):
        if self._chart["path"]:
            yield self._chart["path"]
            return
        reference, repository = _chart.reference(self._chart)
        self._progress.step(f"helm downloads chart {reference}")
        with tempfile.TemporaryDirectory(prefix="chart-", dir=self._folder) as folder:
            path = helm.pull(reference, repository, self._chart["version"], folder, self._timeout)
            _chart.check_digest(self._chart, _chart.chart_digest(path))
            yield path

    def _settle(self, stored):
        """Wait until the deployed revision works.

        :returns: version and appVersion of its chart.
        """
        secret = _release.deployed(stored)
        if self._wait:
            self._wait_ready([found for unused, found in self._workloads(secret) if found], self._timeout)
        release = self._decoded(secret)
        return {"version": release.chart_version, "appVersion": release.app_version}
