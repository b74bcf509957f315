# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pathlib

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import CommandError, RenderError
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.rendering import Rendering
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesError, ValuesService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.verdicts import Verdicts
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import judgement

CHART = pathlib.Path(__file__).resolve().parents[6] / "roles" / "airflow_release" / "files" / "chart"
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: airflow-logs, labels: {component: logs-pvc}}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 10Gi}}}
"""


class FakeHelm:
    """Renders what it is told to, and counts."""

    def __init__(self, manifest="", failure=None, version=1):
        self.manifest, self.failure, self.version, self.rendered = manifest, failure, version, []

    def identity(self):
        return ["/helm", self.version]

    def render(self, name, namespace, path, chart_values):
        self.rendered.append((name, namespace, path, chart_values))
        if self.failure:
            raise self.failure
        return self.manifest


@pytest.fixture(name="gather")
def fixture_gather(tmp_path):
    """:returns: a function that compiles with a helm, and with raw values."""
    (tmp_path / "cache").mkdir()
    verdicts = Verdicts(str(tmp_path / "cache" / "windrose-airflow"))

    def gather(helm, raw=None, name="airflow", pod_security="restricted", **more):
        parameters = {
            "specification": {"logs": {"store": "none"}, "prerequisites_pod_security": pod_security}, "values_overrides": raw or {},
            "name": name, "namespace": "data", "node_pools": [], "database_max_connections": None, **more,
            "chart": {"source": "bundled", "path": str(CHART), "digest": None},
        }

        def opened():
            if isinstance(helm, CommandError):
                raise helm
            return helm

        rendering = helm and Rendering(opened, verdicts, name, "data")
        return ValuesService(ChartService(None, str(tmp_path), None, Progress()), parameters, rendering).gather()

    return gather


def refused(gather, *arguments):
    """:returns: the findings of a refusal."""
    with pytest.raises(ValuesError) as caught:
        gather(*arguments)
    return caught.value.fields["findings"]


def test_helm_is_not_started_where_nothing_changed(gather):
    helm = FakeHelm(CLAIM)
    first, second = gather(helm), gather(helm)
    assert first == second and len(helm.rendered) == 1
    assert first["claims"] == [{
        "subject": "logs.persistence", "what": "logs", "access_modes": ["ReadWriteMany"], "storage_class": "", "size": "10Gi", "replicas": 1}]


def test_a_refusal_is_remembered_as_well(gather):
    helm = FakeHelm(failure=RenderError("Could not render", "x", "cause", "remedy", output="Error: no"))
    assert refused(gather, helm) == refused(gather, helm) and len(helm.rendered) == 1


# The chart's default: it takes a compiled value away, and is not rendered once more to see who reads it.
DEFAULT = {"apiServer": {"startupProbe": {"failureThreshold": 120}}}


@pytest.mark.parametrize("change", [
    {"raw": DEFAULT}, {"name": "other"}, {"pod_security": "baseline"}, {"helm": FakeHelm(CLAIM, version=2)},
])
def test_whatever_changes_is_rendered_anew(change, gather):
    helm = FakeHelm(CLAIM)
    gather(helm)
    gather(change.get("helm", helm), *[change.get("raw"), change.get("name", "airflow"), change.get("pod_security", "restricted")])
    assert len(helm.rendered) + len(change.get("helm", FakeHelm()).rendered) == 2


def test_values_that_are_not_well_formed_are_not_rendered(gather):
    helm = FakeHelm()
    assert len(refused(gather, helm, {"schedular": {}})) == 1 and helm.rendered == []
    assert len(refused(gather, helm, {"airflowVersion": "2.11.0"})) == 1 and helm.rendered == []


def test_what_values_mean_and_what_they_become_is_reported_together(gather):
    raw = {"scheduler": {"resources": {"limits": {"memory": "lots"}}}}
    found = refused(gather, FakeHelm("kind: ConfigMap\napiVersion: v1\nmetadata: {name: Bad_Name}\n"), raw)
    assert [finding["subject"] for finding in found] == [
        "ConfigMap Bad_Name metadata.name", "airflow_values_overrides.scheduler.resources.limits.memory"]


def test_what_values_mean_is_not_said_again_of_what_they_become(gather, rendering_of_bundled):
    raw = {"scheduler": {"resources": {"limits": {"memory": "1 Gi"}}}}
    (finding,) = refused(gather, rendering_of_bundled, raw)
    assert "not a Kubernetes quantity" in finding["problem"]


@pytest.fixture(name="rendering_of_bundled")
def fixture_rendering_of_bundled(rendering):
    """The real helm, as a fake is one."""
    helm = FakeHelm()
    helm.render = lambda name, namespace, path, chart_values: rendering.render(path, chart_values)
    return helm


def test_without_helm_the_variable_is_named_beside_everything_else(gather):
    helm = CommandError("Could not find", "helm", "there is no such program on the PATH", "Install helm.")
    (finding,) = refused(gather, helm)
    assert finding["subject"] == "airflow_helm_binary" and "no such program" in finding["problem"]
    assert len(refused(gather, helm, {"scheduler": {"resources": {"limits": {"memory": "lots"}}}})) == 2


def test_nothing_is_known_of_what_is_asked_for_where_nothing_is_rendered(gather):
    assert [gather(None)[field] for field in judgement.ASKED] == [None] * len(judgement.ASKED)


POD = """
---
apiVersion: v1
kind: Pod
metadata: {name: airflow-a}
spec:
  containers:
    - {name: a, image: "registry.acme.test/a:1", env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}, {name: B, value: hunter2}]}
---
apiVersion: v1
kind: Secret
metadata: {name: made}
stringData: {k: hunter2}
"""


def test_what_is_asked_for_is_handed_out_and_remembered_without_a_secret(gather, tmp_path):
    helm = FakeHelm(CLAIM + POD)
    first, second = gather(helm, pod_security="privileged"), gather(helm, pod_security="privileged")
    assert first == second and len(helm.rendered) == 1
    assert first["images"] == [{"image": "registry.acme.test/a:1", "used_by": ["Pod airflow-a"]}]
    assert [(entry["secret"], entry["key"]) for entry in first["secret_references"]] == [("s", "k")] and first["ingress_classes"] == []
    (kept,) = (tmp_path / "cache" / "windrose-airflow" / "verdicts").iterdir()
    assert "registry.acme.test/a:1" in kept.read_text() and "hunter2" not in kept.read_text()


def test_a_refusal_says_what_is_asked_for_as_well(gather):
    with pytest.raises(ValuesError) as caught:
        gather(FakeHelm(CLAIM + POD), {"scheduler": {"resources": {"limits": {"memory": "lots"}}}})
    assert [entry["image"] for entry in caught.value.fields["images"]] == ["registry.acme.test/a:1"]
    assert caught.value.fields["chart"]["name"] == "airflow"


def test_in_the_place_of_the_official_chart_what_only_that_has_is_left_out(gather):
    raw = {"scheduler": {"revisionHistoryLimit": 3}, "dags": {"gitSync": {"enabled": True, "repo": "https://git.acme.test/dags.git"}}}
    helm = FakeHelm(CLAIM)
    assert "The official chart has this key" in refused(gather, helm, {"scheduler": raw["scheduler"]})[0]["remedy"]
    found = gather(helm, raw, in_place_of_official=True)
    assert found["left_out"] == [
        {"path": f"{path}", "variable": f"airflow_values_overrides.{path}"} for path in ("dags.gitSync.repo", "scheduler.revisionHistoryLimit")]
    assert "revisionHistoryLimit" not in str(found["chart_values"]) and "gitSync" not in str(found["chart_values"])
    assert gather(helm)["left_out"] == []


def test_what_neither_chart_has_is_refused_all_the_same(gather):
    with pytest.raises(ValuesError) as caught:
        gather(FakeHelm(CLAIM), {"schedular": {}}, in_place_of_official=True)
    assert [finding["subject"] for finding in caught.value.fields["findings"]] == ["airflow_values_overrides.schedular"]
