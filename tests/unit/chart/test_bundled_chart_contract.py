# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled chart renders what the official one renders: kinds, names, labels, containers, environment, ports."""

from __future__ import annotations

import json

import pytest
import yaml

CASES = ["05-pg-secret-pgbouncer-secrets", "08-dags-pvc", "09-dag-bundles-git", "10-logs-s3-irsa"]

# Every difference that is meant, with its reason; any other fails the test.
ABSENT = {
    ("Job", "af-run-airflow-migrations"): "the role airflow_database migrates, before the release",
    ("ServiceAccount", "af-airflow-migrate-database-job"): "belongs to that Job",
    ("Job", "af-create-user"): "the role airflow_release makes the first user, with a password from a Secret",
    ("ServiceAccount", "af-airflow-create-user-job"): "belongs to that Job",
    ("Secret", "af-broker-url"): "a Secret without meaning that the official chart makes though nothing reads it",
}
ADDED_MOUNTS = {
    ("af-pgbouncer", "pgbouncer", "/tmp"): "its root file system is read-only; the Unix socket needs a place",
}
REFUSED_KEYS = {
    ("pgbouncer", "sslmode"): "has no effect in the official chart either, beside configSecretName",
}
OWN_LABELS = {
    "chart": "name and version of the chart: each has its own",
}


def recorded(chart, case: str) -> list[dict]:
    return json.loads((chart.fixtures / "rendered" / f"{case}.json").read_text(encoding="utf-8"))


def case_values(chart, case: str) -> dict:
    values = yaml.safe_load((chart.fixtures / "cases" / f"{case}.yaml").read_text(encoding="utf-8"))
    for parent, key in REFUSED_KEYS:
        values.get(parent, {}).pop(key, None)
    return values


def container_facts(container: dict) -> dict:
    return {
        "name": container["name"],
        "env": sorted(variable["name"] for variable in container.get("env", [])),
        "mounts": sorted(mount["mountPath"] for mount in container.get("volumeMounts", [])),
        "ports": [[port["name"], port["containerPort"]] for port in container.get("ports", [])],
    }


def pod_facts(template: dict) -> dict:
    spec = template["spec"]
    return {
        "labels": template["metadata"]["labels"],
        "serviceAccountName": spec["serviceAccountName"],
        "containers": [container_facts(container) for container in spec["containers"]],
        "initContainers": [container_facts(container) for container in spec.get("initContainers", [])],
    }


def facts(item: dict) -> dict:
    """The same facts of an object as the fixtures record of the official chart's objects."""
    spec = item.get("spec", {})
    found = {key: item[key] for key in ("apiVersion", "kind")}
    found["name"] = item["metadata"]["name"]
    found["labels"] = item["metadata"]["labels"]
    if item["kind"] in ("ConfigMap", "Secret"):
        found["keys"] = sorted(item["data"])
    if item["kind"] == "Service":
        found["ports"] = [[port["name"], port["port"]] for port in spec["ports"]]
        found["selector"] = spec["selector"]
    if "template" in spec:
        found["replicas"] = spec["replicas"]
        found["pod"] = pod_facts(spec["template"])
    return found


def without_meant_differences(found: dict) -> dict:
    for label in OWN_LABELS:
        found["labels"].pop(label)
    for container in found.get("pod", {}).get("containers", []):
        owner = (found["name"], container["name"])
        container["mounts"] = [path for path in container["mounts"] if (*owner, path) not in ADDED_MOUNTS]
    return found


def by_identity(objects: list[dict]) -> dict:
    return {(item["kind"], item["name"]): without_meant_differences(item) for item in objects}


@pytest.mark.parametrize("case", CASES)
def test_same_facts_as_the_official_chart(chart, case):
    official = by_identity(recorded(chart, case))
    ours = by_identity([facts(item) for item in chart.render(case_values(chart, case))])
    assert {identity: official[identity] for identity in official if identity not in ABSENT} == ours


@pytest.mark.parametrize("case", CASES)
def test_every_listed_absence_is_one(chart, case):
    assert set(ABSENT) <= {(item["kind"], item["name"]) for item in recorded(chart, case)}


def test_every_listed_refusal_is_one(chart):
    for parent, key in REFUSED_KEYS:
        assert f"'{key}' not allowed" in chart.refusal({parent: {key: "require"}})


def test_dag_bundles_reach_the_configuration(chart):
    values = case_values(chart, "09-dag-bundles-git")
    text = chart.one("ConfigMap", "af-config", values)["data"]["airflow.cfg"]
    line = next(line for line in text.splitlines() if line.startswith("dag_bundle_config_list = "))
    assert json.loads(line.partition(" = ")[2]) == values["dagProcessor"]["dagBundleConfigList"]


def test_a_pod_template_written_for_the_official_chart_renders(chart):
    template = """
apiVersion: v1
kind: Pod
metadata:
  name: placeholder
  labels: {tier: airflow, component: worker, release: {{ .Release.Name }}}
spec:
  serviceAccountName: {{ include "worker.serviceAccountName" . }}
  containers:
    - name: base
      image: {{ template "pod_template_image" . }}
      env:
        - name: AIRFLOW__CORE__EXECUTOR
          value: {{ .Values.executor | quote }}
        {{- include "standard_airflow_environment" . | indent 6 }}
"""
    spec = chart.pod_template({"podTemplate": template})["spec"]
    default = chart.pod_template()["spec"]
    assert spec["serviceAccountName"] == default["serviceAccountName"]
    assert spec["containers"][0]["image"] == default["containers"][0]["image"]
    assert spec["containers"][0]["env"] == default["containers"][0]["env"]
