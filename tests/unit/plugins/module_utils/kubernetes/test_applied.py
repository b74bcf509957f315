# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an apply would change nothing; tests/integration/test_manifests_applied.py compares this with the API server."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.applied import is_applied, is_equal

MANAGER = "windrose.airflow"
PORTS = {
    ".": {},
    'k:{"containerPort":80,"protocol":"TCP"}': {".": {}, "f:containerPort": {}, "f:name": {}},
    'k:{"containerPort":81,"protocol":"TCP"}': {".": {}, "f:containerPort": {}},
}


def definition(**fields):
    return {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a", "namespace": "n"}, **fields}


def live(owned, others=(), api_version="v1", **fields):
    entries = [{"manager": MANAGER, "operation": "Apply", "apiVersion": api_version, "fieldsV1": owned}]
    entries += [{"manager": "other", "operation": "Update", "apiVersion": "v1", "fieldsV1": tree} for tree in others]
    item = definition(**fields)
    item["metadata"] = {**item["metadata"], "uid": "u", "managedFields": entries}
    return item


ONE_PORT = {"ports": [{"containerPort": 80, "name": "web"}, {"containerPort": 81}]}
TWO_PORTS = {"ports": [{"containerPort": 80, "protocol": "TCP", "name": "web"}, {"containerPort": 81, "protocol": "TCP"}]}
DATA = {"f:data": {".": {}, "f:a": {}}}
SAME = {
    "one value": ({"data": {"a": "1"}}, live(DATA, data={"a": "1"})),
    "others have more": ({"data": {"a": "1"}}, live(DATA, [{"f:data": {"f:b": {}}}], data={"a": "1", "b": "2"})),
    "a default beside": ({"spec": {"a": 1}}, live({"f:spec": {"f:a": {}}}, spec={"a": 1, "b": 2}, status={"x": 1})),
    "nothing but a name": ({}, definition()),
    "a map owned as a whole": ({"selector": {"a": "b"}}, live({"f:selector": {}}, selector={"a": "b"})),
    "an empty map": ({"emptyDir": {}}, live({"f:emptyDir": {}}, emptyDir={})),
    "a list owned as a whole": ({"args": ["b", "a"]}, live({"f:args": {}}, args=["b", "a"])),
    "items by keys, one by default": (ONE_PORT, live({"f:ports": PORTS}, **TWO_PORTS)),
    "items among those of others": (
        ONE_PORT, live({"f:ports": PORTS}, ports=[{"containerPort": 9, "protocol": "TCP"}, *TWO_PORTS["ports"]])),
    "values of a set": (
        {"finalizers": ["a", "b"]},
        live({"f:finalizers": {".": {}, 'v:"a"': {}, 'v:"b"': {}}}, finalizers=["x", "a", "b"])),
}
DIFFERENT = {
    "another value": ({"data": {"a": "2"}}, live(DATA, data={"a": "1"})),
    "a value that somebody removed": ({"data": {"a": "1"}}, live(DATA, data={})),
    "one more": ({"data": {"a": "1", "b": "2"}}, live(DATA, data={"a": "1", "b": "2"})),
    "one less": ({"data": {}}, live(DATA, data={"a": "1"})),
    "the last one less": ({}, live(DATA, data={"a": "1"})),
    "owned by nobody here": ({"data": {"a": "1"}}, definition(data={"a": "1"})),
    "owned by another": ({"data": {"a": "1"}}, live({"f:data": {".": {}}}, [DATA], data={"a": "1"})),
    "owned in another version": ({"data": {"a": "1"}}, live(DATA, api_version="v2", data={"a": "1"})),
    "a default inside of a whole": ({"selector": {"a": 1}}, live({"f:selector": {}}, selector={"a": 1, "b": 2})),
    "an empty map that others filled, now wanted so": (
        {"labels": {"a": "1"}}, live({"f:labels": {}}, [{"f:labels": {"f:a": {}}}], labels={"a": "1"})),
    "true for one": ({"spec": {"a": True}}, live({"f:spec": {"f:a": {}}}, spec={"a": 1})),
    "null": ({"spec": {"a": None}}, live({"f:spec": {"f:a": {}}}, spec={"a": None})),
    "the order of a list": ({"args": ["a", "b"]}, live({"f:args": {}}, args=["b", "a"])),
    "the order of items": (
        {"ports": list(reversed(ONE_PORT["ports"]))}, live({"f:ports": PORTS}, **TWO_PORTS)),
    "an item less": ({"ports": ONE_PORT["ports"][:1]}, live({"f:ports": PORTS}, **TWO_PORTS)),
    "an item without what tells it from others": (
        {"ports": [{"name": "web"}, ONE_PORT["ports"][1]]}, live({"f:ports": PORTS}, **TWO_PORTS)),
    "an item that is gone": (ONE_PORT, live({"f:ports": PORTS}, ports=TWO_PORTS["ports"][:1])),
    "an item of another name": (
        ONE_PORT, live({"f:ports": PORTS}, ports=[{**TWO_PORTS["ports"][0], "name": "x"}, TWO_PORTS["ports"][1]])),
    "a protocol of its own": (
        {"ports": [{**ONE_PORT["ports"][0], "protocol": "UDP"}, ONE_PORT["ports"][1]]},
        live({"f:ports": PORTS}, **TWO_PORTS)),
    "the order of a set": (
        {"finalizers": ["b", "a"]}, live({"f:finalizers": {".": {}, 'v:"a"': {}, 'v:"b"': {}}}, finalizers=["a", "b"])),
    "one less in a set": (
        {"finalizers": ["a"]}, live({"f:finalizers": {".": {}, 'v:"a"': {}, 'v:"b"': {}}}, finalizers=["a", "b"])),
    "items by their place": ({"list": [1]}, live({"f:list": {"i:0": {}}}, list=[1])),
    "a map where a list was": ({"ports": {}}, live({"f:ports": PORTS}, **TWO_PORTS)),
}


@pytest.mark.parametrize("case", SAME)
def test_what_is_owned_and_holds_what_is_wanted_stays(case):
    fields, item = SAME[case]
    assert is_applied(definition(**fields), item, MANAGER)


@pytest.mark.parametrize("case", DIFFERENT)
def test_everything_else_is_for_the_server_to_judge(case):
    fields, item = DIFFERENT[case]
    assert not is_applied(definition(**fields), item, MANAGER)


@pytest.mark.parametrize("field", ["manager", "operation", "subresource"])
def test_only_what_an_apply_of_the_manager_itself_left_counts(field):
    item = live(DATA, data={"a": "1"})
    item["metadata"]["managedFields"][0][field] = "status" if field == "subresource" else "Another"
    assert not is_applied(definition(data={"a": "1"}), item, MANAGER)


def test_labels_are_fields_as_others():
    wanted = definition()
    wanted["metadata"]["labels"] = {"a": "1"}
    item = live({"f:metadata": {"f:labels": {"f:a": {}}}})
    item["metadata"]["labels"] = {"a": "1", "b": "2"}
    assert is_applied(wanted, item, MANAGER)
    changed = copy.deepcopy(item)
    changed["metadata"]["labels"]["a"] = "3"
    assert not is_applied(wanted, changed, MANAGER)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [(1, 1.0, True), (1, True, False), (0, False, False), (None, None, False), ({"a": [1]}, {"a": [1]}, True),
     ({"a": 1}, {"a": 1, "b": 1}, False), ([1], (1,), False), ("1", 1, False), ([True], [1], False)],
)  # fmt: skip
def test_values_are_compared_as_json_means_them(one, other, equal):
    assert is_equal(one, other) is equal
