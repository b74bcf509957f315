# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.node_shapes import (
    NodeShape,
    node_shapes,
    task_pods,
)

ZONE, MACHINE = "topology.kubernetes.io/zone", "node.kubernetes.io/instance-type"
NAMES = ["core", "tasks", "memory", "spot", "gpu"]
SIZE = {"cpu": "64", "memory": "20Gi", "pods": "110"}


def pool(name, zones=("a",), **fields):
    """:returns: a pool whose label and taint keep all other pods away."""
    return {
        "name": name, "zones": list(zones), "labels": {"pool": name}, "taints": [{"key": "pool", "value": name, "effect": "NoSchedule"}],
        "allocatable": {"cpu": "8", "memory": "64Gi"}, **fields,
    }  # fmt: skip


def profile(name, memory="1Gi", pool_name=None, **fields):
    """:returns: a worker profile for one pool."""
    return {
        "name": name, "resources": {"requests": {"memory": memory}}, "node_selector": {"pool": pool_name or name},
        "tolerations": [{"key": "pool", "operator": "Equal", "value": pool_name or name, "effect": "NoSchedule"}], **fields,
    }  # fmt: skip


def environment(pools, profiles=(), core="core"):
    """:returns: an `Environment` whose components run on one pool."""
    tolerations = [{"key": "pool", "operator": "Equal", "value": core, "effect": "NoSchedule"}]
    variables = {
        "airflow_node_pools": list(pools), "airflow_worker_profiles": list(profiles), "airflow_database_mode": "external",
        "airflow_job_pods": {"node_selector": {"pool": core}, "tolerations": tolerations},
        "airflow_values_overrides": {"nodeSelector": {"pool": core}, "tolerations": tolerations},
    }
    return Environment(variables)


def workers(number=3):
    return [{"name": f"worker{place or ''}", "allocatable": SIZE} for place in range(number)]


def places(shapes, is_simulated=False):
    """:returns: {node: pool} of the real or of the simulated nodes."""
    return {shape.name: shape.pool.removeprefix("pool ") for shape in shapes if shape.is_simulated is is_simulated}


DEFAULT = profile("default", pool_name="tasks", default=True)
# {case: (pools, profiles, pools of the three real nodes, pools that are simulated)}
GIVEN = {
    "one pool": (["core"], [], ["core", "core", "core"], set()),
    "the default profile has its own": (["core", "tasks"], [DEFAULT], ["core", "tasks", "core"], set()),
    "in whatever order they are declared": (["tasks", "core"], [DEFAULT], ["core", "tasks", "core"], set()),
    "a third one for what fits": (
        ["core", "tasks", "memory", "spot"], [DEFAULT, profile("memory", "30Gi"), profile("spot")], ["core", "tasks", "spot"], {"memory"}),
    "the first of those that fit": (["core", "tasks", "memory", "spot"], [DEFAULT, profile("memory"), profile("spot")], ["core", "tasks", "memory"], {"spot"}),
    "one pool for several profiles": (["core", "tasks"], [DEFAULT, profile("more", pool_name="tasks")], ["core", "tasks", "core"], set()),
    "tasks beside the components": (["core", "gpu"], [profile("default", pool_name="core", default=True)], ["core", "core", "core"], {"gpu"}),
}  # fmt: skip


@pytest.mark.parametrize("pools, profiles, real, simulated", GIVEN.values(), ids=GIVEN)
def test_the_real_nodes_are_for_what_has_to_run(pools, profiles, real, simulated):
    shapes, without = node_shapes(environment(map(pool, pools), profiles), workers())
    assert list(places(shapes).values()) == real and set(places(shapes, True).values()) == simulated and without == []


def test_a_node_has_the_labels_and_taints_of_its_pool_and_simulated_ones_what_it_leaves_to_pods():
    gpu = pool("gpu", "bca", machine_types=["large", "larger"], allocatable={"nvidia.com/gpu": 1, "pods": 50}, labels={"pool": "gpu", "count": 1})
    shapes = node_shapes(environment([pool("core", "ab"), gpu]), workers(2))[0]
    taints = [{"key": "pool", "value": "gpu", "effect": "NoSchedule"}]
    assert [shape for shape in shapes if shape.is_simulated] == [
        NodeShape(f"simulated-1-{number}", "pool gpu", True, {"pool": "gpu", "count": "1", ZONE: zone, MACHINE: "large"}, taints,
                  {"nvidia.com/gpu": "1", "pods": "50"}) for number, zone in enumerate("abc")]
    assert [(shape.labels, shape.allocatable) for shape in shapes[:2]] == [({"pool": "core", ZONE: zone}, {}) for zone in "ab"]


def test_a_taint_without_a_value_has_none():
    taints = [{"key": "pool", "value": None, "effect": "NoSchedule"}, {"key": "x", "value": "", "effect": "NoExecute"}]
    (shape,) = node_shapes(environment([pool("core", taints=taints)]), workers(1))[0]
    assert shape.taints == [{"key": "pool", "effect": "NoSchedule"}, {"key": "x", "effect": "NoExecute"}]


@pytest.mark.parametrize(("zones", "maximum", "number"), [("abc", None, 3), ("abc", 2, 2), ("abc", "2", 2), ("", None, 1), ("", 5, 1), ("ab", 0, 1)])
def test_there_is_a_node_in_each_zone_and_no_more_than_the_pool_may_have(zones, maximum, number):
    shapes = node_shapes(environment([pool("core"), pool("gpu", zones, maximum_nodes=maximum)]), workers(1))[0]
    assert len(places(shapes, True)) == number


def test_pools_that_need_a_real_node_and_got_none_are_named():
    shapes, without = node_shapes(environment(map(pool, NAMES), [DEFAULT]), workers(1))
    assert (list(places(shapes).values()), without) == (["core"], ["pool tasks"])


@pytest.mark.parametrize(("pools", "number"), [([], 3), (["core"], 0)])
def test_without_pools_or_nodes_there_is_no_shape(pools, number):
    assert node_shapes(environment(map(pool, pools)), workers(number)) == ([], [])


def test_where_no_pod_fits_the_first_pool_has_the_nodes():
    shapes, without = node_shapes(environment([pool("gpu"), pool("spot")]), workers(2))
    assert (list(places(shapes).values()), without) == (["gpu", "gpu"], [])


def test_a_profile_is_placed_on_the_nodes_of_its_own_pool():
    of = environment(map(pool, ["core", "tasks", "spot", "gpu"]), [profile("gpu", "30Gi"), DEFAULT, profile("spot")])
    assert task_pods(of, node_shapes(of, workers())[0]) == [
        {"profile": "default", "nodes": ["worker1"], "is_simulated": False}, {"profile": "gpu", "nodes": ["simulated-3-0"], "is_simulated": True},
        {"profile": "spot", "nodes": ["worker2"], "is_simulated": False}]


def test_a_profile_that_no_node_takes_is_neither_real_nor_simulated():
    of = environment([pool("core")], [DEFAULT])
    assert task_pods(of, node_shapes(of, workers())[0]) == [{"profile": "default", "nodes": [], "is_simulated": False}]


def test_a_profile_may_select_what_kubernetes_itself_says_of_a_node():
    selector = {"pool": "tasks", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    of = environment(map(pool, ["core", "tasks"]), [{**DEFAULT, "node_selector": selector}])
    assert task_pods(of, node_shapes(of, workers())[0])[0]["nodes"] == ["worker1"]


def test_without_a_profile_or_pods_of_tasks_nothing_is_placed():
    for of in (environment([pool("core")]), Environment({"airflow_executor": "LocalExecutor", "airflow_node_pools": [pool("core")]})):
        assert task_pods(of, node_shapes(of, workers())[0]) == []


POOLS = st.lists(st.sampled_from(NAMES), unique=True, min_size=1)


@given(POOLS, st.integers(1, 5), st.data())
def test_every_pool_has_real_nodes_or_simulated_ones_and_every_real_node_one_pool(names, number, data):
    declared = [pool(name, data.draw(st.sampled_from(["", "a", "abc"])), maximum_nodes=data.draw(st.sampled_from([None, 1, 8]))) for name in names]
    profiles = [profile(name, data.draw(st.sampled_from(["1Gi", "30Gi"])), default=place == 0) for place, name in enumerate(data.draw(POOLS))]
    of = environment(declared, profiles)
    shapes, without = node_shapes(of, workers(number))
    real, simulated = places(shapes), places(shapes, True)
    assert sorted(real) == [worker["name"] for worker in workers(number)]
    assert set(real.values()) | set(simulated.values()) == set(names) and not set(real.values()) & set(simulated.values())
    assert not {name.removeprefix("pool ") for name in without} & set(real.values())
    assert len({shape.name for shape in shapes}) == len(shapes)
    for found in task_pods(of, shapes):
        assert {{**real, **simulated}[node] for node in found["nodes"]} == {found["profile"]} & set(names)
        assert found["is_simulated"] is (found["profile"] in simulated.values())
