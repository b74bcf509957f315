# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import configparser
import json
import string
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.secret_contents import (
    password,
    secret_contents,
)

SEED, CERTIFICATE = "of no cluster", {"tls.crt": "CERTIFICATE", "tls.key": "KEY"}
DATABASE = password(SEED, "database")
METADATA, DIRECT = ("airflow-metadata", "connection"), ("airflow-metadata-direct", "connection")
POOLED = {
    "airflow_database_mode": "external", "airflow_namespace": "data", "airflow_database_secret_name": METADATA[0],
    "airflow_database_migration_secret_name": DIRECT[0], "airflow_result_backend_secret_name": "results", "airflow_pgbouncer": {"enabled": True},
}
KEYS = {METADATA[0]: ["connection"], DIRECT[0]: ["connection"], "results": ["connection"],
        "airflow-pgbouncer-config": ["pgbouncer.ini", "users.txt"], "airflow-pgbouncer-stats": ["connection"]}
TO_DATABASE, TO_POOL = ("postgresql.rehearsal.internal", 5432, "/airflow"), ("airflow-pgbouncer.data", 6543, "/airflow-metadata")
NAMES = st.sampled_from(["airflow-metadata", "airflow-git", "airflow-tls", "airflow-sso", "pull"])
TEXTS = st.text(string.ascii_letters + "-/", max_size=8)


def made(variables, keys, seed=SEED):
    """:returns: {(Secret, key): content}."""
    return {
        (secret["metadata"]["name"], key): content
        for secret in secret_contents(Environment(variables), keys, seed, CERTIFICATE) for key, content in secret["stringData"].items()
    }  # fmt: skip


def address(url):
    """:returns: where a URL leads to, once user and password were looked at."""
    parts = urllib.parse.urlsplit(url)
    assert (parts.username, parts.password) == ("airflow", DATABASE)
    return parts.hostname, parts.port, parts.path


def test_the_pooled_connection_leads_to_pgbouncer_and_that_of_the_migration_to_the_database():
    found = made(POOLED, KEYS)
    assert (address(found[METADATA]), address(found[DIRECT]), address(found["results", "connection"])) == (TO_POOL, TO_DATABASE, TO_POOL)
    assert found["results", "connection"].startswith("db+postgresql://")


def test_without_pgbouncer_all_of_them_lead_to_the_database():
    found = made({**POOLED, "airflow_pgbouncer": {"enabled": False}}, KEYS)
    assert {address(found[key]) for key in (METADATA, DIRECT, ("results", "connection"))} == {TO_DATABASE}


def test_without_a_secret_of_its_own_the_migration_takes_the_pooled_connection():
    assert address(made({**POOLED, "airflow_database_migration_secret_name": METADATA[0]}, KEYS)[METADATA]) == TO_POOL


def test_who_talks_to_the_database_knows_its_authority():
    found = made(POOLED, KEYS)
    options = urllib.parse.parse_qs(urllib.parse.urlsplit(found[DIRECT]).query)
    assert options == {"sslmode": ["verify-full"], "sslrootcert": ["/etc/windrose/authority.crt"]}
    assert "sslmode" not in found[METADATA]


def test_pgbouncer_leads_to_the_database_by_the_name_that_the_pooled_connection_has():
    found = made(POOLED, KEYS)
    read = configparser.ConfigParser()
    read.read_string(found["airflow-pgbouncer-config", "pgbouncer.ini"])
    assert read["databases"]["airflow-metadata"] == "host=postgresql.rehearsal.internal port=5432 dbname=airflow pool_size=100"
    told = read["pgbouncer"]
    assert (told["listen_port"], told["server_tls_sslmode"], told["stats_users"]) == ("6543", "verify-full", "airflow")
    assert found["airflow-pgbouncer-config", "users.txt"] == f'"airflow" "{DATABASE}"\n'
    assert address(found["airflow-pgbouncer-stats", "connection"]) == ("127.0.0.1", 6543, "/pgbouncer")


def test_the_secrets_of_pgbouncer_are_found_by_the_names_that_the_inventory_has_for_them():
    options = {"enabled": True, "config_secret": "pool", "stats_secret": "statistics", "stats_secret_key": "url"}
    found = made({**POOLED, "airflow_pgbouncer": options, "airflow_release_name": "two"}, {"pool": ["users.txt", "pgbouncer.ini"], "statistics": ["url"]})
    assert "two-metadata = host=" in found["pool", "pgbouncer.ini"] and found["pool", "users.txt"].startswith('"airflow"')
    assert found["statistics", "url"].startswith("postgresql://")


BUNDLE = {"name": "team", "repository": "https://git.acme.test/dags.git", "connection_id": "git", "connection_secret": {"name": "airflow-git", "key": "team"}}
S3 = {"store": "s3", "url": "s3://bucket/logs", "connection_secret": {"name": "logs", "key": "connection"}}
GIT = password(SEED, "git")
# {case: (variables, the Secret, its key, what it holds)}
CONTENTS = {
    "a certificate": ({}, "tls", "tls.crt", "CERTIFICATE"),
    "its key": ({}, "tls", "tls.key", "KEY"),
    "a pull Secret": ({}, "pull", ".dockerconfigjson", '{"auths": {}}'),
    "the user of git-sync": ({}, "git", "GITSYNC_USERNAME", "airflow"),
    "its password": ({}, "git", "GITSYNC_PASSWORD", GIT),
    "the user of an older one": ({}, "git", "GIT_SYNC_USERNAME", "airflow"),
    "its own password": ({}, "git", "GIT_SYNC_PASSWORD", GIT),
    "a connection to a repository": (
        {"airflow_dag_bundles": [BUNDLE]}, "airflow-git", "team", json.dumps({"conn_type": "git", "login": "airflow", "password": GIT})),
    "another key of its Secret": ({"airflow_dag_bundles": [BUNDLE]}, "airflow-git", "other", password(SEED, "airflow-git/other")),
    "a connection to the log store": ({"airflow_logs": S3}, "logs", "connection", json.dumps(
        {"conn_type": "aws", "login": password(SEED, "S3 access key"), "password": password(SEED, "S3 secret key")})),
    "anything else": ({}, "airflow-sso", "client-secret", password(SEED, "airflow-sso/client-secret")),
}  # fmt: skip


@pytest.mark.parametrize("variables, name, key, content", CONTENTS.values(), ids=CONTENTS)
def test_what_a_key_holds(variables, name, key, content):
    assert made(variables, {name: [key]}) == {(name, key): content}


@pytest.mark.parametrize(
    ("keys", "kind"),
    [(["tls.crt", "tls.key"], "kubernetes.io/tls"), (["tls.crt"], "Opaque"), ([".dockerconfigjson"], "kubernetes.io/dockerconfigjson"), (["a"], "Opaque")])
def test_a_secret_has_the_type_that_its_keys_have(keys, kind):
    (secret,) = secret_contents(Environment({"airflow_namespace": "data"}), {"one": keys}, SEED, CERTIFICATE)
    assert (secret["type"], secret["kind"], secret["metadata"]) == (kind, "Secret", {"name": "one", "namespace": "data"})


def test_what_the_roles_generate_is_left_to_them():
    generated = {f"two-{name}": ["a"] for name in ("fernet-key", "api-secret-key", "jwt-secret", "first-user")}
    assert made({"airflow_release_name": "two"}, {**generated, "airflow-fernet-key": ["a"]}).keys() == {("airflow-fernet-key", "a")}


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_passwords_differ_by_what_they_are_for_and_by_the_cluster(seed, what, other_seed, other):
    assert (password(seed, what) == password(other_seed, other)) is ((seed, what) == (other_seed, other))
    assert len(password(seed, what)) == 32 and set(password(seed, what)) <= set(string.hexdigits)


@given(st.dictionaries(NAMES, st.sets(st.sampled_from(["connection", "tls.crt", "tls.key", "password", ".dockerconfigjson"]), min_size=1)), TEXTS)
def test_every_key_that_is_asked_for_is_there_and_the_same_again(keys, seed):
    found = made(POOLED, keys, seed)
    assert found.keys() == {(name, key) for name, names in keys.items() for key in names} and all(found.values())
    assert made(POOLED, {name: sorted(names, reverse=True) for name, names in keys.items()}, seed) == found


@given(st.dictionaries(NAMES, st.sets(st.sampled_from(["password", "token"]), min_size=1)))
def test_no_two_keys_hold_the_same_password(keys):
    found = made({}, keys)
    assert len(set(found.values())) == len(found)
