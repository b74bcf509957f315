# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that Airflow makes for tasks, as the templates in rendered ConfigMaps have them. Pure: no I/O.

A template is a text to helm, which notices nothing of it; Airflow reads it when the first task is to start. Sources:
https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes/stable/kubernetes_executor.html#pod-template-file and
`pod_generator.py` of that provider, which lays the task over the first container.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, WARNING
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import (
    entries,
    label,
    mapping,
    template_of,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.told import Fault

_NAME = "base"
# By these the chart's network policies and budgets, and those of this collection, know the pods of tasks.
_LABELS = ("tier", "component", "release")
_CONFIGURATION, _SERVER = "airflow.cfg", "AIRFLOW__CORE__EXECUTION_API_SERVER_URL"
_NO_TASK = "so that no task starts"


def faults(objects, origins):
    """:param objects: `RenderedObjects`.
    :param origins: `Origins` of the chart values.
    :returns: list of `Fault`.
    """
    found = []
    for definition, key, text in objects.pod_templates:
        told = f"{key} of {label(definition)}"
        template = template_of(text)
        if not isinstance(template, dict) or template.get("kind") != "Pod" or template.get("apiVersion") != "v1":
            problem = "it is no YAML of one document" if not isinstance(template, dict) else "it is no Pod of apiVersion v1"
            origin = origins.of_template(definition)
            found.append(Fault(told, (), origin, f"{{where}} cannot be used: {problem}, {_NO_TASK}", "Write one Pod, as YAML"))
    for pod in objects.pods:
        if pod.is_of_tasks:
            found += _of_pod(pod, objects, origins)
    return found


def _of_pod(pod, objects, origins):
    origin = origins.of_pod(pod)
    containers = entries(pod.spec.get("containers"))
    first = containers[0] if containers else {}

    def fault(problem, remedy, severity=ERROR):
        return Fault(pod.label, ("spec",), origin, f"{{where}}: {problem}", remedy, severity)

    found = []
    if first.get("name") != _NAME:
        found.append(fault(f"its first container is not named {_NAME}, in which Airflow runs the task", f"Name it {_NAME}, and put it first"))
    labels = mapping(pod.metadata.get("labels"))
    wanted = _labels(objects)
    lacking = [f"{key}: {wanted[key]}" for key in _LABELS if key in wanted and labels.get(key) != wanted[key]]
    if lacking:
        found.append(fault(
            f"it lacks the labels {', '.join(lacking)}, by which network policies know the pods of tasks", f"Add {', '.join(lacking)}"))
    if pod.spec.get("restartPolicy") != "Never":
        found.append(fault("its restartPolicy is not Never, so that a task that ended is started again", "Write restartPolicy: Never"))
    return found + _environment(first, objects, fault) + _account(pod, fault)


def _labels(objects):
    """:returns: the labels that the pods of tasks need."""
    for pod in objects.pods:
        labels = mapping(pod.metadata.get("labels"))
        if pod.component == "scheduler" and not pod.is_of_tasks:
            return {**{key: labels[key] for key in ("tier", "release") if key in labels}, "component": "worker"}
    return {}


def _environment(container, objects, fault):
    mounted = [str(mount.get("mountPath")) for mount in entries(container.get("volumeMounts"))]
    variables = {variable.get("name") for variable in entries(container.get("env"))}
    found = []
    if not container.get("envFrom"):
        if _SERVER not in variables and not any(path.endswith(f"/{_CONFIGURATION}") for path in mounted):
            found.append(fault(
                f"its first container mounts no {_CONFIGURATION}, so that tasks do not find the API server",
                f"Mount the key {_CONFIGURATION} of the chart's ConfigMap at /opt/airflow/{_CONFIGURATION}, as the chart's own template does"))
        lacking = sorted(_of_every_component(objects) - variables)
        if lacking:
            found.append(fault(
                f"its first container lacks variables that every component has: {', '.join(lacking)}",
                "Include the chart's templates standard_airflow_environment and custom_airflow_environment in its env", WARNING))
    if _needs_dags(objects) and not any("dags" in path for path in mounted):
        found.append(fault(
            "its first container mounts no DAGs, which the other components have in a volume",
            "Mount the volume dags, as the chart's own template does"))
    return found


def _of_every_component(objects):
    """:returns: the names of variables from Secrets that the airflow containers of all components have."""
    sets = [
        {variable.get("name") for variable in entries(container.get("env")) if "secretKeyRef" in mapping(variable.get("valueFrom"))}
        for pod in objects.pods if pod.component in ("dag-processor", "triggerer", "scheduler", "api-server") and not pod.is_of_tasks
        for container in entries(pod.spec.get("containers")) if container.get("name") == pod.component
    ]
    return set.intersection(*sets) if sets else set()


def _needs_dags(objects):
    return any(
        volume.get("name") == "dags"
        for pod in objects.pods if pod.component == "dag-processor" and not pod.is_of_tasks
        for volume in entries(pod.spec.get("volumes")))


def _account(pod, fault):
    if pod.spec.get("serviceAccountName") or pod.spec.get("serviceAccount"):
        return []
    return [fault(
        "it names no service account, so that tasks run as that named default, without rights and without an identity in the cloud",
        "Write serviceAccountName, as the chart's own template does", WARNING)]
