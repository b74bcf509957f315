# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_executors

KUBERNETES = {"executor": "KubernetesExecutor"}


def executor_options(**options):
    """:returns: values of KubernetesExecutor with these options."""
    return {**KUBERNETES, "config": {"kubernetes_executor": options}}


def paths(found):
    return [finding.path for finding in found]


@pytest.mark.parametrize(
    ("executor", "remedy"),
    [
        ("CeleryExecutor", None),
        ("CeleryExecutor,KubernetesExecutor", None),
        ("LocalExecutor,airflow.providers.edge3.executors.EdgeExecutor", None),
        ("CeleryExecutor, KubernetesExecutor", "with commas only"),
        (" KubernetesExecutor", "with commas only"),
        ("KubernetsExecutor", "Set executor to KubernetesExecutor"),
        ("Airbus", "full path of a class"),
        ("", "full path of a class"),
        ("CeleryKubernetesExecutor", "Set executor to CeleryExecutor,KubernetesExecutor"),
        ("LocalKubernetesExecutor", "Set executor to LocalExecutor,KubernetesExecutor"),
        ("SequentialExecutor", "Set executor to LocalExecutor"),
        (5, None),
    ],
)
def test_executors_are_those_of_airflow_3(executor, remedy):
    found = semantic_executors.executor_names({"executor": executor})
    assert paths(found) == (["executor"] if remedy else [])
    assert not remedy or remedy in found[0].remedy


def test_the_default_executor_is_one_of_airflow_3():
    assert semantic_executors.executor_names({}) == []


@pytest.mark.parametrize(
    ("path", "value", "executor", "is_wrong"),
    [
        ("cleanup.enabled", True, "CeleryExecutor", True),
        ("cleanup.enabled", True, "LocalExecutor", True),
        ("cleanup.enabled", True, "KubernetesExecutor", False),
        ("cleanup.enabled", True, "CeleryExecutor,KubernetesExecutor", False),
        ("cleanup.enabled", False, "CeleryExecutor", False),
        ("flower.enabled", True, "KubernetesExecutor", True),
        ("flower.enabled", True, "CeleryExecutor", False),
        ("ingress.flower.enabled", True, "LocalExecutor", True),
        ("ingress.flower.enabled", True, "CeleryExecutor", False),
        ("workers.keda.enabled", True, "KubernetesExecutor", True),
        ("workers.celery.keda.enabled", True, "KubernetesExecutor", True),
        ("workers.celery.keda.enabled", True, "CeleryExecutor,KubernetesExecutor", False),
        ("workers.hpa.enabled", True, "LocalExecutor", True),
        ("workers.celery.hpa.enabled", True, "KubernetesExecutor", True),
        ("workers.celery.sets", [{"name": "heavy"}], "KubernetesExecutor", True),
        ("workers.celery.sets", [], "KubernetesExecutor", False),
        # The chart's default says the same, and a copy of values.yaml asks for nothing.
        ("redis.enabled", True, "KubernetesExecutor", False),
    ],
)
def test_what_another_executor_alone_brings_is_refused(path, value, executor, is_wrong):
    values = {"executor": executor}
    level = values
    for key in path.split(".")[:-1]:
        level = level.setdefault(key, {})
    level[path.split(".")[-1]] = value
    found = semantic_executors.needed_executors(values)
    assert paths(found) == [path] * is_wrong
    assert not is_wrong or "airflow_executor with" in found[0].remedy


def celery(**settings):
    return {"workers": {"celery": settings}}


CHECKED = [
    (semantic_executors.local_executor_volume, {"executor": "LocalExecutor"}, "workers.celery.persistence.enabled"),
    (
        semantic_executors.local_executor_volume,
        {"executor": "LocalExecutor,KubernetesExecutor", **celery(persistence={"enabled": None})},
        "workers.celery.persistence.enabled",
    ),
    (
        semantic_executors.local_executor_volume,
        {"executor": "LocalExecutor", **celery(persistence={"enabled": False})},
        None,
    ),
    (
        semantic_executors.local_executor_volume,
        {"executor": "LocalExecutor", "workers": {"persistence": {"enabled": False}}},
        None,
    ),
    (semantic_executors.local_executor_volume, KUBERNETES, None),
    (
        semantic_executors.worker_disruption_budget,
        {**KUBERNETES, **celery(podDisruptionBudget={"enabled": True})},
        "workers.celery.podDisruptionBudget.enabled",
    ),
    (
        semantic_executors.worker_disruption_budget,
        {**KUBERNETES, "workers": {"podDisruptionBudget": {"enabled": True}}},
        "workers.celery.podDisruptionBudget.enabled",
    ),
    (semantic_executors.worker_disruption_budget, celery(podDisruptionBudget={"enabled": True}), None),
    (
        semantic_executors.worker_disruption_budget,
        {"executor": "CeleryExecutor,KubernetesExecutor", **celery(podDisruptionBudget={"enabled": True})},
        None,
    ),
    (semantic_executors.worker_disruption_budget, KUBERNETES, None),
    (
        semantic_executors.task_service_account,
        {**KUBERNETES, "workers": {"kubernetes": {"serviceAccount": {"create": False}}}},
        "workers.kubernetes.serviceAccount.name",
    ),
    (
        semantic_executors.task_service_account,
        {**KUBERNETES, "workers": {"kubernetes": {"serviceAccount": {"create": False, "name": "tasks"}}}},
        None,
    ),
    (
        semantic_executors.task_service_account,
        {**KUBERNETES, "workers": {"kubernetes": {"serviceAccount": {"create": True}}}},
        None,
    ),
    (semantic_executors.task_service_account, {"workers": {"kubernetes": {"serviceAccount": {"create": False}}}}, None),
    (semantic_executors.task_service_account, KUBERNETES, None),
    (semantic_executors.celery_broker, {"redis": {"enabled": False}}, "data.brokerUrlSecretName"),
    (semantic_executors.celery_broker, {"redis": {"enabled": False}, "data": {"brokerUrlSecretName": "x"}}, None),
    (semantic_executors.celery_broker, {"redis": {"enabled": False}, "data": {"brokerUrl": "redis://x"}}, None),
    (
        semantic_executors.celery_broker,
        {"data": {"brokerUrl": "redis://x", "brokerUrlSecretName": "x"}},
        "data.brokerUrl",
    ),
    (semantic_executors.celery_broker, {"redis": {"passwordSecretName": "x"}}, "data.brokerUrlSecretName"),
    (
        semantic_executors.celery_broker,
        {"redis": {"passwordSecretName": "x"}, "data": {"brokerUrlSecretName": "x"}},
        None,
    ),
    (
        semantic_executors.celery_broker,
        {"redis": {"passwordSecretName": "x"}, "env": [{"name": "AIRFLOW__CELERY__BROKER_URL_CMD", "value": "cat x"}]},
        None,
    ),
    (semantic_executors.celery_broker, {"redis": {"passwordSecretName": "x", "password": "y"}}, "redis.password"),
    (semantic_executors.celery_broker, {}, "redis.passwordSecretName"),
    (semantic_executors.celery_broker, {"redis": {"password": "x"}}, None),
    (semantic_executors.celery_broker, {**KUBERNETES, "redis": {"enabled": False}}, None),
    (
        semantic_executors.async_client_factory, executor_options(async_pod_creation="True", client_factory="a.b"),
        "config.kubernetes_executor.async_client_factory",
    ),
    (
        semantic_executors.async_client_factory,
        {
            **executor_options(async_pod_creation=True),
            "env": [{"name": "AIRFLOW__KUBERNETES_EXECUTOR__CLIENT_FACTORY", "value": "a.b"}],
        },
        "config.kubernetes_executor.async_client_factory",
    ),
    (
        semantic_executors.async_client_factory,
        executor_options(async_pod_creation="True", client_factory="a.b", async_client_factory="a.c"), None,
    ),
    (semantic_executors.async_client_factory, executor_options(async_pod_creation="False", client_factory="a.b"), None),
    (semantic_executors.async_client_factory, executor_options(async_pod_creation="True"), None),
    (semantic_executors.async_client_factory, executor_options(client_factory="a.b"), None),
    (
        semantic_executors.async_client_factory,
        {**executor_options(async_pod_creation="True", client_factory="a.b"), "executor": "LocalExecutor"}, None,
    ),
]


@pytest.mark.parametrize(("check", "values", "told"), CHECKED)
def test_workers_are_set_as_their_executor_needs(check, values, told):
    assert paths(check(values)) == ([told] if told else [])
