# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import external_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rollout import Rollout

SETTINGS = {"namespace": "airflow", "labels": {"team": "data"}, "refresh_interval": "1h"}
SECRET = "hunter2"


def stored(name, key=None, **more):
    return {"external_secret": {"store": "vault", "name": name, "key": key, **more}}


def key(name, source=None, generator=None, parts=None, **more):
    parts = [{"name": own, "source": value} for own, value in (parts or {}).items()]
    return {"secret": "s", "name": name, "source": source, "generator": generator, "parts": parts, **more}


def defined(*keys):
    return external_secrets.definition("s", list(keys), SETTINGS)


def test_keys_are_fetched_from_their_store():
    made = defined(key("a", stored("prod/a")), key("b", stored("prod/b", "token", version="3")))
    assert made == {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "s", "namespace": "airflow", "labels": {"team": "data"}},
        "spec": {
            "refreshInterval": "1h",
            "secretStoreRef": {"name": "vault", "kind": "SecretStore"},
            "target": {"name": "s", "creationPolicy": "Orphan", "deletionPolicy": "Retain"},
            "data": [
                {"secretKey": "a", "remoteRef": {"key": "prod/a"}},
                {"secretKey": "b", "remoteRef": {"key": "prod/b", "property": "token", "version": "3"}},
            ],
        },
    }


def test_a_store_of_the_whole_cluster_is_named_as_one():
    made = defined(key("a", stored("x", store_kind="ClusterSecretStore")))
    assert made["spec"]["secretStoreRef"] == {"name": "vault", "kind": "ClusterSecretStore"}


def test_a_type_needs_a_template_with_every_key():
    made = defined(*[key(name, stored("tls", name), type="kubernetes.io/tls") for name in ("tls.crt", "tls.key")])
    template = made["spec"]["target"]["template"]
    assert template["type"] == "kubernetes.io/tls" and template["metadata"] == {"labels": {"team": "data"}}
    assert template["data"] == {"tls.crt": '{{ index . "tls.crt" }}', "tls.key": '{{ index . "tls.key" }}'}


def test_parts_are_fetched_under_names_of_their_own():
    made = defined(
        key("one", generator="template", template="{token}", parts={"token": stored("git", "one")}),
        key("two", generator="template", template="{token}", parts={"token": stored("git", "two")}),
        key("who", generator="literal", literal='a "robot"'),
    )
    assert [(entry["secretKey"], entry["remoteRef"]["property"]) for entry in made["spec"]["data"]] == [
        ("one.token", "one"),
        ("two.token", "two"),
    ]
    assert made["spec"]["target"]["template"]["data"] == {
        "one": '{{ index . "one.token" }}',
        "two": '{{ index . "two.token" }}',
        "who": '{{ "a \\"robot\\"" }}',
    }


REGISTRY = {"registry": {"value": "registry.example.com"}, "username": {"value": "robot"}, "password": stored("registry")}


def test_only_what_is_no_secret_stands_in_the_object():
    made = json.dumps(defined(key(".dockerconfigjson", generator="docker_config", parts=REGISTRY)))
    assert "registry.example.com" in made and "robot" in made


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ([key("a", stored("x")), key("b", {"value": SECRET})], "key b of the ExternalSecret s: part of it does not come from"),
        ([key("a", stored("x")), key("b", {"aws_secrets_manager": {"name": "y"}})], "part of it does not come from the operator"),
        ([key("a", generator="docker_config", parts={**REGISTRY, "password": {"value": SECRET}})], "would stand in the object"),
        ([key("a", stored("x")), key("b", generator="password")], "its generator is password, and the operator does not make it"),
        ([key("a", generator="template", template="{b}{c}", parts={"b": stored("x")})], "refers to c, which is none of its parts"),
        ([key("a", stored("x")), key("b", stored("y", store="other"))], "the Secret comes from 2 stores"),
        ([key("a", stored("x")), key("b", stored("y", store_kind="ClusterSecretStore"))], "the Secret comes from 2 stores"),
    ],
)
def test_a_secret_that_comes_only_partly_from_the_operator_is_refused(keys, told):
    assert external_secrets.is_external(keys) or keys[0]["generator"]
    with pytest.raises(DefinitionError, match=told) as raised:
        defined(*keys)
    assert SECRET not in str(raised.value)


def test_a_secret_is_external_as_soon_as_a_part_of_it_is():
    assert external_secrets.is_external([key("a", {"value": "x"}), key("b", generator="template", parts={"p": stored("x")})])
    assert not external_secrets.is_external([key("a", {"value": "x"}), key("b", generator="token")])


def external_secret(status, reason="SecretSyncedError", message="could not get secret data from provider"):
    metadata = {"name": "s", "namespace": "airflow", "uid": "1", "generation": 1}
    conditions = [{"type": "Ready", "status": status, "reason": reason, "message": message}] if status else []
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": metadata, "status": {"conditions": conditions}}


@pytest.mark.parametrize("status", [None, "True", "Unknown"])
def test_what_has_not_failed_is_waited_for(status):
    assert Rollout([external_secret(status)]).suspects() == []


def test_what_has_failed_says_why_and_where_to_look():
    (suspect,) = Rollout([external_secret("False")]).suspects()
    assert (suspect.pod, suspect.diagnosis.reason) == (None, "SecretSyncedError")
    assert suspect.diagnosis.message == "could not get secret data from provider"
    assert "kubectl describe externalsecret --namespace airflow s" in suspect.diagnosis.remedy
    assert suspect.diagnosis.grace_seconds > 0, "the operator tries again"
