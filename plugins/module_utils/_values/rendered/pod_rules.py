# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API server asks of pods beyond the schema of their fields. Pure: no I/O.

Sources: `pkg/apis/core/validation` and `pkg/apis/apps/validation` of Kubernetes 1.36.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import (
    at,
    entries,
    label,
    mapping,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.told import Fault

_HANDLERS = ("exec", "grpc", "httpGet", "tcpSocket")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_REFUSES = "the API server refuses {where}: "


def faults(objects, origins):
    """:param objects: `RenderedObjects`.
    :param origins: `Origins` of the chart values.
    :returns: list of `Fault`.
    """
    found = []
    for pod in objects.pods:
        found += _of_pod(pod, origins)
        for field, place, container in pod.containers():
            found += _of_container(pod, (field, place), container, origins)
    for definition in objects.definitions:
        found += _selector(definition, origins)
    return found


def _of_pod(pod, origins):
    found, seen = [], {}
    for field, place, container in pod.containers():
        name = container.get("name")
        if seen.setdefault(name, field) != field:
            path = (*pod.path, "spec", field, place)
            found.append(Fault(
                pod.label, path, origins.of_named(container, pod, field),
                f"{_REFUSES}it has an init container and a container of the name {name}", "Give one of them another name"))
    for place, volume in enumerate(entries(pod.spec.get("volumes"))):
        sources = sorted(key for key, source in volume.items() if key != "name" and source is not None)
        if len(sources) > 1:
            path = (*pod.path, "spec", "volumes", place)
            found.append(Fault(
                pod.label, path, origins.of_named(volume, pod, "volumes"), f"{_REFUSES}volume {volume.get('name')} is both {' and '.join(sources)}",
                "Keep one of them, or check the indentation"))
    for place, toleration in enumerate(entries(pod.spec.get("tolerations"))):
        path = (*pod.path, "spec", "tolerations", place)
        operator = toleration.get("operator") or "Equal"
        if not toleration.get("key") and operator != "Exists":
            found.append(Fault(
                pod.label, path, origins.of(path, toleration, pod.component), f"{_REFUSES}a toleration without a key does not say Exists",
                "Write operator: Exists, or a key"))
        elif operator == "Exists" and toleration.get("value"):
            found.append(Fault(
                pod.label, path, origins.of(path, toleration, pod.component), f"{_REFUSES}a toleration with operator Exists has a value",
                "Leave the value out, or write operator: Equal"))
    return found


def _of_container(pod, place, container, origins):
    path, name = (*pod.path, "spec", *place), container.get("name")
    own = origins.of_named(container, pod, place[0])
    found = []
    if not container.get("image") and not pod.is_of_tasks:
        found.append(Fault(pod.label, path, own, f"{_REFUSES}container {name} has no image", "Add image"))
    volumes = {volume.get("name") for volume in entries(pod.spec.get("volumes"))}
    volumes |= {mapping(claim.get("metadata")).get("name") for claim in entries(at(pod.owner, ("spec", "volumeClaimTemplates")))}
    for index, mount in enumerate(entries(container.get("volumeMounts"))):
        if mount.get("name") not in volumes:
            here = (*path, "volumeMounts", index)
            found.append(Fault(
                pod.label, here, origins.of(here, mount, pod.component) or origins.of_named(mount, pod, "volumeMounts"),
                f"{_REFUSES}a container mounts the volume {mount.get('name')}, which its pod does not have",
                "Add the volume where the mount is, as volumes or extraVolumes, or correct the name"))
    for index, variable in enumerate(entries(container.get("env"))):
        source = mapping(variable.get("valueFrom"))
        problem = None
        if source and variable.get("value"):
            problem = "both value and valueFrom"
        elif "valueFrom" in variable and len([key for key, told in source.items() if told is not None]) != 1:
            problem = "not exactly one source in valueFrom"
        if problem:
            here = (*path, "env", index)
            found.append(Fault(
                pod.label, here, origins.of(here, variable, pod.component) or origins.of_named(variable, pod, "env"),
                f"{_REFUSES}the variable {variable.get('name')} has {problem}", "Keep one"))
    for kind in _PROBES:
        probe = mapping(container.get(kind))
        if probe and len([handler for handler in _HANDLERS if probe.get(handler) is not None]) != 1:
            here = (*path, kind)
            found.append(Fault(
                pod.label, here, origins.of(here, probe, pod.component) or own,
                f"{_REFUSES}{kind} of container {name} has not exactly one of {', '.join(_HANDLERS)}", "Keep one of them"))
    return found


def _selector(definition, origins):
    """A workload has to select the pods that it makes. A label that is written twice in the chart's YAML counts the last time."""
    if definition["kind"] not in ("Deployment", "StatefulSet", "DaemonSet"):
        return []
    wanted = mapping(at(definition, ("spec", "selector", "matchLabels")))
    labels = mapping(at(definition, ("spec", "template", "metadata", "labels")))
    return [
        Fault(
            label(definition), ("spec", "selector", "matchLabels", key), next(iter(origins.keys(key)), None),
            f"{_REFUSES}its pods have another label {key} than it selects", f"Use another label than {key}, by which the chart knows its pods")
        for key, value in wanted.items() if labels.get(key) != value
    ]
