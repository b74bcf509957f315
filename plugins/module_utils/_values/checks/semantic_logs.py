# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitfalls of remote logs. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    is_on,
    list_at,
    option,
    value_at,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

# As Airflow's getboolean reads them.
_TRUE = ("t", "true", "1")
_FOLDER = "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"


def _is_true(value):
    return str(value).strip().lower() in _TRUE


def _is_set_elsewhere(values):
    # What these bring cannot be seen in values.
    if value_at(values, "extraEnvFrom"):
        return True
    named = any(isinstance(entry, dict) and entry.get("envName") == _FOLDER for entry in list_at(values, "secret"))
    return named or _FOLDER in str(value_at(values, "extraEnv", ""))


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
    if folder and not _is_switched(values, switch):
        return [ValueFinding(
            "config.logging.remote_logging",
            "it is not true, so that config.logging.remote_base_log_folder is of no effect",
            "Set config.logging.remote_logging to the text 'True'",
        )]  # fmt: skip
    return []


def _is_switched(values, switch):
    # A template is decided when it is rendered.
    return _is_true(switch) or "{{" in str(switch) or "AIRFLOW__LOGGING__REMOTE_LOGGING" in str(values.get("extraEnv"))
