# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an environment may say of its node pools, and what contradicts itself."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import declaration, node_pools
from ansible_collections.windrose.airflow.plugins.modules import values

ZONES = ["eu-central-1a", "eu-central-1b"]
TAINT = {"key": "example.com/pool", "value": "tasks", "effect": "NoSchedule"}
TASKS = {
    "name": "tasks", "machine_types": ["m7i.2xlarge", "m6i.2xlarge"], "minimum_nodes": 0, "maximum_nodes": 3, "zones": ZONES, "spot": True,
    "labels": {"example.com/pool": "tasks"}, "taints": [TAINT],
    "allocatable": {"cpu": "7600m", "memory": "29Gi", "pods": 50, "nvidia.com/gpu": "1"},
}  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3)
    | st.dictionaries(st.sampled_from([*TASKS, *TAINT, node_pools.ZONE]) | st.text(max_size=5), below, max_size=4),
    max_leaves=12,
)


def told(*pools):
    """:returns: path, problem and remedy of each finding about pools."""
    return [(finding.path, finding.problem, finding.remedy) for finding in node_pools.findings(list(pools))]


@pytest.mark.parametrize("pools", [
    [], [TASKS], [TASKS, {**TASKS, "name": "more"}], [{}], [{"labels": {}}, {"labels": {}}],
    [{**TASKS, "minimum_nodes": 3}], [{**TASKS, "minimum_nodes": 9, "maximum_nodes": None}],
    [{**TASKS, "taints": [{"key": "spot", "effect": "NoExecute"}, {**TAINT, "value": None}]}],
    [{**TASKS, "zones": [], "labels": {node_pools.ZONE: "a"}}], [{**TASKS, "zones": ["a"], "labels": {node_pools.ZONE: "a"}}],
    # As the module hands it on.
    [{**dict.fromkeys(TASKS), "name": "tasks"}],
])  # fmt: skip
def test_nothing_is_told_against_what_is_right(pools):
    assert told(*pools) == []


@pytest.mark.parametrize("nothing", [None, []])
def test_no_pools_are_right_as_well(nothing):
    assert node_pools.findings(nothing) == []


@pytest.mark.parametrize(
    ("changes", "path", "problem", "remedy"),
    [
        ({"minimum_nodes": 4}, "minimum_nodes", "it is 4, and maximum_nodes is 3", "Lower it, or raise maximum_nodes"),
        ({"zones": ["a", "b", "a"]}, "zones", "it names a twice", "Remove one of the two"),
        ({"machine_types": ["m7i.large", "m7i.large"]}, "machine_types", "it names m7i.large twice", "Remove one of the two"),
        ({"taints": [TAINT, {**TAINT, "effect": "NoSchedul"}]}, "taints[1].effect", "it is not one of the choices",
         "Choose NoSchedule, PreferNoSchedule or NoExecute"),
        ({"taints": [{"key": "a"}]}, "taints[0].effect", "it is missing", "Add it"),
        ({"taints": [{"effect": "NoExecute"}]}, "taints[0].key", "it is missing", "Add it"),
        ({"allocatable": {"memory": "29 GB"}}, "allocatable.memory", "it does not have the expected form",
         "Write a quantity of Kubernetes, such as 500m or 2Gi"),
        ({"allocatable": {"cpu": True}}, "allocatable.cpu", "it is a flag", "Write a text, in quotes"),
        ({"labels": {"cloud.google.com/gke-spot": True}}, "labels.cloud.google.com/gke-spot", "it is a flag", "Write a text, in quotes"),
        ({"labels": {node_pools.ZONE: "c"}}, f"labels.{node_pools.ZONE}", f"it is c, and zones says {', '.join(ZONES)}",
         "Remove it: every node has the label of its own zone"),
        ({"maximum_nodes": -1}, "maximum_nodes", "it is out of range", "Write a number from 0 to 999999"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_told_with_the_name_of_the_pool(changes, path, problem, remedy):
    assert told({"name": "core"}, {**TASKS, **changes}) == [(f"airflow_node_pools[tasks].{path}", problem, remedy)]


def test_a_pool_without_a_name_is_called_by_its_place():
    assert [path for path, *_rest in told({"name": "core"}, {"zones": ["a", "a"]})] == ["airflow_node_pools[1].zones"]


def test_an_option_that_is_unknown_is_told_with_the_nearest():
    assert told({**TASKS, "max_nodes": 3}) == [("airflow_node_pools[tasks]", "it has no option max_nodes", "Write maximum_nodes")]


def test_two_pools_of_one_name_are_told_once():
    assert told(TASKS, {"name": "core"}, TASKS, TASKS) == [
        ("airflow_node_pools[tasks]", "two pools have this name", "Rename one, or make one pool of them")]


@pytest.mark.parametrize("raw", ["core", {"name": "core"}, ["core"], [["core"]]])
def test_what_are_no_pools_is_told(raw):
    assert node_pools.findings(raw)


@given(JSON)
def test_anything_is_judged_and_read(raw):
    for finding in node_pools.findings(raw):
        assert finding.path.startswith("airflow_node_pools")
    for entry in [entry for entry in raw if isinstance(entry, dict)] if isinstance(raw, list) else []:
        labels, zones = node_pools.labels(entry), node_pools.zones(entry)
        assert isinstance(labels, dict) and all(isinstance(zone, str) and zone for zone in zones)
        assert all(isinstance(taint, dict) for taint in node_pools.taints(entry))


@pytest.mark.parametrize(
    ("entry", "zones"),
    [
        ({}, set()),
        ({"zones": None}, set()),
        ({"zones": ZONES}, set(ZONES)),
        ({"labels": {node_pools.ZONE: "a"}}, {"a"}),
        ({"labels": {node_pools.ZONE: "a"}, "zones": ["b"]}, {"b"}),
        ({"labels": {node_pools.ZONE: "a"}, "zones": []}, {"a"}),
    ],
)
def test_the_zones_of_a_pool(entry, zones):
    assert node_pools.zones(entry) == zones


@pytest.mark.parametrize(
    ("name", "value", "zones", "may_have"),
    [
        ("pool", "tasks", (), True),
        ("pool", "core", (), False),
        ("size", "large", (), False),
        ("kubernetes.io/arch", "arm64", (), True),
        ("node.kubernetes.io/instance-type", "m7i.large", ("a",), True),
        ("kubernetes.io.example.com/arch", "arm64", (), False),
        (node_pools.ZONE, "a", (), True),
        (node_pools.ZONE, "a", ("a", "b"), True),
        (node_pools.ZONE, "c", ("a", "b"), False),
        (node_pools.ZONE, 1, ("1",), True),
    ],
)
def test_which_labels_nodes_of_a_pool_may_have(name, value, zones, may_have):
    assert node_pools.may_have({"pool": "tasks"}, zones, name, value) is may_have


def documented(option):
    """:returns: the argument specification that a documented option of a module amounts to."""
    said = {name: option[name] for name in ("type", "elements", "choices", "default", "required") if name in option}
    if "suboptions" in option:
        said["options"] = {name: documented(below) for name, below in option["suboptions"].items()}
    return said


def without_secrecy(argument):
    """:returns: an argument specification without what is not documented."""
    said = {name: value for name, value in argument.items() if name != "no_log"}
    if "options" in said:
        said["options"] = {name: without_secrecy(below) for name, below in said["options"].items()}
    return said


def test_the_module_values_documents_the_pools_as_they_are_declared():
    argument = declaration.argument(node_pools.VARIABLES["node_pools"])
    option = yaml.safe_load(values.DOCUMENTATION)["options"]["node_pools"]
    assert documented(option) == {**without_secrecy(argument), "default": []}
    assert argument["options"]["taints"]["options"]["key"]["no_log"] is False
