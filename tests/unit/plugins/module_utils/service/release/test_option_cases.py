# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values files that people wrote, cut to options of Airflow, default passwords and remedies, with the official chart."""

from __future__ import annotations

import os
import tarfile

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._values.overrides import merged

pytestmark = pytest.mark.official_chart
PREFIX = "airflow_values_overrides."


def told(findings, severity="error"):
    """:returns: {subject without the variable: remedy} of the findings of one severity."""
    return {found["subject"].removeprefix(PREFIX): found["remedy"] for found in findings if found["severity"] == severity}


def test_options_that_are_gone_renamed_or_misspelt(official_findings):
    names = ("AIRFLOW__KUBERNETES__NAMESPACE", "AIRFLOW__CORE__DAG_CONCURRENCY", "AIRFLOW__CORE__PARALELISM")
    found = official_findings({"env": [{"name": name, "value": "32"} for name in names]})
    assert told(found) == {
        "env.0.name": "Remove it: task pods run in the namespace of the release.",
        "env.1.name": "Write AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG.",
        "env.2.name": "The nearest option is AIRFLOW__CORE__PARALLELISM.",
    }


def test_options_and_variables_that_are_right(official_findings):
    assert official_findings({
        "env": [{"name": "AIRFLOW__CORE__PARALLELISM", "value": "64"}, {"name": "AIRFLOW__MY_PLUGIN__TOPIC", "value": "x"}],
        "secret": [{"envName": "AIRFLOW_CONN_WAREHOUSE", "secretName": "a", "secretKey": "b"}],
        "extraEnv": "- name: AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT\n  value: '60'\n",
        "scheduler": {"env": [{"name": "AIRFLOW__SCHEDULER__PARSING_CLEANUP_INTERVAL", "value": "120"}]},
    }) == []


def test_a_variable_that_wins_over_the_specification_is_told(official_findings):
    found = official_findings({"env": [{"name": "AIRFLOW__KUBERNETES_EXECUTOR__ASYNC_POD_CREATION", "value": "False"}]})
    assert list(told(found, "warning")) == ["env.0.name"] and not told(found)


def test_the_chart_s_own_passwords_of_what_is_off(official_findings):
    assert official_findings({
        "createUserJob": {"enabled": False, "defaultUser": {"password": "admin"}},
        "postgresql": {"enabled": False, "auth": {"postgresPassword": "postgres"}},
        "data": {"metadataConnection": {"pass": "postgres"}},
    }) == []


@pytest.fixture(name="whole", scope="module")
def fixture_whole():
    """The values.yaml of the chart."""
    with tarfile.open(os.environ["AIRFLOW_CHART_PACKAGE"], "r:gz") as archive:
        return yaml.safe_load(archive.extractfile("airflow/values.yaml"))


# What the copy says else than the specification; its nulls, lists and templates say nothing.
CONFLICTS = {
    "airflowVersion": "Remove it, and set airflow_version.",
    "createUserJob.enabled": "Remove it; airflow_auth.first_user says whether there is a first user.",
    "defaultAirflowTag": "Remove it, and set airflow_image_tag.",
    "migrateDatabaseJob.enabled": "Remove it.",
    "postgresql.enabled": "Remove it; airflow_database_mode in_cluster runs PostgreSQL in the namespace.",
    "redis.enabled": "Remove it, and set airflow_redis.enabled.",
}
DOUBTFUL = ["executor", "triggerer.serviceAccount.automountServiceAccountToken"]
SETTLED = {
    "apiSecretKeySecretName": "airflow-api-secret-key", "fernetKeySecretName": "airflow-fernet-key",
    "jwtSecretName": "airflow-jwt-secret", "createUserJob": {"enabled": False}, "migrateDatabaseJob": {"enabled": False},
    "data": {"metadataSecretName": "airflow-metadata", "brokerUrlSecretName": "airflow-broker-url"},
    "postgresql": {"enabled": False}, "redis": {"enabled": False}, "executor": "KubernetesExecutor", "airflowVersion": "3.3.2",
    "defaultAirflowTag": "3.3.2", "triggerer": {"serviceAccount": {"automountServiceAccountToken": False}},
}  # fmt: skip


def test_a_copy_of_the_whole_values_is_refused_for_what_it_takes_away(official_findings, whole):
    found = official_findings(whole)
    # The chart's Redis, which is one of the conflicts, would run as root.
    assert {path: remedy for path, remedy in told(found).items() if not path.startswith("StatefulSet airflow-redis ")} == CONFLICTS
    assert list(told(found, "warning")) == DOUBTFUL


def test_a_copy_with_the_conflicts_settled_is_accepted(official_findings, whole):
    assert official_findings(merged(whole, SETTLED)) == []


@pytest.mark.parametrize(("edit", "path", "severity"), [
    ({"createUserJob": {"defaultUser": {"password": "hunter2"}}}, "createUserJob.defaultUser.password", "warning"),
    ({"postgresql": {"auth": {"password": "hunter2"}}}, "postgresql.auth.password", "warning"),
    ({"redis": {"password": "hunter2"}}, "redis.password", "warning"),
    ({"flower": {"username": "admin", "password": "hunter2"}}, "flower.password", "warning"),
    ({"elasticsearch": {"connection": {"user": "a", "pass": "hunter2", "host": "b"}}}, "elasticsearch.connection.pass", "warning"),
    # Whoever writes this means the database, and it is another one that Airflow gets.
    ({"data": {"metadataConnection": {"pass": "hunter2"}}}, "data.metadataConnection", "error"),
    ({"createUserJob": {"enabled": True}}, "createUserJob.enabled", "error"),
    ({"data": {"metadataSecretName": "mine"}}, "data.metadataSecretName", "error"),
    ({"executor": "CeleryExecutor"}, "executor", "warning"),
    ({"config": {"smtp": {"smtp_password": "hunter2"}}}, "config.smtp.smtp_password", "error"),
    ({"config": {"core": {"dag_concurrency": 3}}}, "config.core.dag_concurrency", "error"),
    ({"env": [{"name": "AIRFLOW_CORE__PARALLELISM", "value": "3"}]}, "env.0.name", "error"),
])
def test_one_edit_of_such_a_copy_is_what_is_told_of(official_findings, whole, edit, path, severity):
    assert path in told(official_findings(merged(merged(whole, SETTLED), edit)), severity)


@pytest.mark.parametrize("options", [
    {"webserver": {"secret_key": "Some-Very-Long-Random-String-1"}}, {"api": {"secret_key": "Some-Very-Long-Random-String-1"}},
    {"core": {"fernet_key": "Some-Very-Long-Random-String-1"}}, {"api_auth": {"jwt_secret": "Some-Very-Long-Random-String-1"}},
    {"database": {"sql_alchemy_conn": "postgresql://airflow:hunter2@db.example.com/airflow"}},
])
def test_a_key_below_config_is_to_be_removed_as_a_variable_leads_to_its_secret(official_findings, options):
    ((section, option),) = ((section, *below) for section, below in options.items())
    ((path, remedy),) = told(official_findings({"config": options})).items()
    assert path == f"config.{section}.{option}"
    assert remedy.startswith("Remove it")
    assert any(word in remedy for word in ("airflow_secrets_sources", "airflow_database_secret_name", "apiSecretKeySecretName"))
