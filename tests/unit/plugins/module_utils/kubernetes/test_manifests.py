# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests

MANAGER = "windrose.airflow"


def b64(text):
    return base64.b64encode(text.encode()).decode()


def thing(kind="ConfigMap", name="a", api_version="v1", namespace="n", **fields):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **fields}


def owned(item, fields):
    entries = [
        {"manager": MANAGER, "operation": "Apply", "fieldsV1": fields},
        {"manager": "other", "operation": "Update", "fieldsV1": {"f:x": {}}},
    ]
    return {**item, "metadata": {**item["metadata"], "managedFields": entries}}


def test_what_only_the_server_sets_is_left_out():
    read = thing(data={"a": "1"}, status={"x": 1})
    read["metadata"].update(uid="u", resourceVersion="1", generation=2, creationTimestamp=None, managedFields=[])
    before = copy.deepcopy(read)
    assert manifests.normalise([read]) == [thing(data={"a": "1"})]
    assert read == before


def test_lists_are_taken_apart():
    listed = {"apiVersion": "v1", "kind": "List", "items": [thing(name="a"), thing(name="b")]}
    assert [item["metadata"]["name"] for item in manifests.normalise([listed, thing(name="c")])] == ["a", "b", "c"]


def test_string_data_becomes_data_and_wins():
    secret = thing("Secret", data={"a": b64("old"), "b": b64("kept")}, stringData={"a": "new", "c": "é"})
    assert manifests.normalise([secret]) == [thing("Secret", data={"a": b64("new"), "b": b64("kept"), "c": b64("é")})]
    assert manifests.normalise([thing("Secret", type="Opaque")]) == [thing("Secret", type="Opaque")]


@pytest.mark.parametrize(
    ("definitions", "told"),
    [
        ([{"kind": "ConfigMap", "metadata": {"name": "a"}}], "definition 0: it has no apiVersion"),
        ([thing(), {"apiVersion": "v1", "metadata": {"name": "a"}}], "definition 1: it has no kind"),
        (
            [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "a"}}],
            "a ConfigMap: it has no metadata.name",
        ),
        ([{"apiVersion": "v1", "kind": "List", "items": ["text"]}], "item 0 of definition 0: it is not a mapping"),
        ([thing(), thing(data={"a": "1"})], "ConfigMap a is defined twice"),
        ([thing("Secret", data={"a": "not base64!"})], "data.a is not base64 text"),
        ([thing("Secret", data={"a": 5})], "data.a is not base64 text"),
        ([thing("Secret", stringData={"a": 4711})], "stringData.a is a int, not a string; quote it"),
    ],
)
def test_what_cannot_be_right_is_refused(definitions, told):
    with pytest.raises(DefinitionError) as caught:
        manifests.normalise(definitions)
    assert told in str(caught.value) and "4711" not in str(caught.value) and "not base64!" not in str(caught.value)


def test_objects_are_written_after_what_they_need():
    ordered = [
        thing("Namespace"), thing("CustomResourceDefinition", api_version="apiextensions.k8s.io/v1"),
        thing("PriorityClass"), thing("ServiceAccount"), thing("Role", api_version="rbac.authorization.k8s.io/v1"),
        thing("RoleBinding"), thing("Secret"), thing("Service"),
        thing("Deployment", api_version="apps/v1"), thing("Job", api_version="batch/v1"),
        thing("Widget", api_version="example.org/v1"), thing("HorizontalPodAutoscaler", api_version="autoscaling/v2"),
    ]  # fmt: skip
    ranks = [manifests.rank(item) for item in ordered]
    assert ranks == sorted(set(ranks))
    assert manifests.rank(thing("Ingress", api_version="networking.k8s.io/v1")) == manifests.rank(
        thing("Deployment", api_version="apps/v1")
    )
    groups = manifests.in_ranks(list(reversed(ordered)), lambda item: item)
    assert [group[0] for group in groups] == ordered
    assert manifests.in_ranks(ordered, lambda item: item, backwards=True) == list(reversed(groups))


def test_kinds_of_the_same_list_are_known():
    versions = [{"name": "v1", "served": True}, {"name": "v0", "served": False}, {"name": "v2"}]
    spec = {"group": "g.org", "names": {"kind": "Widget"}, "scope": "Cluster", "versions": versions}
    kind = thing("CustomResourceDefinition", spec=spec)
    assert manifests.provided_kinds([thing(), kind]) == {("g.org/v1", "Widget"): False, ("g.org/v2", "Widget"): False}


def test_only_content_and_own_fields_make_a_difference():
    live = owned(thing(data={"a": "1"}, status={"x": 1}), {"f:data": {"f:a": {}}})
    live["metadata"].update(resourceVersion="1", uid="u")
    same = copy.deepcopy(live)
    same["metadata"].update(resourceVersion="2")
    same["metadata"]["managedFields"][0]["time"] = "later"
    same["metadata"]["managedFields"][1]["fieldsV1"] = {}
    same["status"] = {"x": 2}
    assert manifests.is_same(live, same, MANAGER)
    assert not manifests.is_same(live, {**same, "data": {"a": "2"}}, MANAGER)
    assert not manifests.is_same(live, owned(same, {"f:data": {"f:a": {}, "f:b": {}}}), MANAGER)
    live["metadata"]["managedFields"][0]["operation"] = "Update"
    assert not manifests.is_same(live, same, MANAGER)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=10,
)


@given(JSON, JSON)
def test_an_overlaid_definition_is_within_the_result(live, wanted):
    result = manifests.overlay(live, wanted)
    assert manifests.is_within(wanted, result)
    assert manifests.overlay(result, wanted) == result


@given(JSON)
def test_everything_is_within_itself(value):
    assert manifests.is_within(value, copy.deepcopy(value))


@pytest.mark.parametrize(
    ("wanted", "live", "answer"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": None}, {}, False),
        ([1], [1, 2], False),
        ([{"a": 1}], [{"a": 1, "b": 2}], True),
        ({}, [], False),
    ],
)
def test_within(wanted, live, answer):
    assert manifests.is_within(wanted, live) is answer


PLAIN = st.text(min_size=8, max_size=20, alphabet="ghijklmnopqrstuvwxyz")


@given(st.dictionaries(st.text(max_size=3), PLAIN, max_size=4), st.dictionaries(st.text(max_size=3), PLAIN, max_size=4))
def test_no_difference_shows_a_value_of_a_secret(old, new):
    before, after = (
        {**thing("Secret"), "data": {name: b64(value) for name, value in values.items()}} for values in (old, new)
    )
    before["metadata"] = {
        **before["metadata"],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(old)},
    }
    entries = [
        manifests.difference(*sides, "Secret n/a") for sides in ((before, after), (None, after), (before, None))
    ]
    text = json.dumps(entries)
    assert not any(value in text for values in (old, new) for plain in values.values() for value in (plain, b64(plain)))
    changed = {name for name in set(old) & set(new) if old[name] != new[name]}
    shown = entries[0]["after"]["data"]
    assert (
        set(shown) == set(new)
        and {name for name, value in shown.items() if value == manifests.HIDDEN_CHANGED} == changed
    )
    assert set(entries[0]["before"]["data"].values()) <= {manifests.HIDDEN}


def test_a_mere_change_of_ownership_is_shown_as_such():
    live, adopted = (
        thing(data={"a": "1"}),
        owned(thing(data={"a": "1"}), {"f:data": {"f:a": {}}, "f:spec": {".": {}, "k:{}": {"f:b": {}}}}),
    )
    entry = manifests.difference(live, adopted, "ConfigMap n/a", MANAGER)
    assert entry["before"] == {"fields owned by windrose.airflow": []}
    assert entry["after"] == {"fields owned by windrose.airflow": [".data.a", ".spec", ".spec.k:{}.b"]}


def test_a_difference_has_both_sides():
    entry = manifests.difference(None, thing(data={"a": "1"}), "ConfigMap n/a")
    assert entry == {
        "before_header": "ConfigMap n/a",
        "after_header": "ConfigMap n/a",
        "before": {},
        "after": thing(data={"a": "1"}),
    }
