# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A StatefulSet whose first pod could never start, and whose definition is corrected."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.readiness import has_been_ready

LIMIT_SECONDS = 300


@pytest.fixture
def stateful_set(namespace):
    """Make the definition: ``stateful_set(image)``."""

    def make(image):
        labels = {"app": "store"}
        container = {"name": "store", "image": image}
        return {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "store", "namespace": namespace},
            "spec": {
                "replicas": 1,
                "serviceName": "store",
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]},
                },
            },
        }

    return make


@pytest.fixture
def the_pod(cluster, namespace):
    """Read its only pod: ``the_pod()``."""
    return lambda: cluster.client.get("v1", "Pod", "store-0", namespace)


def test_a_plain_second_run_continues_once_the_image_is_corrected(
    run_module, cluster, real_nodes, stateful_set, the_pod
):
    broken = run_module("manifests", {"definitions": [stateful_set("Not/An:Image:Name")], "wait_timeout": LIMIT_SECONDS})
    assert broken["failed"] and broken["reason"] == "InvalidImageName"
    first = the_pod()
    assert not has_been_ready(first)

    arguments = {"definitions": [stateful_set(cluster.image_at_hand("pause"))], "wait_timeout": LIMIT_SECONDS}
    corrected = run_module("manifests", arguments)
    assert not corrected["failed"] and corrected["replaced_pods"] == [f"Pod {first['metadata']['namespace']}/store-0"]
    second = the_pod()
    assert second["metadata"]["uid"] != first["metadata"]["uid"] and has_been_ready(second)

    again = run_module("manifests", arguments)
    assert not again["changed"] and again["replaced_pods"] == []
    assert the_pod()["metadata"]["uid"] == second["metadata"]["uid"]


def test_the_times_in_a_status_say_whether_its_pod_has_been_ready(
    run_module, cluster, real_nodes, stateful_set, the_pod, wait_for
):
    """The kubelet does not write that down anywhere else."""
    definition = stateful_set(cluster.image_at_hand("coredns"))
    container = definition["spec"]["template"]["spec"]["containers"][0]
    container.update(args=["-no-such-option"], readinessProbe={"tcpSocket": {"port": 1}})
    run_module("manifests", {"definitions": [definition], "wait": False})

    def container_status():
        statuses = ((the_pod() or {}).get("status") or {}).get("containerStatuses")
        return statuses[0] if statuses else {}

    wait_for(lambda: container_status().get("restartCount"))
    assert not has_been_ready(the_pod())

    container.update(args=[], image=cluster.image_at_hand("pause"))
    del container["readinessProbe"]
    cluster.client.delete("apps/v1", "StatefulSet", "store", definition["metadata"]["namespace"], "Foreground")
    wait_for(lambda: the_pod() is None)
    # Two changes within a second would look like one.
    definition["spec"]["minReadySeconds"] = 3
    run_module("manifests", {"definitions": [definition], "wait_timeout": LIMIT_SECONDS})
    place = ("apps/v1", "StatefulSet", "store", definition["metadata"]["namespace"])
    wait_for(lambda: cluster.client.get(*place)["status"].get("availableReplicas"))
    ready = the_pod()
    changed = {**ready["spec"]["containers"][0], "image": "Not/An:Image:Name"}
    metadata = {"name": "store-0", "namespace": definition["metadata"]["namespace"]}
    cluster.client.merge({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [changed]}})
    wait_for(lambda: not container_status().get("ready"))
    assert has_been_ready(the_pod())
