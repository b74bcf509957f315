# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether pods find a node in the environment's node pools. Pure: no I/O.

A component's own ``nodeSelector`` or ``tolerations`` replace the global ones, as the chart's templates have it.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.nodes import HARD_EFFECTS, is_tolerated
from ansible_collections.windrose.airflow.plugins.module_utils._values import node_pools as declared
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    celery_groups,
    has_celery,
    has_dag_processor,
    has_task_pods,
    is_on,
    value_at,
    worker_value,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

# Component, and whether the chart renders it where ``<component>.enabled`` is not given.
_COMPONENTS = {
    "apiServer": True,
    "scheduler": True,
    "triggerer": True,
    "statsd": True,
    "pgbouncer": False,
    "createUserJob": True,
    "migrateDatabaseJob": True,
    "databaseCleanup": False,
}


def _rendered(values):
    names = [name for name, default in _COMPONENTS.items() if is_on(values, f"{name}.enabled", default)]
    if has_dag_processor(values):
        names.append("dagProcessor")
    if has_celery(values):
        names += [
            name for name, default in (("redis", True), ("flower", False)) if is_on(values, f"{name}.enabled", default)
        ]
    if has_task_pods(values) and is_on(values, "cleanup.enabled"):
        names.append("cleanup")
    if is_on(values, "otelCollector.tracesEnabled") or is_on(values, "otelCollector.metricsEnabled"):
        names.append("otelCollector")
    return names


def _placements(values):
    """Yield (path of the component, its own nodeSelector, its own tolerations); without any, the global ones apply."""
    for name in _rendered(values):
        yield name, value_at(values, f"{name}.nodeSelector"), value_at(values, f"{name}.tolerations")
    for path, group in celery_groups(values):
        yield path, *(worker_value(values, "celery", name, group=group) for name in ("nodeSelector", "tolerations"))
    # A pod template of one's own says itself where it runs.
    if has_task_pods(values) and not value_at(values, "podTemplate"):
        yield (
            "workers.kubernetes",
            *(worker_value(values, "kubernetes", name) for name in ("nodeSelector", "tolerations")),
        )


def _selects_pools(selector, pools):
    # Architecture or zone alone say nothing of pools that do not name theirs.
    return any(not declared.is_set_by_kubernetes(name) or any(_names(pool, name) for pool in pools) for name in selector)


def _names(pool, label):
    return label in declared.labels(pool) or label == declared.ZONE and declared.zones(pool)


def _is_selected(pool, selector):
    labels, zones = declared.labels(pool), declared.zones(pool)
    return all(declared.may_have(labels, zones, name, value) for name, value in selector.items())


def _open_taints(pool, tolerations):
    return [
        taint
        for taint in declared.taints(pool)
        if taint.get("effect") in HARD_EFFECTS and not is_tolerated(taint, tolerations)
    ]


def _told(taint):
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint.get('key')}{value}:{taint['effect']}"


def _judge(path, selector_path, selector, tolerations, pools):
    selected = [pool for pool in pools if _is_selected(pool, selector)]
    if not selected:
        return ValueFinding(
            f"{selector_path}nodeSelector",
            "it selects none of the environment's node pools",
            f"Set {selector_path}nodeSelector to labels of one of them, or add the pool to the environment's node "
            "pools",
        )
    closed = [_open_taints(pool, tolerations) for pool in selected]
    if not all(closed):
        return None
    taint = _told(closed[0][0])
    return ValueFinding(
        f"{path}tolerations",
        f"it does not tolerate the taint {taint} of the node pool that {selector_path}nodeSelector selects, so the "
        "pods stay Pending",
        f"Add a toleration of {taint} to {path}tolerations",
    )


def node_pools(values, context):
    """A ``nodeSelector`` must select a pool whose NoSchedule and NoExecute taints the pods tolerate.

    :param context: ``node_pools``: list of pools as `airflow_node_pools` has them; without pools, nothing is judged.
    :returns: list of findings, each once, however many components share the global settings.
    """
    pools = [pool for pool in context.get("node_pools") or [] if isinstance(pool, dict)]
    found = set()
    for path, own_selector, own_tolerations in _placements(values) if pools else ():
        selector = own_selector or value_at(values, "nodeSelector")
        tolerations = own_tolerations or value_at(values, "tolerations") or []
        if not isinstance(selector, dict) or not _selects_pools(selector, pools) or not isinstance(tolerations, list):
            continue
        selector_path = f"{path}." if own_selector else ""
        tolerations_path = f"{path}." if own_selector or own_tolerations else ""
        found.add(_judge(tolerations_path, selector_path, selector, tolerations, pools))
    return sorted(found - {None})


def contradicting_pools(_values, context):
    """What the environment says of its node pools must not contradict itself; all of it is declared in `_values.node_pools`.

    :param context: ``node_pools``: list of pools as `airflow_node_pools` has them.
    :returns: list of findings, whose paths begin with that variable.
    """
    return declared.findings(context.get("node_pools"))
