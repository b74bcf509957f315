# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_database

NAMED = {"metadataSecretName": "metadata"}
STATS = {"metricsExporterSidecar": {"statsSecretName": "stats"}}
OWN_RESULTS = {"resultBackendConnection": {"host": "db"}}
RENAMED = {"useStandardNaming": True, "fullnameOverride": "airflow"}
POOLED = {"pgbouncer": {"enabled": True}}

CHECKED = [
    (semantic_database.bundled_postgresql, {}, ["postgresql.enabled"]),
    (semantic_database.bundled_postgresql, {"postgresql": {"enabled": True}}, ["postgresql.enabled"]),
    (semantic_database.bundled_postgresql, {"postgresql": {"enabled": False}}, []),
    (
        semantic_database.pgbouncer_secrets,
        {"data": NAMED, **POOLED},
        ["pgbouncer.configSecretName", "pgbouncer.metricsExporterSidecar.statsSecretName"],
    ),
    (
        semantic_database.pgbouncer_secrets,
        {"data": NAMED, "pgbouncer": {"enabled": True, **STATS}},
        ["pgbouncer.configSecretName"],
    ),
    (
        semantic_database.pgbouncer_secrets,
        {"data": NAMED, "pgbouncer": {"enabled": True, "configSecretName": "ini"}},
        ["pgbouncer.metricsExporterSidecar.statsSecretName"],
    ),
    (
        semantic_database.pgbouncer_secrets,
        {"data": NAMED, "pgbouncer": {"enabled": True, "configSecretName": "ini", **STATS}},
        [],
    ),
    (
        semantic_database.pgbouncer_secrets,
        {"data": NAMED, "pgbouncer": {"enabled": True, "mountConfigSecret": False, **STATS}},
        [],
    ),
    (semantic_database.pgbouncer_secrets, {"data": NAMED}, []),
    (semantic_database.pgbouncer_secrets, POOLED, []),
    (
        semantic_database.pgbouncer_result_backend,
        {"data": OWN_RESULTS, **RENAMED, **POOLED},
        ["data.resultBackendConnection"],
    ),
    (semantic_database.pgbouncer_result_backend, {"data": OWN_RESULTS, **POOLED}, []),
    (semantic_database.pgbouncer_result_backend, {"data": OWN_RESULTS, "fullnameOverride": "x", **POOLED}, []),
    (semantic_database.pgbouncer_result_backend, {"data": OWN_RESULTS, **RENAMED}, []),
    (
        semantic_database.pgbouncer_result_backend,
        {"data": {**OWN_RESULTS, "resultBackendSecretName": "x"}, **RENAMED, **POOLED},
        [],
    ),
    (
        semantic_database.pgbouncer_result_backend,
        {"executor": "LocalExecutor", "data": OWN_RESULTS, **RENAMED, **POOLED},
        [],
    ),
    (
        semantic_database.keda_connection,
        {"triggerer": {"keda": {"enabled": True}}, **POOLED},
        ["triggerer.keda.usePgbouncer"],
    ),
    (semantic_database.keda_connection, {"triggerer": {"keda": {"enabled": True, "usePgbouncer": True}}, **POOLED}, []),
    (semantic_database.keda_connection, {"triggerer": {"keda": {"enabled": True}}}, []),
    (semantic_database.keda_connection, {"workers": {"celery": {"keda": {"enabled": True}}}, **POOLED}, []),
    (
        semantic_database.keda_connection,
        {"workers": {"celery": {"keda": {"enabled": True, "usePgbouncer": False}}}, **POOLED},
        ["workers.celery.keda.usePgbouncer"],
    ),
    (
        semantic_database.keda_connection,
        {"workers": {"celery": {"sets": [{"name": "a", "keda": {"enabled": True, "usePgbouncer": False}}]}}, **POOLED},
        ["workers.celery.sets.0.keda.usePgbouncer"],
    ),
    (semantic_database.log_store_connection, {}, []),
    (semantic_database.log_store_connection, {"elasticsearch": {"enabled": True, "secretName": "x"}}, []),
    (semantic_database.log_store_connection, {"elasticsearch": {"enabled": True}}, ["elasticsearch.secretName"]),
    (
        semantic_database.log_store_connection,
        {"opensearch": {"enabled": True, "secretName": "x", "connection": {"host": "y"}}},
        ["opensearch.connection"],
    ),
    (
        semantic_database.log_store_connection,
        {"elasticsearch": {"enabled": True, "secretName": "x"}, "opensearch": {"enabled": True, "secretName": "y"}},
        ["opensearch.enabled"],
    ),
]


@pytest.mark.parametrize(("check", "values", "told"), CHECKED)
def test_connections_lead_where_they_should(check, values, told):
    assert [finding.path for finding in check(values)] == told
