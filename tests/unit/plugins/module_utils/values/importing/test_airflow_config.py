# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of Airflow 1 and 2, and options as environment variables, count under the names of today."""

from __future__ import annotations

import pytest

LOCAL = {"executor": "LocalExecutor"}
# {case: (values, variables or overrides that they become)}
BECOMES = {
    "renamed": ({"config": {"core": {"dag_concurrency": 8}}}, {"concurrency": {"max_active_tasks_per_dag": 8}}),
    "of_another_section": ({"config": {"scheduler": {"min_file_process_interval": 60}}},
                           {"values_overrides": {"config": {"dag_processor": {"min_file_process_interval": 60}}}}),
    "of_a_renamed_section": ({"config": {"kubernetes": {"worker_pods_creation_batch_size": 4}}, "executor": "KubernetesExecutor"},
                             {"concurrency": {"worker_pods_creation_batch_size": 4}}),
    "in_another_unit": ({"config": {"webserver": {"session_lifetime_days": 2}}},
                        {"values_overrides": {"config": {"fab": {"session_lifetime_minutes": "2880"}}}}),
    "with_another_class": ({"config": {"api": {"auth_backends": "airflow.api.auth.backend.basic_auth"}}},
                           {"values_overrides": {"config": {"fab": {
                               "auth_backends": "airflow.providers.fab.auth_manager.api.auth.backend.basic_auth"}}}}),
    "as_a_variable": ({"env": [{"name": "AIRFLOW__CORE__PARALLELISM", "value": "9"}]}, {"concurrency": {"parallelism": 9}}),
    "as_a_variable_of_a_former_name": ({"env": [{"name": "AIRFLOW__CORE__DAG_CONCURRENCY", "value": "9"}]},
                                       {"concurrency": {"max_active_tasks_per_dag": 9}}),
    "as_a_variable_and_in_config": ({"env": [{"name": "AIRFLOW__CORE__PARALLELISM", "value": "9"}], "config": {"core": {"parallelism": 5}}},
                                    {"concurrency": {"parallelism": 9}}),
    "as_a_template": ({"config": {"core": {"parallelism": "{{ 3 }}"}}}, {"values_overrides": {"config": {"core": {"parallelism": "{{ 3 }}"}}}}),
}  # fmt: skip
# What nothing reads any more: (values, origin)
DROPPED = {
    "removed": ({"config": {"core": {"check_slas": "False"}}}, "config.core.check_slas"),
    "of_airflow_1": ({"config": {"webserver": {"rbac": "True"}}}, "config.webserver.rbac"),
    "misspelt": ({"env": [{"name": "AIRFLOW__CORE__PARALELISM", "value": "9"}]}, "env.AIRFLOW__CORE__PARALELISM"),
    "namespace": ({"env": [{"name": "AIRFLOW__KUBERNETES__NAMESPACE", "value": "a"}]}, "env.AIRFLOW__KUBERNETES__NAMESPACE"),
    "unknown_section": ({"config": {"loging": {"remote_logging": "True"}}}, "config.loging.remote_logging"),
    "null": ({"config": {"api": None}}, "config.api"),
    "of_another_executor": ({"config": {"celery": {"worker_concurrency": 4}}}, "config.celery.worker_concurrency"),
    "made_by_the_chart": ({"config": {"core": {"dags_folder": "/dags"}}}, "config.core.dags_folder"),
}
# {variable in secret: (variable that names the Secret, what it names)}
SECRETS = {
    "AIRFLOW__CORE__SQL_ALCHEMY_CONN": ("database_secret_name", "acme"),
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": ("database_secret_name", "acme"),
    "AIRFLOW__CELERY__BROKER_URL": ("broker_secret_name", "acme"),
    "AIRFLOW__CELERY__RESULT_BACKEND": ("result_backend_secret_name", "acme"),
    "AIRFLOW__CORE__FERNET_KEY": ("secrets_sources", {"fernet_key": {"kubernetes_secret": {"name": "acme", "key": "url"}}}),
    "AIRFLOW__WEBSERVER__SECRET_KEY": ("secrets_sources", {"api_secret_key": {"kubernetes_secret": {"name": "acme", "key": "url"}}}),
}


@pytest.mark.parametrize("values, wanted", BECOMES.values(), ids=BECOMES)
def test_an_option_counts_under_its_name_of_today(values, wanted, variables):
    found = variables({**LOCAL, **values})
    assert {name: found.get(name) for name in wanted} == wanted
    assert "values_overrides" in wanted or "values_overrides" not in found


@pytest.mark.parametrize("values, origin", DROPPED.values(), ids=DROPPED)
def test_an_option_that_nothing_reads_is_dropped_with_the_reason(values, origin, variables, rows):
    outcome, _target, note = rows({**LOCAL, **values})[origin]
    assert outcome == "dropped" and note
    assert "values_overrides" not in variables({**LOCAL, **values})


@pytest.mark.parametrize("name, wanted", SECRETS.items(), ids=SECRETS)
def test_a_connection_out_of_a_secret_is_a_variable_that_names_it(name, wanted, imported):
    values = {"executor": "CeleryExecutor", "secret": [{"envName": name, "secretName": "acme", "secretKey": "url"}]}
    variable, value = wanted
    assert imported(values).variables[variable] == value
    assert "values_overrides" not in imported(values).variables
    assert variable == "secrets_sources" or any("the key connection" in task and "url" in task for task in imported(values).tasks)


def test_other_variables_stay_as_they_are(variables):
    entries = [{"name": "ACME", "value": "1"}, {"name": "AIRFLOW_VAR_STAGE", "value": "prod"}]
    assert variables({**LOCAL, "env": entries})["values_overrides"] == {"env": entries}
