# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

TASKS, GPU, ZONE = {"pool": "tasks"}, {"pool": "gpu"}, "topology.kubernetes.io/zone"
TAINT = {"key": "dedicated", "value": "tasks", "effect": "NoSchedule"}
TOLERATION = {"key": "dedicated", "operator": "Equal", "value": "tasks", "effect": "NoSchedule"}
NODE = {"cpu": "4", "memory": "16Gi", "pods": "110"}


def sized(**requests):
    """:returns: resources of so much, with the same as limits."""
    return {"requests": requests, "limits": dict(requests)}


def worker(**options):
    """:returns: variables with options of task pods."""
    return {"airflow_components": {"worker": options}}


def profile(**options):
    """:returns: variables with a default profile and another one."""
    return {"airflow_worker_profiles": [{"name": "small", "default": True}, {"name": "large", **options}],
            "airflow_components": {"worker": None}}


def codes(findings):
    """:returns: the code and subject of each finding."""
    return [(finding.code, finding.subject) for finding in findings]


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        (worker(resources=sized(cpu="4", memory="16Gi")), []),
        (worker(resources=sized(cpu="4001m", memory="1Gi")), [("WA702", "airflow_components.worker")]),
        (worker(resources=sized(cpu="1", memory="17Gi")), [("WA702", "airflow_components.worker")]),
        ({"airflow_components": {"scheduler": {"resources": sized(cpu="4", memory="2Gi")}}},
         [("WA702", "airflow_components.scheduler")]),
        ({"airflow_database_resources": {"requests": {"cpu": "8"}, "limits": {"cpu": "8"}}},
         [("WA702", "airflow_database_resources")]),
        (profile(resources={"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}}),
         [("WA702", "airflow_worker_profiles[large]")]),
        (profile(node_selector=GPU), [("WA701", "airflow_worker_profiles[large]")]),
        # What a profile leaves out is as in the default one.
        ({"airflow_worker_profiles": [{"name": "a", "default": True, "node_selector": GPU}, {"name": "b"}],
          "airflow_components": {"worker": None}},
         [("WA701", "airflow_worker_profiles[a]"), ("WA701", "airflow_worker_profiles[b]")]),
        # A limit without a request is a request.
        (profile(resources={"limits": {"cpu": "5"}}), [("WA702", "airflow_worker_profiles[large]")]),
    ],
)  # fmt: skip
def test_pods_on_the_nodes_that_there_are(variables, found, judged):
    assert codes(judged(variables)) == found


TAINTED = [{"key": "pool", "value": "core", "effect": "NoSchedule"}]
PLACED = {"node_selector": {"pool": "core"}, "tolerations": [{"key": "pool", "operator": "Exists"}]}
JOB_PODS = ["airflow_database_migration_resources", "airflow_preflight_probe_resources", "airflow_release_first_user_resources"]


def test_the_pods_of_roles_find_nodes_where_all_pools_are_tainted(judged, make_node):
    nodes = [make_node("core", labels={"pool": "core"}, taints=TAINTED)]
    variables = {
        "airflow_preflight_probe_resources": sized(cpu="1"),
        "airflow_components": {name: PLACED for name in ("api_server", "scheduler", "dag_processor", "triggerer", "worker", "statsd")}}
    assert judged(variables, {"nodes": nodes}) == []
    elsewhere = {"node_selector": {"pool": "none"}}
    assert codes(judged({**variables, "airflow_job_pods": elsewhere}, {"nodes": nodes})) == [("WA701", name) for name in JOB_PODS]
    assert codes(judged({**variables, "airflow_database_pods": elsewhere}, {"nodes": nodes})) == [("WA701", "airflow_database_resources")]


@pytest.mark.parametrize("variable", JOB_PODS)
def test_a_job_that_no_node_can_hold_is_found(variable, judged):
    assert codes(judged({variable: sized(cpu="5")})) == [("WA702", variable)]


def test_the_message_names_resource_request_and_the_nearest_node(judged, make_node):
    nodes = [make_node("small", allocatable={**NODE, "cpu": "2"}), make_node("large", allocatable={**NODE, "cpu": "8"})]
    (finding,) = judged(worker(resources=sized(cpu="10", memory="1Gi")), {"nodes": nodes})
    assert "The nearest is node large: of cpu it requests 10, and an empty node has 8." in finding.problem


@pytest.mark.parametrize(
    ("selector", "told"),
    [
        (GPU, ": none has the labels pool=gpu."), ({}, ": all have taints that it does not tolerate: dedicated=tasks:NoSchedule."),
        (TASKS, ": those with the labels pool=tasks have taints that it does not tolerate: dedicated=tasks:NoSchedule."),
    ],
)
def test_the_message_says_why_no_node_may_take_it(selector, told, judged, make_node):
    nodes = [make_node("core", labels={"pool": "core"}), make_node("tasks", labels=TASKS, taints=[TAINT])]
    components = {"worker": {"node_selector": selector}}
    if not selector:
        nodes = [{**node, "taints": [TAINT]} for node in nodes]
        components = {name: {"tolerations": [TOLERATION]} for name in ("api_server", "scheduler", "dag_processor", "triggerer", "statsd")}
    found = judged({"airflow_components": components, "airflow_database_mode": "external"}, {"nodes": nodes})
    assert {finding.code for finding in found} == {"WA701"}
    assert all(told in finding.problem for finding in found)


def test_a_device_that_no_node_has(judged):
    (finding,) = judged(profile(resources={"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}}))
    assert "of nvidia.com/gpu it requests 1, and an empty node has none" in finding.problem


@pytest.mark.parametrize(
    ("node", "tolerations", "found"),
    [
        ({"labels": TASKS}, [], []),
        ({"labels": TASKS, "taints": [TAINT]}, [], ["WA701"]),
        ({"labels": TASKS, "taints": [TAINT]}, [TOLERATION], []),
        ({"labels": TASKS, "taints": [{**TAINT, "effect": "PreferNoSchedule"}]}, [], []),
        ({"labels": TASKS, "taints": [{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}]}, [], []),
        ({"labels": TASKS, "schedulable": False}, [], ["WA705"]),
        ({"labels": TASKS, "allocatable": {**NODE, "cpu": "100m"}}, [], ["WA702"]),
        ({"labels": TASKS, "daemon_set_requested": {"cpu": "3500m"}}, [], []),
        ({"labels": TASKS, "daemon_set_requested": {"cpu": "3501m"}}, [], ["WA702"]),
        # What else runs there today may be gone tomorrow.
        ({"labels": TASKS, "requested": {"cpu": "4"}}, [], []),
        ({"labels": GPU}, [], ["WA701"]),
    ],
)
def test_labels_taints_and_sizes(node, tolerations, found, judged, make_node):
    nodes = [make_node("core"), make_node("tasks", **node)]
    variables = worker(node_selector=TASKS, tolerations=tolerations)
    assert [code for code, unused_subject in codes(judged(variables, {"nodes": nodes}))] == found


@pytest.mark.parametrize(
    ("pool", "selector", "found"),
    [
        ({"labels": TASKS}, TASKS, ["WA703"]),
        ({"labels": TASKS, "allocatable": NODE}, TASKS, []),
        ({"labels": TASKS, "allocatable": {**NODE, "cpu": "100m"}}, TASKS, ["WA702"]),
        ({"labels": TASKS, "allocatable": NODE, "taints": [TAINT]}, TASKS, ["WA701"]),
        ({"labels": TASKS, "allocatable": NODE}, {**TASKS, "kubernetes.io/arch": "arm64"}, []),
        ({"labels": {**TASKS, "kubernetes.io/arch": "amd64"}, "allocatable": NODE}, {**TASKS, "kubernetes.io/arch": "arm64"}, ["WA701"]),
        ({"labels": TASKS, "allocatable": NODE, "zones": ["a", "b"]}, {**TASKS, ZONE: "b"}, []),
        ({"labels": TASKS, "allocatable": NODE, "zones": ["a", "b"]}, {**TASKS, ZONE: "c"}, ["WA701"]),
        ({"labels": TASKS, "allocatable": NODE}, {**TASKS, ZONE: "c"}, []),
        # What a pool is for does not select it: its labels and taints do.
        ({"labels": {}, "allocatable": NODE, "spot": True}, {"karpenter.sh/capacity-type": "spot"}, ["WA701"]),
        ({"labels": GPU, "allocatable": NODE}, TASKS, ["WA701"]),
        ({"allocatable": NODE}, TASKS, ["WA701"]),
    ],
)
def test_pools_without_a_node(pool, selector, found, judged, make_node):
    variables = {**worker(node_selector=selector), "airflow_node_pools": [{"labels": {"pool": "core"}}, pool]}
    facts = {"nodes": [make_node("core", labels={"pool": "core"})]}
    assert [code for code, unused_subject in codes(judged(variables, facts))] == found


def test_pods_without_a_selector_run_anywhere(judged, make_node):
    assert judged({"airflow_node_pools": [{"labels": TASKS}]}, {"nodes": [make_node("not in any pool")]}) == []


def test_a_node_that_is_there_tells_more_than_the_inventory(judged, make_node):
    pool = {"name": "tasks", "labels": TASKS, "allocatable": {**NODE, "cpu": "64"}}
    variables = {**worker(node_selector=TASKS, resources=sized(cpu="8", memory="1Gi")), "airflow_node_pools": [pool]}
    (finding,) = judged(variables, {"nodes": [make_node("core"), make_node("a", labels=TASKS)]})
    assert finding.code == "WA702"
    assert "pool tasks" in finding.problem


def test_a_node_belongs_to_the_pool_that_says_most(judged, make_node):
    # Otherwise the large nodes would count for the first pool as well.
    pools = [{"name": "all", "labels": {"kind": "task"}, "maximum_nodes": 1},
             {"name": "large", "labels": {"kind": "task", "size": "large"}, "maximum_nodes": 9}]  # fmt: skip
    nodes = [make_node("core"), make_node("b", labels={"kind": "task", "size": "large"})]
    variables = {**worker(node_selector={"kind": "task"}), "airflow_node_pools": pools}
    assert codes(judged(variables, {"nodes": nodes})) == []
    more = [*nodes, make_node("a", labels={"kind": "task", "size": "small"})]
    assert codes(judged({**variables, "airflow_concurrency": {"parallelism": 81}}, {"nodes": more})) == [
        ("WA704", "pool all and pool large")]  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "nodes", "found"),
    [
        ({}, 4, None),
        ({}, 3, "32 tasks"),
        ({"airflow_concurrency": {"parallelism": 24}}, 3, None),
        ({"airflow_concurrency": {"parallelism": 16}, "airflow_components": {"scheduler": {"replicas": 2}}}, 3, "32 tasks"),
        ({"airflow_concurrency": {"parallelism": 1000}}, None, None),
        ({"airflow_components": {"statsd": {"node_selector": TASKS, "resources": sized(cpu="4", memory="1Gi")}}}, 0, "components"),
    ],
)
def test_how_many_pods_a_pool_holds(variables, nodes, found, judged, make_node):
    pool = {"name": "tasks", "labels": TASKS, **({} if nodes is None else {"maximum_nodes": nodes})}
    asked = {**variables.get("airflow_components", {}), "worker": {"node_selector": TASKS}}
    facts = {"nodes": [make_node("core"), make_node("a", labels=TASKS)]}
    told = judged({**variables, "airflow_components": asked, "airflow_node_pools": [pool]}, facts)
    assert codes(told) == ([("WA704", "pool tasks")] if found else [])
    assert not found or found in told[0].problem


def test_places_for_pods_count_too(judged, make_node):
    pool = {"name": "tasks", "labels": TASKS, "maximum_nodes": 4}
    node = make_node("a", labels=TASKS, allocatable={**NODE, "cpu": "100", "memory": "100Gi", "pods": "7"})
    (finding,) = judged({**worker(node_selector=TASKS), "airflow_node_pools": [pool]}, {"nodes": [make_node("core"), node]})
    assert "of pods they request 32, and it has 28" in finding.problem


def test_an_autoscaler_may_bring_more_than_the_pool_holds(judged, make_node):
    variables = {
        "airflow_components": {"api_server": {"node_selector": TASKS}},
        "airflow_autoscaling": {"api_server": {"minimum": 1, "maximum": 9}},
        "airflow_node_pools": [{"name": "web", "labels": TASKS, "maximum_nodes": 1}],
    }
    facts = {"nodes": [make_node("core"), make_node("a", labels=TASKS)]}
    assert codes(judged(variables, facts)) == [("WA704", "pool web")]
    assert judged({**variables, "airflow_autoscaling": {"api_server": {"maximum": 8}}}, facts) == []


@pytest.mark.parametrize(
    ("zones", "declared", "wanted", "found"),
    [
        (["a", "b"], {}, "b", []),
        (["a", "b"], {}, "c", ["WA701"]),
        (["a"], {"zones": ["a", "b"]}, "b", []),
        (["a"], {"zones": ["a", "b"], "maximum_nodes": 1}, "b", ["WA701"]),
    ],
)
def test_the_nodes_of_a_pool_may_be_in_several_zones(zones, declared, wanted, found, judged, make_node):
    nodes = [make_node("core"), *(make_node(f"tasks-{zone}", labels={**TASKS, ZONE: zone}) for zone in zones)]
    variables = {
        **worker(node_selector={**TASKS, ZONE: wanted}), "airflow_concurrency": {"parallelism": 4},
        "airflow_node_pools": [{"labels": TASKS, **declared}]}
    assert [code for code, unused_subject in codes(judged(variables, {"nodes": nodes}))] == found


def test_pools_with_the_same_labels_are_told_apart_by_their_zones_and_taints(judged, make_node):
    pools = [
        {"name": "a", "labels": TASKS, "zones": ["a"], "maximum_nodes": 1}, {"name": "b", "labels": TASKS, "zones": ["b"], "maximum_nodes": 4},
        {"name": "tainted", "labels": TASKS, "zones": ["b"], "taints": [TAINT], "maximum_nodes": 1},
    ]  # fmt: skip
    nodes = [
        make_node("core"), make_node("1", labels={**TASKS, ZONE: "a"}, allocatable={**NODE, "cpu": "1"}),
        make_node("2", labels={**TASKS, ZONE: "b"}, taints=[TAINT], allocatable={**NODE, "cpu": "2"}),
        make_node("3", labels={**TASKS, ZONE: "b"}),
    ]  # fmt: skip
    variables = {**worker(node_selector=TASKS), "airflow_node_pools": pools}
    assert judged(variables, {"nodes": nodes}) == []
    # One node with one core, four with four, 500m for each task; nobody tolerates the taint of the third pool.
    (finding,) = judged({**variables, "airflow_concurrency": {"parallelism": 35}}, {"nodes": nodes})
    assert (finding.code, finding.subject) == ("WA704", "pool a and pool b")
    assert "they request 17500m, and it has 17." in finding.problem


def test_nodes_that_were_not_read_are_not_judged(judged):
    assert judged(worker(node_selector=GPU), {"nodes": None}) == []


@pytest.mark.parametrize(
    ("variables", "pool", "found"),
    [
        (worker(node_selector=TASKS), {"allocatable": NODE}, []),
        (worker(node_selector=TASKS, resources=sized(cpu="4001m", memory="1Gi")), {"allocatable": NODE}, ["WA702"]),
        (worker(node_selector=TASKS, resources=sized(cpu="4", memory="16Gi")), {"allocatable": NODE}, []),
        (worker(node_selector=TASKS), {"allocatable": NODE, "taints": [TAINT]}, ["WA701"]),
        (worker(node_selector=TASKS), {"allocatable": NODE, "maximum_nodes": 3}, ["WA704"]),
        (worker(node_selector=GPU), {"allocatable": NODE}, ["WA701"]),
        # Nobody has looked whether it has nodes.
        (worker(node_selector=TASKS), {}, []),
    ],
)
def test_where_no_nodes_were_read_the_pools_are_all_that_there_is(variables, pool, found, judged):
    core = {"name": "core", "labels": {}, "allocatable": NODE}
    told = judged({**variables, "airflow_node_pools": [core, {"name": "tasks", "labels": TASKS, **pool}]}, {"nodes": None})
    assert [finding.code for finding in told] == found


@pytest.mark.parametrize("unreachable", [{"msg": "Could not reach the API server.", "identity": None}])
def test_a_cluster_that_does_not_answer_leaves_the_pools_to_be_judged(unreachable, judged):
    pools = [{"name": "small", "labels": {}, "allocatable": {**NODE, "cpu": "100m"}}]
    codes_found = {finding.code for finding in judged({"airflow_node_pools": pools}, unreachable)}
    assert codes_found == {"WA203", "WA702"}


def test_a_cluster_without_nodes_is_one_warning(judged):
    assert codes(judged(worker(node_selector=GPU), {"nodes": []})) == [("WA703", "airflow_node_pools")]
