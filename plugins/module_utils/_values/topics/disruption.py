# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many pods of a component a drain may take at a time. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.components import present
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import given

VARIABLES = {}
_CHART_KEYS = {"min_available": "minAvailable", "max_unavailable": "maxUnavailable"}


def _budgets(specification):
    """Yield (component, path in the chart, what is given of its budget)."""
    for name, path in present(specification).items():
        budget = given(specification.component(name).get("disruption_budget"))
        if budget:
            yield name, path, budget


def _amount(text):
    # To Kubernetes a number in quotes is a wrong percentage.
    return int(text) if text.isdigit() else text


def settings(specification):
    """:returns: the list of Setting of this topic."""
    found = []
    for name, path, budget in _budgets(specification):
        variable = named("components", name, "disruption_budget")
        path = (*path, "podDisruptionBudget")
        found.append(Setting((*path, "enabled"), True, variable, "Drains leave enough of it"))
        for option, text in budget.items():
            found.append(
                Setting((*path, "config", _CHART_KEYS[option]), _amount(text), f"{variable}.{option}", "How many")
            )
        found += least_available_replaces_most_unavailable(path, budget, variable)
    return found


def least_available_replaces_most_unavailable(path, budget, variable):
    """Take away the chart's own maxUnavailable, beside which Kubernetes refuses minAvailable."""
    if "min_available" not in budget or path[0] == "workers":
        return []
    return [Setting((*path, "config", "maxUnavailable"), None, f"{variable}.min_available", "One excludes the other")]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    found = []
    for name, _path, budget in _budgets(specification):
        variable = named("components", name, "disruption_budget")
        if len(budget) > 1:
            found.append(ValueFinding(variable, "it has min_available and max_unavailable", "Keep one of them"))
        elif not _drains_get_a_pod(specification, name, budget):
            found.append(
                ValueFinding(variable, "no node drain could evict a pod", "Allow at least one pod to be evicted")
            )
        if name == "celery_worker":
            found += celery_budget_spares_task_pods(specification, variable)
    return found


def _drains_get_a_pod(specification, name, budget):
    if "max_unavailable" in budget:
        return budget["max_unavailable"].rstrip("%").lstrip("0") != ""
    amount = _amount(budget["min_available"])
    if isinstance(amount, str):
        return amount != "100%"
    return amount < _replicas(specification, name)


def _replicas(specification, name):
    scaling = specification["autoscaling"].get(name) or {}
    if scaling.get("maximum") is not None:
        return scaling["maximum"]
    options = specification["pgbouncer"] if name == "pgbouncer" else specification.component(name)
    return 1 if options["replicas"] is None else options["replicas"]


def celery_budget_spares_task_pods(specification, variable):
    """Refuse a budget for Celery workers where there are task pods: it selects these, too, and no drain could end."""
    if not specification.has_task_pods:
        return []
    remedy = "Leave it out, or use CeleryExecutor alone"
    return [
        ValueFinding(variable, "with Celery workers it would also protect task pods, which nothing replaces", remedy)
    ]
