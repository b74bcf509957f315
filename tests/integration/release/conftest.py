# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two small charts, the release `demo` that is made of them, and what the cluster and helm know of it."""

from __future__ import annotations

import json
import os
import pathlib
import shutil

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
HELM_VARIABLE = "WINDROSE_TEST_HELM"
MODULE_LIMIT_SECONDS = 600

CHART = """apiVersion: v2
name: demo
version: 0.1.0
appVersion: "3.2.2"
"""
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "greeting": {"type": "string"},
        "password": {"type": "string"},
        "global": {},
        "nested": {"type": "object", "additionalProperties": False, "properties": {"count": {"type": "integer"}}},
    },
}
CONFIG_MAP = """apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-settings}
data: {greeting: {{ .Values.greeting | quote }}, count: {{ .Values.nested.count | quote }}}
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}-web}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      nodeSelector: {{ .Values.selector | toJson }}
      terminationGracePeriodSeconds: 0
      containers: [{name: web, image: {{ .Values.image }}}]
"""
# No node has this label, so the hook never ends, and helm waits in the middle of its work.
ENDLESS_HOOK = """{{- if .Values.hook }}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-hook
  annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: before-hook-creation}
spec:
  template:
    spec:
      restartPolicy: Never
      nodeSelector: {windrose.test/nowhere: "true"}
      containers: [{name: hook, image: "{{ .Values.image }}"}]
{{- end }}
"""


@pytest.fixture(scope="session")
def helm_binary():
    """helm of this checkout, or the one that ``WINDROSE_TEST_HELM`` names."""
    found = shutil.which(os.environ.get(HELM_VARIABLE) or str(ROOT / ".local" / "bin" / "helm"))
    if not found:
        pytest.fail(f"These tests need helm: run 'make run' first, or set {HELM_VARIABLE} to its path.", pytrace=False)
    return found


def _write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


@pytest.fixture
def config_chart(tmp_path):
    """A chart of one ConfigMap, with a schema."""
    files = {
        "Chart.yaml": CHART,
        "values.yaml": "greeting: hello\nnested: {count: 1}\n",
        "values.schema.json": json.dumps(SCHEMA),
        "templates/settings.yaml": CONFIG_MAP,
    }
    return _write(tmp_path / "config", files)


@pytest.fixture
def workload_chart(tmp_path, cluster):
    """A chart of one Deployment, and of a hook that never ends where `hook` is set."""
    values = {"replicas": 1, "selector": {}, "hook": False, "image": cluster.image_at_hand("pause")}
    files = {
        "Chart.yaml": CHART,
        "values.yaml": json.dumps(values),
        "templates/web.yaml": DEPLOYMENT,
        "templates/hook.yaml": ENDLESS_HOOK,
    }
    return _write(tmp_path / "workload", files)


class Demo:
    """The release `demo` in a namespace of its own."""

    def __init__(self, run_module, cluster, namespace, helm_binary):
        self._run_module = run_module
        self._client = cluster.client
        self.cluster = cluster
        self.namespace = namespace
        self.helm_binary = helm_binary

    def arguments(self, path, values=None, **more):
        """:returns: the parameters of the module."""
        return {
            "name": "demo",
            "namespace": self.namespace,
            "helm_binary": self.helm_binary,
            "chart": {"path": str(path)},
            "chart_values": values or {},
            **more,
        }

    def release(self, path, values=None, check=False, diff=False, fails=False, **more):
        """Run the module with the chart at a path; `fails` says that it must fail."""
        return self._run("release", self.arguments(path, values, **more), fails, check=check, diff=diff)

    def roll_back(self, revision, check=False, fails=False, **more):
        """Run the module to go back to a revision."""
        arguments = {**self.arguments("unused"), "state": "rolled_back", "revision": revision, **more}
        return self._run("release", arguments, fails, check=check)

    def info(self, *gather):
        """Run the module release_info."""
        arguments = {"name": "demo", "namespace": self.namespace, "gather": list(gather)}
        return self._run("release_info", arguments, fails=False)

    def _run(self, module, arguments, fails, **modes):
        result = self._run_module(module, arguments, **modes)
        assert result["failed"] is fails, result.get("msg", result)
        return result

    def attempts(self):
        """:returns: [(revision, operation, outcome)] of the ledger."""
        found = json.loads(self.get("v1", "ConfigMap", "demo-ledger")["data"]["ledger.json"])
        return [(entry["revision"], entry["operation"], entry["outcome"]) for entry in found]

    def lease(self):
        """:returns: the release's Lease, or None."""
        return self.get("coordination.k8s.io/v1", "Lease", "demo-release")

    def change(self, kind, name, **fields):
        """Change fields of an object as somebody does by hand."""
        api_versions = {"Deployment": "apps/v1", "Lease": "coordination.k8s.io/v1"}
        metadata = {"name": name, "namespace": self.namespace}
        self._client.merge({"apiVersion": api_versions.get(kind, "v1"), "kind": kind, "metadata": metadata, **fields})

    def get(self, api_version, kind, name):
        """:returns: an object of the release, or None."""
        return self._client.get(api_version, kind, name, self.namespace)

    def stored(self):
        """:returns: {revision: status} of the release as helm stored it."""
        found = self._client.list("v1", "Secret", self.namespace, label_selector="owner=helm,name=demo")
        return {int(item["metadata"]["labels"]["version"]): item["metadata"]["labels"]["status"] for item in found}

    def versions(self):
        """:returns: {name: resourceVersion} of everything that a release may write."""
        return {
            f"{kind}/{item['metadata']['name']}": item["metadata"]["resourceVersion"]
            for kind in ("Secret", "ConfigMap")
            for item in self._client.list("v1", kind, self.namespace)
            if "demo" in item["metadata"]["name"]
        }

    def greeting(self):
        """:returns: what the release's ConfigMap says."""
        return self.get("v1", "ConfigMap", "demo-settings")["data"]["greeting"]


@pytest.fixture
def result_of():
    """Read the result of a module that was started: ``result_of(module)``."""

    def read(module):
        # Nothing is left to write, which communicate() would do.
        module.stdin = None
        return json.loads(module.communicate(timeout=MODULE_LIMIT_SECONDS)[0])

    return read


@pytest.fixture
def children_of():
    """Find the processes that a module started: ``children_of(module)``."""

    def find(module):
        return [process for process in pathlib.Path("/proc").glob("[0-9]*") if parent_of(process) == module.pid]

    return find


def parent_of(process):
    """:returns: the parent of a process, None where it has ended."""
    try:
        state, parent = (process / "stat").read_text().rsplit(")", 1)[1].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(parent)


@pytest.fixture
def runs():
    """Tell whether a process runs: ``runs(process)``."""
    return lambda process: parent_of(process) is not None


@pytest.fixture
def demo(run_module, cluster, namespace, helm_binary):
    """The release under test."""
    return Demo(run_module, cluster, namespace, helm_binary)
