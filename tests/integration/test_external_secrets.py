# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module manifests waits for objects of kind ExternalSecret. The test itself is their operator, and writes their status."""

from __future__ import annotations

import secrets

import kubernetes
import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import external_secrets

LIMIT_SECONDS = 300


class Operator:
    """Writes the status of ExternalSecrets of a group that only this test has."""

    def __init__(self, cluster, group):
        self._client = cluster.client
        self._api = kubernetes.client.CustomObjectsApi(kubernetes.config.new_client_from_config(cluster.kubeconfig))
        self._group = group
        self.api_version = f"{group}/v1"

    def definition(self, namespace):
        """:returns: an ExternalSecret as the role airflow_secrets makes it, of the test's group."""
        source = {"external_secret": {"store": "vault", "name": "prod/airflow", "key": "fernet_key"}}
        settings = {"namespace": namespace, "labels": {"team": "data"}, "refresh_interval": "1h"}
        made = external_secrets.definition("fernet", [{"secret": "fernet", "name": "fernet-key", "source": source}], settings)
        return {**made, "apiVersion": self.api_version}

    def answer(self, namespace, status, reason, message):
        """Wait for the object, and write what came of it."""
        events = self._client.watch(self.api_version, "ExternalSecret", namespace, timeout_seconds=LIMIT_SECONDS)
        live = next(item for unused_event, item in events)
        condition = {"type": "Ready", "status": status, "reason": reason, "message": message}
        body = {"status": {"conditions": [condition], "syncedResourceVersion": f"{live['metadata']['generation']}-0123"}}
        self._api.patch_namespaced_custom_object_status(self._group, "v1", namespace, "externalsecrets", "fernet", body)


@pytest.fixture
def operator(cluster, run_module):
    """An operator of a kind that the cluster gets for this test."""
    group = f"windrose-{secrets.token_hex(5)}.example.com"
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"externalsecrets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": "ExternalSecret", "plural": "externalsecrets", "singular": "externalsecret"},
            "versions": [
                {
                    "name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
                }
            ],
        },
    }  # fmt: skip
    made = run_module("manifests", {"definitions": [definition]})
    assert not made["failed"], made["msg"]
    assert cluster.client.await_kind(f"{group}/v1", "ExternalSecret", LIMIT_SECONDS)
    yield Operator(cluster, group)
    cluster.client.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"externalsecrets.{group}")


def test_the_wait_ends_when_the_secret_is_there(operator, start_module, run_module, resource_versions, namespace):
    arguments = {"definitions": [operator.definition(namespace)], "wait_timeout": LIMIT_SECONDS}
    assert run_module("manifests", arguments, check=True)["changed"]
    with start_module("manifests", arguments) as running:
        operator.answer(namespace, "True", "SecretSynced", "secret synced")
        assert running.wait() == 0, running.stdout.read()
    versions = resource_versions(arguments["definitions"])
    for check in (True, False):
        assert not run_module("manifests", arguments, check=check)["changed"]
    assert resource_versions(arguments["definitions"]) == versions


def test_what_the_operator_says_is_reported(operator, run_module, namespace):
    arguments = {"definitions": [operator.definition(namespace)], "wait_timeout": 1}
    unseen = run_module("manifests", arguments)
    assert unseen["failed"] and "the External Secrets Operator has not looked at it yet" in unseen["msg"]
    operator.answer(namespace, "False", "SecretSyncedError", "could not get secret data from provider")
    refused = run_module("manifests", arguments)
    assert refused["failed"] and "SecretSyncedError: could not get secret data from provider" in refused["msg"]
    assert f"kubectl describe externalsecret --namespace {namespace} fernet" in refused["msg"]
