# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chart values that the role compiles: either chart takes them, and what comes of them is what was asked for."""

from __future__ import annotations

import functools
import os
import pathlib

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesService
from ansible_collections.windrose.airflow.plugins.module_utils._values.compiler import VARIABLES

CHARTS = {
    "bundled": str(pathlib.Path(__file__).resolve().parents[3] / "roles" / "airflow_release" / "files" / "chart"),
    "official": os.environ.get("AIRFLOW_CHART_PACKAGE", ""),
}
SPECIFICATION_AND_OVERRIDES = "[__airflow_specification_chart_inputs, airflow_values_overrides]"
CASES = {
    "defaults": {},
    "local executor": {"airflow_executor": "LocalExecutor", "airflow_image_pull_secrets": [{"name": "registry"}]},
    "bundles": {"airflow_dag_bundles": [{"name": "core", "repository": "https://git.example.com/dags.git"}]},
    "overrides": {"airflow_values_overrides": {"apiServer": {"replicas": 3}, "labels": {"team": "data"}}},
    "components": {"airflow_components": {"api_server": {"workers": 2}, "scheduler": {"replicas": 2}}},
}
LOCAL = "local inventory"
ALL = [*CASES, LOCAL]


@pytest.fixture(scope="session")
def compiled(evaluate, tmp_path_factory):
    """Callable (chart, case) that returns the values that the module compiles for a chart."""
    local = evaluate("airflow_release", SPECIFICATION_AND_OVERRIDES, "inventories/local")["local"]
    asked_for = {**evaluate("airflow_release", SPECIFICATION_AND_OVERRIDES, CASES), LOCAL: local}
    charts = ChartService(None, str(tmp_path_factory.mktemp("charts")), None, Progress())

    def compile_case(chart, case):
        specification, raw = asked_for[case]
        chart_values = ValuesService(charts, {
            "specification": specification, "values_overrides": raw, "node_pools": [], "database_max_connections": None,
            "chart": {"source": "path", "path": chart, "digest": None},
        }, None).compile().chart_values
        return chart_values

    return functools.cache(compile_case)


@pytest.fixture(scope="session")
def render(compiled, helm):
    """Callable (chart, case) that returns the objects of a case; each is rendered once."""
    return functools.cache(lambda chart, case: helm.render(chart, compiled(chart, case)))


@pytest.fixture(params=[
    "bundled",
    pytest.param("official", marks=[
        pytest.mark.official_chart,
        pytest.mark.skipif(not CHARTS["official"], reason="AIRFLOW_CHART_PACKAGE names no package of that chart"),
    ]),
])
def chart(request):
    """The path of each chart."""
    return CHARTS[request.param]


def pods(objects):
    """:returns: the pod specs of all workloads by (kind, name)."""
    return {(item["kind"], item["metadata"]["name"]): item["spec"]["template"]["spec"]
            for item in objects if "template" in item.get("spec", {})}


@pytest.mark.parametrize("case", ALL)
def test_the_chart_takes_the_values(case, chart, render):
    assert ("Deployment", "airflow-api-server") in pods(render(chart, case))


@pytest.mark.parametrize("case", ALL)
def test_no_workload_is_the_charts_that_is_a_roles(case, chart, render):
    kinds = {item["kind"] for item in render(chart, case)}
    assert kinds.isdisjoint({"Job", "Secret", "NetworkPolicy"})


@pytest.mark.parametrize("case", ALL)
def test_every_pod_satisfies_pod_security_restricted(case, chart, render):
    for name, pod in pods(render(chart, case)).items():
        context = pod["securityContext"]
        assert (context["runAsNonRoot"], context["seccompProfile"]["type"]) == (True, "RuntimeDefault"), name
        for container in pod["containers"] + pod.get("initContainers", []):
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert container["securityContext"]["capabilities"]["drop"] == ["ALL"], name


def test_local_airflow_is_published_on_the_node_port(chart, render):
    services = [item for item in render(chart, LOCAL) if item["kind"] == "Service"]
    api_server = next(item for item in services if item["metadata"]["name"] == "airflow-api-server")
    assert (api_server["spec"]["type"], api_server["spec"]["ports"][0]["nodePort"]) == ("NodePort", 30080)


def test_local_logs_are_on_the_shared_claim(chart, render):
    for name, pod in pods(render(chart, LOCAL)).items():
        claims = {volume.get("persistentVolumeClaim", {}).get("claimName") for volume in pod["volumes"]} - {None}
        assert claims == (set() if "statsd" in name[1] else {"airflow-logs"}), name


def test_overrides_win_over_compiled_values_without_losing_their_neighbours(compiled, chart):
    values = compiled(chart, "overrides")
    assert (values["apiServer"]["replicas"], values["apiServer"]["startupProbe"]["failureThreshold"]) == (3, 30)
    assert values["labels"] == {"team": "data"}


def test_only_what_is_asked_for_becomes_a_setting_of_airflow(compiled, chart):
    values = compiled(chart, "components")
    assert (values["config"]["api"], values["scheduler"]["replicas"]) == ({"workers": "2"}, 2)
    # What this collection sets by itself, from Airflow 3.3 on.
    assert set(values["config"]) - {"api"} <= {"kubernetes_executor"}


def test_what_values_are_made_of_is_handed_to_the_module(evaluate):
    specification, unused = evaluate("airflow_release", SPECIFICATION_AND_OVERRIDES, {"defaults": {}})["defaults"]
    assert sorted(specification) == sorted(VARIABLES)
