# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.semantic_logs import (
    log_connection,
    lost_logs,
    remote_logging,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING

SWITCH, FOLDER = "config.logging.remote_logging", "config.logging.remote_base_log_folder"


@pytest.mark.parametrize(
    ("options", "others", "told"),
    [
        ({"remote_logging": "True", "remote_base_log_folder": "s3://logs"}, {}, None),
        ({"remote_logging": True, "remote_base_log_folder": "s3://logs"}, {}, None),
        ({"remote_logging": "{{ .Values.x }}", "remote_base_log_folder": "s3://logs"}, {}, None),
        ({"remote_logging": "True"}, {}, FOLDER),
        ({"remote_logging": "True", "remote_base_log_folder": ""}, {}, FOLDER),
        ({"remote_logging": True}, {"elasticsearch": {"enabled": True}}, None),
        ({"remote_logging": "True"}, {"extraEnvFrom": "- configMapRef: {name: x}"}, None),
        (
            {"remote_logging": "True"},
            {"env": [{"name": "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER", "value": "s3://x"}]},
            None,
        ),
        ({"remote_logging": "True"}, {"secret": [{"envName": "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"}]}, None),
        (
            {"remote_logging": "True"},
            {"extraEnv": "- name: AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER\n  value: s3://x\n"},
            None,
        ),
        ({"remote_base_log_folder": "s3://logs"}, {}, SWITCH),
        ({"remote_logging": "False", "remote_base_log_folder": "s3://logs"}, {}, SWITCH),
        (
            {"remote_base_log_folder": "s3://logs"},
            {"extraEnv": "- {name: AIRFLOW__LOGGING__REMOTE_LOGGING, value: 'True'}"},
            None,
        ),
        ({"remote_logging": "True"}, {"secret": [{"envName": "AIRFLOW_CONN_AWS"}, "odd"]}, FOLDER),
        ({}, {}, None),
        ({"remote_logging": "False"}, {}, None),
    ],
)
def test_switch_and_folder_go_together(options, others, told):
    found = remote_logging({"config": {"logging": options}, **others})
    assert [finding.path for finding in found] == ([told] if told else [])


@pytest.mark.parametrize(
    ("values", "is_told"),
    [
        ({"executor": "KubernetesExecutor"}, True),
        ({"executor": "LocalExecutor"}, True),
        ({"executor": "CeleryExecutor,KubernetesExecutor"}, True),
        # The chart gives a Celery worker a volume of its own unless it is told otherwise.
        ({"executor": "CeleryExecutor"}, False),
        ({"executor": "CeleryExecutor", "workers": {"celery": {"persistence": {"enabled": False}}}}, True),
        ({"executor": "CeleryExecutor", "workers": {"persistence": {"enabled": False}}}, True),
        ({"executor": "KubernetesExecutor", "logs": {"persistence": {"enabled": True}}}, False),
        ({"executor": "KubernetesExecutor", "config": {"logging": {"remote_logging": "True"}}}, False),
        ({"executor": "KubernetesExecutor", "config": {"logging": {"remote_logging": "False"}}}, True),
        ({"executor": "KubernetesExecutor", "env": [{"name": "AIRFLOW__LOGGING__REMOTE_LOGGING", "value": "True"}]}, False),
        ({"executor": "KubernetesExecutor", "elasticsearch": {"enabled": True}}, False),
        ({"executor": "KubernetesExecutor", "extraEnvFrom": "- configMapRef: {name: x}"}, False),
        ({"executor": "KubernetesExecutor", "workers": {"extraVolumeMounts": [{"name": "x", "mountPath": "/opt/airflow/logs"}]}}, False),
        ({"executor": "KubernetesExecutor", "workers": {"extraVolumeMounts": [{"name": "x", "mountPath": "/data"}]}}, True),
    ],
)
def test_logs_that_nothing_keeps_are_told_as_a_warning(values, is_told):
    assert lost_logs(values, {"log_store": "none"}) == []
    found = lost_logs(values, {})
    assert [(finding.path, finding.severity) for finding in found] == [("airflow_logs", "warning")] * is_told


def with_connection(name, **others):
    """:returns: values that send logs to a store through a connection."""
    options = {"remote_logging": "True", "remote_base_log_folder": "s3://logs", "remote_log_conn_id": name}
    return {"config": {"logging": options, **others.pop("config", {})}, **others}


@pytest.mark.parametrize(
    "values",
    [
        with_connection("my_logs"),
        with_connection("my_logs", env=[{"name": "AIRFLOW_CONN_MY_LOG", "value": "aws://"}]),
        with_connection("my_logs", extraEnv="- name: MY\n  valueFrom: {secretKeyRef: {name: airflow-conn-my-logs}}"),
        with_connection("my_logs", scheduler={"extraContainers": [{"env": [{"name": "AIRFLOW_CONN_MY_LOGS"}]}]}),
    ],
)
def test_a_log_connection_that_nothing_defines_is_doubtful(values):
    (finding,) = log_connection(values)
    assert (finding.path, finding.severity) == ("config.logging.remote_log_conn_id", WARNING)
    assert "AIRFLOW_CONN_MY_LOGS in secret" in finding.remedy


@pytest.mark.parametrize(
    "values",
    [
        {},
        with_connection(""),
        with_connection("{{ .Values.connection }}"),
        with_connection("$(MY_CONNECTION)"),
        with_connection("aws_default"),
        with_connection("my_logs", env=[{"name": "AIRFLOW_CONN_MY_LOGS", "value": "aws://"}]),
        with_connection("my_logs", secret=[{"envName": "AIRFLOW_CONN_MY_LOGS", "secretName": "logs"}]),
        with_connection("my_logs", scheduler={"env": [{"name": "AIRFLOW_CONN_MY_LOGS"}]}),
        with_connection("my_logs", extraEnv="- name: AIRFLOW_CONN_MY_LOGS\n  value: aws://"),
        with_connection("my_logs", extraEnvFrom="- secretRef: {name: connections}"),
        with_connection("my_logs", config={"secrets": {"backend": "a.B"}}),
        with_connection("my_logs", secret=[{"envName": "AIRFLOW__SECRETS__BACKEND", "secretName": "a"}]),
        {"config": {"logging": {"remote_logging": "False", "remote_log_conn_id": "my_logs"}}},
    ],
)
def test_a_log_connection_that_something_defines_or_may_define_is_left_alone(values):
    assert log_connection(values) == []
