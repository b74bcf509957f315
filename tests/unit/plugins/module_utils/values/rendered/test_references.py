# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import references

LABELS = {"tier": "airflow", "release": "airflow", "component": "scheduler"}


def service(make, port="logs", **selector):
    return make.plain(
        "Service", "airflow-scheduler", metadata={"name": "airflow-scheduler", "labels": LABELS},
        spec={"selector": {**LABELS, **selector}, "ports": [{"port": 80, "targetPort": port}]})


def workload(make, **container):
    return make.workload(spec={"containers": [make.container(ports=[{"name": "logs", "containerPort": 8793}], **container)]})


def test_two_objects_of_one_name(make, told):
    values = {"priorityClasses": [{"name": "high"}, {"name": "high"}]}
    found = told(references.faults, [make.plain("PriorityClass", "airflow-high", "scheduling.k8s.io/v1")] * 2, values)
    assert list(found) == ["priorityClasses.0.name"] and "PriorityClass airflow-high twice" in found["priorityClasses.0.name"]
    one = make.plain("ConfigMap", "a")
    assert told(references.faults, [one, make.plain("Secret", "a"), {**one, "metadata": {"name": "a", "namespace": "other"}}]) == {}


def test_a_service_selects_the_pods_of_its_component(make, told):
    assert told(references.faults, [workload(make), service(make)]) == {}
    found = told(references.faults, [workload(make), service(make, tier="mine")], {"labels": {"tier": "x"}})
    assert list(found) == ["labels.tier"] and "selects no pod" in found["labels.tier"]
    # The pods may be made elsewhere.
    assert told(references.faults, [service(make, tier="mine")]) == {}


@pytest.mark.parametrize(("port", "is_there"), [("logs", True), (8793, True), (9999, True), ("nope", False)])
def test_a_service_leads_to_a_port_that_is_there(port, is_there, make, told):
    found = told(references.faults, [workload(make), service(make, port)])
    assert ["the port nope" in problem for problem in found.values()] == ([] if is_there else [True])


REFERENCES = {
    "variable": {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "lost", "key": "k"}}}]},
    "all variables": {"envFrom": [{"configMapRef": {"name": "lost"}}]},
}


@pytest.mark.parametrize("container", [pytest.param(case, id=name) for name, case in REFERENCES.items()])
def test_what_nobody_wrote_and_nothing_makes_is_doubtful(container, make, told):
    (problem,) = told(references.faults, [workload(make, **container)]).values()
    assert problem.startswith("warning") and "lost, which nothing makes" in problem
    made = [make.plain("Secret", "lost"), make.plain("ConfigMap", "lost")]
    assert told(references.faults, [workload(make, **container), *made]) == {}
    for values in ({"data": {"secretName": "lost"}}, {"extraEnv": "- name: '{{ print \"lo\" }}st'"}, {"extraSecrets": {"lost": {}}}):
        assert told(references.faults, [workload(make, **container)], values) == {}


@pytest.mark.parametrize("volume", [
    {"secret": {"secretName": "lost"}}, {"configMap": {"name": "lost"}}, {"projected": {"sources": [{"secret": {"name": "lost"}}]}},
])
def test_volumes_are_references_unless_they_are_optional(volume, make, told):
    spec = {"volumes": [{"name": "a", **volume}]}
    assert len(told(references.faults, [make.workload(spec=spec)])) == 1
    for source in (volume, *volume.get("projected", {}).get("sources", [])):
        next(iter(source.values()))["optional"] = True
    assert told(references.faults, [make.workload(spec=spec)]) == {}
