# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw values that choose another way to log in than the specification. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import (
    added_variables,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import value_at
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.authentication import CUSTOM, MANAGERS

_OPTION = ("core", "auth_manager")


def other_auth_manager(values, context):
    """First user, migration and verify go by ``airflow_auth``, and fail with an auth manager that it does not name.

    :param context: ``auth_manager``: the class that the specification means; None where it is not known.
    :returns: list of findings.
    """
    wanted = context.get("auth_manager")
    if wanted is None:
        return []
    given = {f"config.{dotted(_OPTION)}": value_at(values, f"config.{dotted(_OPTION)}", wanted)}
    given |= {dotted(variable.name_path): variable.value for variable in added_variables(values) if variable.option == _OPTION}
    return [_told(path, manager) for path, manager in given.items() if manager != wanted]


def _told(path, manager):
    methods = [method for method, known in MANAGERS.items() if known == manager]
    how = f"airflow_auth.method to {' or '.join(methods)}" if methods else (
        f"airflow_auth.method to {CUSTOM} and airflow_auth.auth_manager to the class")
    return ValueFinding(path, "it is another auth manager than that of airflow_auth", f"Remove it, and set {how}")


def other_login_file(values, context):
    """The chart has one webserver_config.py, and with OpenID Connect the specification writes it.

    :param context: ``login_file``: what the specification writes; None where it writes none, so that anybody may.
    :returns: list of findings.
    """
    wanted = context.get("login_file")
    if wanted is None:
        return []
    places = {
        "apiServer.apiServerConfig": value_at(values, "apiServer.apiServerConfig") != wanted,
        "apiServer.apiServerConfigConfigMapName": bool(value_at(values, "apiServer.apiServerConfigConfigMapName")),
    }
    remedy = "Remove it, and set airflow_auth.openid_connect, or choose another airflow_auth.method and write all of the file"
    problem = "it takes the place of the file that airflow_auth.method openid_connect writes"
    return [ValueFinding(path, problem, remedy) for path, is_other in places.items() if is_other]
