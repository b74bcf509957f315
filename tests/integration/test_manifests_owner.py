# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module manifests with an owner, many objects at a time, and a server that does not take all of them."""

from __future__ import annotations

import kubernetes
import pytest

LIMIT_SECONDS = 300
RECORD = "windrose-owner-platform"


def thing(namespace, name, kind="ConfigMap", **fields):
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, **fields}


def settings(namespace, *names, **data):
    return [thing(namespace, name, data=data) for name in names]


def role(namespace, name):
    return {**thing(namespace, name, "Role"), "apiVersion": "rbac.authorization.k8s.io/v1", "rules": []}


def operations(result):
    return {item["name"]: item["operation"] for item in result["objects"]}


@pytest.fixture
def apply(run_module, namespace):
    """Apply definitions for one owner: ``apply(*definitions, **parameters) -> ModuleRun``."""

    def run(*definitions, check=False, diff=False, **parameters):
        owner = {"name": "platform", "namespace": namespace}
        arguments = {"definitions": list(definitions), "owner": owner, "prune": True, "wait_timeout": LIMIT_SECONDS, **parameters}
        return run_module("manifests", arguments, check=check, diff=diff)

    return run


def versions(cluster, namespace):
    return {
        (kind, item["metadata"]["name"]): item["metadata"]["resourceVersion"]
        for kind, api_version in (("ConfigMap", "v1"), ("Secret", "v1"), ("Role", "rbac.authorization.k8s.io/v1"))
        for item in cluster.client.list(api_version, kind, namespace)
    }


def test_what_is_no_longer_named_is_deleted_and_nothing_else(apply, cluster, namespace):
    cluster.client.create(thing(namespace, "foreign", data={}))
    wanted = [*settings(namespace, "a", "b", "c", x="1"), role(namespace, "r")]
    predicted = apply(*wanted, check=True, diff=True)
    created = apply(*wanted, diff=True)
    assert predicted["objects"] == [{**item, "resource_version": None} for item in created["objects"]]
    assert created["diff"] == predicted["diff"] and set(operations(created).values()) == {"created"}
    before = versions(cluster, namespace)
    for check in (True, False):
        assert not apply(*wanted, check=check)["changed"]
    assert versions(cluster, namespace) == before

    for check in (True, False):
        result = apply(*wanted[:2], check=check, diff=True)
        assert {name for name, done in operations(result).items() if done == "deleted"} == {"c", "r"}
        assert {entry["before_header"] for entry in result["diff"]} == {f"ConfigMap {namespace}/c", f"Role {namespace}/r"}
        if check:
            assert versions(cluster, namespace) == before
    left = versions(cluster, namespace)
    assert {name for unused, name in left} == {"a", "b", "foreign", "kube-root-ca.crt", RECORD}
    for check in (True, False):
        assert not apply(*wanted[:2], check=check)["changed"]
    assert versions(cluster, namespace) == left

    for check in (True, False):
        result = apply(state="absent", check=check)
        assert operations(result) == {"a": "deleted", "b": "deleted"}
    assert {name for unused, name in versions(cluster, namespace)} == {"foreign", "kube-root-ca.crt"}
    assert not apply(state="absent")["changed"]


def test_what_holds_data_is_deleted_only_by_its_name(apply, cluster, namespace):
    apply(thing(namespace, "s", "Secret", stringData={"password": "value"}), *settings(namespace, "a"))
    kept = apply(*settings(namespace, "a"))
    assert not kept["changed"] and [item["name"] for item in kept["kept"]] == ["s"]
    assert cluster.client.get("v1", "Secret", "s", namespace)
    named = [{"kind": "Secret", "name": "s", "namespace": namespace}]
    assert operations(apply(*settings(namespace, "a"), prune_kept=named))["s"] == "deleted"
    assert cluster.client.get("v1", "Secret", "s", namespace) is None


def test_an_object_of_another_owner_is_refused(apply, cluster, namespace):
    apply(*settings(namespace, "a"))
    other = {"name": "other", "namespace": namespace}
    for state in ("present", "absent"):
        refused = apply(*settings(namespace, "b", "a"), owner=other, state=state)
        assert refused["failed"] and f"it belongs to owner {namespace}/platform" in refused["msg"] and not refused["changed"]
    assert cluster.client.get("v1", "ConfigMap", "b", namespace) is None


def test_a_failure_half_way_tells_both_halves_and_a_re_run_finishes(apply, cluster, namespace, wait_for):
    quota = thing(namespace, "few", "ResourceQuota", spec={"hard": {"count/configmaps": "4"}})
    cluster.client.create(quota)
    wanted = settings(namespace, "a", "b", "c", "d", "e")
    wait_for(lambda: cluster.client.get("v1", "ResourceQuota", "few", namespace).get("status", {}).get("used"))
    result = apply(*wanted)
    # One of the four is the owner's record, and another the one that every namespace has.
    written = [item["name"] for item in result["objects"] if item["name"] != RECORD]
    left = [item["name"] for item in result["not_written"]]
    assert result["failed"] and result["changed"] and written and sorted(written + left) == list("abcde")
    assert len(result["failures"]) == len(left) and "exceeded quota" in result["msg"]
    assert f"{len(written) + 1} of 6 objects were done; not done: ConfigMap {namespace}/{left[0]}" in result["msg"]
    cluster.client.delete("v1", "ResourceQuota", "few", namespace)
    assert {name for name, done in operations(apply(*wanted)).items() if done == "created"} == set(left)
    assert not apply(*wanted)["changed"]


def test_all_conflicts_are_reported_immediately(run_module, cluster, namespace):
    theirs = kubernetes.client.CoreV1Api(kubernetes.config.new_client_from_config(cluster.kubeconfig))
    for definition in settings(namespace, "a", "b", x="theirs"):
        theirs.create_namespaced_config_map(namespace, definition, field_manager="somebody-else")
    result = run_module("manifests", {"definitions": settings(namespace, "a", "b", "c", x="ours")})
    assert result["failed"] and not result["changed"] and len(result["conflicts"]) == 2
    for name in ("a", "b"):
        assert f"- ConfigMap {namespace}/{name}: other field managers own" in result["msg"]
    assert cluster.client.get("v1", "ConfigMap", "c", namespace) is None
