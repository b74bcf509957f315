# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.live import LiveRelease

BY_HELM = {"app.kubernetes.io/managed-by": "Helm"}


def thing(kind, name, namespace="data", **fields):
    """A definition as a chart renders it."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "apps/v1" if kind == "Deployment" else "v1", "kind": kind, "metadata": metadata, **fields}


DEFINITIONS = [
    thing("ConfigMap", "a", "", data={"k": "1"}),
    thing("ConfigMap", "b", data={"k": "1"}),
    thing("ConfigMap", "c", data={"k": "1"}),
    thing("Deployment", "web", "", spec={"replicas": 1}),
    thing("ClusterRole", "reader", "wrongly-given", rules=[]),
    thing("Service", "far", "elsewhere", spec={"port": 1}),
]
MANIFEST = "\n---\n".join(map(json.dumps, DEFINITIONS))


@pytest.fixture
def cluster(api):
    """A cluster in which everything is as it was released; it notes what is asked."""
    for definition in copy.deepcopy(DEFINITIONS):
        definition["metadata"]["labels"] = BY_HELM
        if definition["kind"] == "ClusterRole":
            del definition["metadata"]["namespace"]
        else:
            definition["metadata"].setdefault("namespace", "data")
        api.put(definition)
    api.asked = []
    for name in ("get", "list", "apply"):
        setattr(api, name, noted(api.asked, name, getattr(api, name)))
    return api


def noted(asked, name, method):
    def call(*arguments, **options):
        asked.append((name, arguments[0]["metadata"]["name"] if name == "apply" else arguments[1]))
        return method(*arguments, **options)

    return call


def drifted(cluster, manifest=MANIFEST):
    return [each.as_result() for each in LiveRelease(cluster, "data").compare(manifest).differences]


def test_what_is_equal_costs_one_request_for_each_kind(cluster):
    comparison = LiveRelease(cluster, "data").compare(MANIFEST)
    assert comparison.differences == []
    assert [item["metadata"]["name"] for item in comparison.workloads] == ["web"]
    assert sorted(cluster.asked) == [
        ("get", "ClusterRole"),
        ("get", "Deployment"),
        ("get", "Service"),
        ("list", "ConfigMap"),
    ]
    assert cluster.writes == []


def test_an_object_without_helms_label_is_found(cluster):
    cluster.put(thing("ConfigMap", "b", data={"k": "1"}))
    assert drifted(cluster) == []


def test_an_object_of_another_namespace_is_another_one(cluster):
    del cluster.objects[("v1", "Service", "elsewhere", "far")]
    cluster.put(thing("Service", "far", "data", spec={"port": 1}))
    assert drifted(cluster) == [{"object": "Service elsewhere/far", "state": "deleted", "fields": []}]


def test_what_the_server_only_spells_its_own_way_is_no_difference(cluster):
    def canonical(definition, dry_run, force):
        assert dry_run and force
        return cluster.get(definition["apiVersion"], definition["kind"], "web", "data")

    cluster.put(thing("Deployment", "web", spec={"replicas": 1, "cpu": "1"}))
    manifest = json.dumps(thing("Deployment", "web", spec={"replicas": 1, "cpu": "1000m"}))
    assert drifted(cluster, manifest) == [{"object": "Deployment data/web", "state": "edited", "fields": ["spec.cpu"]}]
    cluster.apply = canonical
    assert drifted(cluster, manifest) == []


def test_a_difference_rests_on_one_state_of_the_object(cluster):
    """Somebody repairs the object between the reading and the dry run."""
    cluster.put(thing("Deployment", "web", spec={"replicas": 9}))
    apply = cluster.apply

    def repair_and_apply(definition, **options):
        if cluster.get("apps/v1", "Deployment", "web", "data")["spec"]["replicas"] == 9:
            cluster.put(thing("Deployment", "web", spec={"replicas": 1}))
        return apply(definition, **options)

    cluster.apply = repair_and_apply
    assert drifted(cluster) == []


def test_an_object_may_vanish_between_the_two_looks(cluster):
    cluster.put(thing("Deployment", "web", spec={"replicas": 9}))
    apply = cluster.apply

    def apply_and_vanish(definition, **options):
        repaired = apply(definition, **options)
        cluster.objects.pop(("apps/v1", "Deployment", "data", "web"))
        return {**repaired, "metadata": {**repaired["metadata"], "resourceVersion": "newer"}}

    cluster.apply = apply_and_vanish
    assert drifted(cluster) == [{"object": "Deployment data/web", "state": "deleted", "fields": []}]


def test_what_is_written_at_every_moment_is_a_controllers(cluster):
    cluster.put(thing("Deployment", "web", spec={"replicas": 9}))
    apply = cluster.apply

    def never_the_same(definition, **options):
        repaired = apply(definition, **options)
        return {**repaired, "metadata": {**repaired["metadata"], "resourceVersion": "newer"}}

    cluster.apply = never_the_same
    assert drifted(cluster) == []


@pytest.mark.parametrize("status", [409, 422])
def test_what_cannot_be_changed_back_in_place_is_a_difference(cluster, status):
    def refuse(definition, **options):
        raise ApiError("Could not check", "it", "field is immutable", "Correct it.", status)

    cluster.put(thing("Deployment", "web", spec={"replicas": 9}))
    cluster.apply = refuse
    assert drifted(cluster) == [{"object": "Deployment data/web", "state": "edited", "fields": ["spec.replicas"]}]


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (403, ReleaseError, "Could not compare Deployment data/web with what helm stored of it: a dry run was refused"),
        (400, ReleaseError, "Or set drift to ignore, so that nothing is compared"),
        (0, ApiError, "Could not check it: no answer"),
    ],
)
def test_a_server_that_does_not_say_is_reported(cluster, status, error, message):
    def refuse(definition, **options):
        raise ApiError("Could not check", "it", "no answer", "Look.", status)

    cluster.put(thing("Deployment", "web", spec={"replicas": 9}))
    cluster.apply = refuse
    with pytest.raises(error, match=message):
        drifted(cluster)


def test_a_job_that_removed_itself_is_not_missed(cluster):
    ended = thing("Job", "once", spec={"ttlSecondsAfterFinished": 60})
    kept = thing("Job", "kept", spec={})
    found = drifted(cluster, f"{json.dumps(ended)}\n---\n{json.dumps(kept)}")
    assert [finding["object"] for finding in found] == ["Job data/kept"]


def test_workloads_are_read_without_a_comparison(cluster):
    missing = json.dumps({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "gone"}})
    workloads = LiveRelease(cluster, "data").workloads(f"{MANIFEST}\n---\n{missing}")
    assert [item["metadata"]["name"] for item in workloads] == ["web"]
    assert sorted(cluster.asked) == [("get", "Deployment"), ("get", "StatefulSet")]
