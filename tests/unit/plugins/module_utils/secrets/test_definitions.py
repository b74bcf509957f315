# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._secrets.definitions import definitions

SETTINGS = {"namespace": "airflow", "labels": {}, "refresh_interval": "1h", "retire": False}
FERNET = {"source": "fernet_key", "secret": "fernet", "name": "fernet-key", "generator": "fernet", "form": "fernet"}
REDIS = {"source": "redis_password", "secret": "", "setting": "airflow_redis.password_secret", "name": "password"}
DATABASE = {
    "source": "database_connection", "secret": "metadata", "name": "connection", "generator": "token",
    "unused": "airflow_database_mode is in_cluster",
}
USERNAME = {"secret": "user", "name": "username", "generator": "literal", "literal": "admin"}
PASSWORD = {"source": "first_user_password", "secret": "user", "name": "password", "generator": "password", "length": 24}
AWS = {"aws_secrets_manager": {"name": "prod/airflow"}}
EXTERNAL = {"external_secret": {"store": "vault", "name": "prod/airflow"}}


def made(known=(), sources=None, registries=(), additional=(), wrong=lambda source: [], **settings):
    return definitions(list(known), sources or {}, registries, additional, {**SETTINGS, **settings}, wrong)


def test_what_has_no_source_is_generated():
    found = made([FERNET, REDIS, DATABASE, USERNAME, PASSWORD])
    assert found == {
        "wanted_keys": [
            {"secret": "fernet", "name": "fernet-key", "generator": "fernet"},
            {"secret": "user", "name": "username", "generator": "literal", "literal": "admin"},
            {"secret": "user", "name": "password", "generator": "password", "length": 24},
        ],
        "external_secrets": [],
        "findings": [],
        "made_keys": [
            {"secret": "fernet", "name": "fernet-key", "is_fetched": False}, {"secret": "user", "name": "username", "is_fetched": False},
            {"secret": "user", "name": "password", "is_fetched": False},
        ],
    }


@pytest.mark.parametrize("wrong", [lambda source: [], lambda source: ["no such option"]])
def test_what_would_be_made_is_named_and_nothing_of_it_told(wrong):
    registry = {"name": "pull", "registry": "registry.acme.test", "username": {"value": "robot"}, "password": {"value": "hunter2"}}
    additional = {"name": "git", "keys": [
        {"name": "a", "generator": "template", "template": "{token}", "parts": [{"name": "token", "source": EXTERNAL}]},
        {"name": "b", "source": {"value": "hunter2"}}, {"name": "c", "generator": "token"}]}  # fmt: skip
    found = made([FERNET], {"fernet_key": AWS}, registries=[registry], additional=[additional], wrong=wrong)["made_keys"]
    assert [(key["secret"], key["name"], key["is_fetched"]) for key in found] == [
        ("fernet", "fernet-key", True), ("pull", ".dockerconfigjson", True), ("git", "a", True), ("git", "b", True), ("git", "c", False)]
    assert "hunter2" not in str(found)


def test_what_has_a_source_is_not_generated():
    (fernet, redis) = made([FERNET, {**REDIS, "secret": "redis"}], {"fernet_key": AWS, "redis_password": AWS})["wanted_keys"]
    assert fernet == {"secret": "fernet", "name": "fernet-key", "form": "fernet", "source": AWS, "retire": False}
    assert redis == {"secret": "redis", "name": "password", "source": AWS}


def test_keys_for_fernet_may_be_retired():
    assert made([FERNET], {"fernet_key": AWS}, retire=True)["wanted_keys"][0]["retire"]


def test_one_source_may_be_for_several_keys():
    known = [{"source": "git_username", "secret": "git", "name": name} for name in ("GIT_SYNC_USERNAME", "GITSYNC_USERNAME")]
    assert [key["source"] for key in made(known, {"git_username": AWS})["wanted_keys"]] == [AWS, AWS]


def test_the_type_of_a_secret_stays_with_its_keys():
    known = {"source": "tls_key", "secret": "tls", "name": "tls.key", "type": "kubernetes.io/tls"}
    assert made([known], {"tls_key": AWS})["wanted_keys"][0]["type"] == "kubernetes.io/tls"


@pytest.mark.parametrize(
    ("known", "finding"),
    [
        (
            REDIS,
            "airflow_secrets_sources.redis_password is set, and nothing says which Secret it is for. "
            "Set airflow_redis.password_secret.",
        ),
        (DATABASE, "airflow_secrets_sources.database_connection is of no use: airflow_database_mode is in_cluster."),
    ],
)
def test_a_source_that_nothing_uses_is_found(known, finding):
    assert made([known], {known["source"]: AWS})["findings"] == [finding]


def test_credentials_of_a_registry_become_a_docker_config():
    registry = {"name": "pull", "registry": "registry.example.com", "username": {"value": "robot"}, "password": AWS}
    (key,) = made(registries=[registry])["wanted_keys"]
    assert (key["type"], key["name"], key["generator"]) == ("kubernetes.io/dockerconfigjson", ".dockerconfigjson", "docker_config")
    assert {part["name"]: part["source"] for part in key["parts"]} == {
        "registry": {"value": "registry.example.com"}, "username": {"value": "robot"}, "password": AWS,
    }  # fmt: skip


def test_additional_secrets_are_taken_as_they_are():
    keys = [{"name": "a", "source": AWS}, {"name": "b", "generator": "token", "length": 48}]
    found = made(additional=[{"name": "x", "type": "Opaque", "keys": keys[:1]}, {"name": "y", "keys": keys[1:]}])
    assert found["wanted_keys"] == [
        {"name": "a", "source": AWS, "secret": "x", "type": "Opaque"},
        {"name": "b", "generator": "token", "length": 48, "secret": "y"},
    ]


def test_a_secret_of_the_operator_becomes_an_object_and_the_rest_stays():
    found = made([FERNET, USERNAME, PASSWORD], {"first_user_password": EXTERNAL})
    assert [key["secret"] for key in found["wanted_keys"]] == ["fernet"]
    (external,) = found["external_secrets"]
    assert external["metadata"]["name"] == "user" and external["metadata"]["namespace"] == "airflow"
    assert set(external["spec"]["target"]["template"]["data"]) == {"username", "password"}


def test_what_cannot_be_an_object_is_found():
    found = made(additional=[{"name": "x", "keys": [{"name": "a", "source": EXTERNAL}, {"name": "b", "source": AWS}]}])
    (finding,) = found["findings"]
    assert "key b of the ExternalSecret x" in finding and found["external_secrets"] == []


def test_what_is_wrong_with_a_source_is_reported_with_its_key():
    registry = {"name": "pull", "registry": "r", "username": {"value": "u"}, "password": {"nonsense": 1}}
    found = made([FERNET], {"fernet_key": {}}, [registry], wrong=lambda source: [] if "value" in source else ["it is none."])
    assert found["findings"] == [
        "The source of key fernet/fernet-key: it is none.",
        "The source of key pull/.dockerconfigjson: it is none.",
    ]
    assert found["wanted_keys"] == found["external_secrets"] == []
