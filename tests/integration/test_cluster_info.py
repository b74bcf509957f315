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
def test_all_is_told(run_module, cluster, check):
    result = run_module("cluster_info", {}, check=check)
    assert not result["changed"] and result["identity"] == cluster.client.identity()
    assert len(result["identity"]["uid"]) == 36 and len(result["identity"]["ca_sha256"]) == 64
    assert result["server_version"]["major"] == "1" and int(result["server_version"]["minor"].rstrip("+")) >= 30
    assert [node["name"] for node in result["nodes"]] == sorted(
        node["metadata"]["name"] for node in cluster.client.list("v1", "Node")
    )
    for node in result["nodes"]:
        assert (
            set(node) == {"name", "ready", "roles", "kubelet_version", "allocatable"} and "cpu" in node["allocatable"]
        )


def test_only_what_was_asked_for_is_told(run_module):
    result = run_module("cluster_info", {"gather": ["version"]})
    assert "server_version" in result and not {"identity", "nodes"} & set(result)


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
