# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many connections Airflow may open to its database, against what PgBouncer and PostgreSQL accept. Pure: no I/O.

Per process SQLAlchemy opens at most ``sql_alchemy_pool_size`` (5) + ``sql_alchemy_max_overflow`` (10) connections
(https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html#database). Processes with such a pool:
each scheduler, each of the api-server's ``[api] workers`` (1), each dag-processor (its parsing processes talk to it,
not to the database) and each triggerer, of whose triggers the same holds. Sources, of Airflow 3.3.2: ``settings.py``;
``InProcessExecutionAPI`` in ``dag_processing/manager.py`` and ``jobs/triggerer_job_runner.py``. For asynchronous sessions each
process has a second pool of that size. It is not counted, because little uses it: API clients that wait for a DAG run, teams, and
stores of task state that are asynchronous.

``[core] parallelism`` (32) counts running tasks per scheduler. A task talks to the api-server only, but the image of a
task pod asks once for the database before it starts, unless ``CONNECTION_CHECK_MAX_COUNT`` is 0. A Celery worker writes
states from each of its ``worker_concurrency`` (16) processes to the result backend.
"""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import option
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    as_integer,
    celery_groups,
    has_celery,
    has_dag_processor,
    has_task_pods,
    integer_at,
    is_on,
    list_at,
    map_at,
    worker_value,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

POOL_SIZE, MAX_OVERFLOW = 5, 10
PARALLELISM = 32
API_SERVER_WORKERS = 1
WORKER_CONCURRENCY = 16
# The chart's own defaults.
MAX_CLIENT_CONNECTIONS, METADATA_POOL_SIZE, RESULT_BACKEND_POOL_SIZE = 100, 10, 5
# superuser_reserved_connections of PostgreSQL (https://www.postgresql.org/docs/current/runtime-config-connection.html).
RESERVED_CONNECTIONS = 3
# PgBouncer's limit is raised in round steps.
STEP = 50
# Where the inventory says what the pgbouncer.ini in its Secret has.
SIZE = "airflow_pgbouncer.max_client_connections"


@dataclasses.dataclass(frozen=True)
class Connections:
    """What Airflow's components may open at the same time.

    :param pooled: connections of the components' pools; None where a pool has no limit.
    :param tasks: tasks that may run at once: parallelism × schedulers.
    :param task_connections: connections that these tasks open.
    :param result_backend: connections of Celery workers to the result backend.
    """

    pooled: int | None
    tasks: int
    task_connections: int
    result_backend: int

    @property
    def total(self):
        """All connections; None where there is no limit."""
        return None if self.pooled is None else self.pooled + self.task_connections + self.result_backend


def _number(values, section, name, default):
    return as_integer(option(values, section, name), default)


def _replicas(values, component, scaler=None):
    if not is_on(values, f"{component}.enabled", True):
        return 0
    if scaler and is_on(values, f"{component}.{scaler}.enabled"):
        return max(0, integer_at(values, f"{component}.{scaler}.maxReplicaCount", {"hpa": 5, "keda": 10}[scaler]))
    return max(0, integer_at(values, f"{component}.replicas", 1))


def _processes(values):
    schedulers = _replicas(values, "scheduler")
    triggerers = _replicas(values, "triggerer", "keda")
    # Without a dag-processor, each scheduler parses DAGs.
    processors = max(0, integer_at(values, "dagProcessor.replicas", 1)) if has_dag_processor(values) else schedulers
    api = _replicas(values, "apiServer", "hpa") * _number(values, "api", "workers", API_SERVER_WORKERS)
    return schedulers + triggerers + processors + api


def _per_process(values):
    size = _number(values, "database", "sql_alchemy_pool_size", POOL_SIZE)
    overflow = _number(values, "database", "sql_alchemy_max_overflow", MAX_OVERFLOW)
    pooled = str(option(values, "database", "sql_alchemy_pool_enabled", "True")).strip().lower()
    # Without a pool, and with a pool of 0 or an overflow of -1, SQLAlchemy sets no limit.
    return None if pooled in ("false", "f", "0") or size <= 0 or overflow < 0 else size + overflow


def _asks_before_start(values):
    for entry in list_at(values, "workers.kubernetes.env") + list_at(values, "workers.env") + list_at(values, "env"):
        if isinstance(entry, dict) and entry.get("name") == "CONNECTION_CHECK_MAX_COUNT":
            return as_integer(entry.get("value")) != 0
    return True


def _connections_per_task(values):
    return 1 if has_task_pods(values) and _asks_before_start(values) else 0


def _celery_workers(values):
    total = 0
    for unused, group in celery_groups(values):
        scaler = next(
            (name for name in ("keda", "hpa") if worker_value(values, "celery", f"{name}.enabled", group=group)), None
        )
        path, default = (f"{scaler}.maxReplicaCount", {"hpa": 5, "keda": 10}[scaler]) if scaler else ("replicas", 1)
        total += max(0, as_integer(worker_value(values, "celery", path, group=group), default))
    return total


def count(values):
    """:returns: the `Connections` of a set of chart values, by the formula above."""
    per_process = _per_process(values)
    tasks = _replicas(values, "scheduler") * max(0, _number(values, "core", "parallelism", PARALLELISM))
    concurrency = max(0, _number(values, "celery", "worker_concurrency", WORKER_CONCURRENCY))
    return Connections(
        pooled=None if per_process is None else per_process * _processes(values),
        tasks=tasks,
        task_connections=tasks * _connections_per_task(values),
        result_backend=_celery_workers(values) * concurrency,
    )


def _told(connections):
    told = f"the components may open {connections.pooled} connections (pool_size + max_overflow of each process)"
    if connections.task_connections:
        told += f", {connections.tasks} tasks (parallelism × schedulers) {connections.task_connections} more"
    if connections.result_backend:
        told += f", Celery workers {connections.result_backend} to the result backend"
    return told


def _limit(values, context, key, default):
    """What pgbouncer.ini says; None where it is a Secret of which nothing is known."""
    for limits in (_said(context), map_at(values, "pgbouncer")):
        if as_integer(limits.get(key)) is not None:
            return as_integer(limits.get(key))
    return None if is_on(values, "pgbouncer.configSecretName") else default


def _said(context):
    """What is said of a pgbouncer.ini that is in a Secret."""
    return context.get("pgbouncer") if isinstance(context.get("pgbouncer"), dict) else {}


def pgbouncer_clients(values, context):
    """PgBouncer refuses connections beyond ``maxClientConn``, which counts per replica.

    Sources: the formula above; the chart's values.yaml; https://www.pgbouncer.org/config.html#max_client_conn.

    :param context: ``pgbouncer``: {maxClientConn} of the Secret that ``pgbouncer.configSecretName`` names; None where it is not said.
    :returns: list of findings.
    """
    connections = count(values)
    limit = _limit(values, context, "maxClientConn", MAX_CLIENT_CONNECTIONS)
    if not is_on(values, "pgbouncer.enabled") or limit is None or connections.total is None:
        return []
    replicas = max(1, integer_at(values, "pgbouncer.replicas", 1))
    if connections.total <= replicas * limit:
        return []
    needed = -(-connections.total // (replicas * STEP)) * STEP
    path = raised = "pgbouncer.maxClientConn"
    if as_integer(_said(context).get("maxClientConn")) is not None:
        path, raised = SIZE, f"max_client_conn in pgbouncer.ini and {SIZE}"
    opened_by = "config.core.parallelism, which counts per scheduler" if connections.task_connections else (
        "airflow_concurrency.sql_alchemy_pool_size and sql_alchemy_max_overflow, which count per process")
    return [ValueFinding(
        path,
        f"{_told(connections)}; {replicas} PgBouncer pods with {limit} clients each accept {replicas * limit}",
        f"Set {raised} to {needed}, or lower {opened_by}",
    )]  # fmt: skip


def database_connections(values, context):
    """PostgreSQL refuses connections beyond ``max_connections``, three of which it keeps for superusers.

    Through PgBouncer it sees the pools of each replica, else what Airflow opens.

    :param context: ``database_max_connections``: PostgreSQL's ``max_connections``; None where it is not known.
        ``pgbouncer``: {metadataPoolSize, resultBackendPoolSize}, as above.
    :returns: list of findings.
    """
    limit = as_integer(context.get("database_max_connections"))
    if limit is None:
        return []
    room = limit - RESERVED_CONNECTIONS
    pooled = is_on(values, "pgbouncer.enabled")
    return _pools_against(values, context, room) if pooled else _clients_against(values, room)


def _pools_against(values, context, room):
    pools = _limit(values, context, "metadataPoolSize", METADATA_POOL_SIZE)
    if pools is None:
        return []
    if has_celery(values):
        pools += _limit(values, context, "resultBackendPoolSize", RESULT_BACKEND_POOL_SIZE) or 0
    replicas = max(1, integer_at(values, "pgbouncer.replicas", 1))
    if replicas * pools <= room:
        return []
    return [ValueFinding(
        "pgbouncer.metadataPoolSize",
        f"{replicas} PgBouncer pods with pools of {pools} open {replicas * pools} connections, and PostgreSQL accepts "
        f"{room}",
        "Lower pgbouncer.metadataPoolSize, pgbouncer.resultBackendPoolSize or pgbouncer.replicas, or raise "
        "PostgreSQL's max_connections",
    )]  # fmt: skip


def _clients_against(values, room):
    connections = count(values)
    if connections.total is None:
        return [ValueFinding(
            "config.database.sql_alchemy_pool_size",
            f"the pools of Airflow's processes have no limit, and PostgreSQL accepts {room} connections",
            "Set config.database.sql_alchemy_pool_size above 0 and sql_alchemy_max_overflow to 0 or more, or set "
            "pgbouncer.enabled to true",
        )]  # fmt: skip
    if connections.total <= room:
        return []
    return [ValueFinding(
        "pgbouncer.enabled",
        f"{_told(connections)}, and PostgreSQL accepts {room}",
        f"Set pgbouncer.enabled to true, or PostgreSQL's max_connections to {connections.total + RESERVED_CONNECTIONS} "
        "or more",
    )]  # fmt: skip
