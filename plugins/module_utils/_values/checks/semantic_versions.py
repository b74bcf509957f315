# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitfalls of the version of Airflow, and of what one version takes and another one does not. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import option
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import text_at
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

VERSION = "airflowVersion"


def other_airflow(values):
    """Raw values can ask for an Airflow that this collection does not install.

    :returns: list of findings.
    """
    refused = airflow_versions.refusal(text_at(values, VERSION))
    return [ValueFinding(VERSION, *refused)] if refused else []


def wildcard_origin(values):
    """From 3.3 on the api-server does not start where any origin may read its answers.

    Source: ``init_config`` of airflow/api_fastapi/core_api/app.py in Airflow 3.3.2.

    :returns: list of findings.
    """
    release = airflow_versions.release(text_at(values, VERSION))
    origins = str(option(values, "api", "access_control_allow_origins")).split(",")
    if (release and release < (3, 3)) or "*" not in map(str.strip, origins):
        return []
    return [ValueFinding(
        "config.api.access_control_allow_origins",
        "it holds *, with which the api-server does not start from Airflow 3.3 on, and which no browser takes anyway",
        "Set config.api.access_control_allow_origins to the origins that are meant, such as https://portal.example.com",
    )]  # fmt: skip
