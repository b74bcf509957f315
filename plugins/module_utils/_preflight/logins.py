# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether somebody can log in to Airflow. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import authentication

CREDENTIALS = "airflow_verify_credentials"


def logins(environment, _facts):
    """:returns: list of `PreflightFinding` about who logs in to Airflow."""
    return verify_can_log_in(environment) + simple_stays_local(environment)


def verify_can_log_in(environment):
    """The step verify starts its DAG run as somebody, and comes last: too late to find out that there is nobody."""
    specification = environment.specification
    has_user = authentication.has_first_user(specification) or authentication.lets_everyone_in(specification)
    if environment.mapping(CREDENTIALS).get("secret") or has_user:
        return []
    method = specification["auth"]["method"]
    problem = f"With airflow_auth.method {method} and no first user, nobody can log in for the DAG run of the step verify."
    return [found("WA121", CREDENTIALS, problem)]


def simple_stays_local(environment):
    """SimpleAuthManager is for trying out, as Airflow's own documentation says.

    Source: https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/auth-manager/simple/
    """
    if environment.specification["auth"]["method"] != authentication.SIMPLE or environment.is_local:
        return []
    problem = "airflow_auth.method is simple, and the cluster is not the local one."
    return [found("WA122", named("auth", "method"), problem)]
