# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the Secrets that a rehearsal makes up. Pure: no I/O.

Nothing of it is a secret of anybody: all passwords are derived from a random text that belongs to the cluster of the rehearsal and goes
with it. The same text gives the same Secrets, so that a second rehearsal changes none.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.needs import PULL_KEY, TLS_KEYS

# Where the stand-ins of the database and of the authority are, in every pod of the rehearsal (images/rehearsal/Dockerfile).
AUTHORITY = "/etc/windrose/authority.crt"
DATABASE_HOST, DATABASE_PORT, DATABASE = "postgresql.rehearsal.internal", 5432, "airflow"
USER = "airflow"
_PGBOUNCER_PORT = 6543
# Where the inventory does not say how many clients its PgBouncer takes.
_CLIENTS = 500
_URL_KEY = "connection"
# The roles and the chart generate these, whether the inventory has a source for them or not.
_GENERATED = ("fernet-key", "api-secret-key", "jwt-secret", "first-user")
# https://www.pgbouncer.org/config.html, with what the official chart 1.22.0 writes but for the mode: Airflow's driver prepares statements, and
# between transactions PgBouncer carries them over since 1.21 alone, with max_prepared_statements. Debian's is older.
_PGBOUNCER = """\
[databases]
{alias} = host={host} port={port} dbname={database} pool_size={pool_size}

[pgbouncer]
listen_addr = *
listen_port = {listen_port}
pool_mode = session
auth_type = scram-sha-256
auth_file = /etc/pgbouncer/users.txt
stats_users = {user}
ignore_startup_parameters = extra_float_digits
max_client_conn = {clients}
server_tls_sslmode = verify-full
server_tls_ca_file = {authority}
"""


def password(seed, what):
    """:param seed: the random text of the cluster.
    :param what: what it is for.
    :returns: a password of 32 letters and digits.
    """
    return hmac.new(seed.encode(), what.encode(), hashlib.sha256).hexdigest()[:32]


def secret_contents(environment, keys, seed, certificate):
    """Make up the Secrets that pods read and that neither a run nor the chart makes.

    :param environment: an `Environment`.
    :param keys: {name of a Secret: set of the names of its keys}.
    :param seed: the random text of the cluster.
    :param certificate: {tls.crt, tls.key} of the rehearsal's own authority.
    :returns: list of Secrets, as Kubernetes writes them.
    """
    known = _known(environment, seed)
    git = password(seed, "git")
    found = []
    for name, names in sorted(keys.items()):
        if name in {f"{environment.release}-{suffix}" for suffix in _GENERATED}:
            continue
        data = {}
        for key in sorted(names):
            if key in TLS_KEYS:
                data[key] = certificate[key]
            elif key == PULL_KEY:
                data[key] = json.dumps({"auths": {}})
            elif (name, key) in _git_connections(environment):
                data[key] = json.dumps({"conn_type": "git", "login": USER, "password": git})
            elif (name, key) == _log_connection(environment):
                data[key] = json.dumps({
                    "conn_type": "aws", "login": password(seed, "S3 access key"), "password": password(seed, "S3 secret key")})
            elif key.startswith(("GIT_SYNC_", "GITSYNC_")):
                data[key] = git if key.endswith("PASSWORD") else USER
            else:
                data[key] = known.get((name, key)) or password(seed, f"{name}/{key}")
        found.append({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": environment.namespace},
            "type": _type_of(names), "stringData": data,
        })  # fmt: skip
    return found


def _type_of(names):
    if PULL_KEY in names:
        return "kubernetes.io/dockerconfigjson"
    return "kubernetes.io/tls" if set(TLS_KEYS) <= set(names) else "Opaque"


def _git_connections(environment):
    asked = [bundle["connection_secret"] or {} for bundle in environment.specification["dag_bundles"]]
    return {(secret.get("name"), secret.get("key")) for secret in asked}


def _log_connection(environment):
    """:returns: (Secret, key) of the connection to the log store; of the stores that have one, S3 alone has a stand-in."""
    secret = environment.specification["logs"]["connection_secret"] or {}
    return secret.get("name"), secret.get("key")


def _known(environment, seed):
    """:returns: {(Secret, key): content} of what leads to the database."""
    specification, release = environment.specification, environment.release
    pgbouncer, secret = specification["pgbouncer"], password(seed, "database")
    direct = (
        f"postgresql://{USER}:{secret}@{DATABASE_HOST}:{DATABASE_PORT}/{DATABASE}?sslmode=verify-full&sslrootcert={AUTHORITY}")
    alias = f"{release}-metadata"
    pooled = f"postgresql://{USER}:{secret}@{release}-pgbouncer.{environment.namespace}:{_PGBOUNCER_PORT}/{alias}"
    metadata = environment.text("airflow_database_secret_name", f"{release}-metadata")
    migration = environment.text("airflow_database_migration_secret_name", metadata)
    results = specification["result_backend_secret_name"]
    found = {
        (results, _URL_KEY): f"db+{pooled if pgbouncer['enabled'] else direct}",
        (migration, _URL_KEY): direct,
        (metadata, _URL_KEY): pooled if pgbouncer["enabled"] else direct,
    }
    if pgbouncer["enabled"]:
        config = pgbouncer["config_secret"] or f"{release}-pgbouncer-config"
        stats = pgbouncer["stats_secret"] or f"{release}-pgbouncer-stats"
        found[config, "pgbouncer.ini"] = _PGBOUNCER.format(
            alias=alias, host=DATABASE_HOST, port=DATABASE_PORT, database=DATABASE, pool_size=100, listen_port=_PGBOUNCER_PORT, user=USER,
            clients=pgbouncer["max_client_connections"] or _CLIENTS, authority=AUTHORITY)
        found[config, "users.txt"] = f'"{USER}" "{secret}"\n'
        statistics = f"postgresql://{USER}:{secret}@127.0.0.1:{_PGBOUNCER_PORT}/pgbouncer?sslmode=disable"
        found[stats, pgbouncer["stats_secret_key"] or _URL_KEY] = statistics
    return found
