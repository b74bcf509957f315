# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Secrets the role airflow_secrets makes of an inventory."""

from __future__ import annotations

import pytest

VALUE = {"value": "x"}
# A source for every key, and all that names a Secret for one.
EVERYTHING = {
    "airflow_database_mode": "external",
    "airflow_database_migration_secret_name": "direct",
    "airflow_result_backend_secret_name": "results",
    "airflow_redis": {"password_secret": "redis"},
    "airflow_flower": {"credentials_secret": "flower"},
    "airflow_logs": {"connection_secret": {"name": "logs", "key": "store"}},
    "airflow_dag_delivery": {"git_sync": {"ssh_key_secret": "ssh", "credentials_secret": "git"}},
    "airflow_ingress": {"tls_secret": "tls"},
    "airflow_auth": {"openid_connect": {"client_secret": {"name": "sso", "key": "secret"}}},
}
CASES = {
    "defaults": {},
    "external": {"airflow_database_mode": "external"},
    "no first user": {"airflow_auth": {"first_user": False}},
    "another release": {"airflow_release_name": "batch"},
    "everything": {**EVERYTHING, "airflow_secrets_sources": "EVERY_SOURCE"},
    "nothing names a Secret": {"airflow_secrets_sources": "EVERY_SOURCE"},
    "operator": {"airflow_secrets_sources": {"fernet_key": {"external_secret": {"store": "vault", "name": "prod/airflow"}}}},
    "registry": {
        "airflow_secrets_registries": [{"name": "pull", "registry": "r.example.com", "username": VALUE, "password": VALUE}],
        "airflow_secrets_additional": [{"name": "mine", "keys": [{"name": "k", "generator": "token"}]}],
    },
    "rotated": {"airflow_secrets_sources": {"fernet_key": VALUE}, "airflow_secrets_retire_fernet_keys": True},
}


@pytest.fixture(scope="module")
def found(evaluate, roles):
    """{case: what the role makes of it}."""
    (role,) = [role for role in roles if role.name == "airflow_secrets"]
    every = {name: VALUE for name in role.options()["airflow_secrets_sources"]["options"]}
    cases = {
        name: {variable: every if value == "EVERY_SOURCE" else value for variable, value in variables.items()}
        for name, variables in CASES.items()
    }
    return evaluate("airflow_secrets", "__airflow_secrets_compiled", cases)


def made(case):
    """:returns: {Secret/key: how it is made}."""
    return {f"{key['secret']}/{key['name']}": key.get("generator", "source") for key in case["wanted_keys"]}


DATABASE = {"username": "literal", "database": "literal", "password": "password", "connection": "template"}


def test_without_a_source_everything_is_generated(found):
    assert made(found["defaults"]) == {
        "airflow-fernet-key/fernet-key": "fernet",
        "airflow-api-secret-key/api-secret-key": "token",
        "airflow-jwt-secret/jwt-secret": "token",
        "airflow-first-user/username": "literal",
        "airflow-first-user/password": "password",
        **{f"airflow-metadata/{name}": generator for name, generator in DATABASE.items()},
    }
    lengths = {key["secret"]: key["length"] for key in found["defaults"]["wanted_keys"] if key["generator"] == "token"}
    assert lengths == {"airflow-api-secret-key": 32, "airflow-jwt-secret": 64}
    sound = ("defaults", "everything", "external", "registry")
    assert not any(case["findings"] for name, case in found.items() if name in sound)


def test_the_secret_of_an_external_database_is_left_to_others(found):
    assert not [name for name in made(found["external"]) if name.startswith("airflow-metadata/")]


def test_without_a_first_user_nobody_gets_its_password(found):
    assert not [name for name in made(found["no first user"]) if name.startswith("airflow-first-user/")]
    assert not found["no first user"]["findings"]


def test_names_begin_with_the_release(found):
    assert all(name.startswith("batch-") for name in made(found["another release"]))


def test_every_source_has_its_key(found):
    case = found["everything"]
    assert {name: how for name, how in made(case).items() if how != "source"} == {"airflow-first-user/username": "literal"}
    assert {name for name, how in made(case).items() if how == "source"} == {
        "airflow-fernet-key/fernet-key", "airflow-api-secret-key/api-secret-key", "airflow-jwt-secret/jwt-secret",
        "airflow-first-user/password", "airflow-metadata/connection", "direct/connection", "results/connection",
        "airflow-pgbouncer-config/pgbouncer.ini", "airflow-pgbouncer-config/users.txt", "airflow-pgbouncer-stats/connection",
        "airflow-broker-url/connection", "redis/password", "flower/basicAuth", "logs/store", "ssh/gitSshKey",
        "git/GIT_SYNC_USERNAME", "git/GITSYNC_USERNAME", "git/GIT_SYNC_PASSWORD", "git/GITSYNC_PASSWORD", "tls/tls.crt", "tls/tls.key",
        "sso/secret",
    }  # fmt: skip


def test_a_source_without_a_secret_is_reported_with_the_variable_that_names_one(found):
    findings = found["nothing names a Secret"]["findings"]
    for variable in (
        "airflow_redis.password_secret", "airflow_flower.credentials_secret", "airflow_logs.connection_secret",
        "airflow_dag_delivery.git_sync.ssh_key_secret", "airflow_dag_delivery.git_sync.credentials_secret",
        "airflow_auth.openid_connect.client_secret", "airflow_ingress.tls_secret", "airflow_result_backend_secret_name",
    ):  # fmt: skip
        assert [finding for finding in findings if finding.endswith(f"Set {variable}.")], variable
    assert [finding for finding in findings if "database_connection is of no use: airflow_database_mode is in_cluster" in finding]


def test_keys_for_fernet_from_a_source_keep_their_form(found):
    (key,) = [key for key in found["everything"]["wanted_keys"] if key["name"] == "fernet-key"]
    assert (key["form"], key["retire"]) == ("fernet", False)
    assert [key["retire"] for key in found["rotated"]["wanted_keys"] if key["name"] == "fernet-key"] == [True]


def test_what_the_operator_makes_is_an_object(found):
    case = found["operator"]
    (external,) = case["external_secrets"]
    assert external["metadata"]["name"] == "airflow-fernet-key" and external["metadata"]["namespace"] == "airflow"
    assert external["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "windrose.airflow"
    assert "airflow-fernet-key/fernet-key" not in made(case)


def test_registries_and_additional_secrets_are_made(found):
    keys = made(found["registry"])
    assert keys["pull/.dockerconfigjson"] == "docker_config" and keys["mine/k"] == "token"
