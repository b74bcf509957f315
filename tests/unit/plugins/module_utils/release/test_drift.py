# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._release import drift

MANIFEST = """---
# Source: demo/templates/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, creationTimestamp: null}
spec: {replicas: 1}
status: {}
---
# only a remark
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Secret, metadata: {name: keys}, data: {a: eA==}, stringData: {b: plain}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 2}
---
apiVersion: v1
kind: Secret
metadata: {name: wrapped}
data: {a: "eA\\n=="}
"""
CONTAINER = {"name": "web", "image": "a", "ports": [{"containerPort": 80, "protocol": "TCP"}]}


def deployment(**spec):
    """A Deployment as helm has it."""
    template = {"spec": {"containers": [copy.deepcopy(CONTAINER)]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "n"},
        "spec": {"replicas": 1, "template": template, **spec},
    }


def test_definitions_are_read_leniently_and_the_last_one_of_an_object_counts():
    found = drift.definitions(MANIFEST)
    assert [(item["kind"], item["metadata"]) for item in found] == [
        ("Deployment", {"name": "web"}),
        ("Secret", {"name": "keys"}),
        ("Secret", {"name": "wrapped"}),
    ]
    assert found[0]["spec"] == {"replicas": 2}
    assert found[1]["data"] == {"a": "eA==", "b": "cGxhaW4="} and "stringData" not in found[1]


LEAVES = st.booleans() | st.integers() | st.text(min_size=1, max_size=3)
NAMES = st.text("abc", min_size=1, max_size=2)
OBJECTS = st.dictionaries(
    NAMES, st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)),
    max_size=3,
)  # fmt: skip


@given(OBJECTS, OBJECTS)
def test_what_the_server_adds_is_no_difference(wanted, more):
    def grown(value):
        if isinstance(value, dict):
            return {**more, **{name: grown(inner) for name, inner in value.items()}}
        return [grown(inner) for inner in value] if isinstance(value, list) else value

    assert not list(drift.unmet(wanted, grown(wanted)))


@given(OBJECTS, st.data())
def test_each_changed_field_is_reported_once_and_by_its_path(wanted, data):
    paths = list(_leaf_paths(wanted))
    if not paths:
        return
    path = data.draw(st.sampled_from(paths))
    live = copy.deepcopy(wanted)
    _set(live, path, ["changed"])
    assert list(drift.unmet(wanted, live)) == [path]
    sides = [{"metadata": {}, "spec": side} for side in (live, wanted)]
    assert list(drift.differences(*sides)) == [("spec", *path)]


def _leaf_paths(value, path=()):
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield path
        return
    for name, below in inner:
        yield from _leaf_paths(below, (*path, name))


def _set(value, path, new):
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = new


@pytest.mark.parametrize(
    ("wanted", "live", "unmet"),
    [
        # What the server drops.
        ({"labels": {}, "args": [], "value": "", "nothing": None, "initialDelaySeconds": 0}, {}, []),
        # An empty map that means something: another kind of volume took its place.
        ({"emptyDir": {}}, {"hostPath": {"path": "/"}}, [("emptyDir",)]),
        ({"securityContext": {}}, {}, [("securityContext",)]),
        # Only the server knows that this is its default.
        ({"suspend": False, "delay": 0}, {}, [("suspend",), ("delay",)]),
        ({"cpu": "1000m"}, {"cpu": "1"}, [("cpu",)]),
        ({"flag": True}, {"flag": 1}, [("flag",)]),
        ({"list": [1]}, {"list": [1, 2]}, [("list",)]),
        ({"map": {"a": 1}}, {"map": None}, [("map",)]),
    ],
)
def test_unmet(wanted, live, unmet):
    assert list(drift.unmet(wanted, live)) == unmet


def test_differences_leave_out_what_the_server_counts():
    live = {**deployment(), "status": {"replicas": 1}}
    live["metadata"] = {**live["metadata"], "resourceVersion": "1", "managedFields": [{}]}
    repaired = deployment(replicas=2, paused=True)
    assert list(drift.differences(live, repaired)) == [("spec", "paused"), ("spec", "replicas")]


def managed(manager, fields, **entry):
    """An object with a field manager."""
    live = deployment()
    live["metadata"]["managedFields"] = [{"manager": manager, "fieldsV1": fields, **entry}]
    return live


REPLICAS = {"f:spec": {"f:replicas": {}}}
IMAGE = {
    "f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"web"}': {".": {}, "f:name": {}, "f:image": {}}}}}}
}
IMAGE_PATH = ("spec", "template", "spec", "containers", 0, "image")


@pytest.mark.parametrize(
    ("manager", "fields", "entry", "path", "controlled"),
    [
        ("kube-controller-manager", REPLICAS, {"subresource": "scale"}, ("spec", "replicas"), True),
        ("some-autoscaler", REPLICAS, {"subresource": "scale"}, ("spec", "replicas"), True),
        ("kube-controller-manager", REPLICAS, {}, ("spec", "replicas"), True),
        ("keda-operator", IMAGE, {}, IMAGE_PATH, True),
        # A person who scales does it through the same subresource.
        ("kubectl", REPLICAS, {"subresource": "scale"}, ("spec", "replicas"), False),
        ("kubectl-edit", REPLICAS, {}, ("spec", "replicas"), False),
        ("helm", REPLICAS, {}, ("spec", "replicas"), False),
        ("kube-controller-manager", REPLICAS, {"subresource": "scale"}, ("spec", "paused"), False),
        # Who owns a part of a list does not own the list.
        ("keda-operator", IMAGE, {}, IMAGE_PATH[:4], False),
        ("keda-operator", IMAGE, {}, IMAGE_PATH[:5], True),
        ("keda-operator", {"f:spec": {"f:selector": {}}}, {}, ("spec", "selector", "matchLabels", "a"), True),
        ("keda-operator", {}, {}, ("spec",), False),
    ],
)
def test_is_controlled(manager, fields, entry, path, controlled):
    assert drift.is_controlled(managed(manager, fields, **entry), path) is controlled


def test_items_of_sets_and_atomic_lists_are_followed():
    live = {"metadata": {"finalizers": ["a", "b"], "managedFields": []}}
    for key, index in (('v:"b"', 1), ("i:0", 0)):
        fields = {"f:metadata": {"f:finalizers": {key: {}}}}
        live["metadata"]["managedFields"] = [{"manager": "kube-controller-manager", "fieldsV1": fields}]
        assert drift.is_controlled(live, ("metadata", "finalizers", index))
        assert not drift.is_controlled(live, ("metadata", "finalizers", 1 - index))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (IMAGE_PATH, "spec.template.spec.containers[web].image"),
        (("spec", "args", 2), "spec.args[2]"),
        (("data", "airflow.cfg"), 'data["airflow.cfg"]'),
        (("metadata", "labels", "app.kubernetes.io/name"), 'metadata.labels["app.kubernetes.io/name"]'),
    ],
)
def test_a_path_is_written_for_people(path, text):
    assert drift.path_text(path, deployment()) == text


def test_no_finding_quotes_what_a_field_holds():
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "n"}, "data": {"k": "b2xk"}}
    live = {**secret, "data": {"k": "bmV3"}}
    difference = drift.edited(secret, live, drift.unmet(secret, live))
    assert difference.as_result() == {"object": "Secret n/s", "state": "edited", "fields": ["data.k"]}
    assert "b2xk" not in json.dumps(difference.as_result()) + drift.reason([difference])


def test_a_change_by_controllers_alone_is_no_finding():
    live = managed("kube-controller-manager", REPLICAS, subresource="scale")
    assert drift.edited(deployment(), live, [("spec", "replicas")]) is None
    both = drift.edited(deployment(), live, [("spec", "replicas"), ("spec", "paused")])
    assert both.fields == ("spec.paused",)


def test_reason():
    lacking = [drift.Difference(f"Service n/{name}", drift.DELETED) for name in "abcde"]
    changed = drift.Difference("ConfigMap n/x", drift.EDITED, ("data.a", "data.b"))
    assert drift.reason([]) == ""
    assert drift.reason(lacking[:1]) == "the cluster lacks Service n/a"
    assert drift.reason([changed]) == "somebody changed ConfigMap n/x (data.a, data.b)"
    assert drift.reason([*lacking, changed]) == (
        "the cluster lacks Service n/a, Service n/b, Service n/c, Service n/d and 1 more, and "
        "somebody changed ConfigMap n/x (data.a, data.b)"
    )


@pytest.mark.parametrize(
    ("definition", "missing"),
    [
        ({"kind": "Job", "spec": {"ttlSecondsAfterFinished": 0}}, True),
        ({"kind": "Job", "spec": {}}, False),
        ({"kind": "Deployment", "spec": {"ttlSecondsAfterFinished": 0}}, False),
    ],
)
def test_may_be_missing(definition, missing):
    assert drift.may_be_missing(definition) is missing
