# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

BOTH = "CeleryExecutor,KubernetesExecutor"
EXECUTORS = ["KubernetesExecutor", "CeleryExecutor", BOTH, "LocalExecutor"]
CELERY = {"broker_secret_name": "broker", "result_backend_secret_name": "results"}
TRIGGERER = "triggerer.serviceAccount.automountServiceAccountToken"
CELERY_WORKER = "workers.celery.serviceAccount.automountServiceAccountToken"
GPU = [{"name": "gpu"}]


def asked(executor, **pod_operator):
    return {"executor": executor, **(CELERY if "Celery" in executor else {}), "pod_operator": pod_operator}


@pytest.mark.parametrize("executor", EXECUTORS)
def test_where_tasks_start_pods_the_chart_lets_them(compiled, executor):
    values = compiled(**asked(executor, enabled=True, xcom=True))
    assert (values.at("allowPodLaunching"), values.at(TRIGGERER), values.at(CELERY_WORKER)) == (True, None, None)


@pytest.mark.parametrize(
    ("executor", "wanted"),
    [
        ("KubernetesExecutor", (None, False, None)), (BOTH, (None, False, False)),
        ("CeleryExecutor", (False, None, None)), ("LocalExecutor", (False, None, None)),
    ],
)  # fmt: skip
def test_else_only_a_scheduler_that_starts_task_pods_can(compiled, executor, wanted):
    values = compiled(**asked(executor))
    assert (values.at("allowPodLaunching"), values.at(TRIGGERER), values.at(CELERY_WORKER)) == wanted


def test_accounts_that_the_chart_does_not_make_have_only_rights_that_they_need(compiled):
    values = compiled(**asked(BOTH), service_account_source="prerequisites")
    assert (values.at(TRIGGERER), values.at(CELERY_WORKER)) == (None, None)


def able(found):
    """:returns: the accounts that are bound to the chart's rights about pods, and have a token; the hook takes it from task pods."""
    bound = [item for item in found if item["kind"] == "RoleBinding" and "pod-launcher" in item["metadata"]["name"]]
    without = {
        item["metadata"]["name"] for item in found
        if item["kind"] == "ServiceAccount" and item.get("automountServiceAccountToken") is False
    }  # fmt: skip
    return {subject["name"] for binding in bound for subject in binding["subjects"]} - without


# The bundled chart has two executors.
BY_EXECUTOR = [
    ("KubernetesExecutor", "airflow-worker", {"airflow-scheduler", "airflow-worker"}),
    ("LocalExecutor", "airflow-scheduler", set()),
]
BY_CELERY = [("CeleryExecutor", "airflow-worker", set()), (BOTH, "airflow-worker", {"airflow-scheduler"})]


def can_start_pods(chart, render, executor, runner, others):
    assert able(render(chart, asked(executor, enabled=True))) >= {runner, "airflow-triggerer"}
    assert able(render(chart, asked(executor))) <= others


@pytest.mark.parametrize(("executor", "runner", "others"), BY_EXECUTOR)
def test_who_can_start_pods(chart, render, executor, runner, others):
    can_start_pods(chart, render, executor, runner, others)


@pytest.mark.official_chart
@pytest.mark.parametrize(("executor", "runner", "others"), BY_CELERY)
def test_who_can_start_pods_with_celery(official_chart, render, executor, runner, others):
    can_start_pods(official_chart, render, executor, runner, others)


@pytest.mark.parametrize("profiles", [[], GPU])
def test_the_profile_of_all_pods_is_one_of_the_profiles(refused, profiles):
    found = refused(worker_profiles=profiles, pod_operator={"enabled": True, "worker_profile": "large"})
    assert found == {"airflow_pod_operator.worker_profile": "airflow_worker_profiles has none of this name"}


@pytest.mark.parametrize("executor", ["CeleryExecutor", "LocalExecutor"])
def test_profiles_are_for_pods_that_tasks_start_too(compiled, refused, executor):
    assert "airflow_worker_profiles" in refused(**asked(executor), worker_profiles=GPU)
    compiled(**asked(executor, enabled=True, worker_profile="gpu"), worker_profiles=GPU)
