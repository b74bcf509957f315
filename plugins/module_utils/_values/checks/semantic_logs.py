# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitfalls of the logs of tasks. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import (
    added_variables,
    option,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    has_celery,
    has_task_pods,
    is_on,
    value_at,
    walk,
    worker_value,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING, ValueFinding

# As Airflow's getboolean reads them.
_TRUE = ("t", "true", "1")
# Where the image of Airflow keeps logs: airflow/Dockerfile, AIRFLOW_HOME, and config.logging.base_log_folder of the chart.
_LOGS = "/opt/airflow/logs"
# With these the log stores fall back on the identity of the pod: S3RemoteLogIO and GCSRemoteLogIO of both providers.
_NEED_NO_DEFINITION = ("aws_default", "google_cloud_default")


def _is_true(value):
    return str(value).strip().lower() in _TRUE


def _is_set_elsewhere(values):
    # What this brings cannot be seen in values.
    return bool(value_at(values, "extraEnvFrom"))


def remote_logging(values):
    """``remote_logging`` and ``remote_base_log_folder`` are of use together only.

    Elasticsearch and OpenSearch need no folder. Source:
    https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html#remote-logging.

    :returns: list of findings.
    """
    switch, folder = option(values, "logging", "remote_logging"), option(values, "logging", "remote_base_log_folder")
    stores = is_on(values, "elasticsearch.enabled") or is_on(values, "opensearch.enabled")
    if _is_true(switch) and not folder and not stores and not _is_set_elsewhere(values):
        return [ValueFinding(
            "config.logging.remote_base_log_folder",
            "it is not set, and config.logging.remote_logging is true",
            "Set config.logging.remote_base_log_folder to the folder of the log store, such as s3://bucket/folder",
        )]  # fmt: skip
    if folder and not _is_switched(switch):
        return [ValueFinding(
            "config.logging.remote_logging",
            "it is not true, so that config.logging.remote_base_log_folder is of no effect",
            "Set config.logging.remote_logging to the text 'True'",
        )]  # fmt: skip
    return []


def _is_switched(switch):
    # A template is decided when it is rendered, a variable that is kept elsewhere when the pod starts.
    return _is_true(switch) or any(mark in str(switch) for mark in ("{{", "$("))


def lost_logs(values, context):
    """Say that logs of tasks go with their pods where neither a store nor a volume keeps them, and nobody asked for that.

    :returns: list of findings, which are warnings.
    """
    if context.get("log_store") == "none":
        return []
    stores = is_on(values, "elasticsearch.enabled") or is_on(values, "opensearch.enabled")
    switch = option(values, "logging", "remote_logging")
    if stores or _is_switched(switch) or is_on(values, "logs.persistence.enabled"):
        return []
    # What comes from elsewhere cannot be seen in values, and a volume of one's own may hold the logs.
    if _is_set_elsewhere(values) or any(path[-1:] == ("mountPath",) and value == _LOGS for path, value in walk(values)):
        return []
    is_kept_by_workers = has_celery(values) and bool(worker_value(values, "celery", "persistence.enabled", True))
    if is_kept_by_workers and not has_task_pods(values):
        return []
    return [ValueFinding(
        "airflow_logs",
        "nothing keeps the logs of tasks: they are gone with the pod that ran the task, and the page of the task says so",
        "Choose airflow_logs.store, or set airflow_logs_claim_enabled to true; where it is meant so, choose the store none",
        WARNING,
    )]  # fmt: skip


def log_connection(values):
    """Say that nothing in the values defines the connection that ``remote_log_conn_id`` names.

    It may be in Airflow's database, but not where the release is new; in a secrets backend it cannot be seen. Source:
    https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html.

    :returns: list of findings, which are warnings.
    """
    name = option(values, "logging", "remote_log_conn_id")
    if not _is_true(option(values, "logging", "remote_logging")) or not isinstance(name, str) or "{{" in name or "$" in name:
        return []
    if name in ("", *_NEED_NO_DEFINITION):
        return []
    wanted = f"AIRFLOW_CONN_{name.upper()}"
    variables = added_variables(values)
    if value_at(values, "extraEnvFrom") or any(variable.name == wanted for variable in variables):
        return []
    if option(values, "secrets", "backend") or any(variable.option == ("secrets", "backend") for variable in variables):
        return []
    return [ValueFinding(
        "config.logging.remote_log_conn_id",
        "nothing here defines the connection that it names, and a new database holds none",
        f"Define {wanted} in secret, from a Secret with the connection, or set airflow_logs.connection_secret",
        WARNING,
    )]  # fmt: skip
