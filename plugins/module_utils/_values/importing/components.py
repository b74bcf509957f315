# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Size, place and number of the pods of each component. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.former_charts import executors
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX

# {name in the inventory: path in the chart}; which there are depends on the rest.
PATHS = {
    "api_server": ("apiServer",),
    "scheduler": ("scheduler",),
    "dag_processor": ("dagProcessor",),
    "triggerer": ("triggerer",),
    "worker": ("workers", "kubernetes"),
    "celery_worker": ("workers", "celery"),
    "statsd": ("statsd",),
    "pgbouncer": ("pgbouncer",),
    "redis": ("redis",),
    "flower": ("flower",),
    "open_telemetry_collector": ("otelCollector",),
}
# The option of a component, and where it is below the component in the chart.
_FIELDS = {
    "replicas": ("replicas",),
    "resources": ("resources",),
    "node_selector": ("nodeSelector",),
    "tolerations": ("tolerations",),
    "affinity": ("affinity",),
    "topology_spread_constraints": ("topologySpreadConstraints",),
    "priority_class": ("priorityClassName",),
    "log_groomer.resources": ("logGroomerSidecar", "resources"),
    "log_groomer.retention_days": ("logGroomerSidecar", "retentionDays"),
    "metrics_exporter.resources": ("metricsExporterSidecar", "resources"),
}
_OPTIONS = {
    "replicas": ("api_server", "scheduler", "dag_processor", "triggerer", "celery_worker"),
    "log_groomer.resources": ("scheduler", "dag_processor", "triggerer"),
    "log_groomer.retention_days": ("scheduler", "dag_processor", "triggerer"),
    "metrics_exporter.resources": ("pgbouncer",),
}
_WITH_BUDGET = ("api_server", "scheduler", "dag_processor", "triggerer", "celery_worker", "pgbouncer")
# The chart's own upper bounds: an autoscaler without one has these.
_SCALED = {"api_server": {"hpa": 5}, "celery_worker": {"keda": 10, "hpa": 5}, "triggerer": {"keda": 10}}
_AMOUNT = re.compile(r"\d+%?")


def placed(work):
    """Make `airflow_components` and `airflow_autoscaling` of what the components have in the chart."""
    celery, task_pods = executors(work)
    there = {"celery_worker": celery, "worker": task_pods}
    for name, path in PATHS.items():
        if not there.get(name, True) or not work.left.has(path):
            continue
        scaled = _autoscaler(work, name, path) if name in _SCALED else False
        if scaled and work.left.has((*path, "replicas")):
            work.drop((*path, "replicas"), "An autoscaler sets the number of pods.")
        for option, field in _FIELDS.items():
            if name in _OPTIONS.get(option, (name,)):
                _turned(work, (*path, *field), f"components.{name}.{option}")
        if name in _WITH_BUDGET:
            _budget(work, name, (*path, "podDisruptionBudget"))


def _turned(work, path, name):
    if work.left.has(path) and work.left.value(path) in ({}, [], None, ""):
        work.left.remove(path)
        return
    value = _as_texts(work.left.value(path)) if name.endswith("resources") else None
    work.turn(path, name, value)


def _as_texts(resources):
    """:returns: resources whose quantities are texts, as Kubernetes' own tools write them."""
    if not isinstance(resources, dict):
        return resources
    kept = {kind: amounts for kind, amounts in resources.items() if amounts}
    return {
        kind: {name: f"{amount:g}" if isinstance(amount, float) else str(amount) for name, amount in amounts.items() if amount is not None}
        if isinstance(amounts, dict) else amounts
        for kind, amounts in kept.items()
    }  # fmt: skip


def _autoscaler(work, name, path):
    """:returns: whether the component has one."""
    for kind, most in _SCALED[name].items():
        place = (*path, kind)
        if not work.left.has(place):
            continue
        if work.left.value((*place, "enabled")) is not True:
            work.drop(place, "It is off.")
            continue
        found = {"minimum": work.left.value((*place, "minReplicaCount")), "maximum": work.left.value((*place, "maxReplicaCount"), most)}
        percent = _percent(work.left.value((*place, "metrics"))) if kind == "hpa" else None
        wanted = {option: value for option, value in {**found, "cpu_percent": percent}.items() if value is not None}
        wanted |= {"kind": kind} if name == "celery_worker" else {}
        work.set(f"autoscaling.{name}", wanted)
        for key in ("enabled", "minReplicaCount", "maxReplicaCount", "usePgbouncer", *(["metrics"] if percent else [])):
            if work.left.has((*place, key)):
                work.told((*place, key), f"{PREFIX}autoscaling.{name}")
        return True
    return False


def _percent(metrics):
    """:returns: the use of CPU that an autoscaler keeps to; None where it goes by something else."""
    if not isinstance(metrics, list) or len(metrics) != 1 or not isinstance(metrics[0], dict):
        return None
    resource = metrics[0].get("resource")
    target = resource.get("target") if isinstance(resource, dict) and resource.get("name") == "cpu" else None
    percent = target.get("averageUtilization") if isinstance(target, dict) else None
    return percent if isinstance(percent, int) else None


def _budget(work, name, path):
    if not work.left.has(path):
        return
    if work.left.value((*path, "enabled")) is not True:
        work.drop(path, "It is off.")
        return
    least, most = (work.left.value((*path, "config", key)) for key in ("minAvailable", "maxUnavailable"))
    option, amount = ("min_available", least) if least is not None else ("max_unavailable", 1 if most is None else most)
    if not _AMOUNT.fullmatch(str(amount)):
        return
    variable = f"components.{name}.disruption_budget"
    work.set(f"{variable}.{option}", str(amount))
    work.told(path, PREFIX + variable)
