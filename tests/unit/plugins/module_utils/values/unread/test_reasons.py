# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import coalesced
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import official_tree
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import reason_tables
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread.reasons import Reasons

CELERY = {"executor": "CeleryExecutor"}
BOTH = {"executor": "CeleryExecutor,KubernetesExecutor"}
BY_EXECUTOR = "Remove it, or choose an airflow_executor with {}"


def reason(path, raw=None, airflow_version="3.3.2", **specification):
    """:returns: the `Reason` with the values that a specification becomes, raw ones laid over."""
    settings = compiler.compile_settings(specification)
    values = overrides.merged(compiler.chart_values(settings), raw or {})
    return Reasons(coalesced({}, values), raw or {}, settings, airflow_version).of(path_of(path))


@pytest.mark.parametrize(
    ("path", "raw", "specification", "why", "remedy"),
    [
        ("cleanup.schedule", {}, CELERY, "it is for KubernetesExecutor, and executor is CeleryExecutor", BY_EXECUTOR.format("KubernetesExecutor")),
        ("podTemplate", {}, CELERY, "it is for KubernetesExecutor, and executor is CeleryExecutor", BY_EXECUTOR.format("KubernetesExecutor")),
        ("workers.celery.replicas", {}, {}, "it is for CeleryExecutor, and executor is KubernetesExecutor", BY_EXECUTOR.format("CeleryExecutor")),
        ("workers.replicas", {}, {}, "it is for CeleryExecutor, and executor is KubernetesExecutor", BY_EXECUTOR.format("CeleryExecutor")),
        ("workers.kubernetes.labels.a", {}, CELERY, "it is for KubernetesExecutor, and executor is CeleryExecutor", BY_EXECUTOR.format("KubernetesExecutor")),
        ("workers.env", {}, {}, "workers.kubernetes.env is set, and precedes it", "Remove it, or write it as workers.kubernetes.env"),
        ("workers.safeToEvict", {"workers": {"kubernetes": {"safeToEvict": False}}}, {},
         "workers.kubernetes.safeToEvict is set, and precedes it", "Remove it, or write it as workers.kubernetes.safeToEvict"),
        ("redis.persistence.size", {}, CELERY, "redis.enabled is false", "Remove it, or switch that on by airflow_redis.enabled"),
        ("images.redis.tag", {}, CELERY, "redis.enabled is false", "Remove it, or switch that on by airflow_redis.enabled"),
        ("pgbouncer.podDisruptionBudget.enabled", {"pgbouncer": {"enabled": False}}, {}, "pgbouncer.enabled is false",
         "Remove it, or set pgbouncer.enabled to true"),
        ("postgresql.auth.username", {}, {}, "postgresql.enabled is false", "Remove it. The database is not the chart's business"),
        ("createUserJob.useHelmHooks", {}, {}, "createUserJob.enabled is false", "Remove it. The role airflow_release makes the user"),
        ("migrateDatabaseJob.useHelmHooks", {}, {}, "migrateDatabaseJob.enabled is false", "Remove it. The role airflow_database migrates"),
        ("triggerer.persistence.size", {}, {}, "triggerer.persistence.enabled is false",
         "Remove it. Logs have a place of their own, so it needs no volume"),
        ("scheduler.serviceAccount.annotations.a", {"scheduler": {"serviceAccount": {"create": False}}}, {},
         "scheduler.serviceAccount.create is false", "Remove it, or set scheduler.serviceAccount.create to true"),
        ("data.metadataConnection.host", {}, {}, "data.metadataSecretName is set, and precedes it", "Remove it: airflow_database_secret_name decides"),
        ("data.brokerUrl", {}, CELERY, "data.brokerUrlSecretName is set, and precedes it", "Remove it: airflow_broker_secret_name decides"),
        ("fernetKey", {}, {}, "fernetKeySecretName is set, and precedes it", "Remove it. The role airflow_secrets makes the key once and keeps it"),
        ("dags.persistence.size", {"dags": {"persistence": {"enabled": True, "existingClaim": "dags"}}}, {},
         "dags.persistence.existingClaim is set, and precedes it", "Remove it"),
        ("scheduler.securityContext.runAsUser", {}, {}, "securityContexts is set, and precedes it",
         "Remove it, or write what it says below securityContexts"),
        ("uid", {}, {}, "securityContexts.pod is set, and precedes it", "Remove it, or write what it says below securityContexts.pod"),
        ("webserver.replicas", {}, {}, "Airflow 3 has no webserver", "Remove it; keys of the API server are below apiServer"),
    ],
)
def test_the_reason_names_what_decides_and_the_remedy_where_it_is_written(path, raw, specification, why, remedy):
    told = reason(path, raw, **specification)
    assert (told.why, told.remedy) == (why, remedy)


@pytest.mark.parametrize(
    ("path", "raw", "specification"),
    [
        ("scheduler.replicas", {}, {}),
        ("cleanup.schedule", {"cleanup": {"enabled": True}}, {}),
        ("cleanup.enabled", {}, {}),
        ("workers.celery.replicas", {}, BOTH),
        ("workers.kubernetes.replicas", {}, BOTH),
        ("data.metadataConnection.host", {"data": {"metadataSecretName": None}}, {}),
        ("networkPolicies.enabled", {"networkPolicies": {"enabled": False}}, {}),
        ("redis.enabled", {"redis": {"enabled": False}}, CELERY),
        ("statsd.resources", {}, {}),
    ],
)
def test_no_reason_is_made_up(path, raw, specification):
    assert reason(path, raw, **specification) is None


def test_airflow_2_has_a_webserver():
    assert reason("webserver.replicas", airflow_version="2.11.0") is None


def test_the_tables_name_keys_of_the_chart_and_variables_that_exist():
    patterns = [*reason_tables.EXECUTORS, *reason_tables.WEBSERVER, *reason_tables.SWITCHES, *reason_tables.PRECEDED]
    keys = [pattern.replace("*", "scheduler") for pattern in patterns]
    keys += [key.format("scheduler") for table in (reason_tables.SWITCHES, reason_tables.PRECEDED) for named in table.values() for key in named]
    # The scheduler has most of what components have.
    missing = {key for key in [*keys, *reason_tables.VARIABLES] if not official_tree().has(path_of(key))}
    assert missing == {"scheduler.gid", "scheduler.uid", "scheduler.networkPolicy", "scheduler.extraNetworkPolicies", "scheduler.allowPodLogReading"}
    known = {f"airflow_{name}" for name in compiler.VARIABLES}
    assert {variable.split(".")[0] for variable in reason_tables.VARIABLES.values()} <= known
