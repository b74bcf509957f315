# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A changed Secret restarts exactly the pods that read it: those that the bundled chart gives it to are annotated."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._release import secret_annotations

SECRETS = {
    "fernetKeySecretName": "my-fernet",
    "apiSecretKeySecretName": "my-api",
    "jwtSecretName": "my-jwt",
    "data": {"metadataSecretName": "my-metadata"},
    "secret": [{"envName": "AIRFLOW_CONN_LOGS", "secretName": "my-logs", "secretKey": "connection"}],
}
PGBOUNCER = {
    "pgbouncer": {
        "enabled": True,
        "configSecretName": "my-pgbouncer",
        "metricsExporterSidecar": {"statsSecretName": "my-statistics"},
    }
}
CASES = {
    "Kubernetes": {"executor": "KubernetesExecutor", **SECRETS},
    "Local": {"executor": "LocalExecutor", **SECRETS},
    "PgBouncer": {"executor": "KubernetesExecutor", **SECRETS, **PGBOUNCER},
    "default executor": SECRETS,
}


def secrets_in(value):
    """:returns: the names of all Secrets that a part of a pod refers to."""
    if isinstance(value, list):
        return set().union(*map(secrets_in, value))
    if not isinstance(value, dict):
        return set()
    found = {value["secretKeyRef"]["name"]} if "secretKeyRef" in value else set()
    found |= {value["secret"]["secretName"]} if isinstance(value.get("secret"), dict) else set()
    return found.union(*map(secrets_in, value.values()))


def annotated(chart, values):
    """:returns: {component: (Secrets that its pods read, Secrets that they are annotated for)}."""
    defaults = yaml.safe_load((chart.path / "values.yaml").read_text())
    places = secret_annotations.readers(values, defaults)
    keys = {secret_annotations.annotation_key(name): name for name in places}
    laid = secret_annotations.laid(values, places, dict.fromkeys(places, "0123456789abcdef"))
    found = {}
    for item in chart.render(laid):
        if item["kind"] in ("Deployment", "StatefulSet"):
            pod = item["spec"]["template"]
            marks = pod["metadata"].get("annotations") or {}
            component = item["metadata"]["labels"]["component"]
            found[component] = (secrets_in(pod["spec"]), {keys[key] for key in marks if key in keys})
    return found


@pytest.mark.parametrize("case", CASES)
def test_exactly_the_pods_that_read_a_secret_are_annotated_for_it(chart, case):
    found = annotated(chart, CASES[case])
    assert {component: read for component, (read, unused) in found.items()} == {
        component: marked for component, (unused, marked) in found.items()
    }
    assert found["scheduler"][0] == {"my-fernet", "my-api", "my-jwt", "my-metadata", "my-logs"}


def test_the_template_of_task_pods_stays_as_it_is(chart):
    values = CASES["Kubernetes"]
    places = secret_annotations.readers(values, {})
    laid = secret_annotations.laid(values, places, dict.fromkeys(places, "0123456789abcdef"))
    templates = [
        next(item for item in chart.render(case) if item["metadata"]["name"].endswith("-config"))["data"]
        for case in (values, laid)
    ]
    assert templates[0] == templates[1]
