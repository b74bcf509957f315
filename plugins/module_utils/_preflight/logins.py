# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether somebody can log in to Airflow. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import authentication

CREDENTIALS = "airflow_verify_credentials"


def logins(environment, _facts):
    """:returns: list of `PreflightFinding` about who logs in to Airflow."""
    return verify_can_log_in(environment)


def verify_can_log_in(environment):
    """The step verify starts its DAG run as somebody: after the release it is too late to find out that there is nobody."""
    if environment.mapping(CREDENTIALS).get("secret") or authentication.has_first_user(environment.specification):
        return []
    method = environment.specification["auth"]["method"]
    problem = f"With airflow_auth.method {method} and without a first user, nobody can log in for the DAG run of the step verify."
    return [found("WA121", CREDENTIALS, problem)]
