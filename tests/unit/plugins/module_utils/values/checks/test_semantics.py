# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import pathlib

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.semantics import (
    CHECKS,
    CONTEXT_CHECKS,
    check_semantics,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

CASES = pathlib.Path(__file__).parents[5] / "fixtures" / "official_chart" / "cases"
# These hold a secret inline; nothing is wrong with the others.
REFUSED = {"03-celery-and-kubernetes": "redis.password", "04-local": "data.metadataConnection.pass"}
NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))


def case(name):
    return yaml.safe_load((CASES / f"{name}.yaml").read_text())


def test_there_are_cases():
    assert len(NAMES) >= 13 and set(REFUSED) < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_cases_are_refused_for_inline_secrets_only(name):
    values = case(name)
    before = copy.deepcopy(values)
    found = check_semantics(values, {"log_store": "none"})
    assert [finding.path for finding in found] == ([REFUSED[name]] if name in REFUSED else [])
    assert values == before


def test_everything_is_reported_together_and_sorted():
    values = case("10-logs-s3-irsa")
    values["executor"] = "KubernetesExecuter"
    values["scheduler"]["resources"] = {"requests": {"cpu": 2}, "limits": {"cpu": 1}}
    values["fernetKey"] = "hunter2"
    values["config"]["core"] = {"max_active_tasks_per_dag": 1_000_000}
    found = check_semantics(values, {})
    paths = [finding.path for finding in found]
    assert paths == sorted(paths)
    assert {"executor", "scheduler.resources.requests.cpu", "fernetKey", "config.core.max_active_tasks_per_dag"} <= set(
        paths
    )


def test_the_version_of_the_environment_stands_in_for_the_chart_s():
    origins = {"config": {"api": {"access_control_allow_origins": "*"}}}
    before, now = (set(check_semantics(origins, {"airflow_version": version})) for version in ("3.2.2", "3.3.2"))
    assert [finding.path for finding in now - before] == ["config.api.access_control_allow_origins"]
    assert set(check_semantics({**origins, "airflowVersion": "3.2.2"}, {"airflow_version": "3.3.2"})) == before


def test_the_executor_that_is_left_out_is_the_chart_s_own():
    values = {"pgbouncer": {"enabled": True, "configSecretName": "own", "metricsExporterSidecar": {"statsSecretName": "b"}}}
    size = {"pgbouncer": {"maxClientConn": 46}}
    celery, kubernetes = (
        "".join(finding.problem for finding in check_semantics(values, {**size, "defaults": defaults}) if "PgBouncer pods" in finding.problem)
        for defaults in ({}, {"executor": "KubernetesExecutor"}))
    assert "Celery workers" in celery and "32 tasks" in kubernetes and "Celery" not in kubernetes


def test_the_environment_is_taken_into_account():
    values = case("01-kubernetes-full")
    pools = [{"labels": {"pool": "tasks"}, "taints": [{"key": "dedicated", "value": "tasks", "effect": "NoSchedule"}]}]
    context = {
        "airflow_version": "3.2.2",
        "node_pools": pools,
        "database_max_connections": 100,
        "chart_source": "official",
    }
    assert [finding.path for finding in check_semantics(values, context)] == ["workers.kubernetes.tolerations"]


def test_each_check_is_listed_and_says_where_it_is_from():
    checks = CHECKS + CONTEXT_CHECKS
    assert len(set(checks)) == len(checks)
    assert all(check.__doc__ and ":returns:" in check.__doc__ for check in checks)


SECRET = "zq7gh2plantedsecret"
KEYS = st.sampled_from(
    """
    airflowVersion executor scheduler apiServer dagProcessor triggerer workers celery kubernetes sets dags gitSync
    repo ref branch rev subPath sshKeySecret knownHosts persistence enabled accessMode size resources requests
    limits cpu memory nvidia.com/gpu env name value nodeSelector tolerations key operator effect config core logging
    parallelism remote_logging remote_base_log_folder database sql_alchemy_pool_size data metadataConnection pass
    brokerUrl metadataSecretName pgbouncer replicas maxClientConn metadataPoolSize configSecretName hpa keda
    minReplicaCount maxReplicaCount podDisruptionBudget minAvailable maxUnavailable securityContexts container
    containers capabilities drop priorityClasses priorityClassName extraEnv extraSecrets stringData extraConfigMaps
    quotas ports service networkPolicies networkPolicy ingress from images airflow digest otelCollector tag
    tracesEnabled redis password postgresql elasticsearch connection dagBundleConfigList classpath serviceAccount
    create livenessProbe podTemplate fernetKey secret envName webserver
""".split()
) | st.text(max_size=4)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "KubernetesExecutor",
            "CeleryExecutor",
            "LocalExecutor",
            "2.11.0",
            "1Gi",
            "500m",
            "{{ x }}",
            SECRET,
            f"a://u:{SECRET}@h",
        ]
    )
    | st.sampled_from([f"- name: API_TOKEN\n  value: {SECRET}\n", f"{SECRET}: {SECRET}\n", f"password = '{SECRET}'"])
)
ANYTHING = st.recursive(
    LEAVES, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=6), max_leaves=30
)
VALUES = st.dictionaries(KEYS, ANYTHING, max_size=8)
TAINT = st.fixed_dictionaries(
    {"key": st.sampled_from(["a", "b"]), "effect": st.sampled_from(["NoSchedule", "PreferNoSchedule"])}
)
CONTEXT = st.fixed_dictionaries(
    {},
    optional={
        "airflow_version": st.sampled_from(["3.3.2", "3.2.2", "2.11.0"]),
        "node_pools": st.none()
        | st.lists(
            st.fixed_dictionaries({"labels": st.just({"a": "b"}), "taints": st.lists(TAINT, max_size=2)}), max_size=2
        ),
        "database_max_connections": st.none() | st.integers(0, 500),
        "chart_source": st.sampled_from(["official", "bundled"]),
    },
)


@settings(max_examples=400)
@given(VALUES, CONTEXT)
def test_any_values_are_judged_without_quoting_them(values, context):
    found = check_semantics(values, context)
    assert found == sorted(set(found)) and all(isinstance(finding, ValueFinding) for finding in found)
    for finding in found:
        assert SECRET not in str(finding) and not finding.problem.endswith(".") and not finding.remedy.endswith(".")


@settings(max_examples=100)
@given(st.sampled_from(NAMES), st.data())
def test_any_leaf_of_real_values_may_be_anything(name, data):
    values = case(name)
    place = values
    while isinstance(place, (dict, list)) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], (dict, list)) or data.draw(st.booleans()):
            place[key] = data.draw(ANYTHING)
            break
        place = place[key]
    assert all(SECRET not in str(finding) for finding in check_semantics(values, {}))
