# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import Specification
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import service_accounts

ELSEWHERE = {"service_account_source": "prerequisites"}
IRSA = {"provider": "aws_irsa", "principal": "arn:aws:iam::111122223333:role/airflow"}
AZURE = {"provider": "azure_workload_identity", "principal": "11111111-2222-3333-4444-555555555555"}
EVERYTHING = {
    "executor": "CeleryExecutor,KubernetesExecutor", "pgbouncer": {"enabled": True},
    "redis": {"enabled": True, "password_secret": "redis"},
    "flower": {"enabled": True, "credentials_secret": "flower"},
    "monitoring": {"open_telemetry": {"traces": True, "endpoint": "http://otel.example.com:4318"}},
}  # fmt: skip
PATHS = [
    "scheduler", "apiServer", "dagProcessor", "triggerer", "workers.kubernetes", "workers.celery", "statsd",
    "pgbouncer", "redis", "flower", "otelCollector", "migrateDatabaseJob", "createUserJob",
]  # fmt: skip


def names(**raw):
    """:returns: {component: name} for these variables."""
    return service_accounts.names(Specification.read(raw, compiler.VARIABLES)[0])


def accounts(values):
    """:returns: {path: what is set of its service account}."""
    found = {path: values.at(f"{path}.serviceAccount") for path in PATHS}
    return {path: account for path, account in found.items() if account}


def test_by_default_the_chart_makes_accounts_and_rights(compiled):
    assert accounts(compiled(pod_operator={"enabled": True})) == {}
    assert compiled().at("rbac") is None
    assert compiled(service_account_source="chart") == compiled()


def test_otherwise_it_makes_neither(compiled):
    values = compiled(**ELSEWHERE, **EVERYTHING)
    assert values.at("rbac.create") is False
    found = accounts(values)
    assert set(found) == set(PATHS)
    assert {account["create"] for account in found.values()} == {False}
    assert {path: account["name"] for path, account in found.items() if not path.endswith("Job")} == {
        "scheduler": "airflow-scheduler", "apiServer": "airflow-api-server", "dagProcessor": "airflow-dag-processor",
        "triggerer": "airflow-triggerer", "workers.kubernetes": "airflow-worker-kubernetes",
        "workers.celery": "airflow-worker", "statsd": "airflow-statsd", "pgbouncer": "airflow-pgbouncer",
        "redis": "airflow-redis", "flower": "airflow-flower", "otelCollector": "airflow-otel-collector",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("release", "name"),
    [("airflow", "airflow-scheduler"), ("team-airflow-2", "team-airflow-2-scheduler"), ("af", "af-airflow-scheduler")],
)
def test_names_are_those_of_the_chart(release, name):
    assert names(release_name=release)["scheduler"] == names(release_name=release, **ELSEWHERE)["scheduler"] == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ({}, "airflow-worker"),
        ({"identity": IRSA}, "airflow-worker-kubernetes"),
        ({"identity": {"provider": "aws_pod_identity", "principal": IRSA["principal"]}}, "airflow-worker"),
        (ELSEWHERE, "airflow-worker-kubernetes"),
        ({"worker_profiles": [{"name": "small", "default": True, "service_account": "tasks"}]}, "tasks"),
        ({"worker_profiles": [{"name": "gpu", "service_account": "gpu"}]}, "airflow-worker"),
    ],
)
def test_the_account_of_task_pods(raw, name):
    assert names(**raw)["worker"] == name


def test_only_components_that_are_there_have_an_account():
    assert set(names(executor="LocalExecutor", monitoring={"statsd": {"enabled": False}})) == {
        "api_server", "scheduler", "dag_processor", "triggerer"}  # fmt: skip


def test_without_celery_the_chart_makes_no_account_for_it_either(compiled):
    assert accounts(compiled(**ELSEWHERE, executor="LocalExecutor"))["workers.celery"] == {"create": False}


def test_the_account_of_the_default_profile_stays(compiled):
    profiles = [{"name": "small", "default": True, "service_account": "tasks"}]
    assert accounts(compiled(**ELSEWHERE, worker_profiles=profiles))["workers.kubernetes"] == {
        "create": False, "name": "tasks"}  # fmt: skip


def test_whoever_makes_an_account_annotates_it(compiled):
    assert not any("annotations" in account for account in accounts(compiled(**ELSEWHERE, identity=IRSA)).values())


def test_azure_finds_its_label_on_the_pods_all_the_same(compiled):
    values = compiled(**ELSEWHERE, identity=AZURE)
    assert values.at("scheduler.labels") == {"azure.workload.identity/use": "true"}
    assert values.at("scheduler.serviceAccount") == {"create": False, "name": "airflow-scheduler"}


def test_another_source_is_refused(refused):
    assert list(refused(service_account_source="elsewhere")) == ["airflow_service_account_source"]
