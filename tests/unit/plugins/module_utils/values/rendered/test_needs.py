# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.needs import needs
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import RenderedObjects

SCHEDULER = ["Deployment airflow-scheduler"]


def of(*definitions):
    return needs(RenderedObjects.of_manifest(yaml.safe_dump_all(definitions)))


def references(*definitions):
    """:returns: {(Secret, key): whether it is optional}."""
    return {(entry["secret"], entry["key"]): entry["is_optional"] for entry in of(*definitions)["secret_references"]}


def test_images_of_all_containers_and_of_the_pods_of_tasks(make):
    workload = make.workload(spec={"initContainers": [make.container("wait", image="wait:1")]})
    found = of(workload, make.workload("StatefulSet", "triggerer"), make.config_map(make.task_pod()))["images"]
    assert found == [
        {"image": "airflow:3", "used_by": [
            "Deployment airflow-scheduler", "StatefulSet airflow-triggerer", "pod_template_file.yaml of ConfigMap airflow-config"]},
        {"image": "wait:1", "used_by": SCHEDULER},
    ]  # fmt: skip


def test_a_template_may_leave_the_image_to_airflow(make):
    assert of(make.config_map(make.task_pod(spec={"containers": [{"name": "base"}]})))["images"] == []


VARIABLE = {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
MOUNT = {"name": "v", "mountPath": "/v"}
# {case: (the container, the spec of the pod, {(Secret, key): whether it is optional})}
CASES = {
    "a variable": ({"env": [VARIABLE]}, {}, {("s", "k"): False}),
    "an optional one": ({"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": True}}}]}, {}, {("s", "k"): True}),
    "one that only another pod needs not": (
        {"env": [VARIABLE, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": True}}}]}, {}, {("s", "k"): False}),
    "all of a Secret as variables": ({"envFrom": [{"secretRef": {"name": "s"}}, {"configMapRef": {"name": "c"}}]}, {}, {("s", ""): False}),
    "a volume": ({"volumeMounts": [MOUNT]}, {"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}, {("s", ""): False}),
    "a volume that may be empty": ({}, {"volumes": [{"name": "v", "secret": {"secretName": "s", "optional": True}}]}, {("s", ""): True}),
    "keys of a volume": (
        {}, {"volumes": [{"name": "v", "secret": {"secretName": "s", "items": [{"key": "a", "path": "x"}, {"key": "b", "path": "y"}]}}]},
        {("s", "a"): False, ("s", "b"): False}),
    "files of a volume": (
        {"volumeMounts": [{**MOUNT, "subPath": "a"}, {**MOUNT, "subPath": "b"}]}, {"volumes": [{"name": "v", "secret": {"secretName": "s"}}]},
        {("s", "a"): False, ("s", "b"): False}),
    "a file and all of a volume": (
        {"volumeMounts": [{**MOUNT, "subPath": "a"}, MOUNT]}, {"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}, {("s", ""): False}),
    "a projected volume": (
        {}, {"volumes": [{"name": "v", "projected": {"sources": [
            {"secret": {"name": "s", "items": [{"key": "k", "path": "x"}]}}, {"secret": {"name": "t", "optional": True}}]}}]},
        {("s", "k"): False, ("t", ""): True}),
    "the storage of a driver": (
        {}, {"volumes": [{"name": "v", "csi": {"driver": "d", "nodePublishSecretRef": {"name": "s"}}}]}, {("s", ""): False}),
    "credentials of a registry": ({}, {"imagePullSecrets": [{"name": "s"}]}, {("s", ".dockerconfigjson"): False}),
    "none": ({"env": [{"name": "A", "value": "s"}]}, {"volumes": [{"name": "v", "emptyDir": {}}]}, {}),
}  # fmt: skip


@pytest.mark.parametrize("container, spec, found", CASES.values(), ids=CASES)
def test_secrets_that_a_pod_refers_to(container, spec, found, make):
    assert references(make.workload(spec={"containers": [make.container(**container)], **spec})) == found


def test_the_certificate_and_the_class_of_an_ingress(make):
    named = make.plain("Ingress", "a", "networking.k8s.io/v1", spec={"ingressClassName": "nginx", "tls": [{"secretName": "t"}, {"hosts": ["h"]}]})
    annotated = make.plain("Ingress", "b", "networking.k8s.io/v1", spec={})
    annotated["metadata"]["annotations"] = {"kubernetes.io/ingress.class": "nginx"}
    found = of(named, annotated, make.plain("Ingress", "c", "networking.k8s.io/v1", spec={}))
    assert found["ingress_classes"] == [
        {"ingress_class": "", "used_by": ["Ingress c"]}, {"ingress_class": "nginx", "used_by": ["Ingress a", "Ingress b"]}]
    assert [(entry["secret"], entry["key"], entry["used_by"]) for entry in found["secret_references"]] == [
        ("t", "tls.crt", ["Ingress a"]), ("t", "tls.key", ["Ingress a"])]


CPU, MEMORY = {"type": "Resource", "resource": {"name": "cpu"}}, {"type": "ContainerResource"}


@pytest.mark.parametrize(
    ("kind", "spec", "found"),
    [
        ("HorizontalPodAutoscaler", {"metrics": [CPU]}, ["metrics-server"]), ("HorizontalPodAutoscaler", {"metrics": [MEMORY]}, ["metrics-server"]),
        ("HorizontalPodAutoscaler", {}, ["metrics-server"]), ("HorizontalPodAutoscaler", {"metrics": [{"type": "External"}, CPU]}, ["metrics-server"]),
        ("HorizontalPodAutoscaler", {"metrics": [{"type": "External"}]}, []),
        ("ScaledObject", {"triggers": [{"type": "postgresql"}]}, ["keda"]), ("ScaledObject", {}, ["keda"]),
        ("ScaledObject", {"triggers": [{"type": "memory"}]}, ["keda", "metrics-server"]), ("PodDisruptionBudget", {}, []),
    ])  # fmt: skip
def test_what_autoscalers_need(kind, spec, found, make):
    asked = of(make.plain(kind, "b", spec=spec), make.plain(kind, "a", spec=spec))["addons"]
    assert asked == [{"addon": name, "used_by": [f"{kind} a", f"{kind} b"]} for name in found]


@pytest.mark.parametrize(
    ("secret", "is_made"),
    [({"data": {"k": "eA=="}}, True), ({"stringData": {"k": "x"}}, True), ({"data": {"other": "eA=="}}, False), (None, False)])
def test_what_the_chart_makes_itself_is_said(secret, is_made, make):
    made = [make.plain("Secret", "s", **secret)] if secret else []
    (found,) = of(make.workload(spec={"containers": [make.container(env=[VARIABLE])]}), *made)["secret_references"]
    assert found["is_made"] is is_made and found["used_by"] == SCHEDULER


def test_no_content_of_a_secret_is_handed_out(make):
    made = make.plain("Secret", "s", stringData={"k": "hunter2"})
    plain = {"name": "B", "value": "hunter2"}
    assert "hunter2" not in str(of(make.workload(spec={"containers": [make.container(env=[VARIABLE, plain])]}), made))


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_objects_does_not_matter(names):
    def workload(name):
        containers = [{"name": "c", "image": f"image-{name[0]}", "env": [VARIABLE]}]
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {"template": {"spec": {"containers": containers}}}}

    assert of(*map(workload, names)) == of(*map(workload, sorted(names)))
