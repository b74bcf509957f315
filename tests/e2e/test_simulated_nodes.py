# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated nodes come and go with the variable that asks for them, beside the real ones and without touching them."""

from __future__ import annotations

import json

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "simulated", "namespace": "default"},
    "spec": {
        "nodeSelector": {"windrose.airflow/simulated": "true"},
        "tolerations": [{"key": "windrose.airflow/simulated", "operator": "Exists"}],
        "containers": [{"name": "any", "image": "example.com/there/is/none:such"}],
    },
}


def simulated(project):
    return sorted(node["metadata"]["name"] for node in project.objects("nodes", "--selector", "windrose.airflow/simulated"))


def test_simulated_nodes_come_and_go(project, local_up):
    # Another test may have left simulated ones.
    real = {node["metadata"]["name"] for node in project.objects("nodes")} - set(simulated(project))
    local_up(2)
    assert simulated(project) == ["simulated-0", "simulated-1"]
    project.kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=300s")
    project.kubectl("create", "--filename", "-", standard_input=json.dumps(POD))
    project.kubectl("wait", "--for=condition=Ready", "pod/simulated", "--timeout=300s")
    (pod,) = project.objects("pods", "--namespace", "default")
    assert pod["spec"]["nodeName"] in simulated(project)
    assert local_up(2) == 0
    project.kubectl("delete", "pod", "simulated", "--namespace", "default", "--timeout=300s")

    local_up(1)
    assert simulated(project) == ["simulated-0"]
    local_up(0)
    assert {node["metadata"]["name"] for node in project.objects("nodes")} == real
    assert project.objects("deployments", "--namespace", "kube-system", "--field-selector", "metadata.name=kwok") == []
