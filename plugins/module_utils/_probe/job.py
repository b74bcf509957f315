# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Job whose pod pulls the images of a release and connects to what it needs. Pure: no I/O."""

from __future__ import annotations

import hashlib
import json

CONNECT = "connect"
# Above the limit of the run that waits for it, so that it ends by itself only when that run was killed.
DEADLINE_MARGIN_SECONDS = 120
LIFETIME_SECONDS = 300


def container_of(place):
    """:returns: the name of the container of an image, by its place in the sorted list of images."""
    return f"image-{place}"


def definition(name, namespace, needs, options, script):
    """Make the Job.

    :param name: the Job's name.
    :param namespace: its namespace.
    :param needs: a `Needs`.
    :param options: dict with ``image``, ``endpoints``, ``labels``, ``pod_labels``, ``pod_annotations``, ``pod_security_context``,
        ``place``, ``resources`` and ``wait_timeout`` (seconds).
    :param script: the text of ``connect.py``.
    :returns: the definition.
    """
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": namespace, "labels": options["labels"]},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": options["wait_timeout"] + DEADLINE_MARGIN_SECONDS,
            "ttlSecondsAfterFinished": LIFETIME_SECONDS,
            "template": {"metadata": _pod_metadata(options), "spec": _pod(needs, options, script)},
        },
    }


def _pod_metadata(options):
    metadata = {"labels": {**options["pod_labels"], **options["labels"]}}
    return {**metadata, "annotations": options["pod_annotations"]} if options["pod_annotations"] else metadata


def _pod(needs, options, script):
    containers = [
        _container(container_of(place), image, ["true"], needs, options) for place, image in enumerate(needs.images)
    ]
    if options["endpoints"]:
        # First, because the kubelet pulls one image after the other.
        containers.insert(0, {
            **_container(CONNECT, options["image"], ["python3", "-c", script], needs, options),
            "env": _environment(needs, options["endpoints"]),
        })  # fmt: skip
    return {
        **needs.place,
        **options["place"],
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "imagePullSecrets": [{"name": secret} for secret in needs.pull_secrets],
        "securityContext": options["pod_security_context"],
        "containers": containers,
    }


def _container(name, image, command, needs, options):
    return {
        "name": name,
        "image": image,
        # With Always the registry is asked even where the node has the image, so that the credentials are tried.
        "imagePullPolicy": "Never" if image in needs.loaded else "Always",
        "command": command,
        "resources": options["resources"],
        "securityContext": {
            "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True,
        },
    }


def variable_of(place):
    """:returns: the environment variable with the address of an endpoint, by its place in the list."""
    return f"ADDRESS_{place}"


def _environment(needs, endpoints):
    told, entries = [], []
    for place, endpoint in enumerate(endpoints):
        fields = {name: endpoint[name] for name in ("name", "host", "port", "is_http", "is_connection")}
        if endpoint.get("secret"):
            fields["environment"] = variable_of(place)
            reference = {"name": endpoint["secret"]["name"], "key": endpoint["secret"]["key"], "optional": True}
            entries.append({"name": variable_of(place), "valueFrom": {"secretKeyRef": reference}})
        told.append(fields)
    return [{"name": "ENDPOINTS", "value": json.dumps(told)}, *needs.proxies, *entries]


def fingerprint(job, versions, others=()):
    """Say what a probe was made of, so that the same one need not be repeated.

    :param job: the definition, without its name.
    :param versions: {name of a Secret: what changes with its content}.
    :param others: whatever else is a reason to probe again.
    :returns: hex digits.
    """
    text = json.dumps([job["spec"], versions, list(others)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
