# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run would contact outside of the cluster, repositories aside. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.endpoints import HTTPS_PORT, endpoints
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.catalogue import found, unused
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import (
    NOT_CHECKED,
    NOTHING,
    REAL,
    SIMULATED,
    Row,
    listed,
)

VARIABLE = "airflow_rehearsal_addresses"
# How the names of the variables end whose Secrets lead to a database.
_DATABASES = ("database_secret_name", "database_migration_secret_name")
# Their addresses belong to the rule of repositories.
_REPOSITORIES = ("airflow_dag_bundles", "airflow_dag_delivery")


def contacted(environment):
    """:param environment: a `_preflight` `Environment`.
    :returns: list of endpoints, as `endpoints.endpoints` has them, but for those of repositories.
    """
    return [endpoint for endpoint in endpoints(environment) if not endpoint["name"].startswith(_REPOSITORIES)]


def addresses(asked, has_own_database, declared):
    """Look for the declaration of every host; what a Secret leads to is declared with the Secret.

    :param asked: what `contacted` returns.
    :param has_own_database: whether PostgreSQL runs in the namespace.
    :param declared: list of {host, port}; without a port it is that of https.
    :returns: (list of `Row`, list of `PreflightFinding`).
    """
    known = [named(entry["host"], entry.get("port") or HTTPS_PORT) for entry in declared]
    users, rows, findings = {}, [], []
    for endpoint in asked:
        if "host" in endpoint:
            users.setdefault(named(endpoint["host"], endpoint["port"]), set()).add(endpoint["name"])
        else:
            rows.append(_in_secret(endpoint, has_own_database))
    for name, labels in sorted(users.items()):
        rows.append(Row(f"address {name}", listed(labels), NOTHING, NOT_CHECKED))
        if name not in known:
            problem = f"{listed(labels)} {'leads' if len(labels) == 1 else 'lead'} to it, and it is not declared."
            findings.append(found("WR401", f"address {name}", problem, name, known))
    return rows, findings + unused(VARIABLE, sorted(set(known) - set(users)))


def named(host, port):
    """:returns: host and port in one word."""
    return f"{host}:{port}"


def _in_secret(endpoint, has_own_database):
    what = f"address in Secret {endpoint['secret']['name']}: {endpoint['secret']['key']}"
    if not endpoint["name"].endswith(_DATABASES):
        return Row(what, endpoint["name"], NOTHING, NOT_CHECKED)
    if has_own_database:
        return Row(what, endpoint["name"], "PostgreSQL of the role airflow_database", REAL)
    return Row(what, endpoint["name"], "PostgreSQL of the local cluster", SIMULATED)
