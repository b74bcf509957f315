# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import pod_rules

SOURCE = {"secretKeyRef": {"name": "s", "key": "k"}}


def with_container(**more):
    return {"containers": [{"name": "scheduler", "image": "x", **more}]}


WRONG = {
    "volume that is not there": (with_container(volumeMounts=[{"name": "nope", "mountPath": "/x"}]), "mounts the volume nope"),
    "volume of two kinds": ({"volumes": [{"name": "x", "emptyDir": {}, "configMap": {"name": "y"}}]}, "both configMap and emptyDir"),
    "two containers of a name": ({"initContainers": [{"name": "scheduler", "image": "x"}]}, "an init container and a container of the name"),
    "no image": ({"containers": [{"name": "scheduler"}]}, "has no image"),
    "value and source": (with_container(env=[{"name": "A", "value": "a", "valueFrom": SOURCE}]), "both value and valueFrom"),
    "two sources": (
        with_container(env=[{"name": "A", "valueFrom": {**SOURCE, "fieldRef": {"fieldPath": "metadata.name"}}}]), "not exactly one source"),
    "no source": (with_container(env=[{"name": "A", "valueFrom": {}}]), "not exactly one source"),
    "probe of nothing": (with_container(livenessProbe={"periodSeconds": 5}), "not exactly one of"),
    "probe of two": (with_container(readinessProbe={"exec": {"command": ["a"]}, "tcpSocket": {"port": 1}}), "not exactly one of"),
    "toleration of nothing": ({"tolerations": [{"value": "x"}]}, "does not say Exists"),
    "toleration of all with a value": ({"tolerations": [{"key": "a", "operator": "Exists", "value": "x"}]}, "has a value"),
}  # fmt: skip


@pytest.mark.parametrize(("spec", "words"), [pytest.param(*case, id=name) for name, case in WRONG.items()])
def test_what_the_api_server_refuses(spec, words, make, told):
    (problem,) = told(pod_rules.faults, [make.workload(spec=spec)]).values()
    assert "the API server refuses Deployment airflow-scheduler" in problem and words in problem


def test_what_it_takes(make, told):
    spec = {
        "volumes": [{"name": "a"}, {"name": "b", "emptyDir": {}}], "tolerations": [{"operator": "Exists"}, {"key": "a", "value": "b"}],
        **with_container(volumeMounts=[{"name": "b", "mountPath": "/b"}], env=[{"name": "A", "value": ""}, {"name": "B", "valueFrom": SOURCE}],
                         livenessProbe={"exec": {"command": ["a"]}}),
    }  # fmt: skip
    claims = [{"metadata": {"name": "logs"}}]
    mount = with_container(volumeMounts=[{"name": "logs", "mountPath": "/logs"}])
    definitions = [make.workload(spec=spec), make.workload("StatefulSet", "worker", mount)]
    definitions[1]["spec"]["volumeClaimTemplates"] = claims
    assert told(pod_rules.faults, definitions) == {}


def test_the_mount_is_named_by_its_place_in_the_values(make, told):
    mount = {"name": "nope", "mountPath": "/x"}
    values = {"triggerer": {"extraVolumeMounts": [mount]}, "scheduler": {"extraVolumeMounts": [mount]}}
    assert list(told(pod_rules.faults, [make.workload(spec=with_container(volumeMounts=[mount]))], values)) == ["scheduler.extraVolumeMounts.0"]


def test_a_workload_selects_its_own_pods(make, told):
    workload = make.workload()
    workload["spec"]["template"]["metadata"]["labels"] = {"tier": "mine", "release": "airflow", "component": "scheduler"}
    found = told(pod_rules.faults, [workload], {"labels": {"tier": "mine"}})
    assert list(found) == ["labels.tier"] and "another label tier" in found["labels.tier"]
