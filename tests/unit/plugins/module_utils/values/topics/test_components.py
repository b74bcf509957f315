# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

RESOURCES = {"requests": {"cpu": "500m"}, "limits": {"memory": "1Gi"}}
PLACEMENT = {
    "node_selector": {"pool": "core"},
    "tolerations": [{"key": "dedicated", "operator": "Equal", "value": "airflow", "effect": "NoSchedule"}],
    "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}}},
    "topology_spread_constraints": [
        {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {}}
    ],
    "priority_class": "core",
}
PLACED = {
    "nodeSelector": {"pool": "core"},
    "tolerations": PLACEMENT["tolerations"],
    "affinity": PLACEMENT["affinity"],
    # An empty selector selects all pods; none selects none.
    "topologySpreadConstraints": PLACEMENT["topology_spread_constraints"],
    "priorityClassName": "core",
}
EVERYTHING = {
    "executor": "CeleryExecutor,KubernetesExecutor",
    "pgbouncer": {"enabled": True},
    "redis": {"enabled": True, "password_secret": "redis"},
    "flower": {"enabled": True, "credentials_secret": "flower"},
    "monitoring": {"open_telemetry": {"traces": True, "endpoint": "http://otel.example.com:4318"}},
}
PATHS = {
    "api_server": "apiServer", "scheduler": "scheduler", "dag_processor": "dagProcessor", "triggerer": "triggerer",
    "worker": "workers.kubernetes", "celery_worker": "workers.celery", "statsd": "statsd", "pgbouncer": "pgbouncer",
    "redis": "redis", "flower": "flower", "open_telemetry_collector": "otelCollector",
}  # fmt: skip


@pytest.mark.parametrize("component", PATHS)
def test_size_and_place_reach_the_chart(compiled, component):
    values = compiled(**EVERYTHING, components={component: {"resources": RESOURCES, **PLACEMENT}}).at(PATHS[component])
    assert values["resources"] == RESOURCES
    assert {key: values[key] for key in PLACED} == PLACED


@pytest.mark.parametrize("component", ["api_server", "scheduler", "dag_processor", "triggerer", "celery_worker"])
@pytest.mark.parametrize("replicas", [0, 1, 3])
def test_replicas_reach_the_chart(compiled, component, replicas):
    values = compiled(**EVERYTHING, components={component: {"replicas": replicas}})
    assert values.at(f"{PATHS[component]}.replicas") == replicas


@pytest.mark.parametrize("component", ["worker", "statsd", "pgbouncer", "redis"])
def test_what_has_no_replicas_is_reported_so(refused, component):
    assert list(refused(components={component: {"replicas": 2}})) == [f"airflow_components.{component}"]


@pytest.mark.parametrize("component", ["scheduler", "dag_processor", "triggerer"])
def test_the_log_groomer(compiled, component):
    values = compiled(components={component: {"log_groomer": {"resources": RESOURCES, "retention_days": 7}}})
    assert values.at(f"{PATHS[component]}.logGroomerSidecar") == {"resources": RESOURCES, "retentionDays": 7}


def test_the_metrics_exporter_of_pgbouncer(compiled):
    values = compiled(**EVERYTHING, components={"pgbouncer": {"metrics_exporter": {"resources": RESOURCES}}})
    assert values.at("pgbouncer.metricsExporterSidecar.resources") == RESOURCES


def test_nothing_is_said_of_what_is_left_out(compiled):
    assert compiled(components={"scheduler": {"resources": {}, "tolerations": []}, "triggerer": None}) == compiled()


@pytest.mark.parametrize(
    ("specification", "absent"),
    [
        ({"executor": "LocalExecutor"}, {"worker", "celery_worker"}),
        ({"executor": "CeleryExecutor"}, {"worker"}),
        ({"monitoring": {"statsd": {"enabled": False}}}, {"statsd"}),
        ({}, {"pgbouncer", "redis", "flower", "open_telemetry_collector", "celery_worker"}),
    ],
)
def test_the_size_of_what_is_not_there_says_nothing(compiled, specification, absent):
    components = {name: {"resources": RESOURCES} for name in absent}
    assert compiled(**specification, components=components) == compiled(**specification)
