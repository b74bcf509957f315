# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import decimal

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import pods

SMALL = {"requests": {"cpu": "100m"}, "limits": {"cpu": "200m"}}
CELERY = {
    "airflow_executor": "CeleryExecutor", "airflow_components": {"worker": None, "celery_worker": {"replicas": 3, "resources": SMALL}},
    "airflow_dag_delivery": {"method": "git_sync", "git_sync": {"repository": "https://git.acme.io/x.git", "resources": SMALL}},
}  # fmt: skip


@pytest.fixture(name="component")
def fixture_component(environment):
    """Callable that takes the name of a component and changes of variables, and returns its `Pod`."""

    def named(name, variables=None):
        (found,) = [pod for pod in pods.components(environment(variables)) if pod.name == name]
        return found

    return named


def containers(pod):
    """:returns: the names of the containers of a pod."""
    return [container.name for container in pod.containers]


def test_the_pods_of_an_environment(environment):
    assert [pod.name for pod in pods.components(environment())] == [
        "api_server", "scheduler", "dag_processor", "triggerer", "statsd", "migration", "image-prepull", "first-user", "PostgreSQL"]
    assert [pod.name for pod in pods.tasks(environment())] == ["task"]


@pytest.mark.parametrize("when, is_there", [("changed", True), ("always", True), ("never", False)])
def test_the_pod_of_the_second_stage_counts_where_it_runs(when, is_there, environment):
    variables = {"airflow_preflight_probe_when": when, "airflow_preflight_probe_resources": SMALL}
    assert ("preflight-probe" in [pod.name for pod in pods.components(environment(variables))]) is is_there


@pytest.mark.parametrize("first_user", [True, False])
def test_the_job_of_the_first_user_counts_where_there_is_to_be_one(first_user, environment):
    found = pods.components(environment({"airflow_auth": {"first_user": first_user}}))
    assert ("first-user" in [pod.name for pod in found]) is first_user


def test_a_specification_that_does_not_compile_has_none(environment):
    refused = environment({"airflow_worker_profiles": [{"name": "a"}, {"name": "a"}]})
    assert pods.components(refused) == pods.tasks(refused) == []


def test_sidecars_count(component):
    assert containers(component("scheduler")) == ["scheduler", "log groomer"]
    assert component("scheduler").requests["cpu"] == 1
    without = {"airflow_values_overrides": {"scheduler": {"logGroomerSidecar": {"enabled": False}}}}
    assert containers(component("scheduler", without)) == ["scheduler"]


def test_git_sync_is_a_sidecar_of_what_parses_and_runs(component):
    assert containers(component("dag_processor", CELERY)) == ["dag_processor", "log groomer", "git-sync"]
    assert containers(component("celery_worker", CELERY)) == ["celery_worker", "log groomer", "git-sync"]
    assert "git-sync" not in containers(component("scheduler", CELERY))
    local = {**CELERY, "airflow_executor": "LocalExecutor"}
    assert "git-sync" in containers(component("scheduler", local))


@pytest.mark.parametrize(
    ("name", "variables", "replicas"),
    [
        ("scheduler", {}, (1, 1)),
        ("scheduler", {"airflow_components": {"scheduler": {"replicas": 2}}}, (2, 2)),
        ("api_server", {"airflow_autoscaling": {"api_server": {"minimum": 2, "maximum": 6}}}, (2, 6)),
        ("triggerer", {"airflow_autoscaling": {"triggerer": {"maximum": 4}}}, (0, 4)),
        ("celery_worker", CELERY, (3, 3)),
        ("pgbouncer", {"airflow_pgbouncer": {"enabled": True}}, (2, 2)),
        ("scheduler", {"airflow_values_overrides": {"scheduler": {"replicas": 5}}}, (5, 5)),
    ],
)
def test_how_many_there_are(name, variables, replicas, component):
    found = component(name, variables)
    assert (found.least, found.most) == replicas


def test_a_components_own_place_takes_the_place_of_the_global_one(component):
    everywhere = {"airflow_values_overrides": {"nodeSelector": {"pool": "core"}}}
    assert component("scheduler", everywhere).node_selector == {"pool": "core"}
    own = {**everywhere, "airflow_components": {"scheduler": {"node_selector": {"pool": "own"}}}}
    assert component("scheduler", own).node_selector == {"pool": "own"}


@pytest.mark.parametrize(
    ("name", "variables", "labels"),
    [
        ("api_server", {}, {"component": "api-server"}),
        ("celery_worker", CELERY, {"component": "worker"}),
        ("open_telemetry_collector", {"airflow_monitoring": {
            "statsd": {"enabled": False}, "open_telemetry": {"traces": True, "endpoint": "https://otel.acme.io"}}},
         {"component": "otel-collector"}),
        ("scheduler", {"airflow_release_name": "data"}, {"component": "scheduler", "release": "data"}),
        ("scheduler", {"airflow_values_overrides": {"labels": {"team": "data", "tier": "x"}, "scheduler": {"labels": {"team": "own"}}}},
         {"component": "scheduler", "tier": "x", "team": "own"}),
    ],
)  # fmt: skip
def test_the_labels_that_the_chart_gives_them(name, variables, labels, component):
    assert component(name, variables).labels == {"tier": "airflow", "release": "airflow", **labels}


@pytest.mark.parametrize(("option", "key", "field", "one", "other"), [
    ("affinity", "affinity", "affinity", {"podAntiAffinity": {}}, {"podAffinity": {}}),
    ("topology_spread_constraints", "topologySpreadConstraints", "spread",
     [{"maxSkew": 1, "topologyKey": "a", "whenUnsatisfiable": "DoNotSchedule"}],
     [{"maxSkew": 2, "topologyKey": "b", "whenUnsatisfiable": "ScheduleAnyway"}]),
])  # fmt: skip
def test_what_keeps_them_apart_is_their_own_or_the_global_one(option, key, field, one, other, component):
    everywhere, kind = {"airflow_values_overrides": {key: one}}, type(getattr(component("scheduler"), field))
    assert getattr(component("scheduler"), field) == kind()
    assert getattr(component("scheduler", everywhere), field) == kind(one)
    own = {**everywhere, "airflow_components": {"scheduler": {option: other}}}
    assert getattr(component("scheduler", own), field) == kind(other)


OWN_PODS = {"migration": "job_pods", "first-user": "job_pods", "preflight-probe": "job_pods", "PostgreSQL": "database_pods"}


@pytest.mark.parametrize("name", OWN_PODS)
def test_the_pods_of_roles_go_where_the_scheduler_goes_or_where_the_inventory_says(name, component):
    core, toleration = {"pool": "core"}, {"key": "pool", "operator": "Exists"}
    variables = {
        "airflow_preflight_probe_resources": SMALL,
        "airflow_components": {"scheduler": {"node_selector": core, "tolerations": [toleration]}}}
    found = component(name, variables)
    assert (found.node_selector, found.tolerations) == (core, (toleration,))
    found = component(name, {**variables, f"airflow_{OWN_PODS[name]}": {"node_selector": {"pool": "own"}}})
    assert (found.node_selector, found.tolerations) == ({"pool": "own"}, (toleration,))


def test_of_jobs_the_largest_amounts_count_because_they_follow_each_other(component):
    small, large = {"cpu": 1, "memory": 4}, {"cpu": 2}
    found = pods.at_a_time([(component("migration"), small), (component("first-user"), large), (component("scheduler"), {"cpu": 4})])
    assert found == {"cpu": 6, "memory": 4}
    assert pods.at_a_time([(component("PostgreSQL"), large), (component("scheduler"), large)]) == {"cpu": 4}


def test_overrides_count(component):
    found = component("statsd", {"airflow_values_overrides": {"statsd": {"resources": {"requests": {"cpu": "7"}}}}})
    assert found.requests["cpu"] == 7


def test_a_limit_is_a_request_where_there_is_none():
    found = pods.container("x", {"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "1"}})
    assert found.requests == {"cpu": decimal.Decimal(1), "memory": decimal.Decimal(1024**3)}
    assert pods.container("x", None).requests == {}


def test_a_spot_profile_puts_up_with_the_taints_of_spot_nodes(environment):
    toleration = {"key": "own", "operator": "Exists"}
    variables = {
        "airflow_components": {"worker": {"tolerations": [toleration]}},
        "airflow_worker_profiles": [{"name": "spot", "spot": True}, {"name": "plain"}],
    }
    task, spot, plain = pods.tasks(environment(variables))
    assert task.tolerations == plain.tolerations == (toleration,)
    assert spot.tolerations[0] == toleration
    assert {entry["key"] for entry in spot.tolerations} >= {"kubernetes.azure.com/scalesetpriority", "cloud.google.com/gke-spot"}


@pytest.mark.parametrize(
    ("variables", "number"),
    [
        ({}, 32),
        ({"airflow_concurrency": {"parallelism": 128}, "airflow_components": {"scheduler": {"replicas": 2}}}, 256),
        ({"airflow_values_overrides": {"config": {"core": {"parallelism": "7"}}}}, 7),
        ({"airflow_values_overrides": {"env": [{"name": "AIRFLOW__CORE__PARALLELISM", "value": "9"}]}}, 9),
    ],
)
def test_tasks_at_a_time(variables, number, environment):
    assert pods.tasks_at_a_time(environment(variables)) == number
