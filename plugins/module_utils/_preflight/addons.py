# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody has to have installed in the cluster before Airflow can use it. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    has_celery,
    is_on,
    list_at,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.own_pods import DATABASE, JOBS
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.components import present

METRICS_API, KEDA_API = "metrics.k8s.io/v1beta1", "keda.sh/v1alpha1"
# What the annotation named a class before there were IngressClasses, and what GKE's own controller still goes by:
# https://cloud.google.com/kubernetes-engine/docs/concepts/ingress#controller_summary.
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
# Without any class GKE's own controller takes an Ingress; it has no IngressClass.
_SERVES_WITHOUT_A_CLASS = ("gke",)


def addons(environment, facts):
    """:returns: list of `PreflightFinding` about ingress controllers, autoscalers and PriorityClasses."""
    return [*ingress_class(environment, facts), *autoscalers(environment, facts), *priority_classes(environment, facts)]


def ingress_class(environment, facts):
    """An Ingress that no controller takes is never served, and no message says so."""
    options = environment.specification["ingress"]
    if "ingress_classes" not in facts or not options["enabled"] or CLASS_ANNOTATION in options["annotations"]:
        return []
    classes = facts["ingress_classes"]
    known = ", ".join(sorted(item["name"] for item in classes)) or "none"
    if options["class"]:
        if any(item["name"] == options["class"] for item in classes):
            return []
        problem = f"The cluster has no IngressClass {options['class']}. It has: {known}."
        return [found("WA501", named("ingress", "class"), problem)]
    if any(item.get("default") for item in classes) or facts.get("provider") in _SERVES_WITHOUT_A_CLASS:
        return []
    problem = f"No IngressClass is named, and none of the cluster is the default. It has: {known}."
    return [found("WA502", named("ingress", "class"), problem)]


def scalers(values):
    """:returns: (components scaled by CPU, components scaled by KEDA), by their names in airflow_autoscaling."""
    celery = has_celery(values)
    by_cpu = {
        "api_server": is_on(values, "apiServer.hpa.enabled"),
        "celery_worker": celery and is_on(values, "workers.celery.hpa.enabled"),
    }
    by_keda = {
        "celery_worker": celery and is_on(values, "workers.celery.keda.enabled"),
        "triggerer": is_on(values, "triggerer.keda.enabled"),
    }
    return tuple([name for name, wanted in kind.items() if wanted] for kind in (by_cpu, by_keda))


def autoscalers(environment, facts):
    """:returns: list of `PreflightFinding` about what autoscalers need."""
    if "api_groups" not in facts or environment.chart_values is None:
        return []
    by_cpu, by_keda = scalers(environment.chart_values)
    findings = []
    if METRICS_API not in facts["api_groups"]:
        problem = f"It is scaled by its use of CPU, which nothing measures: the cluster does not serve {METRICS_API}."
        findings += [found("WA503", named("autoscaling", name), problem) for name in by_cpu]
    if KEDA_API not in facts["api_groups"]:
        problem = f"It is scaled by KEDA, and the cluster does not serve {KEDA_API}."
        findings += [found("WA504", named("autoscaling", name), problem) for name in by_keda]
    return findings


def priority_classes(environment, facts):
    """Find PriorityClasses that neither exist nor are made before they are needed: Kubernetes refuses pods that name them."""
    if "priority_classes" not in facts:
        return []
    by_role, by_chart = _made(environment)
    known = {*facts["priority_classes"], *by_role}
    asked = [(subject, name, known | by_chart) for subject, name in _asked_for(environment.specification)]
    # The pods of roles come before those of the chart.
    asked += [(f"{variable}.priority_class", name, known) for variable, name in _asked_for_by_roles(environment)]
    return [
        found("WA505", subject, f"The cluster has no PriorityClass {name}.") for subject, name, there in asked if name not in there
    ]


def _made(environment):
    """:returns: (the names of those that a role makes, those that the chart makes): it puts the release in front of its own."""
    by_role, by_chart = (
        [entry.get("name") for entry in entries if isinstance(entry, dict)]
        for entries in (
            environment.listing("airflow_prerequisites_priority_classes"),
            list_at(environment.chart_values or {}, "priorityClasses"),
        )
    )
    return set(by_role), {f"{environment.release}-{name}" for name in by_chart}


def _asked_for(specification):
    for name in present(specification):
        if specification.component(name)["priority_class"]:
            yield named("components", name, "priority_class"), specification.component(name)["priority_class"]
    for profile in specification["worker_profiles"] if specification.has_task_pods else ():
        if profile["priority_class"]:
            yield named(f"worker_profiles[{profile['name']}]", "priority_class"), profile["priority_class"]


def _asked_for_by_roles(environment):
    for variable in (JOBS, DATABASE) if environment.has_own_database else (JOBS,):
        name = environment.mapping(variable).get("priority_class")
        if name:
            yield variable, name
