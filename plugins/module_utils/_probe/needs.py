# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pods of a release need: images, pull secrets, places and proxies, read from what helm rendered. Pure: no I/O."""

from __future__ import annotations

import dataclasses

try:
    import yaml
except ImportError:
    # It comes with the kubernetes library, whose absence the client reports.
    pass

_TEMPLATED = {"CronJob": ("spec", "jobTemplate", "spec", "template", "spec"), "Pod": ("spec",)}
_WORKLOADS = ("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet")
# What decides where a pod runs and how it finds others.
_PLACE = (
    "nodeSelector", "tolerations", "priorityClassName", "runtimeClassName", "schedulerName", "dnsPolicy", "dnsConfig", "hostAliases",
)
NEVER = "Never"


@dataclasses.dataclass(frozen=True)
class Needs:
    """What the pods of a release need.

    :param images: {image: what uses it, sorted}.
    :param loaded: the images that no pod ever pulls, because others load them onto the nodes.
    :param pull_secrets: names of Secrets, sorted.
    :param place: fields of the scheduler's pod that decide where it runs and how it finds others.
    :param proxies: entries of its environment that name proxies.
    """

    images: dict
    loaded: frozenset
    pull_secrets: list
    place: dict
    proxies: list


def needs(objects):
    """Read what the pods of a release need.

    :param objects: {label: definition}, the answer of ``rendered.objects``.
    :returns: `Needs`.
    """
    pods = dict(_pods(objects))
    images, policies = {}, {}
    for label, spec in pods.items():
        for container in [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]:
            # A template may leave the image to Airflow, which then takes that of its configuration.
            if container.get("image"):
                images.setdefault(container["image"], set()).add(label)
                policies.setdefault(container["image"], set()).add(container.get("imagePullPolicy"))
    scheduler = next((pods[label] for label, item in objects.items() if label in pods and _is_scheduler(item)), {})
    return Needs(
        {image: sorted(users) for image, users in sorted(images.items())},
        frozenset(image for image, found in policies.items() if found == {NEVER}),
        sorted({entry["name"] for spec in pods.values() for entry in spec.get("imagePullSecrets") or [] if entry.get("name")}),
        _place(scheduler, {item["metadata"]["name"] for item in objects.values() if item["kind"] == "PriorityClass"}),
        _proxies(scheduler),
    )


def _place(spec, made_later):
    """:param made_later: names of the PriorityClasses that come with the release, and so after the probe."""
    place = {field: spec[field] for field in _PLACE if spec.get(field)}
    if place.get("priorityClassName") in made_later:
        del place["priorityClassName"]
    # Which other pods are near does not matter to the probe.
    nodes = (spec.get("affinity") or {}).get("nodeAffinity")
    return {**place, "affinity": {"nodeAffinity": nodes}} if nodes else place


def _is_scheduler(item):
    return (item["metadata"].get("labels") or {}).get("component") == "scheduler"


def _pods(objects):
    """Yield (label, spec) of every pod that the objects make, and of those that they keep as templates."""
    for label, item in objects.items():
        path = _TEMPLATED.get(item["kind"]) or (("spec", "template", "spec") if item["kind"] in _WORKLOADS else None)
        if path:
            spec = item
            for key in path:
                spec = spec[key]
            yield label, spec
        if item["kind"] == "ConfigMap":
            for key, text in (item.get("data") or {}).items():
                spec = _template(text)
                if spec:
                    yield f"{label} ({key})", spec


def _template(text):
    """:returns: the spec of the pod that a text of a ConfigMap is; None where it is something else."""
    if "kind: Pod" not in text:
        return None
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    is_pod = isinstance(found, dict) and found.get("kind") == "Pod" and isinstance(found.get("spec"), dict)
    return found["spec"] if is_pod else None


def _proxies(spec):
    entries = [entry for container in (spec.get("containers") or [])[:1] for entry in container.get("env") or []]
    return [entry for entry in entries if entry["name"].lower() in ("http_proxy", "https_proxy", "no_proxy")]
