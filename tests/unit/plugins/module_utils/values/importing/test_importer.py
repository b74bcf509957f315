# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What variables mean is what the values meant: each key that became a variable compiles back to itself."""

from __future__ import annotations

import pathlib

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import importer
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.work import (
    DROPPED,
    OUTCOMES,
    OVERRIDE,
    VARIABLE,
)

FILES = pathlib.Path(__file__).resolve().parents[5] / "fixtures" / "values_files"
NAMES = sorted(str(path.relative_to(FILES)) for path in FILES.rglob("*.yaml"))
SIZE = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}
TOLERATION = {"key": "acme.test/pool", "operator": "Exists", "effect": "NoSchedule"}
SPREAD = {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"}
PLACEMENT = {
    "resources": SIZE, "nodeSelector": {"acme.test/pool": "core"}, "tolerations": [TOLERATION], "topologySpreadConstraints": [SPREAD],
    "priorityClassName": "airflow-core", "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []}},
}  # fmt: skip
BOTH = {"executor": "CeleryExecutor,KubernetesExecutor"}
CELERY = {"executor": "CeleryExecutor"}
PGBOUNCER = {"pgbouncer": {"enabled": True}, "postgresql": {"enabled": False}}
BUDGET = {"enabled": True, "config": {"maxUnavailable": 1}}
# Keys of the chart that variables stand for: values beside them that make a difference to them.
COMPONENTS = {
    "apiServer": {}, "scheduler": {}, "dagProcessor": {}, "triggerer": {}, "statsd": {}, "pgbouncer": PGBOUNCER,
    "workers.kubernetes": BOTH, "workers.celery": BOTH, "redis": CELERY, "flower": {"flower": {"enabled": True}, **CELERY},
}  # fmt: skip
REPLICATED = ("apiServer", "scheduler", "dagProcessor", "triggerer", "workers.celery")
BUDGETED = {"apiServer": {}, "scheduler": {}, "dagProcessor": {}, "triggerer": {}, "pgbouncer": PGBOUNCER, "workers.celery": CELERY}
OPTIONS = {
    "core.parallelism": "64", "core.max_active_tasks_per_dag": "8", "core.max_active_runs_per_dag": "4", "scheduler.max_tis_per_query": "16",
    "core.default_pool_task_slot_count": "99", "database.sql_alchemy_pool_size": "3", "database.sql_alchemy_max_overflow": "-1",
    "celery.worker_concurrency": "4", "celery.worker_prefetch_multiplier": "2", "kubernetes_executor.worker_pods_creation_batch_size": "9",
    "kubernetes_executor.task_publish_max_retries": "-1", "triggerer.capacity": "500", "api.workers": "3",
    "dag_processor.parsing_processes": "4",
}  # fmt: skip
GIT = {"dags": {"gitSync": {"enabled": True, "repo": "https://git.acme.test/dags.git", "subPath": "dags"}}}
SSH = {"dags": {"gitSync": {"enabled": True, "repo": "git@git.acme.test:dags.git", "knownHosts": "x y", "subPath": "dags", "sshKeySecret": "a"}}}
INGRESS = {"ingress": {"apiServer": {"enabled": True, "hosts": [{"name": "airflow.acme.test"}]}}}
LOGS = {"config": {"logging": {"remote_logging": "True"}}}
# (path, value, values beside it)
SAME = [
    *[(f"{component}.{field}", value, beside) for component, beside in COMPONENTS.items() for field, value in PLACEMENT.items()],
    *[(f"{component}.replicas", 3, COMPONENTS[component]) for component in REPLICATED],
    *[(f"{component}.podDisruptionBudget", BUDGET, {**beside, **_replicas}) for component, beside in BUDGETED.items() for _replicas in [{}]],
    *[(f"{component}.logGroomerSidecar.retentionDays", 3, {}) for component in ("scheduler", "dagProcessor", "triggerer")],
    *[(f"{component}.logGroomerSidecar.resources", SIZE, {}) for component in ("scheduler", "dagProcessor", "triggerer")],
    ("pgbouncer.metricsExporterSidecar.resources", SIZE, PGBOUNCER),
    ("pgbouncer.replicas", 3, PGBOUNCER),
    ("pgbouncer.configSecretName", "acme", PGBOUNCER),
    ("pgbouncer.metricsExporterSidecar.statsSecretName", "acme", PGBOUNCER),
    *[(f"config.{option}", value, BOTH) for option, value in OPTIONS.items()],
    ("executor", "LocalExecutor", {}), ("executor", "KubernetesExecutor", {}), ("executor", "CeleryExecutor,KubernetesExecutor", {}),
    ("airflowVersion", "3.2.2", {}),
    ("data.metadataSecretName", "acme", {}), ("data.brokerUrlSecretName", "acme", CELERY), ("data.resultBackendSecretName", "acme", CELERY),
    ("redis.enabled", True, CELERY), ("redis.enabled", False, CELERY), ("redis.passwordSecretName", "acme", CELERY),
    ("flower.secretName", "acme", {"flower": {"enabled": True}, **CELERY}),
    ("imagePullSecrets", [{"name": "one"}, {"name": "two"}], {}), ("images.airflow.pullPolicy", "Always", {}),
    ("images.redis.tag", "7.4", CELERY), ("images.statsd.repository", "registry.acme.test/statsd", {}), ("images.statsd.tag", "v1", {}),
    ("images.pgbouncer.tag", "1.24", PGBOUNCER), ("images.pgbouncerExporter.repository", "registry.acme.test/exporter", PGBOUNCER),
    ("images.gitSync.tag", "v4.5.0", GIT), ("images.pod_template.repository", "registry.acme.test/tasks", BOTH),
    ("dags.gitSync.repo", "https://git.acme.test/other.git", GIT), ("dags.gitSync.ref", "release", GIT), ("dags.gitSync.subPath", "a/b", GIT),
    ("dags.gitSync.period", "90s", GIT), ("dags.gitSync.depth", 5, GIT), ("dags.gitSync.credentialsSecret", "acme", GIT),
    ("dags.gitSync.sshKeySecret", "acme", SSH), ("dags.gitSync.knownHosts", "git.acme.test ssh-ed25519 AAAA", SSH),
    ("dags.gitSync.resources", SIZE, GIT),
    ("dags.persistence.existingClaim", "acme", {"dags": {"persistence": {"enabled": True}}}),
    ("dags.persistence.accessMode", "ReadOnlyMany", {"dags": {"persistence": {"enabled": True}}}),
    ("dags.persistence.subPath", "a", {"dags": {"persistence": {"enabled": True}}}),
    ("config.logging.remote_base_log_folder", "s3://acme/logs", LOGS), ("config.logging.remote_base_log_folder", "gs://acme/logs", LOGS),
    ("logs.persistence.enabled", True, {}),
    ("ingress.apiServer.ingressClassName", "nginx", INGRESS), ("ingress.apiServer.path", "/airflow", INGRESS),
    ("ingress.apiServer.annotations", {"acme.test/a": "b"}, INGRESS), ("apiServer.service.type", "LoadBalancer", {}),
    ("statsd.enabled", False, {}), ("otelCollector.tracesEnabled", True, {}),
    ("config.core.auth_manager", "acme.airflow.AcmeAuthManager", {}),
    ("apiServer.hpa.maxReplicaCount", 4, {"apiServer": {"hpa": {"enabled": True}, "resources": SIZE}}),
    ("workers.celery.keda.minReplicaCount", 2, {"workers": {"celery": {"keda": {"enabled": True}}}, **CELERY}),
    ("triggerer.keda.maxReplicaCount", 4, {"triggerer": {"keda": {"enabled": True}}}),
]  # fmt: skip


def with_value(values, path, value):
    """:returns: values with another one at a path."""
    *above, last = path.split(".")
    result = level = yaml.safe_load(yaml.safe_dump(values))
    for key in above:
        level = level.setdefault(key, {})
    level[last] = value
    return result


def at(values, path):
    """:returns: the value at a path; None where there is none."""
    for key in path.split("."):
        values = values.get(key) if isinstance(values, dict) else None
    return values


@pytest.mark.parametrize("path, value, beside", SAME, ids=[f"{path}-{number}" for number, (path, *_rest) in enumerate(SAME)])
def test_a_key_becomes_a_variable_that_compiles_back_to_it(path, value, beside, meaning, rows):
    values = with_value(beside, path, value)
    assert at(meaning(values), path) == value
    (told,) = [row for origin, row in rows(values).items() if f"{path}.".startswith(f"{origin}.") and row[0] == VARIABLE]
    assert told[1].startswith("airflow_") and not told[1].startswith("airflow_values_overrides")


@pytest.mark.parametrize("name", NAMES)
def test_every_key_of_a_file_has_one_row_at_least(name, read, imported):
    values = read(name)
    found = imported(values)
    origins = [row.origin for row in found.rows]
    assert {row.outcome for row in found.rows} <= set(OUTCOMES)
    for path in leaves(values, ()):
        dotted = ".".join(f'"{key}"' if "." in key else key for key in path)
        inside = [origin for origin in origins if f"{dotted}.".startswith(f"{origin}.") or origin.startswith(f"{dotted}.")]
        assert inside or says_nothing(values, path), dotted


def leaves(value, path):
    """Yield the paths of what holds no further keys."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path


def says_nothing(values, path):
    """:returns: whether what stands at a path is empty, or where other charts' values are."""
    for key in path:
        values = values[key]
    return values in ("", {}, [], None) or path[0] == "global"


@pytest.mark.parametrize("name", NAMES)
def test_every_row_says_why_something_was_dropped_and_where_all_else_went(name, read, imported):
    for row in imported(read(name)).rows:
        assert row.note.endswith(".") if row.outcome == DROPPED else row.target.startswith("airflow_")
        assert (row.outcome == OVERRIDE) == row.target.startswith("airflow_values_overrides.")


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_gets_into_variables_rows_or_tasks(name, read, imported):
    found = imported(read(name))
    assert "not-to-be-written" not in f"{found.variables} {found.rows} {found.tasks}"


@pytest.mark.parametrize("name", NAMES)
def test_the_variables_compile_and_nothing_runs_before_a_cluster_is_named(name, read, meaning, imported):
    assert meaning(read(name))["postgresql"] == {"enabled": False}
    variables = imported(read(name)).variables
    assert set(variables["expected_cluster"]["uid"]) == {"0", "-"}


def test_a_default_of_the_chart_is_no_override(variables):
    facts = ChartFacts("airflow", "1.22.0", {"scheduler": {"safeToEvict": True, "args": ["a"]}}, None)
    values = {"executor": "LocalExecutor", "scheduler": {"safeToEvict": True, "args": ["b"]}}
    imported = importer.imported(values, "values.yaml", facts)
    assert imported.variables["values_overrides"] == {"scheduler": {"args": ["b"]}}


@pytest.mark.parametrize("key, value", [("networkPolicy", {"enabled": True}), ("scheduler", {"replicaCount": 2}), ("apiServr", {"replicas": 1})])
def test_what_the_chart_does_not_know_is_dropped_with_what_to_write_instead(key, value, rows, variables):
    found = rows({"executor": "LocalExecutor", key: value})
    (row,) = [row for origin, row in found.items() if origin.startswith(key)]
    assert row[0] == DROPPED and "." in row[2]
    assert "values_overrides" not in variables({"executor": "LocalExecutor", key: value})


# Shapes that nobody means: the keys of the chart, each with something else than it takes.
STRANGE = [None, True, 0, 1.5, "", "x", "{{ x }}", [], {}, [1], [None], [{}], [{"name": None}], [{"name": {"a": 1}}], {"a": 1}, {"enabled": "yes"}]
PLACES = [
    "executor", "env", "secret", "config", "config.core", "config.webserver.session_lifetime_days", "images", "images.airflow",
    "images.airflow.tag", "imagePullSecrets", "registry", "data", "data.metadataConnection", "redis", "flower", "pgbouncer",
    "dags.gitSync", "dags.gitSync.repo", "dags.gitSync.period", "dagProcessor.dagBundleConfigList", "logs.persistence", "ingress",
    "ingress.web.hosts", "ingress.web.tls", "ingress.enabled", "webserver", "webserver.defaultUser", "webserver.service.ports", "workers",
    "workers.keda", "scheduler.resources", "scheduler.serviceAccount", "scheduler.serviceAccount.annotations",
    "scheduler.podDisruptionBudget", "createUserJob.defaultUser", "otelCollector", "airflow", "airflow.users", "airflow.extraEnv",
    "externalRedis",
]  # fmt: skip


@pytest.mark.parametrize("path", PLACES)
def test_what_has_another_shape_than_the_chart_takes_stops_nobody(path, read, monkeypatch):
    # What the chart takes is judged elsewhere, and takes its time.
    monkeypatch.setattr(importer, "_unread_is_dropped", lambda work, facts: None)
    name = "community-8.0.yaml" if path.startswith(("airflow", "external")) else "official-1.0.yaml"
    for value in STRANGE:
        try:
            found = importer.imported(with_value_at(read(name), path, value), name)
        except WindroseError:
            continue
        assert found.variables["version"]


def with_value_at(values, path, value):
    """:returns: values with another one at a path, whatever is above it."""
    *above, last = path.split(".")
    level = values
    for key in above:
        if not isinstance(level.get(key), dict):
            level[key] = {}
        level = level[key]
    level[last] = value
    return values
