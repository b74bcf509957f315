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
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named as named_variable
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import logs

VARIABLE = "airflow_rehearsal_addresses"
# How the names of the variables end whose Secrets lead to a database.
_DATABASES = ("database_secret_name", "database_migration_secret_name")
# Their addresses belong to the rule of repositories.
_REPOSITORIES = ("airflow_dag_bundles", "airflow_dag_delivery")
# What kinds of hosts one server stands in for (images/addresses/serve.py), and a log store that another volume stands in for.
S3, OPENID_CONNECT, OTHER, VOLUME = ("s3", "openid_connect", "other", "volume")
_STAND_INS = {
    S3: "a bucket of the local gateway for S3",
    OPENID_CONNECT: "a provider with whom nobody can log in",
    OTHER: "a server that answers, and has nothing",
    VOLUME: "a volume that all nodes share",
}  # fmt: skip


def contacted(environment):
    """:param environment: a `_preflight` `Environment`.
    :returns: list of endpoints, as `endpoints.endpoints` has them, but for those of repositories; with the ``kind`` of what stands in.
    """
    store = logs.store(environment.specification)
    return [
        {**endpoint, "kind": _kind(endpoint["name"], store)}
        for endpoint in endpoints(environment) if not endpoint["name"].startswith(_REPOSITORIES)
    ]  # fmt: skip


def _kind(name, store):
    if name.startswith(named_variable("auth")):
        return OPENID_CONNECT
    if name.startswith(named_variable("logs")):
        return S3 if store == logs.S3 else VOLUME
    return OTHER


def addresses(asked, has_own_database, declared):
    """Look for the declaration of every host; what a Secret leads to is declared with the Secret.

    :param asked: what `contacted` returns.
    :param has_own_database: whether PostgreSQL runs in the namespace.
    :param declared: list of {host, port}; without a port it is that of https.
    :returns: (list of `Row`, list of `PreflightFinding`).
    """
    known = [named(entry["host"], entry.get("port") or HTTPS_PORT) for entry in declared]
    users, rows, findings, kinds = {}, [], [], {}
    for endpoint in asked:
        if "host" in endpoint:
            name = named(endpoint["host"], endpoint["port"])
            users.setdefault(name, set()).add(endpoint["name"])
            kinds.setdefault(name, endpoint["kind"])
        else:
            rows.append(_in_secret(endpoint, has_own_database))
    for name, labels in sorted(users.items()):
        told = (_STAND_INS[kinds[name]], SIMULATED) if name in known else (NOTHING, NOT_CHECKED)
        rows.append(Row(f"address {name}", listed(labels), *told))
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
