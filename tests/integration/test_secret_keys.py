# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module secret_keys against a real API server."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor

FERNET = {"secret": "fernet", "name": "fernet-key", "generator": "fernet"}
METADATA = [
    {"secret": "metadata", "name": "username", "generator": "literal", "literal": "airflow"},
    {"secret": "metadata", "name": "password", "generator": "password"},
    {
        "secret": "metadata",
        "name": "connection",
        "generator": "template",
        "template": "postgresql://{username}:{password}@db/x",
    },
]
MANAGED_BY = {"app.kubernetes.io/managed-by": "windrose.airflow"}


def secret_of(cluster, namespace, name):
    return cluster.client.get("v1", "Secret", name, namespace)


def plain(secret):
    return {name: base64.b64decode(value).decode() for name, value in secret["data"].items()}


def references(namespace, *names):
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}} for name in names
    ]


def test_keys_are_made_once_and_kept(run_module, resource_versions, cluster, namespace_name):
    secrets = references(namespace_name, "fernet", "metadata")
    arguments = {"namespace": namespace_name, "keys": [FERNET, *METADATA], "labels": {"team": "data"}}
    names = ["fernet/fernet-key", "metadata/connection", "metadata/password", "metadata/username"]

    predicted = run_module("secret_keys", arguments, check=True, diff=True)
    assert predicted["changed"] and predicted["created"] == names == predicted["key_names"]
    assert set(resource_versions(secrets).values()) == {None}
    cluster.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace_name}})
    made = run_module("secret_keys", arguments, diff=True)
    assert {name: made[name] for name in ("changed", "created", "key_names", "diff")} == {
        name: predicted[name] for name in ("changed", "created", "key_names", "diff")
    }
    metadata = secret_of(cluster, namespace_name, "metadata")
    assert metadata["metadata"]["labels"] == {"team": "data", **MANAGED_BY}
    contents = plain(metadata)
    assert contents["username"] == "airflow" and contents["password"].isalnum() and len(contents["password"]) == 43
    assert contents["connection"] == f"postgresql://airflow:{contents['password']}@db/x"
    fernet = plain(secret_of(cluster, namespace_name, "fernet"))["fernet-key"]
    assert len(base64.urlsafe_b64decode(fernet)) == 32
    for value in (contents["password"], fernet):
        assert value not in made.output and base64.b64encode(value.encode()).decode() not in made.output

    versions = resource_versions(secrets)
    for check in (True, False):
        kept = run_module("secret_keys", arguments, check=check, diff=True)
        assert not kept["changed"] and kept["created"] == [] and kept["key_names"] == names and not kept["diff"]
        assert resource_versions(secrets) == versions

    more = {"secret": "metadata", "name": "token", "generator": "token", "length": 48}
    arguments["keys"].append(more)
    for check in (True, False):
        result = run_module("secret_keys", arguments, check=check, diff=True)
        assert result["changed"] and result["created"] == ["metadata/token"]
        assert result["diff"][0]["after"] == {**result["diff"][0]["before"], "token": "(generated)"}
    after = plain(secret_of(cluster, namespace_name, "metadata"))
    assert {name: after[name] for name in contents} == contents and len(after["token"]) == 64
    versions = resource_versions(secrets)
    assert not run_module("secret_keys", arguments)["changed"] and resource_versions(secrets) == versions

    cluster.client.delete("v1", "Secret", "fernet", namespace_name)
    again = run_module("secret_keys", arguments)
    assert again["created"] == ["fernet/fernet-key"]
    assert plain(secret_of(cluster, namespace_name, "fernet"))["fernet-key"] != fernet


def test_a_secret_of_somebody_else_keeps_what_it_has(run_module, resource_versions, cluster, namespace):
    data = {"password": base64.b64encode(b"chosen by hand").decode()}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "metadata", "namespace": namespace},
        "data": data,
    }
    cluster.client.create(secret)
    result = run_module("secret_keys", {"namespace": namespace, "keys": METADATA})
    assert result["created"] == ["metadata/connection", "metadata/username"]
    live = secret_of(cluster, namespace, "metadata")
    assert (
        plain(live)["connection"] == "postgresql://airflow:chosen by hand@db/x"
        and plain(live)["password"] == "chosen by hand"
    )
    assert "labels" not in live["metadata"]
    versions = resource_versions([secret])
    assert not run_module("secret_keys", {"namespace": namespace, "keys": METADATA})["changed"]
    assert resource_versions([secret]) == versions


def test_labels_of_own_secrets_follow(run_module, cluster, namespace):
    arguments = {"namespace": namespace, "keys": [FERNET], "labels": {"team": "data"}}
    run_module("secret_keys", arguments)
    before = secret_of(cluster, namespace, "fernet")
    arguments["labels"] = {"team": "platform"}
    for check, team in ((True, "data"), (False, "platform")):
        result = run_module("secret_keys", arguments, check=check)
        assert result["changed"] and result["created"] == []
        assert secret_of(cluster, namespace, "fernet")["metadata"]["labels"]["team"] == team
    assert secret_of(cluster, namespace, "fernet")["data"] == before["data"]
    assert not run_module("secret_keys", arguments)["changed"]


def test_runs_at_the_same_time_agree(run_module, cluster, namespace):
    arguments = [{"namespace": namespace, "keys": [{**FERNET, "name": f"key-{number}"}, FERNET]} for number in range(4)]
    with ThreadPoolExecutor(len(arguments)) as pool:
        results = list(pool.map(lambda parameters: run_module("secret_keys", parameters), arguments))
    assert not any(result["failed"] for result in results)
    made = sorted(name for result in results for name in result["created"])
    assert made == sorted(["fernet/fernet-key"] + [f"fernet/key-{number}" for number in range(4)])
    assert len(secret_of(cluster, namespace, "fernet")["data"]) == 5


def test_what_cannot_be_made_is_explained(run_module, namespace):
    keys = [{"secret": "metadata", "name": "connection", "generator": "template", "template": "{password}"}]
    result = run_module("secret_keys", {"namespace": namespace, "keys": keys})
    assert result["failed"] and "refers to password, and the Secret has no such key" in result["msg"]
    result = run_module("secret_keys", {"namespace": "windrose-test-none", "keys": [FERNET]})
    assert result["failed"] and 'namespaces "windrose-test-none" not found' in result["msg"]


def test_the_wrong_cluster_is_refused(run_module, cluster, namespace):
    arguments = {"namespace": namespace, "keys": [FERNET], "expected_cluster": {"ca_sha256": "0" * 64}}
    result = run_module("secret_keys", arguments)
    assert result["failed"] and "0" * 64 in result["msg"] and "pin_cluster" in result["msg"]
    assert secret_of(cluster, namespace, "fernet") is None
