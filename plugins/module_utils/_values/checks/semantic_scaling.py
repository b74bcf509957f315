# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitfalls of disruption budgets and autoscalers. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    as_integer,
    celery_groups,
    integer_at,
    is_on,
    walk,
    worker_value,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

# The chart's own defaults.
_MOST = {"hpa": 5, "keda": 10}


def disruption_budgets(values):
    """A budget takes ``minAvailable`` or ``maxUnavailable``; the chart's default of the latter must be set to null.

    Sources: https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget; rendered.

    :returns: list of findings.
    """
    found = []
    for path, config in walk(values):
        if (
            path[-2:] != ("podDisruptionBudget", "config")
            or not isinstance(config, dict)
            or config.get("minAvailable") is None
        ):
            continue
        # Celery workers alone have no default of their own there.
        inherits = path[:2] != ("workers", "celery")
        if config.get("maxUnavailable", 1 if inherits else None) is not None:
            found.append(ValueFinding(
                dotted((*path, "minAvailable")),
                "it is set together with maxUnavailable, which is 1 by default, and Kubernetes accepts only one",
                f"Set {dotted((*path, 'maxUnavailable'))} to null",
            ))  # fmt: skip
    return found


def _scalers(values):
    """Yield (path, kind, least, most) of every autoscaler that is on."""
    for component, kind, least in (("apiServer", "hpa", 1), ("triggerer", "keda", 0)):
        path = f"{component}.{kind}"
        if is_on(values, f"{path}.enabled"):
            yield (
                path,
                kind,
                integer_at(values, f"{path}.minReplicaCount", least),
                integer_at(values, f"{path}.maxReplicaCount", _MOST[kind]),
            )
    for path, group in celery_groups(values):
        for kind in ("hpa", "keda"):
            if worker_value(values, "celery", f"{kind}.enabled", group=group):
                least, most = (
                    worker_value(values, "celery", f"{kind}.{name}ReplicaCount", group=group) for name in ("min", "max")
                )
                yield f"{path}.{kind}", kind, as_integer(least, 0), as_integer(most, _MOST[kind])


def autoscaler_bounds(values):
    """The maximum cannot be below the minimum, and a HorizontalPodAutoscaler of workers starts at 0 in the chart.

    Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/.

    :returns: list of findings.
    """
    found = []
    for path, kind, least, most in _scalers(values):
        if least > most:
            found.append(ValueFinding(
                f"{path}.minReplicaCount",
                f"it is {least}, above the maximum of {most}",
                f"Raise {path}.maxReplicaCount, or lower {path}.minReplicaCount",
            ))  # fmt: skip
        if kind == "hpa" and least < 1:
            found.append(ValueFinding(
                f"{path}.minReplicaCount",
                "it is 0, which Kubernetes refuses for a HorizontalPodAutoscaler",
                f"Set {path}.minReplicaCount to 1 or more; workers.celery.keda can scale to 0",
            ))  # fmt: skip
    return found


def two_autoscalers(values):
    """Beside KEDA the chart leaves the HorizontalPodAutoscaler of workers out.

    Source: the chart's values.yaml: KEDA must be disabled for it.

    :returns: list of findings.
    """
    return [
        ValueFinding(
            f"{path}.hpa.enabled",
            "it is ignored when keda.enabled is true",
            f"Set {path}.hpa.enabled or {path}.keda.enabled to false",
        )
        for path, group in celery_groups(values)
        if worker_value(values, "celery", "hpa.enabled", group=group)
        and worker_value(values, "celery", "keda.enabled", group=group)
    ]


def priority_class_names(values):
    """A class ``x`` of ``priorityClasses`` is made as ``<release>-x``.

    Source: the chart's template of priority classes.

    :returns: list of findings.
    """
    classes = values.get("priorityClasses")
    made = (
        {entry.get("name") for entry in classes if isinstance(entry, dict) and isinstance(entry.get("name"), str)}
        if isinstance(classes, list)
        else set()
    )
    return [
        ValueFinding(
            dotted(path),
            "it is the name of an entry of priorityClasses, which the chart makes with the release's name before it",
            f"Set {dotted(path)} to <release>-<name>",
        )
        for path, name in walk(values)
        if path[-1:] == ("priorityClassName",) and isinstance(name, str) and name in made
    ]
