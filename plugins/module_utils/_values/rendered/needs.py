# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What objects need that is made elsewhere: images, Secrets, classes and add-ons, by name. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import (
    at,
    entries,
    label,
    mapping,
    name_of,
)

# The key of a reference that takes a Secret as a whole, whatever keys it has.
WHOLE = ""
# https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
PULL_KEY = ".dockerconfigjson"
TLS_KEYS = ("tls.crt", "tls.key")
# Before there was a field for it.
_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
METRICS_SERVER, KEDA = "metrics-server", "keda"
# Metrics and triggers that the metrics-server measures; an autoscaler that names no metric is one of CPU.
# https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/, https://keda.sh/docs/latest/scalers/cpu/
_MEASURED = {"HorizontalPodAutoscaler": ("metrics", ("Resource", "ContainerResource")), "ScaledObject": ("triggers", ("cpu", "memory"))}
# How volumes of drivers name the Secret with the credentials of their storage.
_OF_DRIVERS = ("secretRef", "nodePublishSecretRef")


def needs(objects):
    """:param objects: `RenderedObjects`.
    :returns: {images: list of {image, used_by}, secret_references: list of {secret, key, is_optional, is_made, used_by},
        ingress_classes: list of {ingress_class, used_by}, addons: list of {addon, used_by}}, all sorted. ``used_by`` are
        the labels of objects; ``is_made`` says whether one of the objects is that Secret, with that key.
    """
    images, references, classes, addons = {}, {}, {}, {}
    for pod in objects.pods:
        for unused, unused_place, container in pod.containers():
            # A template may leave the image to Airflow, which then takes that of its configuration.
            if container.get("image"):
                images.setdefault(str(container["image"]), set()).add(pod.label)
        _note(references, pod.label, _of_pod(pod))
    for ingress in objects.of_kind("Ingress"):
        classes.setdefault(_class_of(ingress), set()).add(label(ingress))
        _note(references, label(ingress), _of_ingress(ingress))
    for scaler in objects.of_kind(*_MEASURED):
        for addon in _behind(scaler):
            addons.setdefault(addon, set()).add(label(scaler))
    made = {name_of(secret): {*mapping(secret.get("data")), *mapping(secret.get("stringData"))} for secret in objects.of_kind("Secret")}
    return {
        "images": [{"image": image, "used_by": sorted(users)} for image, users in sorted(images.items())],
        "secret_references": [
            {
                "secret": secret, "key": key, "is_optional": all(optional), "used_by": sorted(users),
                "is_made": secret in made and (key == WHOLE or key in made[secret]),
            }
            for (secret, key), (users, optional) in sorted(references.items())
        ],
        "ingress_classes": [{"ingress_class": name, "used_by": sorted(users)} for name, users in sorted(classes.items())],
        "addons": [{"addon": name, "used_by": sorted(users)} for name, users in sorted(addons.items())],
    }  # fmt: skip


def _note(references, user, found):
    for secret, key, is_optional in found:
        if secret:
            users, optional = references.setdefault((str(secret), str(key or WHOLE)), (set(), []))
            users.add(user)
            optional.append(is_optional is True)


def _of_pod(pod):
    """:returns: iterator of (Secret, key, whether the pod starts without)."""
    for entry in entries(pod.spec.get("imagePullSecrets")):
        yield entry.get("name"), PULL_KEY, False
    for unused, unused_place, container in pod.containers():
        for variable in entries(container.get("env")):
            reference = mapping(mapping(variable.get("valueFrom")).get("secretKeyRef"))
            yield reference.get("name"), reference.get("key"), reference.get("optional")
        for source in entries(container.get("envFrom")):
            reference = mapping(source.get("secretRef"))
            yield reference.get("name"), WHOLE, reference.get("optional")
    for volume in entries(pod.spec.get("volumes")):
        yield from _of_volume(volume, pod)


def _of_volume(volume, pod):
    secret = mapping(volume.get("secret"))
    for key in _items(secret) or _mounted(volume.get("name"), pod):
        yield secret.get("secretName"), key, secret.get("optional")
    for source in entries(mapping(volume.get("projected")).get("sources")):
        secret = mapping(source.get("secret"))
        for key in _items(secret) or [WHOLE]:
            yield secret.get("name"), key, secret.get("optional")
    for source in volume.values():
        for field in _OF_DRIVERS:
            yield mapping(mapping(source).get(field)).get("name"), WHOLE, False


def _items(secret):
    return [item.get("key") for item in entries(secret.get("items"))]


def _mounted(name, pod):
    """:returns: the keys of a volume that are mounted, each as a file of its own; else all of it."""
    mounts = [
        mount.get("subPath") for unused, unused_place, container in pod.containers()
        for mount in entries(container.get("volumeMounts")) if mount.get("name") == name
    ]  # fmt: skip
    return sorted({str(path) for path in mounts}) if mounts and all(mounts) else [WHOLE]


def _of_ingress(ingress):
    for entry in entries(at(ingress, ("spec", "tls"))):
        for key in TLS_KEYS:
            yield entry.get("secretName"), key, False


def _class_of(ingress):
    """:returns: the name of the IngressClass; empty for the cluster's default."""
    annotations = mapping(mapping(ingress.get("metadata")).get("annotations"))
    return str(at(ingress, ("spec", "ingressClassName")) or annotations.get(_CLASS_ANNOTATION) or "")


def _behind(scaler):
    """:returns: iterator of the add-ons without which an autoscaler does nothing."""
    field, measured = _MEASURED[scaler["kind"]]
    kinds = [entry.get("type") for entry in entries(at(scaler, ("spec", field)))]
    if any(kind in measured for kind in kinds) or not kinds and scaler["kind"] == "HorizontalPodAutoscaler":
        yield METRICS_SERVER
    if scaler["kind"] == "ScaledObject":
        yield KEDA
