# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import schema

A, B = {"name": "A", "value": "a"}, {"name": "A", "value": "b"}
MOUNTS = [{"name": "x", "mountPath": "/x"}, {"name": "y", "mountPath": "/x"}]
SPREAD = {"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 1}
# {what is wrong: (the spec of a pod, the path of it in the object, words)}
WRONG = {
    "unknown field": ({"volumes": [{"name": "x", "secret": {"secretNam": "y"}}]}, "volumes.0.secret.secretNam", "Write secretName."),
    "unknown field of a container": ({"containers": [{"name": "a", "imagePullPolice": "Always"}]}, "containers.0.imagePullPolice", "imagePullPolicy"),
    "deep unknown field": ({"affinity": {"nodeAffinity": {"required": {}}}}, "affinity.nodeAffinity.required", "no field required"),
    "text for number": ({"securityContext": {"runAsUser": "50000"}}, "securityContext.runAsUser", "Write 50000 without quotes"),
    "number for text": ({"containers": [{"name": "a", "env": [{"name": "A", "value": 5}]}]}, "containers.0.env.0.value", "Put it in quotes"),
    "map for list": ({"containers": [{"name": "a", "command": {"a": 1}}]}, "containers.0.command", "Write a list"),
    "missing field": ({"containers": [{"name": "a", "ports": [{"name": "web"}]}]}, "containers.0.ports.0", "it lacks containerPort"),
    "two variables": ({"containers": [{"name": "a", "env": [A, B]}]}, "containers.0.env", "two entries with name A in env"),
    "two mounts": ({"containers": [{"name": "a", "volumeMounts": MOUNTS}]}, "containers.0.volumeMounts", "two entries with mountPath /x"),
    "two volumes": ({"volumes": [{"name": "x", "emptyDir": {}}, {"name": "x", "emptyDir": {}}]}, "volumes", "two entries with name x"),
    "two ports": (
        {"containers": [{"name": "a", "ports": [{"containerPort": 80}, {"containerPort": 80, "protocol": "TCP"}]}]}, "containers.0.ports",
        "containerPort 80 and protocol TCP"),
    "two containers": ({"containers": [{"name": "a"}, {"name": "a"}]}, "containers", "two entries with name a"),
    "two pull secrets": ({"imagePullSecrets": [{"name": "a"}, {"name": "a"}]}, "imagePullSecrets", "two entries with name a"),
    "two aliases": ({"hostAliases": [{"ip": "1.2.3.4"}, {"ip": "1.2.3.4"}]}, "hostAliases", "two entries with ip 1.2.3.4"),
    "two spreads": ({"topologySpreadConstraints": [SPREAD, SPREAD]}, "topologySpreadConstraints", "topologyKey zone"),
    "port": ({"containers": [{"name": "a", "ports": [{"containerPort": 70000}]}]}, "containers.0.ports.0.containerPort", "at most 65535"),
    "name of a port": (
        {"containers": [{"name": "a", "ports": [{"containerPort": 1, "name": "much-too-long-a-name"}]}]}, "containers.0.ports.0.name", "no more than 15"),
    "name of a container": ({"containers": [{"name": "Upper_Case"}]}, "containers.0.name", "lower-case letters"),
    "name of a variable": ({"containers": [{"name": "a", "env": [{"name": "A=B", "value": ""}]}]}, "containers.0.env.0.name", "another form"),
    "quantity": ({"containers": [{"name": "a", "resources": {"limits": {"memory": "lots"}}}]}, "containers.0.resources.limits.memory", "512Mi"),
    "choice": ({"containers": [{"name": "a", "imagePullPolicy": "always"}]}, "containers.0.imagePullPolicy", "Write Always"),
    "probe": ({"containers": [{"name": "a", "livenessProbe": {"periodSeconds": 0}}]}, "containers.0.livenessProbe.periodSeconds", "at least 1"),
    "selector": ({"nodeSelector": {"pool": "a b"}}, "nodeSelector.pool", "at most 63 letters"),
    "key of a selector": ({"nodeSelector": {"a b": "c"}}, "nodeSelector.a b", "example.com/team"),
}  # fmt: skip


@pytest.mark.parametrize(("spec", "path", "words"), [pytest.param(*case, id=name) for name, case in WRONG.items()])
def test_what_the_api_server_refuses(spec, path, words, make, told, kubernetes_schema):
    found = told(schema.faults, [make.workload(spec=spec)], {}, kubernetes_schema)
    assert list(found) == [f"Deployment airflow-scheduler spec.template.spec.{path}"]
    (problem,) = found.values()
    assert "the API server refuses" in problem and words in problem


def test_what_it_takes(make, told, kubernetes_schema):
    container = make.container(
        env=[{"name": "A", "value": ""}, {"name": "my.variable-1", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
        ports=[{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}], resources={"limits": {"cpu": 1.5, "memory": "1.5Gi", "a/gpu": 1}},
        livenessProbe={"httpGet": {"port": "web", "path": "/"}}, volumeMounts=[{"name": "a", "mountPath": "/a"}, {"name": "a", "mountPath": "/b"}])
    spec = {"containers": [container], "nodeSelector": {"example.com/pool": "", "a": "true"}, "initContainers": None, "tolerations": [{"operator": "Exists"}]}
    definitions = [
        make.workload(spec=spec), make.workload("StatefulSet", "triggerer"), make.config_map(make.task_pod()),
        make.plain("ServiceMonitor", "airflow", "monitoring.coreos.com/v1", spec={"anything": 1}),
        make.plain("Role", "system:airflow", "rbac.authorization.k8s.io/v1"),
    ]
    assert told(schema.faults, definitions, {}, kubernetes_schema) == {}


def test_two_entries_are_told_at_the_place_of_the_component_with_the_other_one(make, told, kubernetes_schema):
    values = {"env": [A], "scheduler": {"env": [B]}, "triggerer": {"env": [A]}}
    found = told(schema.faults, [make.workload(spec={"containers": [{"name": "a", "env": [A, B]}]})], values, kubernetes_schema)
    assert list(found) == ["scheduler.env.0"]
    assert "; env.0 is the same" in found["scheduler.env.0"] and "triggerer" not in found["scheduler.env.0"]


def test_an_entry_that_the_chart_makes_is_told_where_it_was_written_again(make, told, kubernetes_schema):
    found = told(schema.faults, [make.workload(spec={"containers": [{"name": "a", "env": [A, B]}]})], {"env": [B]}, kubernetes_schema)
    assert "which the chart makes" in found["env.0"]


def test_no_value_is_quoted(make, told, kubernetes_schema):
    secret = "hunter2 of nobody"
    variables = [{"name": "PASSWORD", "value": secret}, {"name": "PASSWORD", "value": [secret]}]
    spec = {"containers": [{"name": "a", "env": variables, "secret": secret}], "nodeSelector": {"a": secret}}
    found = told(schema.faults, [make.workload(spec=spec)], {"env": variables}, kubernetes_schema)
    assert len(found) == 4 and secret not in str(found)


@pytest.mark.parametrize(
    ("kind", "api_version", "name", "is_taken"),
    [
        ("Secret", "v1", "Bad_Name", False), ("Secret", "v1", "a.b", True), ("Service", "v1", "a.b", False), ("ConfigMap", "v1", "x" * 254, False),
        ("Role", "rbac.authorization.k8s.io/v1", "Bad_Name", True),
    ],
)  # fmt: skip
def test_names_of_objects(kind, api_version, name, is_taken, make, told, kubernetes_schema):
    found = told(schema.faults, [make.plain(kind, name, api_version)], {"extraSecrets": {name: {}}}, kubernetes_schema)
    assert list(found) == ([] if is_taken else [f"extraSecrets.{name}"])


def test_labels_of_objects(make, told, kubernetes_schema):
    workload = make.workload(metadata={"labels": {"team": "x" * 64}})
    found = told(schema.faults, [workload], {"labels": {"team": "x" * 64}}, kubernetes_schema)
    assert list(found) == ["labels.team"]


class TestPodsOfTasks:
    def test_a_field_that_nobody_knows_is_dropped_without_a_word(self, make, told, kubernetes_schema):
        template = make.task_pod(spec={"priorityClass": "high"})
        found = told(schema.faults, [make.config_map(template)], {"podTemplate": "..."}, kubernetes_schema)
        (problem,) = found.values()
        assert "no field priorityClass" in problem and "priorityClassName" in problem

    def test_they_are_created_with_the_last_of_two_variables_and_numbers_as_texts(self, make, told, kubernetes_schema):
        base = make.container("base", env=[A, B, {"name": "N", "value": 5}])
        assert told(schema.faults, [make.config_map(make.task_pod(spec={"containers": [base]}))], {}, kubernetes_schema) == {}

    def test_two_volumes_are_refused_here_as_well(self, make, told, kubernetes_schema):
        template = make.task_pod(spec={"volumes": [{"name": "x", "emptyDir": {}}] * 2})
        assert len(told(schema.faults, [make.config_map(template)], {}, kubernetes_schema)) == 1
