# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options, connections and variables of Airflow in the environment: what nothing reads is refused, what is one's own is not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import official_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    airflow_options,
    config_keys,
    key_check,
    option_kinds,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import variable_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.variable_names import (
    Judges,
    wrong_variable,
)


def told(name, value=None, version="3.3.2"):
    found = wrong_variable(name, value, Judges({"core": {"own": 1}}, version, lambda *_place: None))
    return "" if found is None else f"{found[0]}. {found[1]}."


RIGHT = """
AIRFLOW__CORE__PARALLELISM AIRFLOW__CORE__OWN AIRFLOW__CORE__SOME_OPTION_OF_A_PLUGIN AIRFLOW__WEBSERVER__BASE_URL
AIRFLOW__CORE__SQL_ALCHEMY_CONN AIRFLOW__CORE__SQL_ALCHEMY_CONN_CMD AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD
AIRFLOW__CELERY__RESULT_BACKEND_SECRET AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH AIRFLOW__PROVIDERS_JDBC__ALLOW_DRIVER_PATH_IN_EXTRA
AIRFLOW__AWS_BATCH_EXECUTOR__JOB_QUEUE AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT AIRFLOW__CONNECTION_TEST__TIMEOUT
AIRFLOW__TEAM_A___CELERY__BROKER_URL AIRFLOW__OPENLINEAGE__SOMETHING_NEW AIRFLOW__MY_PLUGIN__OPTION AIRFLOW__MY_PLUGIN__PARALLELISM
AIRFLOW__WORKER__SETTING_OF_MY_OWN AIRFLOW_CONN_MY_DB AIRFLOW_CONN_MY-DB.1 AIRFLOW_CONN__TEAM___MY_DB AIRFLOW_VAR_X AIRFLOW_VAR__TEAM___X
AIRFLOW_HOME AIRFLOW_CONFIG AIRFLOW_UID AIRFLOW_CTX_DAG_ID AIRFLOW_API_URL AIRFLOW_CONNECTIONS_FILE AIRFLOW_DATABASE_HOST AIRFLOW_ENV
AIRFLOW_USER_HOME_DIR AIRFLOW_EXECUTOR AIRFLOW PYTHONPATH DB_HOST CORE_PARALLELISM HTTP__PROXY A__B__C GITSYNC_PERIOD conn x
""".split()


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_or_may_be(name):
    assert told(name) == ""


@pytest.mark.parametrize(("name", "words"), [
    ("AIRFLOW__CORE__DAG_CONCURRENCY", "which was renamed. Write AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG."),
    ("AIRFLOW__ADMIN__HIDE_SENSITIVE_VARIABLE_FIELDS", "Write AIRFLOW__CORE__HIDE_SENSITIVE_VAR_CONN_FIELDS."),
    ("AIRFLOW__SCHEDULER__STATSD_ON", "Write AIRFLOW__METRICS__STATSD_ON."),
    ("AIRFLOW__API__AUTH_BACKENDS", "Write AIRFLOW__FAB__AUTH_BACKENDS."),
    ("AIRFLOW__CORE__ENABLE_XCOM_PICKLING", "does not have this option any more. Remove it."),
    ("AIRFLOW__WEBSERVER__EXPOSE_STACKTRACE", "does not have this option any more. Remove it."),
    ("AIRFLOW__WEBSERVER__RBAC", "Airflow 3 has no section of this name. Remove it."),
    ("AIRFLOW__DEBUG__REMOTE_LOGGING", "Airflow 3 has no section of this name. Write AIRFLOW__LOGGING__REMOTE_LOGGING."),
    ("AIRFLOW__CORE__PARALELISM", "there is no such option. The nearest option is AIRFLOW__CORE__PARALLELISM."),
    ("AIRFLOW__AWS_BATCH_EXECUTOR__JOB_QUEU", "The nearest option is AIRFLOW__AWS_BATCH_EXECUTOR__JOB_QUEUE."),
    ("AIRFLOW__SCHEDULER__PARALLELISM", "the section scheduler has no such option. Write AIRFLOW__CORE__PARALLELISM."),
    ("AIRFLOW__LOGING__REMOTE_LOGGING", "Airflow has no section of this name. Write AIRFLOW__LOGGING__REMOTE_LOGGING."),
    ("AIRFLOW__LOGING__REMOTE_LOGING", "The nearest option is AIRFLOW__LOGGING__REMOTE_LOGGING."),
    ("AIRFLOW__KUBERNETES_EXECUTER__DELETE_WORKER_PODS", "Write AIRFLOW__KUBERNETES_EXECUTOR__DELETE_WORKER_PODS."),
    ("AIRFLOW__DAG_PROCESSER__REFRESH_INTERVAL", "Write AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL."),
    ("AIRFLOW__TEAM_A___CORE__DAG_CONCURRENCY", "Write AIRFLOW__TEAM_A___CORE__MAX_ACTIVE_TASKS_PER_DAG."),
    ("AIRFLOW__CORE__PARALLELISM_CMD", "Write AIRFLOW__CORE__PARALLELISM with the value itself."),
    ("AIRFLOW__CORE__DAG_CONCURRENCY_SECRET", "Write AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG."),
])
def test_a_wrong_option(name, words):
    assert words in told(name)


FORMS = """
AIRFLOW_CORE__PARALLELISM AIRFLOW__CORE_PARALLELISM AIRFLOW_CORE_PARALLELISM airflow__core__parallelism AIRFLOW__core__parallelism
Airflow__Core__Parallelism AIRFLOW__CORE___PARALLELISM AIRFLOW___CORE__PARALLELISM AIRFLOW__CORE__Parallelism AIRFLOW-CORE-PARALLELISM
AIRFLOW__CORE.PARALLELISM AIRFLOW.CORE.PARALLELISM AIRFLOW__PARALLELISM AIFLOW__CORE__PARALLELISM AIRFLOWS__CORE__PARALLELISM
CORE__PARALLELISM AIRFLOW__CORE_PARALELISM AIRFLOW_CORE__PARALELISM __AIRFLOW__CORE__PARALLELISM
""".split()


@pytest.mark.parametrize("name", FORMS)
def test_a_name_in_a_form_that_airflow_does_not_read(name):
    assert "AIRFLOW__CORE__PARALLELISM." in told(name).replace(name + " ", "")


@pytest.mark.parametrize(("name", "right"), [
    ("AIRFLOW__COMMON.IO__XCOM_OBJECTSTORAGE_PATH", "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"),
    ("airflow__my_plugin__option", "AIRFLOW__MY_PLUGIN__OPTION"), ("AIRFLOW_CORE_FERNET_KEY_CMD", "AIRFLOW__CORE__FERNET_KEY_CMD"),
    ("AIRFLOW_CORE__DAG_CONCURRENCY", "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG"),
    ("AIRFLOW_CONN_my_db", "AIRFLOW_CONN_MY_DB"), ("AIRFLOW__CONN__MY_DB", "AIRFLOW_CONN_MY_DB"),
    ("AIRFLOW__CONN_MY_DB", "AIRFLOW_CONN_MY_DB"), ("AIRFLOW_CONN__MY_DB", "AIRFLOW_CONN_MY_DB"),
    ("AIRFLOW_CONNECTION_MY_DB", "AIRFLOW_CONN_MY_DB"), ("AIRFLOW_CON_MY_DB", "AIRFLOW_CONN_MY_DB"),
    ("airflow_conn_my_db", "AIRFLOW_CONN_MY_DB"), ("ARIFLOW_CONN_MY_DB", "AIRFLOW_CONN_MY_DB"), ("AIRFLOW-CONN-X", "AIRFLOW_CONN_X"),
    ("AIRFLOW_CONN__team___my_db", "AIRFLOW_CONN__TEAM___MY_DB"),
    ("AIRFLOW_VAR_key", "AIRFLOW_VAR_KEY"), ("AIRFLOW__VAR__KEY", "AIRFLOW_VAR_KEY"), ("AIRFLOW_VARIABLE_KEY", "AIRFLOW_VAR_KEY"),
])
def test_other_forms(name, right):
    assert told(name) == f"Airflow reads no variable of this name. Write {right}."
    assert told(right) == ""


@pytest.mark.parametrize(("value", "words"), [("many", "it is not a whole number"), ("64", ""), (None, ""), ("$(X)", "")])
def test_the_value_is_judged_where_it_is_known(value, words):
    assert told("AIRFLOW__CORE__PARALLELISM", value).startswith(words)


def test_an_option_of_a_later_release():
    assert "since 3.3" in told("AIRFLOW__CORE__MP_START_METHOD", version="3.2.2")
    assert told("AIRFLOW__CORE__MP_START_METHOD") == ""


@pytest.mark.parametrize("ending", ["", "_CMD", "_SECRET"])
def test_what_airflow_has_is_never_refused(ending):
    sections = (airflow_options.AIRFLOW, airflow_options.PROVIDERS) if not ending else (option_kinds.SENSITIVE,)
    for table in sections:
        for section, options in table.items():
            assert [name for name in (variable_of(section, option) + ending for option in options) if told(name)] == []


def test_every_remedy_is_right_itself():
    for section, option in config_keys.known_options():
        for name in (variable_of(section, option), variable_of(section, option).replace("__", "_"), variable_of(section, option).lower()):
            remedy = told(name)
            assert not remedy or remedy.endswith("Remove it.") or told(remedy.rstrip(".").rpartition(" ")[2]) == "", name


@given(st.from_regex(r"\A(AIRFLOW[_.-]{0,3})?[A-Za-z_.-]{0,9}(__)?[A-Za-z]{0,9}(_CMD|_SECRET)?\Z") | st.text(max_size=30))
def test_any_name_gives_an_answer(name):
    assert isinstance(told(name, name), str)


VARIABLES = {
    "AIRFLOW__KUBERNETES__NAMESPACE": "Remove it: task pods run in the namespace of the release",
    "AIRFLOW__CORE__DAG_CONCURRENCY": "Write AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG",
    "AIRFLOW__CORE__PARALELISM": "The nearest option is AIRFLOW__CORE__PARALLELISM",
    "AIRFLOW__METRICS__STATSD": "Write AIRFLOW__METRICS__STATSD_HOST",
}


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize(("values", "path"), [
    ({"env": [{"name": "X", "value": "x"}, {"name": "{0}", "value": "32"}]}, "env.1.name"),
    ({"scheduler": {"env": [{"name": "{0}", "value": "32"}]}}, "scheduler.env.0.name"),
    ({"workers": {"celery": {"sets": [{"name": "a", "env": [{"name": "{0}", "value": "32"}]}]}}}, "workers.celery.sets.0.env.0.name"),
    ({"workers": {"kubernetes": {"env": [{"name": "{0}", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}]}}},
     "workers.kubernetes.env.0.name"),
    ({"secret": [{"envName": "{0}", "secretName": "a", "secretKey": "b"}]}, "secret.0.envName"),
    ({"extraEnv": "- name: {0}\n  value: '32'\n"}, "extraEnv"),
    ({"podTemplate": "spec:\n  containers:\n    - name: base\n      env:\n        - name: {0}\n          value: '32'\n"}, "podTemplate"),
    ({"extraConfigMaps": {"a": {"data": "{0}: '32'\n"}}}, "extraConfigMaps.a.data"),
])
def test_options_in_the_environment_are_judged_as_those_in_config(values, path, name):
    written = json.loads(json.dumps(values).replace("{0}", name))
    (found,) = key_check.check_keys(written, official_facts())
    assert found.path == path and found.problem.startswith(f"{name}: ") and VARIABLES[name] in found.remedy


def test_every_variable_of_a_text_is_judged():
    text = "".join(f"- name: {name}\n  value: '32'\n" for name in VARIABLES)
    assert len(key_check.check_keys({"extraEnv": text}, official_facts())) == len(VARIABLES)
