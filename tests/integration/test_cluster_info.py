# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module cluster_info against a real API server, and what every module says when the cluster cannot be used."""

from __future__ import annotations

import copy
import pathlib
import socket

import pytest
import yaml


@pytest.fixture
def kubeconfig(cluster):
    """The parsed kubeconfig of the cluster, to be spoilt."""
    return copy.deepcopy(yaml.safe_load(pathlib.Path(cluster.kubeconfig).read_text()))


@pytest.fixture
def run_with(run_module, tmp_path):
    """Run cluster_info with a kubeconfig document."""

    def run(document, **args):
        path = tmp_path / "kubeconfig"
        path.write_text(yaml.safe_dump(document))
        return run_module("cluster_info", {"kubeconfig": str(path), "gather": ["nodes"], **args})

    return run


def unused_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize("check", [False, True])
def test_all_is_reported(run_module, cluster, check):
    result = run_module("cluster_info", {}, check=check)
    assert not result["changed"] and result["identity"] == cluster.client.identity()
    assert len(result["identity"]["uid"]) == 36 and len(result["identity"]["ca_sha256"]) == 64
    assert result["server_version"]["major"] == "1" and int(result["server_version"]["minor"].rstrip("+")) >= 30
    assert [node["name"] for node in result["nodes"]] == sorted(
        node["metadata"]["name"] for node in cluster.client.list("v1", "Node")
    )
    for node in result["nodes"]:
        assert "cpu" in node["allocatable"] and int(node["requested"]["pods"]) >= 0 and "kubernetes.io/os" in node["labels"]


def test_only_what_was_asked_for_is_reported(run_module):
    result = run_module("cluster_info", {"gather": ["version"]})
    assert "server_version" in result and not {"identity", "nodes"} & set(result)


def test_what_the_cluster_has_is_reported(run_module, cluster, namespace):
    limits = [("ResourceQuota", {"hard": {"pods": "3"}}), ("LimitRange", {"limits": [{"type": "Container", "max": {"cpu": "1"}}]})]
    for kind, spec in limits:
        cluster.client.create({"apiVersion": "v1", "kind": kind, "metadata": {"name": "few", "namespace": namespace}, "spec": spec})
    choices = ["api_groups", "storage", "ingress_classes", "priority_classes", "namespace", "provider"]
    result = run_module("cluster_info", {"gather": choices, "namespace": namespace})
    assert {"v1", "apps/v1", "rbac.authorization.k8s.io/v1"} <= set(result["api_groups"])
    assert [item["name"] for item in result["storage_classes"] if item["default"]] == ["standard"]
    assert result["ingress_classes"] == [] and "system-node-critical" in result["priority_classes"]
    assert result["provider"] == "kind" and result["forbidden"] == []
    described = result["namespace"]
    assert described["exists"] and not described["terminating"] and described["quotas"][0]["hard"] == {"pods": "3"}
    assert described["limit_ranges"][0]["limits"][0]["max"] == {"cpu": "1"}
    none = run_module("cluster_info", {"gather": ["namespace"], "namespace": "windrose-test-none"})["namespace"]
    assert none == {"exists": False, "terminating": False, "labels": {}, "quotas": [], "limit_ranges": []}


def test_missing_rights_are_found_without_a_trial(run_with, cluster, kubeconfig, namespace, wait_for):
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reader", "namespace": namespace},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
                      {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["a"]}]}  # fmt: skip
    user = "windrose-somebody"
    binding = {
        "apiVersion": role["apiVersion"], "kind": "RoleBinding", "metadata": role["metadata"],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": user}],
    }  # fmt: skip
    for definition in (role, binding):
        cluster.client.create(definition)
    review = {
        "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
        "spec": {"user": user, "resourceAttributes": {"namespace": namespace, "verb": "get", "resource": "pods"}},
    }  # fmt: skip
    # The server hears of a binding a moment after it was made.
    wait_for(lambda: cluster.client.create(review)["status"]["allowed"])
    kubeconfig["users"][0]["user"].update({"as": user, "as-groups": ["system:authenticated"]})
    required = [
        {"resource": "pods", "verbs": ["get", "create"], "namespace": namespace},
        {"resource": "pods/log", "verbs": ["get"], "namespace": namespace},
        {"resource": "secrets", "verbs": ["get"], "namespace": namespace, "names": ["a"]},
        {"resource": "secrets", "verbs": ["get"], "namespace": namespace, "names": ["a", "b"]},
        {"resource": "nodes", "verbs": ["list"]},
    ]
    result = run_with(kubeconfig, gather=["rights"], required_rights=required)
    missing = {(item["resource"], tuple(item["verbs"]), tuple(item["names"])) for item in result["missing_rights"]}
    assert missing == {
        ("pods", ("create",), ()), ("pods/log", ("get",), ()), ("secrets", ("get",), ("a", "b")), ("nodes", ("list",), ())}
    assert result["rights_complete"] and result["user"] == {"username": user}


def test_what_may_not_be_read_is_left_out_on_request(run_with, kubeconfig):
    kubeconfig["users"][0]["user"].update({"as": "windrose-nobody", "as-groups": ["system:authenticated"]})
    choices = ["nodes", "storage", "version", "namespace"]
    result = run_with(kubeconfig, gather=choices, namespace="default", skip_forbidden=True)
    assert not result["failed"] and not {"nodes", "storage_classes", "namespace"} & set(result) and "server_version" in result
    assert result["forbidden"] == ["LimitRange", "Namespace", "Node", "Pod", "ResourceQuota", "StorageClass"]


def test_the_expected_cluster_is_compared(run_module, cluster):
    identity = cluster.client.identity()
    assert not run_module("cluster_info", {"expected_cluster": identity, "gather": ["identity"]})["failed"]
    result = run_module("cluster_info", {"expected_cluster": {**identity, "uid": "another"}, "gather": ["version"]})
    assert result["failed"] and result["found_identity"] == identity and "another" in result["msg"]


def test_a_missing_file_or_context_is_named(run_module, run_with, kubeconfig):
    result = run_module("cluster_info", {"kubeconfig": "/nonesuch/kubeconfig"})
    assert result["failed"] and "/nonesuch/kubeconfig: there is no such file" in result["msg"]
    result = run_with(kubeconfig, context="nonesuch")
    assert result["failed"] and "nonesuch" in result["msg"] and kubeconfig["current-context"] in result["msg"]


def test_a_server_that_is_away_is_named_soon(run_with, kubeconfig):
    server = kubeconfig["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{unused_port()}"
    result = run_with(kubeconfig)
    assert result["failed"] and server in result["msg"] and "Connection refused" in result["msg"]


def test_a_server_that_the_kubeconfig_does_not_trust_is_refused(run_with, kubeconfig):
    kubeconfig["clusters"][0]["cluster"].pop("certificate-authority-data")
    result = run_with(kubeconfig)
    assert result["failed"] and "certificate authorities did not sign" in result["msg"]


def test_wrong_credentials_are_called_so(run_with, kubeconfig):
    kubeconfig["users"][0]["user"] = {"token": "not-a-token"}
    result = run_with(kubeconfig)
    assert (
        result["failed"] and "does not accept the credentials" in result["msg"] and "not-a-token" not in result.output
    )


def test_a_broken_credential_plugin_is_named(run_with, kubeconfig):
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "nonesuch-plugin", "interactiveMode": "Never"}
    kubeconfig["users"][0]["user"] = {"exec": plugin}
    result = run_with(kubeconfig)
    assert result["failed"] and "nonesuch-plugin" in result["msg"]


def test_a_missing_right_is_named(run_with, kubeconfig):
    kubeconfig["users"][0]["user"]["as"] = "nobody-in-particular"
    result = run_with(kubeconfig)
    assert result["failed"]
    assert (
        "user 'nobody-in-particular' may not list nodes" in result["msg"]
        and "kubectl auth can-i list nodes" in result["msg"]
    )
