# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Airflow connections that this collection defines, as environment variables. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import (
    dag_delivery,
    logs,
)

VARIABLES = {}


def _connections(specification):
    return [*dag_delivery.connections(specification), *logs.connections(specification)]


def environment_name(connection_id):
    """:returns: the environment variable that Airflow reads a connection from."""
    return f"AIRFLOW_CONN_{connection_id.upper()}"


def settings(specification):
    """:returns: the list of Setting of this topic."""
    return connections_reach_every_component(specification)


def connections_reach_every_component(specification):
    """Define connections globally: the DAG processor, the workers, the triggerer and the API server all need them.

    A connection that is missing in one of them fails every task, and one that was made in the user interface is not
    found where logs are written.
    """
    found = []
    for connection in _connections(specification):
        name = environment_name(connection.id)
        if connection.secret:
            entry = {"envName": name, "secretName": connection.secret["name"], "secretKey": connection.secret["key"]}
            found.append(Setting(("secret",), [entry], connection.variable, connection.why))
        else:
            entry = {"name": name, "value": connection.definition}
            found.append(Setting(("env",), [entry], connection.variable, connection.why))
    return found


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    found, known = [], {}
    for connection in _connections(specification):
        name = environment_name(connection.id)
        source = (connection.secret, connection.definition)
        if known.setdefault(name, source) != source:
            problem = f"{name} would have two definitions"
            found.append(ValueFinding(connection.variable, problem, "Give one of the connections another id"))
    return found
