# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which chart a values file is for."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import detection
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.detection import (
    COMMUNITY,
    OFFICIAL,
    ChartError,
)

FILES = pathlib.Path(__file__).resolve().parents[5] / "fixtures" / "values_files"
# {case: (values, chart, level)}
KNOWN = {
    "nothing": ({}, OFFICIAL, ()),
    "a_key_that_every_chart_has": ({"env": []}, OFFICIAL, ()),
    "official": ({"executor": "LocalExecutor", "webserver": {}}, OFFICIAL, ()),
    "official_with_a_misspelt_key": ({"executor": "LocalExecutor", "schedular": {}}, OFFICIAL, ()),
    "official_with_a_key_of_the_community_chart": ({"executor": "LocalExecutor", "web": {}}, OFFICIAL, ()),
    "umbrella": ({"airflow": {"executor": "LocalExecutor", "webserver": {}}}, OFFICIAL, ("airflow",)),
    "umbrella_of_one_key": ({"airflow": {"executor": "LocalExecutor"}}, OFFICIAL, ("airflow",)),
    "umbrella_with_another_name": ({"data-airflow": {"executor": "LocalExecutor"}, "grafana": {"image": {}}}, OFFICIAL, ("data-airflow",)),
    "umbrella_with_others": ({"global": {}, "airflow": {"images": {}, "data": {}}, "kafka": {"replicas": 1}}, OFFICIAL, ("airflow",)),
    "community": ({"airflow": {"image": {}}, "web": {}}, COMMUNITY, ()),
    "community_by_its_configuration": ({"airflow": {"config": {"AIRFLOW__CORE__PARALLELISM": "1"}}}, COMMUNITY, ()),
    "community_by_its_environment": ({"airflow": {"executor": "CeleryExecutor", "extraEnv": []}, "scheduler": {}}, COMMUNITY, ()),
    "community_without_its_main_key": ({"web": {}, "workers": {}, "scheduler": {}}, COMMUNITY, ()),
    "umbrella_of_the_community_chart": ({"acme": {"airflow": {"users": []}, "web": {}}}, COMMUNITY, ("acme",)),
}
OTHER = {
    "bitnami": {"auth": {}, "worker": {}, "web": {}, "loadExamples": True},
    "bitnami_below_a_key": {"airflow": {"auth": {}, "loadExamples": True, "web": {}}},
    "nginx": {"image": {}, "replicaCount": 1, "service": {}, "ingress": {}, "nodeSelector": {}},
    "kube_prometheus": {"grafana": {"image": {}, "ingress": {}}, "prometheus": {"serviceMonitor": {}, "serviceAccount": {}}},
    "an_object_of_kubernetes": {"apiVersion": "v1", "kind": "Secret", "metadata": {}, "data": {}},
    "a_map_of_logs_and_dags": {"rbac": {}, "service": {}, "persistence": {"enabled": True, "dags": {}, "logs": {}}},
}


@pytest.mark.parametrize("values, chart, level", KNOWN.values(), ids=KNOWN)
def test_the_chart_is_told_by_its_keys(values, chart, level):
    found = detection.detected(values, "values.yaml")
    assert (found.chart, found.level) == (chart, level)


@pytest.mark.parametrize("values", OTHER.values(), ids=OTHER)
def test_another_chart_is_refused_in_one_message(values):
    with pytest.raises(ChartError, match="Could not import values.yaml: .* Name a values file of the official chart"):
        detection.detected(values, "values.yaml")


def test_values_of_other_charts_beside_the_level_are_named():
    found = detection.detected({"global": {}, "kafka": {"replicas": 1}, "airflow": {"executor": "x", "images": {}}}, "values.yaml")
    assert found.others == ("kafka",)


@pytest.mark.parametrize("path", sorted(path.name for path in FILES.glob("*.yaml")))
def test_a_file_of_each_line_is_of_the_chart_that_it_is_named_after(path, read):
    assert detection.detected(read(path), path).chart == path.partition("-")[0]
