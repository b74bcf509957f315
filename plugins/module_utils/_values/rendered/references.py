# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rendered objects refer to, and what is there. Pure: no I/O."""

from __future__ import annotations

import collections

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import (
    at,
    entries,
    label,
    mapping,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.told import Fault


def faults(objects, origins):
    """:param objects: `RenderedObjects`.
    :param origins: `Origins` of the chart values.
    :returns: list of `Fault`.
    """
    found = _twice(objects, origins)
    for service in objects.of_kind("Service"):
        found += _of_service(service, objects, origins)
    for pod in objects.pods:
        found += _of_pod(pod, objects, origins)
    return found


def _twice(objects, origins):
    counted = collections.Counter(
        (definition.get("apiVersion"), label(definition), mapping(definition.get("metadata")).get("namespace")) for definition in objects.definitions)
    return [
        Fault(
            told, ("metadata", "name"), origins.named(told.partition(" ")[2]), "helm refuses the release: it makes {where} twice",
            "Give one of them another name")
        for (unused, told, unused_namespace), count in counted.items() if count > 1
    ]


def _of_service(service, objects, origins):
    """Judged where the component that a Service is of has pods, as others may be made elsewhere."""
    selector = mapping(at(service, ("spec", "selector")))
    component = mapping(mapping(service.get("metadata")).get("labels")).get("component")
    pods = [pod for pod in objects.pods if not pod.is_of_tasks and component and pod.owner["metadata"].get("labels", {}).get("component") == component]
    selected = [pod for pod in pods if selector.items() <= mapping(pod.metadata.get("labels")).items()]
    told = label(service)
    if pods and selector and not selected:
        key = next((key for key, value in selector.items() if all(mapping(pod.metadata.get("labels")).get(key) != value for pod in pods)), "")
        return [Fault(
            told, ("spec", "selector"), next(iter(origins.keys(key)), None),
            f"{{where}} selects no pod: pods of {component} have another label {key}", "Use another label, or leave it out")]
    ports = {port.get("name") for pod in selected for unused, unused_place, container in pod.containers() for port in entries(container.get("ports"))}
    return [
        Fault(
            told, ("spec", "ports", place, "targetPort"), origins.of(("service", "ports", place, "targetPort"), port["targetPort"], component),
            f"{{where}} leads to the port {port['targetPort']}, which no container of its pods has", f"Name one of {', '.join(sorted(map(str, ports)))}")
        for place, port in enumerate(entries(at(service, ("spec", "ports"))))
        if selected and isinstance(port.get("targetPort"), str) and port["targetPort"] not in ports and not port["targetPort"].isdigit()
    ]


def _of_pod(pod, objects, origins):
    """ConfigMaps and Secrets whose names nobody wrote, so that the chart means its own."""
    made = {kind: objects.names(kind) for kind in ("ConfigMap", "Secret")}
    found = []
    for path, kind, name in sorted(set(_references(pod))):
        if name and name not in made[kind] and not origins.is_written(name):
            found.append(Fault(
                pod.label, (*pod.path, "spec", *path), origins.of_pod(pod),
                f"{{where}} needs the {kind} {name}, which nothing makes", f"Name the {kind} that is meant, or let the chart make it", WARNING))
    return found


def _references(pod):
    """:returns: iterator of (path, kind, name) of what a pod does not start without."""
    for volume in entries(pod.spec.get("volumes")):
        sources = [volume, *entries(mapping(volume.get("projected")).get("sources"))]
        for source in sources:
            for key, kind, field in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName"), ("secret", "Secret", "name")):
                if mapping(source.get(key)).get(field) and not source[key].get("optional"):
                    yield ("volumes",), kind, str(source[key][field])
    for field, unused, container in pod.containers():
        for variable in entries(container.get("env")):
            yield from _of_source(field, mapping(variable.get("valueFrom")), "configMapKeyRef", "secretKeyRef")
        for source in entries(container.get("envFrom")):
            yield from _of_source(field, source, "configMapRef", "secretRef")


def _of_source(field, source, config_map, secret):
    for key, kind in ((config_map, "ConfigMap"), (secret, "Secret")):
        reference = mapping(source.get(key))
        if reference.get("name") and not reference.get("optional"):
            yield (field,), kind, str(reference["name"])
