# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata database, PgBouncer, Celery's broker and results, Flower, and Airflow's own keys. Pure: no I/O.

All of them are Secrets here, which a values file names or does not know of. A Secret that is still to be made has the name that the
collection would give it, and is among what is left to do.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.former_charts import executors

_RELEASE = "airflow"
# The chart's key, the source of the role airflow_secrets, and the key in the Secret.
_KEYS = {
    "fernetKeySecretName": ("fernet_key", "fernet-key"),
    "apiSecretKeySecretName": ("api_secret_key", "api-secret-key"),
    "jwtSecretName": ("jwt_secret", "jwt-secret"),
}


def placed(work):
    """Make variables of connections and keys."""
    celery, _task_pods = executors(work)
    for key, (source, name) in _KEYS.items():
        secret = work.value(key)
        if isinstance(secret, str) and secret:
            work.set(f"secrets_sources.{source}", {"kubernetes_secret": {"name": secret, "key": name}})
            work.told(key, f"airflow_secrets_sources.{source}", "The role airflow_secrets copies it from there.")
    _database(work)
    _pgbouncer(work)
    _broker(work, celery)
    _flower(work, celery)


def fernet_key_is_kept(work):
    """Ask for the Fernet key that the file held itself: without it, nothing in the database can be decrypted."""
    held = [row for row in work.rows if row.origin.rpartition(".")[2] == "fernetKey" and row.outcome == "dropped"]
    if held and work.get("secrets_sources.fernet_key") is None:
        work.set("secrets_sources.fernet_key", {"kubernetes_secret": {"name": "changeme-fernet-key", "key": "fernet-key"}})
        work.task("Put the Fernet key of the file into a Secret, key fernet-key, and name that in airflow_secrets_sources.fernet_key.")


def _database(work):
    metadata = work.value("data.metadataSecretName")
    connection = work.value("data.metadataConnection")
    is_bundled = work.value("postgresql.enabled", True)
    host = connection.get("host") if isinstance(connection, dict) else None
    is_external = bool(metadata or host) or is_bundled is False or work.get("database_mode") == "external"
    if isinstance(metadata, str) and metadata:
        work.turn("data.metadataSecretName", "database_secret_name")
    elif is_external and work.get("database_secret_name") is None:
        work.task(_url(_RELEASE + "-metadata", connection if isinstance(connection, dict) else {}))
    work.set("database_mode", "external" if is_external else "in_cluster")
    if not is_external and not work.has("postgresql.enabled"):
        work.assume("postgresql.enabled", "database_mode")
    if work.has("data.metadataSecretName"):
        work.drop("data.metadataSecretName", "It is empty, which is as if it were not there.")
    if work.has("data.metadataConnection"):
        work.told("data.metadataConnection", "airflow_database_secret_name", "The Secret holds the URL, as the key connection.")
    if work.has("postgresql.enabled"):
        work.told("postgresql.enabled", "airflow_database_mode")
    if work.has("postgresql"):
        note = "The chart's PostgreSQL is not used." if is_external else "The role airflow_database runs PostgreSQL: airflow_database_*."
        work.drop("postgresql", note)
    if not is_external:
        work.task(
            "Take a dump of the database that the chart runs, and restore it into the one of the role airflow_database, which begins empty; "
            "or choose airflow_database_mode external.")


def _url(secret, connection):
    protocol = str(connection.get("protocol") or "postgresql")
    parts = [str(connection.get(key) or default) for key, default in (("user", "<user>"), ("host", "<host>"), ("port", "5432"), ("db", "<db>"))]
    user, host, port, name = (part if "{{" not in part else "…" for part in parts)
    mode = f"?sslmode={connection['sslmode']}" if connection.get("sslmode") and "{{" not in str(connection["sslmode"]) else ""
    told = f"Make the Secret {secret} with the key connection: {protocol}://{user}:<password>@{host}:{port}/{name}{mode}."
    return told if protocol.startswith("postgres") else f"{told} The collection is tried with PostgreSQL alone."


def _pgbouncer(work):
    if work.value("pgbouncer.enabled") is True and work.get("database_mode") == "in_cluster":
        work.drop("pgbouncer", "The PostgreSQL of the role airflow_database is reached directly; airflow_pgbouncer is for an external one.")
    if work.value("pgbouncer.enabled") is not True:
        if work.has("pgbouncer"):
            work.drop("pgbouncer", "It is off.")
        return
    work.turn("pgbouncer.enabled", "pgbouncer.enabled")
    work.turn("pgbouncer.replicas", "pgbouncer.replicas")
    for key, option in (
        ("pgbouncer.configSecretName", "config_secret"), ("pgbouncer.metricsExporterSidecar.statsSecretName", "stats_secret"),
        ("pgbouncer.metricsExporterSidecar.statsSecretKey", "stats_secret_key"),
    ):  # fmt: skip
        work.turn(key, f"pgbouncer.{option}")
    database = work.get("database_secret_name") or f"{_RELEASE}-metadata"
    work.set("database_migration_secret_name", f"{database}-direct")
    work.task(
        f"Make the Secret {database}-direct with the key connection, the URL of the database itself, for the migration; the one in "
        f"{database} leads to PgBouncer: postgresql://<user>:<password>@{_RELEASE}-pgbouncer:6543/{_RELEASE}-metadata.")
    if work.get("pgbouncer.config_secret") is None:
        work.task(f"Make the Secret {_RELEASE}-pgbouncer-config with the keys pgbouncer.ini and users.txt.")
    if work.get("pgbouncer.stats_secret") is None:
        work.task(f"Make the Secret {_RELEASE}-pgbouncer-stats with the key connection, the URL of PgBouncer's statistics.")
    for key in ("auth_type", "metadataPoolSize", "resultBackendPoolSize", "maxClientConn", "sslmode", "ciphers", "verbose",
                "logDisconnections", "logConnections", "extraIni", "extraIniMetadata", "extraIniResultBackend", "ssl"):
        if work.has(f"pgbouncer.{key}"):
            work.drop(f"pgbouncer.{key}", "It belongs into pgbouncer.ini, in the Secret of airflow_pgbouncer.config_secret.")


def _broker(work, celery):
    if not celery:
        for path in ("redis", "data.brokerUrl", "data.brokerUrlSecretName", "data.resultBackendConnection", "data.resultBackendSecretName"):
            if work.has(path):
                work.drop(path, "The executor has no Celery workers.")
        work.variables.pop("broker_secret_name", None)
        work.variables.pop("result_backend_secret_name", None)
        return
    work.turn("data.brokerUrlSecretName", "broker_secret_name")
    work.turn("data.resultBackendSecretName", "result_backend_secret_name")
    if work.has("data.resultBackendConnection") and work.value("data.resultBackendConnection"):
        name = f"{_RELEASE}-result-backend"
        work.set("result_backend_secret_name", name)
        work.task(f"Make the Secret {name} with the key connection: db+postgresql://<user>:<password>@<host>:5432/<database>.")
        work.told("data.resultBackendConnection", "airflow_result_backend_secret_name", "The Secret holds the URL, as the key connection.")
    secret = work.get("broker_secret_name") or f"{_RELEASE}-broker-url"
    if work.has("data.brokerUrl"):
        work.told("data.brokerUrl", "airflow_broker_secret_name", "The Secret holds the URL, as the key connection.")
    if work.value("redis.enabled", True) is False:
        work.told("redis.enabled", "airflow_redis.enabled")
        if work.has("redis"):
            work.drop("redis", "It is off.")
        if work.get("broker_secret_name") is None:
            work.task(f"Make the Secret {secret} with the key connection, the URL of the broker.")
        return
    work.set("redis.enabled", True)
    if work.has("redis.enabled"):
        work.told("redis.enabled", "airflow_redis.enabled")
    else:
        work.assume("redis.enabled", "redis.enabled")
    if not work.turn("redis.passwordSecretName", "redis.password_secret") or work.get("redis.password_secret") is None:
        work.set("redis.password_secret", f"{_RELEASE}-redis-password")
    password = work.get("redis.password_secret")
    work.task(
        f"Make the Secrets {password} with the key password, and {secret} with the key connection, "
        f"redis://:<password>@{_RELEASE}-redis:6379/0.")


def _flower(work, celery):
    if work.value("flower.enabled") is not True:
        if work.has("flower"):
            work.drop("flower", "It is off.")
        return
    if not celery:
        work.drop("flower", "The executor has no Celery workers.")
        return
    work.turn("flower.enabled", "flower.enabled")
    if not work.turn("flower.secretName", "flower.credentials_secret") or work.get("flower.credentials_secret") is None:
        work.set("flower.credentials_secret", f"{_RELEASE}-flower")
        work.task(f"Make the Secret {_RELEASE}-flower with the key basicAuth: user and password with a colon between them.")
    if work.has("flower.username"):
        work.drop("flower.username", "It is in the Secret of airflow_flower.credentials_secret.")
