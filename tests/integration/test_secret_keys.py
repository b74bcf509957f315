# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module secret_keys against a real API server."""

from __future__ import annotations

import base64
import json
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from secret_stores import ENVIRONMENT, REGION, moto_server

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
    assert {name: made[name] for name in ("changed", "created", "updated", "key_names", "diff")} == {
        name: predicted[name] for name in ("changed", "created", "updated", "key_names", "diff")
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


class Source:
    """Where a key comes from, and a way to change what it holds.

    :param reference: the source as the module takes it; callable for one that holds its own content.
    :param store: callable (content), None takes the content away.
    """

    def __init__(self, reference, store):
        self._reference = reference
        self.store = store

    @property
    def reference(self):
        return self._reference() if callable(self._reference) else self._reference


@pytest.fixture(scope="module")
def moto():
    with moto_server() as server:
        yield server


@pytest.fixture
def value_source():
    held = []
    return Source(lambda: {"value": held[-1]}, lambda content: held.append(content or ""))


@pytest.fixture
def kubernetes_source(cluster, namespace):
    """A Secret of another namespace."""
    elsewhere = f"{namespace}-source"
    cluster.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": elsewhere}})
    metadata = {"name": "credentials", "namespace": elsewhere}

    def store(content):
        cluster.client.delete("v1", "Secret", "credentials", elsewhere)
        if content is not None:
            data = {"token": base64.b64encode(content.encode()).decode()}
            cluster.client.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})

    yield Source({"kubernetes_secret": {"name": "credentials", "namespace": elsewhere, "key": "token"}}, store)
    cluster.client.delete("v1", "Namespace", elsewhere)


@pytest.fixture
def aws_source(moto, monkeypatch):
    """A key of a secret of AWS Secrets Manager, as moto's server has it."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    secret = f"airflow/{secrets.token_hex(5)}"

    def store(content):
        if content is None:
            moto.client().delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
        else:
            moto.store(secret, json.dumps({"login": "robot", "token": content}))

    reference = {"name": secret, "key": "token", "region": REGION, "endpoint_url": moto.url}
    return Source({"aws_secrets_manager": reference}, store)


@pytest.mark.parametrize("kind", ["value", "kubernetes", "aws"])
def test_a_key_follows_its_source(run_module, resource_versions, cluster, namespace, request, kind):
    source = request.getfixturevalue(f"{kind}_source")
    contents = [secrets.token_hex(16), secrets.token_hex(16)]
    secret = references(namespace, "git")

    def arguments():
        parts = [{"name": "token", "source": source.reference}]
        connection = {"generator": "template", "template": '{"password": {token:json}}', "parts": parts}
        keys = [{"secret": "git", "name": "token", "source": source.reference}, {"secret": "git", "name": "connection", **connection}]
        return {"namespace": namespace, "keys": keys}

    for place, content in enumerate(contents):
        source.store(content)
        field, before = (("created", None), ("updated", resource_versions(secret)))[place]
        for check in (True, False):
            told = run_module("secret_keys", arguments(), check=check, diff=True)
            assert told["changed"] and told[field] == ["git/connection", "git/token"], told.output
            after = {name: told["diff"][0]["after"][name] for name in ("connection", "token")}
            assert set(after.values()) == {("(fetched)", "(hidden, changed)")[place]}
            assert content not in told.output and base64.b64encode(content.encode()).decode() not in told.output
            if check:
                assert resource_versions(secret) == (before or {"Secret/git": None})
        held = plain(secret_of(cluster, namespace, "git"))
        assert held == {"token": content, "connection": json.dumps({"password": content})}
        versions = resource_versions(secret)
        for check in (True, False):
            kept = run_module("secret_keys", arguments(), check=check, diff=True)
            assert not kept["changed"] and kept["created"] == kept["updated"] == kept["diff"] == []
            assert resource_versions(secret) == versions

    source.store(None)
    for check in (True, False):
        refused = run_module("secret_keys", arguments(), check=check)
        words = {"value": "is empty", "kubernetes": "there is no such Secret", "aws": "there is no such secret in this region"}
        assert refused["failed"] and words[kind] in refused["msg"] and contents[1] not in refused.output
    assert resource_versions(secret) == versions, "what a source no longer has stays in use"


def test_nothing_is_written_when_a_source_fails(run_module, resource_versions, namespace):
    absent = {"kubernetes_secret": {"name": "absent", "key": "k"}}
    keys = [FERNET, {"secret": "a", "name": "a", "source": {"value": "x"}}, {"secret": "b", "name": "b", "source": absent}]
    result = run_module("secret_keys", {"namespace": namespace, "keys": keys})
    assert result["failed"] and f"Secret {namespace}/absent: there is no such Secret" in result["msg"]
    assert set(resource_versions(references(namespace, "fernet", "a", "b")).values()) == {None}


def test_secrets_have_their_types(run_module, cluster, namespace):
    parts = [
        {"name": name, "source": {"value": value}}
        for name, value in {"registry": "registry.example.com", "username": "robot", "password": "p"}.items()
    ]
    keys = [
        {"secret": "pull", "type": "kubernetes.io/dockerconfigjson", "name": ".dockerconfigjson", "generator": "docker_config",
         "parts": parts},
        {"secret": "tls", "type": "kubernetes.io/tls", "name": "tls.crt", "source": {"value": "certificate"}},
        {"secret": "tls", "type": "kubernetes.io/tls", "name": "tls.key", "source": {"value": "key"}},
        {"secret": "ssh", "type": "kubernetes.io/ssh-auth", "name": "ssh-privatekey", "source": {"value": "key"}},
    ]  # fmt: skip
    arguments = {"namespace": namespace, "keys": keys}
    assert run_module("secret_keys", arguments)["changed"] and not run_module("secret_keys", arguments)["changed"]
    types = {name: secret_of(cluster, namespace, name)["type"].removeprefix("kubernetes.io/") for name in ("pull", "tls", "ssh")}
    assert types == {"pull": "dockerconfigjson", "tls": "tls", "ssh": "ssh-auth"}
    assert list(json.loads(plain(secret_of(cluster, namespace, "pull"))[".dockerconfigjson"])["auths"]) == ["registry.example.com"]

    for check in (True, False):
        other = [{"secret": "tls", "type": "Opaque", "name": "token", "generator": "token"}]
        result = run_module("secret_keys", {"namespace": namespace, "keys": other}, check=check)
        assert result["failed"] and f"Secret {namespace}/tls: it has type kubernetes.io/tls, and type Opaque" in result["msg"]


def test_a_fernet_key_in_use_is_not_lost(run_module, cluster, namespace):
    old, new = (base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() for unused_time in range(2))

    def run(content, **more):
        key = {"secret": "fernet", "name": "fernet-key", "source": {"value": content}, "form": "fernet", **more}
        return run_module("secret_keys", {"namespace": namespace, "keys": [key]})

    assert run(old)["changed"]
    refused = run(new)
    assert refused["failed"] and "would be lost" in refused["msg"] and "rotate-fernet-key" in refused["msg"]
    assert not [text for text in (old, new) if text in refused.output]
    assert plain(secret_of(cluster, namespace, "fernet")) == {"fernet-key": old}
    for content, more in ((f"{new},{old}", {}), (new, {"retire": True})):
        assert run(content, **more)["updated"] == ["fernet/fernet-key"]
        assert plain(secret_of(cluster, namespace, "fernet")) == {"fernet-key": content}
    assert not run(new)["changed"]


def test_the_wrong_cluster_is_refused(run_module, cluster, namespace):
    arguments = {"namespace": namespace, "keys": [FERNET], "expected_cluster": {"ca_sha256": "0" * 64}}
    result = run_module("secret_keys", arguments)
    assert result["failed"] and "0" * 64 in result["msg"] and "pin_cluster" in result["msg"]
    assert secret_of(cluster, namespace, "fernet") is None
