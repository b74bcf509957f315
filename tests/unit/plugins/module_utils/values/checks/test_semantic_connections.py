# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_connections
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.semantic_connections import (
    Connections,
    count,
)

UNASKED = {"kubernetes": {"env": [{"name": "CONNECTION_CHECK_MAX_COUNT", "value": "0"}]}}


def kubernetes(**values):
    return {"executor": "KubernetesExecutor", **values}


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        # Scheduler, dag-processor, triggerer and one worker of the api-server, 15 connections each.
        (kubernetes(workers=UNASKED), Connections(60, 32, 0, 0)),
        (kubernetes(), Connections(60, 32, 32, 0)),
        (kubernetes(scheduler={"replicas": 2}, config={"core": {"parallelism": "64"}}), Connections(75, 128, 128, 0)),
        (
            kubernetes(workers=UNASKED, env=[{"name": "AIRFLOW__CORE__PARALLELISM", "value": "8"}]),
            Connections(60, 8, 0, 0),
        ),
        (
            kubernetes(workers=UNASKED, apiServer={"replicas": 3}, config={"api": {"workers": 4}}),
            Connections(225, 32, 0, 0),
        ),
        (
            kubernetes(workers=UNASKED, apiServer={"hpa": {"enabled": True, "maxReplicaCount": 6}}),
            Connections(135, 32, 0, 0),
        ),
        (kubernetes(workers=UNASKED, apiServer={"hpa": {"enabled": True}}), Connections(120, 32, 0, 0)),
        (kubernetes(workers=UNASKED, triggerer={"enabled": False}), Connections(45, 32, 0, 0)),
        (kubernetes(workers=UNASKED, triggerer={"keda": {"enabled": True}}), Connections(195, 32, 0, 0)),
        (kubernetes(workers=UNASKED, dagProcessor={"replicas": 2}), Connections(75, 32, 0, 0)),
        (
            kubernetes(
                workers=UNASKED, config={"database": {"sql_alchemy_pool_size": 2, "sql_alchemy_max_overflow": "3"}}
            ),
            Connections(20, 32, 0, 0),
        ),
        (kubernetes(workers=UNASKED, config={"database": {"sql_alchemy_pool_size": 0}}), Connections(None, 32, 0, 0)),
        (
            kubernetes(workers=UNASKED, config={"database": {"sql_alchemy_max_overflow": -1}}),
            Connections(None, 32, 0, 0),
        ),
        (
            kubernetes(workers=UNASKED, config={"database": {"sql_alchemy_pool_enabled": "False"}}),
            Connections(None, 32, 0, 0),
        ),
        ({"executor": "LocalExecutor"}, Connections(60, 32, 0, 0)),
        (
            kubernetes(workers=UNASKED, config={"database": {"sql_alchemy_max_overflow": 0}}),
            Connections(20, 32, 0, 0),
        ),
        (kubernetes(config={"core": {"parallelism": 0}}), Connections(60, 0, 0, 0)),
        ({"workers": {"celery": {"replicas": 3}}}, Connections(60, 32, 0, 48)),
        (
            {"workers": {"celery": {"replicas": 3}}, "config": {"celery": {"worker_concurrency": 4}}},
            Connections(60, 32, 0, 12),
        ),
        ({"workers": {"celery": {"hpa": {"enabled": True, "maxReplicaCount": 8}}}}, Connections(60, 32, 0, 128)),
        ({"workers": {"celery": {"keda": {"enabled": True}}}}, Connections(60, 32, 0, 160)),
        (
            {"workers": {"celery": {"enableDefault": False, "sets": [{"name": "a", "replicas": 2}, {"name": "b"}]}}},
            Connections(60, 32, 0, 48),
        ),
        (
            {"executor": "LocalExecutor", "scheduler": {"replicas": "odd"}, "config": {"core": 5}},
            Connections(60, 32, 0, 0),
        ),
    ],
)
def test_connections_are_counted(values, counted):
    assert count(values) == counted
    parts = (counted.pooled, counted.task_connections, counted.result_backend)
    assert counted.total == (None if counted.pooled is None else sum(parts))


@pytest.mark.parametrize(
    ("pgbouncer", "needed"),
    [
        ({"enabled": True}, None),
        ({"enabled": True, "maxClientConn": 91}, 100),
        ({"enabled": True, "maxClientConn": 92}, None),
        ({"enabled": True, "maxClientConn": 45, "replicas": 2}, 50),
        ({"enabled": True, "maxClientConn": 46, "replicas": 2}, None),
        ({"enabled": False, "maxClientConn": 1}, None),
        ({"enabled": True, "configSecretName": "own", "maxClientConn": 20}, 100),
    ],
)
def test_pgbouncer_lets_in_what_airflow_opens(pgbouncer, needed):
    found = semantic_connections.pgbouncer_clients(kubernetes(pgbouncer=pgbouncer), {})
    assert [finding.path for finding in found] == (["pgbouncer.maxClientConn"] if needed else [])
    if needed:
        assert f"maxClientConn to {needed}," in found[0].remedy and "config.core.parallelism" in found[0].remedy


def test_parallelism_counts_per_scheduler():
    values = kubernetes(scheduler={"replicas": 2}, pgbouncer={"enabled": True})
    (finding,) = semantic_connections.pgbouncer_clients(values, {})
    assert "75 connections" in finding.problem and "64 tasks (parallelism × schedulers) 64 more" in finding.problem
    # What a configuration of one's own lets in is not known here.
    values["pgbouncer"]["configSecretName"] = "own"
    assert semantic_connections.pgbouncer_clients(values, {}) == []
    values["config"] = {"database": {"sql_alchemy_pool_size": 0}}
    assert semantic_connections.pgbouncer_clients({**values, "pgbouncer": {"enabled": True}}, {}) == []


@pytest.mark.parametrize(
    ("values", "limit", "path"),
    [
        (kubernetes(), 95, None),
        (kubernetes(), 94, "pgbouncer.enabled"),
        (kubernetes(), None, None),
        (kubernetes(), "94", "pgbouncer.enabled"),
        (
            kubernetes(config={"database": {"sql_alchemy_pool_size": 0}}),
            10_000,
            "config.database.sql_alchemy_pool_size",
        ),
        (kubernetes(pgbouncer={"enabled": True}), 13, None),
        (kubernetes(pgbouncer={"enabled": True}), 12, "pgbouncer.metadataPoolSize"),
        (
            kubernetes(pgbouncer={"enabled": True, "replicas": 2, "metadataPoolSize": 50}),
            100,
            "pgbouncer.metadataPoolSize",
        ),
        (kubernetes(pgbouncer={"enabled": True, "configSecretName": "own"}), 5, None),
        ({"pgbouncer": {"enabled": True}}, 17, "pgbouncer.metadataPoolSize"),
        ({"pgbouncer": {"enabled": True}}, 18, None),
    ],
)
def test_postgresql_lets_in_what_reaches_it(values, limit, path):
    found = semantic_connections.database_connections(values, {"database_max_connections": limit})
    assert [finding.path for finding in found] == ([path] if path else [])


def test_the_remedy_names_what_would_do():
    (finding,) = semantic_connections.database_connections(kubernetes(), {"database_max_connections": 50})
    assert "max_connections to 95" in finding.remedy


@pytest.mark.parametrize(
    ("said", "needed"),
    [(None, None), (45, 50), (46, None), ("45", 50), (1, 50)],
)  # fmt: skip
def test_what_is_said_of_a_secret_holds_for_it(said, needed):
    # What the chart does not write says nothing.
    own = {"enabled": True, "replicas": 2, "configSecretName": "own", "maxClientConn": 500}
    found = semantic_connections.pgbouncer_clients(kubernetes(pgbouncer=own), {"pgbouncer": {"maxClientConn": said}})
    assert [finding.path for finding in found] == (["airflow_pgbouncer.max_client_connections"] if needed else [])
    assert not needed or f"Set max_client_conn in pgbouncer.ini and {found[0].path} to {needed}, " in found[0].remedy


@pytest.mark.parametrize(
    ("values", "remedy"),
    [(kubernetes(), "config.core.parallelism, which counts per scheduler"),
     (kubernetes(workers=UNASKED), "airflow_concurrency.sql_alchemy_pool_size and sql_alchemy_max_overflow, which count per process")])
def test_the_remedy_lowers_what_opens_connections(values, remedy):
    (finding,) = semantic_connections.pgbouncer_clients({**values, "pgbouncer": {"enabled": True, "maxClientConn": 20}}, {})
    assert finding.remedy.endswith(f"or lower {remedy}")


@given(
    st.integers(1, 6), st.integers(1, 8), st.integers(1, 30), st.integers(0, 30), st.integers(1, 4), st.integers(1, 600))
def test_what_is_told_would_do_and_less_would_not(schedulers, workers, size, overflow, replicas, clients):
    config = {"database": {"sql_alchemy_pool_size": size, "sql_alchemy_max_overflow": overflow}, "api": {"workers": workers}}
    values = kubernetes(
        workers=UNASKED, config=config, scheduler={"replicas": schedulers}, pgbouncer={"enabled": True, "replicas": replicas})
    found = semantic_connections.pgbouncer_clients(values, {"pgbouncer": {"maxClientConn": clients}})
    opened = (schedulers + workers + 2) * (size + overflow)
    assert bool(found) is (opened > replicas * clients)
    for finding in found:
        needed = int(finding.remedy.split(" to ")[1].split(",")[0])
        assert (needed - semantic_connections.STEP) * replicas < opened <= needed * replicas


def test_the_limits_of_an_own_configuration_can_be_given():
    values = kubernetes(pgbouncer={"enabled": True, "replicas": 2, "configSecretName": "own"})
    context = {"pgbouncer": {"maxClientConn": 40, "metadataPoolSize": 60}, "database_max_connections": 100}
    assert [finding.path for finding in semantic_connections.pgbouncer_clients(values, context)] == [
        "airflow_pgbouncer.max_client_connections"
    ]
    assert [finding.path for finding in semantic_connections.database_connections(values, context)] == [
        "pgbouncer.metadataPoolSize"
    ]
    values["executor"] = "CeleryExecutor"
    context = {"pgbouncer": {"metadataPoolSize": 40}, "database_max_connections": 83}
    assert semantic_connections.database_connections(values, context) == []
    context["pgbouncer"]["resultBackendPoolSize"] = 1
    assert len(semantic_connections.database_connections(values, context)) == 1
    values["executor"] = "KubernetesExecutor"
    assert semantic_connections.pgbouncer_clients(values, {"pgbouncer": {"maxClientConn": 50}}) == []
    assert semantic_connections.pgbouncer_clients(values, {"pgbouncer": "odd"}) == []
