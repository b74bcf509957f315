# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment that is for a cloud, whole on this machine: `make rehearse ENV=prod`."""

from __future__ import annotations

import json
import os
import re

import pytest
from machine_state import snapshot
from rehearsal import ENVIRONMENTS, STATE, kubectl, objects
from test_clean_start import REMEMBERED

# An address that nobody has, and a name of a cloud (https://www.rfc-editor.org/rfc/rfc5737).
OUTSIDE = "192.0.2.1"
CONNECT = (
    "import socket\n"
    f"for host in ('{OUTSIDE}', 'sts.amazonaws.com'):\n"
    "    try:\n"
    "        socket.create_connection((host, 443), 5)\n"
    "        print('reached')\n"
    "    except OSError as error:\n"
    "        print(type(error).__name__)\n"
)


def pool_of():
    """:returns: {node: the pool that it stands for}."""
    return {node["metadata"]["name"]: node["metadata"]["labels"].get("example.com/pool") for node in objects("nodes")}


@pytest.fixture(scope="module", name="prod")
def fixture_prod(rehearsals):
    """What the rehearsal of prod printed."""
    return rehearsals["prod"]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_is_rehearsed(rehearsals, name):
    assert "The rehearsal succeeded in " in rehearsals[name]


@pytest.mark.usefixtures("prod")
def test_pods_of_profiles_are_placed_on_nodes_of_their_pools():
    pools, placed = pool_of(), {}
    for event in objects("events", "--namespace", "airflow", "--field-selector", "reason=Scheduled"):
        pod = re.fullmatch(r"windrose-rehearsal-(default|spot)-\w+|rehearsal-(memory|gpu)", event["involvedObject"]["name"])
        if pod:
            placed.setdefault(pod[1] or pod[2], set()).add(pools[event["message"].rpartition(" to ")[2]])
    assert placed == {"default": {"tasks"}, "spot": {"spot"}, "memory": {"memory"}, "gpu": {"gpu"}}


def test_pods_have_the_names_of_images_that_the_environment_has(prod):
    images = {container["image"] for pod in objects("pods", "--namespace", "airflow") for container in pod["spec"]["containers"]}
    assert "111122223333.dkr.ecr.eu-central-1.amazonaws.com/airflow:3.3.2-7" in images, prod[-2000:]
    assert not [image for image in images if "windrose" in image]


def test_components_are_on_the_node_of_their_pool(prod):
    components = objects("pods", "--namespace", "airflow", "--selector", "tier=airflow,release=airflow,component notin (worker)")
    pools = pool_of()
    assert {pools[pod["spec"]["nodeName"]] for pod in components} == {"core"}, prod[-2000:]


@pytest.mark.usefixtures("prod")
def test_a_pool_has_a_real_node_or_simulated_ones():
    found = {}
    for node in objects("nodes", "--selector", "example.com/pool"):
        found.setdefault(node["metadata"]["labels"]["example.com/pool"], set()).add(node["metadata"]["labels"].get("type") == "kwok")
    assert found == {"core": {False}, "tasks": {False}, "spot": {False}, "memory": {True}, "gpu": {True}}


@pytest.mark.usefixtures("prod")
def test_the_release_asks_for_what_the_environment_asks_for():
    (scheduler,) = objects("deployments", "--namespace", "airflow", "--selector", "component=scheduler")
    (container,) = [found for found in scheduler["spec"]["template"]["spec"]["containers"] if found["name"] == "scheduler"]
    assert container["resources"]["requests"] == {"cpu": "1", "memory": "2Gi"} and scheduler["spec"]["replicas"] == 2


@pytest.mark.usefixtures("prod")
def test_an_autoscaler_reads_what_its_pods_use():
    (autoscaler,) = objects("horizontalpodautoscalers", "--namespace", "airflow")
    condition, = [found for found in autoscaler["status"]["conditions"] if found["type"] == "ScalingActive"]
    assert condition["status"] == "True", condition


@pytest.mark.usefixtures("prod")
def test_api_servers_that_start_together_all_start():
    """FAB's permissions are there before them; each would insert them."""
    pods = objects("pods", "--namespace", "airflow", "--selector", "component=api-server")
    assert len(pods) >= 2 and not [pod for pod in pods if pod["status"]["containerStatuses"][0]["restartCount"]]


@pytest.mark.usefixtures("prod")
def test_nothing_leads_out_of_the_cluster():
    printed = kubectl("exec", "--namespace", "airflow", "deployment/airflow-scheduler", "--container", "scheduler", "--", "python", "-c", CONNECT)
    assert "reached" not in printed and printed.count("\n") == 2, printed


@pytest.mark.usefixtures("prod")
def test_nothing_is_left(project):
    with open(REMEMBERED, encoding="utf-8") as stream:
        before = json.load(stream)
    project.run("make", "down")
    after = snapshot()
    assert {part: sorted(set(after[part]) - set(before[part])) for part in after if part != "forwarding"} == {
        part: [] for part in after if part != "forwarding"}
    assert before["forwarding"] == after["forwarding"] and not os.path.exists(STATE)
