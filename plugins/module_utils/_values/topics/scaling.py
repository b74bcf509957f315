# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Autoscalers: the horizontal pod autoscaler of Kubernetes, and KEDA. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import integer, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.components import present

HPA, KEDA = KINDS = ("hpa", "keda")
CPU_PERCENT = 80
_BOUNDS = {
    "minimum": integer("How many pods there are at least."),
    "maximum": integer("How many pods there are at most.", 1, required=True),
}
_CPU_PERCENT = integer(
    f"How busy pods may be on average, in percent of their request. {CPU_PERCENT} if left out.", 1, 1000
)
VARIABLES = {
    "autoscaling": mapping(
        "Which components are scaled by their load. Their replicas are left out then.",
        api_server=mapping("By its use of CPU. It needs a request for cpu.", **_BOUNDS, cpu_percent=_CPU_PERCENT),
        celery_worker=mapping(
            "By its use of CPU (hpa), or by the tasks that wait and run (keda, which the cluster has to have).",
            kind=text("The autoscaler. hpa if left out.", choices=KINDS),
            **_BOUNDS,
            cpu_percent=_CPU_PERCENT,
        ),
        triggerer=mapping("By its triggers, with KEDA.", **_BOUNDS),
    )
}


def _scaled(specification):
    """Yield (component, its options, the kind of its autoscaler)."""
    kinds = {"api_server": HPA, "triggerer": KEDA}
    for name, options in specification["autoscaling"].items():
        if options["maximum"] is not None:
            yield name, options, kinds.get(name) or options["kind"] or HPA


def settings(specification):
    """:returns: the list of Setting of this topic."""
    found, paths = [], present(specification)
    for name, options, kind in _scaled(specification):
        path, variable = (*paths[name], kind), named("autoscaling", name)
        found += [
            Setting((*path, "enabled"), True, variable, "The number of pods follows the load"),
            Setting(
                (*path, "minReplicaCount"), _minimum(options, kind), f"{variable}.minimum", "At least that many pods"
            ),
            Setting((*path, "maxReplicaCount"), options["maximum"], f"{variable}.maximum", "At most that many pods"),
        ]
        if kind == HPA:
            metrics, why = [
                _cpu(options["cpu_percent"] or CPU_PERCENT)
            ], "How busy a pod may be, in percent of its request"
            found.append(Setting((*path, "metrics"), metrics, f"{variable}.cpu_percent", why))
        else:
            found += keda_counts_through_pgbouncer(path, variable)
    return found


def _minimum(options, kind):
    if options["minimum"] is not None:
        return options["minimum"]
    return 1 if kind == HPA else 0


def _cpu(percent):
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def keda_counts_through_pgbouncer(path, variable):
    """Let KEDA use the connection of Airflow: else every pod, those of tasks too, needs another one from the Secret."""
    return [Setting((*path, "usePgbouncer"), True, variable, "It uses the connection that Airflow has", pinned=True)]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    found, paths = [], present(specification)
    for name, options, kind in _scaled(specification):
        variable = named("autoscaling", name)
        if name not in paths:
            remedy = "Choose an airflow_executor with Celery, or leave it out"
            found.append(ValueFinding(variable, f"{specification['executor']} has no such component", remedy))
        if (options["minimum"] or 0) > options["maximum"]:
            found.append(ValueFinding(f"{variable}.minimum", "it is more than maximum", "Lower it"))
        found += autoscaler_alone_counts_replicas(specification, name)
        found += (
            hpa_can_measure(specification, name, options) if kind == HPA else _keda_knows_no_percent(options, variable)
        )
    return found


def autoscaler_alone_counts_replicas(specification, name):
    """Refuse a number of pods beside an autoscaler: each would undo the other's work."""
    if specification.component(name)["replicas"] is None:
        return []
    remedy = f"Remove it, or {named('autoscaling', name)}"
    return [ValueFinding(named("components", name, "replicas"), "an autoscaler sets the number of pods", remedy)]


def hpa_can_measure(specification, name, options):
    """Refuse an autoscaler that could never measure: it takes percents of a request, of each container of the pod."""
    variable, found = named("autoscaling", name), []
    if options["minimum"] == 0:
        found.append(
            ValueFinding(f"{variable}.minimum", "without a pod there is no load to measure", "Write at least 1")
        )
    needs = [(specification.component(name)["resources"], named("components", name))]
    if name == "celery_worker" and specification["dag_delivery"]["method"] == "git_sync":
        needs.append((specification["dag_delivery"]["git_sync"]["resources"], named("dag_delivery", "git_sync")))
    for resources, owner in needs:
        if "cpu" not in {**resources["limits"], **resources["requests"]}:
            problem = f"{variable} measures use in percent of it, and it is missing"
            found.append(ValueFinding(f"{owner}.resources.requests", problem, "Add cpu, such as 500m"))
    return found


def _keda_knows_no_percent(options, variable):
    if options.get("cpu_percent") is None:
        return []
    return [
        ValueFinding(
            f"{variable}.cpu_percent", "KEDA counts tasks, and knows no percent", "Remove it, or choose kind hpa"
        )
    ]
