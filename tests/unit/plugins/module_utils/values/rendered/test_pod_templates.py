# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import pod_templates

SECRET = {"name": "AIRFLOW_CONN_LOGS", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
VALUES = {"podTemplate": "..."}


def found(make, told, template, *definitions):
    """:returns: the findings about a template beside a scheduler."""
    objects = [make.workload(spec={"containers": [make.container(env=[SECRET])]}), *definitions, make.config_map(template)]
    return told(pod_templates.faults, objects, VALUES).get("podTemplate", "").splitlines()


def complete(make):
    mounts = [{"name": "config", "mountPath": "/opt/airflow/airflow.cfg"}]
    return make.task_pod(spec={"containers": [make.container("base", env=[SECRET], volumeMounts=mounts)]})


def test_a_complete_one(make, told):
    assert found(make, told, complete(make)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [b", "no YAML"), ("a: b", "no Pod"), ("- a", "no YAML"), ("kind: Deployment\napiVersion: apps/v1\n", "no Pod"),
        ("kind: Pod\napiVersion: v1\n---\nkind: Pod\napiVersion: v1\n", "of one document"),
    ],
)  # fmt: skip
def test_what_is_no_pod(text, words, make, told):
    assert any(words in problem and "no task starts" in problem for problem in found(make, told, text))


CHANGED = {
    "name": ({"spec": {"containers": [{"name": "worker"}]}}, "not named base"),
    "no container": ({"spec": {"containers": []}}, "not named base"),
    "component": ({"metadata": {"labels": {"component": "task"}}}, "component: worker"),
    "release": ({"metadata": {"labels": {"release": None}}}, "release: airflow"),
    "restart": ({"spec": {"restartPolicy": None}}, "not Never"),
    "account": ({"spec": {"serviceAccountName": None}}, "names no service account"),
}


@pytest.mark.parametrize(("changes", "words"), [pytest.param(*case, id=name) for name, case in CHANGED.items()])
def test_what_it_needs(changes, words, make, told):
    template = complete(make)
    for field, change in changes.items():
        changed = {key: {**template[field][key], **value} if isinstance(value, dict) else value for key, value in change.items()}
        template[field] = {**template[field], **changed}
    assert any(words in problem for problem in found(make, told, template))


def test_it_finds_the_api_server_by_the_configuration_or_by_a_variable(make, told):
    (problem,) = found(make, told, make.task_pod(spec={"containers": [make.container("base", env=[SECRET])]}))
    assert "airflow.cfg" in problem and problem.startswith("error")
    address = {"name": "AIRFLOW__CORE__EXECUTION_API_SERVER_URL", "value": "http://api/execution/"}
    assert found(make, told, make.task_pod(spec={"containers": [make.container("base", env=[SECRET, address])]})) == []
    elsewhere = make.container("base", envFrom=[{"secretRef": {"name": "all"}}])
    assert found(make, told, make.task_pod(spec={"containers": [elsewhere]})) == []


def test_variables_that_every_component_has_are_missed(make, told):
    (problem,) = found(make, told, make.task_pod())
    assert "AIRFLOW_CONN_LOGS" in problem and problem.startswith("warning")
    other = make.workload(component="triggerer", spec={"containers": [make.container("triggerer")]})
    assert found(make, told, make.task_pod(), other) == []


def test_dags_of_a_volume_are_mounted(make, told):
    processor = make.workload(component="dag-processor", spec={"volumes": [{"name": "dags", "emptyDir": {}}]})
    assert any("mounts no DAGs" in problem for problem in found(make, told, complete(make), processor))


def test_what_is_another_text_is_left_alone(make, told):
    objects = [make.config_map("key: value\n", key="statsd.yaml"), make.config_map("", name="empty")]
    assert told(pod_templates.faults, objects, VALUES) == {}
