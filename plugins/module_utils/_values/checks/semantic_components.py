# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Components without which Airflow does nothing, at zero or off. Pure: no I/O.

What each does: https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/overview.html#airflow-components. How many
pods the chart makes: its templates of each.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import option
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    as_integer,
    celery_groups,
    has_celery,
    has_dag_processor,
    has_task_pods,
    is_on,
    value_at,
    worker_value,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, WARNING, ValueFinding

# What is missing without it, its autoscaler, and whether Airflow does without it where nobody needs that.
_COMPONENTS = {
    "scheduler": ("no task is ever started", None, ERROR),
    "apiServer": ("tasks cannot report to it, and there is no user interface", "hpa", ERROR),
    "dagProcessor": ("no DAG is ever parsed", None, ERROR),
    "triggerer": ("deferred tasks wait for ever", "keda", WARNING),
}


def essential_components(values):
    """Each is to have a pod. Autoscalers may begin at none, where they begin by themselves.

    :returns: list of findings.
    """
    found = []
    for name, (missing, scaler, severity) in _COMPONENTS.items():
        is_there = has_dag_processor(values) if name == "dagProcessor" else is_on(values, f"{name}.enabled", True)
        if not is_there:
            remedy = f"Set {name}.enabled to true"
            found.append(ValueFinding(f"{name}.enabled", f"it is off, so that {missing}", remedy, severity))
        elif scaler and is_on(values, f"{name}.{scaler}.enabled"):
            found += _at_most_none(values, f"{name}.{scaler}", missing, severity)
        elif _is_none(value_at(values, f"{name}.replicas", 1)):
            remedy = f"Set {name}.replicas to 1 or more"
            found.append(ValueFinding(f"{name}.replicas", f"it is 0, so that {missing}", remedy, severity))
    return found


def _is_none(value):
    number = as_integer(value)
    return number is not None and number < 1


def _at_most_none(values, path, missing, severity):
    if not _is_none(value_at(values, f"{path}.maxReplicaCount", 1)):
        return []
    remedy = f"Set {path}.maxReplicaCount to 1 or more"
    return [ValueFinding(f"{path}.maxReplicaCount", f"it is 0, so that {missing}", remedy, severity)]


def executor_rights(values):
    """The scheduler starts the pods of tasks, for which it needs rights and a token.

    Rights that are made outside of the chart (``rbac.create``) cannot be seen.

    :returns: list of findings.
    """
    if not has_task_pods(values):
        return []
    switches = ["scheduler.serviceAccount.automountServiceAccountToken"]
    switches += ["allowPodLaunching"] if is_on(values, "rbac.create", True) else []
    return [
        ValueFinding(path, "it is false, so that the scheduler cannot start the pods of tasks", f"Set {path} to true")
        for path in switches
        if not is_on(values, path, True)
    ]


def dag_bundles(values):
    """Without a bundle there is no DAG; that of the folder for DAGs is one, too.

    Source: https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/dag-bundles.html.

    :returns: list of findings.
    """
    path, nothing = "dagProcessor.dagBundleConfigList", "neither empty nor null"
    if value_at(values, path, nothing) or option(values, "dag_processor", "dag_bundle_config_list"):
        return []
    return [ValueFinding(path, "it is empty, so that no DAG is ever parsed", "Remove it, or add a bundle")]


def celery_workers(values):
    """Celery's tasks wait for workers: of the default ones, and of each set, which has queues of its own.

    :returns: list of findings.
    """
    groups = celery_groups(values)
    if not has_celery(values):
        return []
    if not groups:
        return [ValueFinding(
            "workers.celery.enableDefault", "it is false, and there are no workers.celery.sets, so that no Celery task ever runs",
            "Set workers.celery.enableDefault to true, or add a set",
        )]  # fmt: skip
    idle = [finding for path, group in groups for finding in _idle(values, path, group)]
    # A set that is parked leaves the others at work.
    severity = ERROR if len(idle) == len(groups) else WARNING
    return [ValueFinding(path, problem, remedy, severity) for path, problem, remedy in idle]


def _idle(values, path, group):
    """Yield (path, problem, remedy) of workers that never are."""
    missing = "its tasks wait for ever"
    for kind in ("keda", "hpa"):
        if worker_value(values, "celery", f"{kind}.enabled", group=group):
            if _is_none(worker_value(values, "celery", f"{kind}.maxReplicaCount", 1, group)):
                place = f"{path}.{kind}.maxReplicaCount"
                yield place, f"it is 0, so that {missing}", f"Set {place} to 1 or more"
            return
    if _is_none(worker_value(values, "celery", "replicas", 1, group)):
        remedy = f"Set {path}.replicas to 1 or more, or {path}.keda.enabled to true"
        yield _written(values, path, group), f"it is 0 without an autoscaler, so that {missing}", remedy


def _written(values, path, group):
    """:returns: where the number of workers is written."""
    if group.get("replicas") is not None:
        return f"{path}.replicas"
    return "workers.replicas" if value_at(values, "workers.celery.replicas") is None else "workers.celery.replicas"
