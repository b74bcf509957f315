# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster in memory, whose API server refuses outdated writes as the real one does, and a helm on it."""

from __future__ import annotations

import base64
import contextlib
import copy
import gzip
import json
import os
import threading
import types

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    ApiError,
    ReleaseError,
    WindroseError,
    WorkloadError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._release import chart as chart_files
from ansible_collections.windrose.airflow.plugins.module_utils._release import drift, lease
from ansible_collections.windrose.airflow.plugins.module_utils._release.ledger import entries
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.installation import ReleaseService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.lease import Lease
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.removal import ReleaseRemoval
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.rendering import Rendering
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.rollback import ReleaseRollback
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.work import Tools

NAMESPACE = "data"
CLUSTER_KINDS = {"ClusterRole"}


class Api:
    """The part of `KubeClient` that the services of a release use.

    :ivar writes: what was written, as (verb, kind, name).
    :ivar before_write: called with each of them before it happens; it may raise, or write by itself.
    :ivar lost: (verb, kind) of what is carried out once without an answer, so that it is sent again where that may be.
    """

    def __init__(self):
        self.objects = {}
        self.writes = []
        self.before_write = lambda write: None
        self.lost = set()
        self._lock = threading.RLock()
        self._version = 0
        self._made = 0

    def resource(self, unused_api_version, kind):
        return types.SimpleNamespace(namespaced=kind not in CLUSTER_KINDS)

    def get(self, api_version, kind, name, namespace=None):
        with self._lock:
            return copy.deepcopy(self.objects.get((api_version, kind, namespace or "", name)))

    def list(self, api_version, kind, namespace=None, label_selector=None):
        wanted = dict(pair.split("=") for pair in (label_selector or "").split(",") if pair)
        with self._lock:
            return [
                copy.deepcopy(item) for key, item in self.objects.items()
                if key[:3] == (api_version, kind, namespace or "")
                and wanted.items() <= (item["metadata"].get("labels") or {}).items()
            ]  # fmt: skip

    def pages(self, api_version, kind, namespace=None, label_selector=None, field_selector=None):
        yield self.list(api_version, kind, namespace, label_selector), 0

    def list_metadata(self, api_version, kind, namespace, label_selector):
        return [{"metadata": item["metadata"]} for item in self.list(api_version, kind, namespace, label_selector)]

    def create(self, definition, repeatable=False):
        if self._loses("create", definition):
            self.create(definition)
            if not repeatable:
                raise self.error(503)
        with self._writing("create", definition) as key:
            if key in self.objects:
                raise self.error(409, "AlreadyExists")
            return self._store(key, definition)

    def replace(self, definition):
        if self._loses("replace", definition):
            self.replace(definition)
        with self._writing("replace", definition) as key:
            if key not in self.objects:
                raise self.error(404)
            if definition["metadata"].get("resourceVersion") != self.objects[key]["metadata"]["resourceVersion"]:
                raise self.error(409, "Conflict")
            return self._store(key, definition)

    def delete(
        self, api_version, kind, name, namespace=None, propagation="Background", resource_version=None, uid=None
    ):  # fmt: skip
        key = (api_version, kind, namespace or "", name)
        with self._writing("delete", key=key):
            if key not in self.objects:
                return False
            metadata = self.objects[key]["metadata"]
            if resource_version not in (None, metadata["resourceVersion"]) or uid not in (None, metadata["uid"]):
                raise self.error(409, "Conflict")
            del self.objects[key]
            return True

    def apply(self, definition, dry_run=False, force=False):
        assert dry_run and force
        with self._lock:
            live = self.objects[manifests.identity_of(definition)]
            return copy.deepcopy(manifests.overlay(live, definition))

    def put(self, definition):
        """Write as somebody else, without a trace in `writes`."""
        with self._lock:
            return self._store(manifests.identity_of(definition), definition)

    @staticmethod
    def error(status, reason=""):
        """:returns: an answer of the server."""
        return ApiError("Could not write", "it", f"the server answered {status}", "Look.", status, reason)

    def _loses(self, verb, definition):
        lost = (verb, definition["kind"]) in self.lost
        self.lost.discard((verb, definition["kind"]))
        return lost

    @contextlib.contextmanager
    def _writing(self, verb, definition=None, key=None):
        key = key or manifests.identity_of(definition)
        self.before_write((verb, key[1], key[3]))
        with self._lock:
            yield key
            self.writes.append((verb, key[1], key[3]))

    def _store(self, key, definition):
        self._version += 1
        if key in self.objects:
            uid = self.objects[key]["metadata"]["uid"]
        else:
            self._made += 1
            uid = f"uid-{self._made}"
        metadata = {**definition["metadata"], "uid": uid, "resourceVersion": str(self._version)}
        self.objects[key] = {**copy.deepcopy(definition), "metadata": metadata}
        return copy.deepcopy(self.objects[key])


class Helm:
    """Writes what helm writes, for a chart of one Deployment and one ConfigMap.

    :ivar commands: what it was told.
    :ivar fail: {command: message}: how the next command of that name ends.
    :ivar refuse: as `fail`, but before anything is stored.
    """

    def __init__(self, api):
        self.api = api
        self.commands = []
        self.fail = {}
        self.refuse = {}
        self.values = None

    @contextlib.contextmanager
    def opened(self):
        yield self

    def upgrade(self, name, namespace, chart_path, chart_values, labels, timeout):
        self.values = chart_values
        manifest = json.dumps(objects(name, chart_values)[0]) + "\n---\n" + json.dumps(objects(name, chart_values)[1])
        self._apply("upgrade", name, {"config": chart_values, "manifest": manifest}, labels, "Upgrade complete")

    def rollback(self, name, namespace, revision, timeout):
        former = self.stored(name)[revision]
        release = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(former["data"]["release"]))))
        found = former["metadata"]["labels"]
        labels = {key: value for key, value in found.items() if key not in ("name", "owner", "status", "version")}
        self._apply("rollback", name, release, labels, f"Rollback to {revision}")

    def uninstall(self, name, namespace, timeout, wait=True):
        self.commands.append("uninstall")
        for secret in self.stored(name).values():
            self._remove("v1", "Secret", secret["metadata"]["name"])
        for definition in objects(name, {}):
            self._remove(definition["apiVersion"], definition["kind"], definition["metadata"]["name"])

    def stored(self, name="demo"):
        """:returns: {revision: Secret}."""
        found = self.api.list("v1", "Secret", NAMESPACE, f"owner=helm,name={name}")
        ordered = sorted(found, key=lambda item: int(item["metadata"]["labels"]["version"]))
        return {int(item["metadata"]["labels"]["version"]): item for item in ordered}

    def statuses(self, name="demo"):
        """:returns: {revision: status}."""
        return {number: item["metadata"]["labels"]["status"] for number, item in self.stored(name).items()}

    def keep(self, name, number, status, release=None, labels=None, description=""):
        """Store a revision."""
        release = {"config": {}, "manifest": "", **(release or {})}
        release["chart"] = {"metadata": {"name": "demo", "version": "0.1.0", "appVersion": "3.2.2"}}
        release["info"] = {"description": description, "last_deployed": "2026-03-01T12:00:00Z"}
        own = {"name": name, "owner": "helm", "status": status, "version": str(number)}
        packed = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(release).encode()))).decode()
        metadata = {"name": f"sh.helm.release.v1.{name}.v{number}", "namespace": NAMESPACE}
        metadata["labels"] = {**(labels or {}), **own}
        self.api.put({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"release": packed}})

    def _apply(self, command, name, release, labels, description):
        self.commands.append(command)
        if command in self.refuse:
            raise ReleaseError("Could not apply", "release", self.refuse.pop(command), "Fix it.")
        stored = self.stored(name)
        assert not stored or not self.statuses(name)[max(stored)].startswith("pending")
        number, failure = max(stored, default=0) + 1, self.fail.pop(command, None)
        if failure is None:
            for secret in stored.values():
                if secret["metadata"]["labels"]["status"] == "deployed":
                    secret["metadata"]["labels"]["status"] = "superseded"
                    self.api.put(secret)
            for definition in drift.definitions(release["manifest"]):
                definition["metadata"]["namespace"] = NAMESPACE
                self.api.put(definition)
        self.keep(name, number, "failed" if failure else "deployed", release, labels, description)
        if failure:
            raise ReleaseError("Could not apply", "release", failure, "Fix it.")

    def _remove(self, api_version, kind, name):
        self.api.objects.pop((api_version, kind, NAMESPACE, name), None)


def objects(name, chart_values):
    """:returns: what the chart renders."""
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"{name}-web"},
        "spec": {"replicas": chart_values.get("replicas", 1)},
    }
    settings = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{name}-settings"},
        "data": {"greeting": chart_values.get("greeting", "hello")},
    }
    return [deployment, settings]


@pytest.fixture
def api():
    """The cluster."""
    return Api()


@pytest.fixture
def helm(api):
    """The helm on it."""
    return Helm(api)


class Notes(list):
    """Stands for progress."""

    def step(self, text):
        """Note one line."""
        self.append(text)


@pytest.fixture
def notes():
    """What was told while it happened."""
    return Notes()


class Demo:
    """The release `demo`, and what there is around it.

    :ivar trouble: how the next waits end: each a message, or nothing.
    :ivar meanwhile: what happens during the next waits: each a callable.
    """

    def __init__(self, api, helm, notes, chart, by="alice@one"):
        self.api, self.helm, self.notes, self.chart = api, helm, notes, chart
        self.by = by
        self.waits = []
        self.trouble = []
        self.meanwhile = []
        self.replaced_pods = []

    def other(self):
        """:returns: the same release, as another user works on it."""
        return Demo(self.api, self.helm, self.notes, self.chart, "bob@two")

    def tools(self):
        """What one run works with."""
        holder = lease.Holder(f"{self.by}, process 1 (aa)")
        return Tools(
            kube=self.api,
            charts=types.SimpleNamespace(path=lambda chart: chart["path"]),
            lease=Lease(self.api, NAMESPACE, "demo", holder, 0, self.notes),
            open_helm=self.helm.opened,
            wait_ready=self._wait_ready,
            progress=self.notes,
            author={"by": self.by, "job": ""},
            replaced_pods=self.replaced_pods,
        )

    def _wait_ready(self, objects, seconds):
        self.waits.append([item["metadata"]["name"] for item in objects])
        waited = bool(self.meanwhile or self.trouble)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        if self.trouble:
            message = self.trouble.pop(0)
            if message:
                raise WorkloadError(
                    "Stopped waiting for", "Deployment data/demo-web", message, "Push it.", reason="Pull"
                )
        return objects if waited else []

    def params(self, **more):
        """The parameters of the module."""
        chart = {
            "source": "path",
            "path": str(self.chart),
            "name": None,
            "repository": None,
            "version": None,
            "digest": None,
        }
        return {
            "name": "demo", "namespace": NAMESPACE, "chart": chart, "chart_values": {}, "secrets": [],
            "secret_annotations": [], "drift": "repair", "on_failure": "keep", "revision": None, "migration_head": None,
            "purge": [], "wait": True, "wait_timeout": 5, **more,
        }  # fmt: skip

    def release(self, values=None, check=False, diff=False, **more):
        """Run with `state: present`."""
        self.api.writes.clear()
        return ReleaseService(self.tools(), self.params(chart_values=values or {}, **more)).ensure_present(check, diff)

    def roll_back(self, revision, check=False, **more):
        """Run with `state: rolled_back`."""
        self.api.writes.clear()
        return ReleaseRollback(self.tools(), self.params(revision=revision, **more)).ensure_rolled_back(check)

    def remove(self, check=False, **more):
        """Run with `state: absent`."""
        self.api.writes.clear()
        return ReleaseRemoval(self.tools(), self.params(**more)).ensure_absent(check)

    def ledger(self):
        """:returns: [(revision, operation, outcome)]."""
        found = entries(self.api.get("v1", "ConfigMap", "demo-ledger", NAMESPACE))
        return [(entry["revision"], entry["operation"], entry["outcome"]) for entry in found]

    def secret(self, name, **data):
        """Write a Secret."""
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        metadata = {"name": name, "namespace": NAMESPACE}
        self.api.put({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": encoded})

    def edit(self, kind, name, **fields):
        """Change an object as somebody does by hand."""
        api_version = "apps/v1" if kind == "Deployment" else "v1"
        self.api.put({**self.api.get(api_version, kind, name, NAMESPACE), **fields})

    def lose(self, kind, name):
        """Delete an object as somebody does by hand."""
        api_version = "apps/v1" if kind == "Deployment" else "v1"
        del self.api.objects[(api_version, kind, NAMESPACE, name)]


@pytest.fixture
def demo(api, helm, notes, tmp_path):
    """The release under test."""
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: demo\nversion: 0.1.0\nappVersion: 3.2.2\n")
    (tmp_path / "values.yaml").write_text("defaultAirflowRepository: apache/airflow\ndefaultAirflowTag: 3.2.2\n")
    return Demo(api, helm, notes, tmp_path)


@pytest.fixture(name="rendering", scope="session")
def fixture_rendering(helm_binary, tmp_path_factory):
    """Renders with the real helm."""
    return Rendering.by_helm(helm_binary, str(tmp_path_factory.mktemp("values")), "airflow", "airflow")


@pytest.fixture(name="official_findings", scope="session")
def fixture_official_findings(tmp_path_factory, request):
    """Callable that takes raw values, and variables without ``airflow_``, and returns what is found with the official chart.

    An external database, no bundles, and defaults otherwise; each finding as the module values returns it.
    """
    package = os.environ.get("AIRFLOW_CHART_PACKAGE", "")
    if not package:
        pytest.skip("AIRFLOW_CHART_PACKAGE names no package of that chart")
    charts, rendering = ChartService(None, str(tmp_path_factory.mktemp("charts")), None, Progress()), request.getfixturevalue("rendering")

    def found(raw, **specification):
        parameters = {
            "specification": {"logs": {"store": "none"}, **specification}, "values_overrides": raw, "name": "airflow",
            "namespace": "airflow", "node_pools": [], "database_max_connections": None,
            "chart": {"source": "path", "path": package, "digest": None},
        }
        try:
            return ValuesService(charts, parameters, rendering).gather()["findings"]
        except WindroseError as error:
            return error.fields["findings"]

    return found


@pytest.fixture(name="official_defaults", scope="session")
def fixture_official_defaults():
    """The values.yaml of the official chart."""
    package = os.environ.get("AIRFLOW_CHART_PACKAGE", "")
    if not package:
        pytest.skip("AIRFLOW_CHART_PACKAGE names no package of that chart")
    return chart_files.contents(package)["defaults"]
