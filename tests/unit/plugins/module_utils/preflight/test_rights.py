# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import required_rights, rights


def right(resource, *verbs, api_group="", namespace="airflow", names=()):
    """:returns: a missing right, as the module cluster_info tells it."""
    return {
        "api_group": api_group, "resource": resource, "verbs": list(verbs), "namespace": namespace, "names": list(names)}


def missing(*several, **facts):
    """:returns: facts with missing rights."""
    return {"missing_rights": list(several), **facts}


def documents(finding):
    """:returns: the objects of the manifest in a remedy."""
    return list(yaml.safe_load_all(finding.remedy.partition("\n\n")[2]))


def test_one_finding_for_each_scope(judged):
    found = judged({}, missing(
        right("secrets", "create"), right("deployments", "patch", api_group="apps"),
        right("namespaces", "get", namespace=None, names=["kube-system"])))  # fmt: skip
    assert [(finding.code, finding.subject) for finding in found] == [
        ("WA301", "cluster"), ("WA301", "namespace airflow")]
    assert "namespaces kube-system: get." in found[0].problem
    assert "deployments.apps: patch; secrets: create." in found[1].problem


@pytest.mark.parametrize("scope", ["airflow", ""])
def test_the_manifest_grants_all_rights_of_its_scope_to_the_user(scope, judged, environment):
    facts = missing(right("namespaces", "create", namespace=scope or None), right("secrets", "get", namespace=scope or None))
    (finding,) = judged({}, {**facts, "user": {"username": "ci@acme.io"}, "namespace": None})
    role, binding = documents(finding)
    assert role["kind"] == ("Role" if scope else "ClusterRole")
    assert role["metadata"].get("namespace") == (scope or None)
    granted = {
        (group, resource, verb, tuple(rule.get("resourceNames", ())))
        for rule in role["rules"] for group in rule["apiGroups"] for resource in rule["resources"] for verb in rule["verbs"]
    }  # fmt: skip
    assert granted == {
        (needed["api_group"], needed["resource"], verb, tuple(needed["names"]))
        for needed in required_rights.required_rights(environment())
        if (needed["namespace"] or "") == scope and needed["verbs"] != ["list"]
        for verb in needed["verbs"]
    }
    assert binding["kind"] == f"{role['kind']}Binding"
    assert binding["metadata"] == role["metadata"]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "ci@acme.io"}]


def test_a_service_account_is_bound_as_one(judged):
    facts = missing(right("secrets", "create"), user={"username": "system:serviceaccount:ci:deployer"})
    (finding,) = judged({}, facts)
    assert documents(finding)[1]["subjects"] == [{"kind": "ServiceAccount", "namespace": "ci", "name": "deployer"}]


def test_an_unknown_user_is_to_be_filled_in(judged):
    (finding,) = judged({}, missing(right("secrets", "create")))
    assert documents(finding)[1]["subjects"][0]["name"] == rights.UNKNOWN_USER
    assert "kubectl auth whoami" in finding.remedy


def test_names_that_yaml_would_take_for_something_else_are_quoted(judged):
    (finding,) = judged({"airflow_namespace": "0123"}, missing(right("secrets", "create", namespace="0123")))
    assert documents(finding)[0]["metadata"]["namespace"] == "0123"


@pytest.mark.parametrize(("exists", "codes"), [(True, []), (False, ["WA301"])])
def test_a_namespace_that_exists_need_not_be_made(exists, codes, judged):
    found = judged({}, missing(right("namespaces", "create", namespace=None), namespace={"exists": exists}))
    assert [finding.code for finding in found] == codes


def test_a_role_needs_a_namespace_first(judged):
    (finding,) = judged({}, missing(right("secrets", "create"), namespace={"exists": False}))
    assert "kubectl create namespace airflow" in finding.remedy
    (finding,) = judged({}, missing(right("namespaces", "get", namespace=None), namespace={"exists": False}))
    assert "kubectl create namespace" not in finding.remedy
    (finding,) = judged({}, missing(right("secrets", "create"), namespace={"exists": True}))
    assert "kubectl create namespace" not in finding.remedy


def test_what_only_the_preflight_reads_is_a_warning(judged):
    found = judged({}, missing(
        right("nodes", "list", namespace=None), right("pods", "list", namespace=None),
        right("storageclasses", "list", api_group="storage.k8s.io", namespace=None), right("limitranges", "list")))  # fmt: skip
    assert [(finding.code, finding.subject) for finding in found] == [("WA302", "cluster"), ("WA302", "namespace airflow")]
    assert "nodes, pods, storageclasses.storage.k8s.io" in found[0].problem


def test_pods_of_the_namespace_are_more_than_the_preflights_own_matter(judged):
    assert [finding.code for finding in judged({}, missing(right("pods", "list")))] == ["WA301"]
