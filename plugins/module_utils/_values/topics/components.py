# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Size and place of each component. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import integer, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    PLACEMENT,
    RESOURCES,
    given,
)

_SIZE = {"resources": RESOURCES, **PLACEMENT}
_REPLICATED = {
    "replicas": integer("How many pods of it run."),
    "disruption_budget": mapping(
        "How many of its pods a drain of nodes leaves alone. One of the two options.",
        min_available=text("How many stay, as a number or a percentage.", forms.COUNT_OR_PERCENTAGE),
        max_unavailable=text("How many may be gone, as a number or a percentage.", forms.COUNT_OR_PERCENTAGE),
    ),
    **_SIZE,
}
_GROOMED = {
    "log_groomer": mapping(
        "The sidecar that removes old logs.",
        resources=RESOURCES,
        retention_days=integer("Days that it keeps logs.", 1),
    )
}
VARIABLES = {
    "components": mapping(
        "Size and place of each component. What is left out is one replica with the chart's own resources.",
        api_server=mapping(
            "The API server, which also serves the user interface.",
            **_REPLICATED,
            workers=integer("How many worker processes the API server runs.", 1),
        ),
        scheduler=mapping("The scheduler.", **_REPLICATED, **_GROOMED),
        dag_processor=mapping(
            "The DAG processor.",
            **_REPLICATED,
            **_GROOMED,
            parsing_processes=integer("How many files it parses at a time.", 1),
        ),
        triggerer=mapping("The triggerer.", **_REPLICATED, **_GROOMED),
        worker=mapping(
            "The pods that run one task each. A default profile of airflow_worker_profiles may say the same.", **_SIZE
        ),
        celery_worker=mapping("The Celery workers.", **_REPLICATED),
        statsd=mapping("The metrics exporter.", **_SIZE),
        pgbouncer=mapping(
            "PgBouncer. How many pods of it run is said in airflow_pgbouncer.",
            **_SIZE,
            disruption_budget=_REPLICATED["disruption_budget"],
            metrics_exporter=mapping("The sidecar that reads its statistics.", resources=RESOURCES),
        ),
        redis=mapping("Redis as the broker of Celery.", **_SIZE),
        flower=mapping("Flower, which shows the Celery workers.", **_SIZE),
        open_telemetry_collector=mapping("The OpenTelemetry collector.", **_SIZE),
    )
}
# Our options, and where they are below the component in the chart.
_FIELDS = {
    ("replicas",): ("replicas", "How many pods of it run"),
    ("resources",): ("resources", "What it needs and may use"),
    ("node_selector",): ("nodeSelector", "The nodes that it runs on"),
    ("tolerations",): ("tolerations", "The taints that it tolerates"),
    ("affinity",): ("affinity", "Where it would rather run"),
    ("topology_spread_constraints",): ("topologySpreadConstraints", "How its pods are spread"),
    ("priority_class",): ("priorityClassName", "Which pods are preempted first"),
    ("log_groomer", "resources"): ("logGroomerSidecar.resources", "What the sidecar that removes old logs needs"),
    ("log_groomer", "retention_days"): ("logGroomerSidecar.retentionDays", "When the sidecar removes old logs"),
    ("metrics_exporter", "resources"): ("metricsExporterSidecar.resources", "What the sidecar for metrics needs"),
}


def present(specification):
    """Which components this environment has.

    :returns: {name in the inventory: path of its values in the chart}.
    """
    monitoring = specification["monitoring"]
    found = {
        "api_server": ("apiServer",),
        "scheduler": ("scheduler",),
        "dag_processor": ("dagProcessor",),
        "triggerer": ("triggerer",),
        "worker": ("workers", "kubernetes") if specification.has_task_pods else None,
        "celery_worker": ("workers", "celery") if specification.has_celery else None,
        "statsd": ("statsd",) if monitoring["statsd"]["enabled"] else None,
        "pgbouncer": ("pgbouncer",) if specification["pgbouncer"]["enabled"] else None,
        "redis": ("redis",) if specification["redis"]["enabled"] else None,
        "flower": ("flower",) if specification["flower"]["enabled"] else None,
        "open_telemetry_collector":
            ("otelCollector",) if any(monitoring["open_telemetry"][kind] for kind in ("traces", "metrics")) else None,
    }  # fmt: skip
    return {name: path for name, path in found.items() if path}


def settings(specification):
    """:returns: the list of Setting of this topic."""
    found = [*slow_starts_are_waited_for(), *dag_processor_runs_by_name(), *triggerer_keeps_no_volume()]
    for name, path in present(specification).items():
        found += _of_component(specification.component(name), name, path)
    return found


def _of_component(options, name, path):
    found = []
    for keys, (field, why) in _FIELDS.items():
        value = options
        for key in keys:
            value = (value or {}).get(key)
        # What an empty part of it means, Kubernetes knows.
        value = value if keys == ("affinity",) else given(value)
        if value not in (None, {}, []):
            found.append(Setting(path + path_of(field), value, named("components", name, *keys), why))
    return found


def slow_starts_are_waited_for():
    """Give a start five minutes: the chart's minute is too short for a cold start on a busy node."""
    why = "A cold start takes longer than the chart's minute"
    components = ("apiServer", "scheduler")
    return [Setting((component, "startupProbe", "failureThreshold"), 30, COLLECTION, why) for component in components]


def dag_processor_runs_by_name():
    """Ask for the DAG processor by name: it runs without as well, but parts of the chart look only here."""
    return [Setting(path_of("dagProcessor.enabled"), True, COLLECTION, "Parses the DAGs", pinned=True)]


def triggerer_keeps_no_volume():
    """Keep the triggerer a Deployment: the chart's default claims 100 GiB for each of its pods."""
    path = path_of("triggerer.persistence.enabled")
    return [Setting(path, False, COLLECTION, "Logs have a place of their own, so it needs no volume", pinned=True)]


def findings(_specification):
    """:returns: the list of ValueFinding of this topic."""
    return []
