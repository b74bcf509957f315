# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import exec_credential

# The first second of 2026, as `date --date 2026-01-01T00:00:00Z +%s` says.
NOW = 1767225600
PROGRAM = {"apiVersion": "client.authentication.k8s.io/v1", "command": "aws"}


def config(user=None, **cluster):
    return {
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": "https://a", **cluster}}],
        "users": [{"name": "u", "user": {"exec": PROGRAM} if user is None else user}],
    }


def read(version=PROGRAM["apiVersion"], **status):
    return exec_credential.read_answer(json.dumps({"apiVersion": version, "status": status}), PROGRAM, NOW, "1")


@pytest.mark.parametrize("user", [{"token": "t"}, {"tokenFile": "/t"}, {"auth-provider": {"name": "oidc"}}])
def test_who_has_another_way_to_log_in_asks_no_program(user):
    assert exec_credential.program_of(config({"exec": PROGRAM, **user})) is None
    assert exec_credential.program_of(config(user)) is None


def test_nobody_asks_no_program():
    assert exec_credential.program_of({**config(), "users": []}) is None


def test_a_user_may_ask_a_program():
    assert exec_credential.program_of(config({"exec": PROGRAM, "as": "somebody", "client-certificate-data": "c"})) == PROGRAM


def test_a_program_learns_of_the_cluster_only_what_it_asks_for():
    extensions = [{"name": "other", "extension": 1}, {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "a"}}]
    cluster = {
        "server": "https://a", "certificate-authority-data": "Y2E=", "tls-server-name": "n", "extensions": extensions, "own": 1}
    assert exec_credential.information(PROGRAM, cluster) == {
        "apiVersion": PROGRAM["apiVersion"], "kind": "ExecCredential", "spec": {"interactive": False}}
    told = exec_credential.information({**PROGRAM, "provideClusterInfo": True}, cluster)["spec"]["cluster"]
    assert told == {
        "server": "https://a", "certificate-authority-data": "Y2E=", "tls-server-name": "n", "config": {"audience": "a"}}


def test_what_shells_and_libraries_set_on_the_way_is_no_other_login():
    environment = {"AWS_PROFILE": "a", "PWD": "/x", "_": "/bin/x", "SHLVL": "1", "OLDPWD": "/z"}
    moved = {"PWD": "/y", "_": "/bin/y", "SHLVL": "2", "AWS_PROFILE": "a", "LC_CTYPE": "C.UTF-8", "COLUMNS": "80", "LINES": "24"}
    assert exec_credential.key_of(config(), environment, 1) == exec_credential.key_of(config(), moved, 1)


@pytest.mark.parametrize(
    ("other", "environment", "user"),
    [
        (config({"exec": {**PROGRAM, "args": ["--cluster-name", "b"]}}), {"AWS_PROFILE": "a"}, 1),
        (config({"exec": {**PROGRAM, "env": [{"name": "AWS_PROFILE", "value": "b"}]}}), {"AWS_PROFILE": "a"}, 1),
        (config(server="https://b"), {"AWS_PROFILE": "a"}, 1),
        (config(**{"certificate-authority-data": "b"}), {"AWS_PROFILE": "a"}, 1),
        (config({"exec": PROGRAM, "as": "b"}), {"AWS_PROFILE": "a"}, 1),
        (config(), {"AWS_PROFILE": "b"}, 1),
        (config(), {}, 1),
        (config(), {"AWS_PROFILE": "a"}, 2),
    ],
)
def test_another_user_or_cluster_is_another_login(other, environment, user):
    assert exec_credential.key_of(config(), {"AWS_PROFILE": "a"}, 1) != exec_credential.key_of(other, environment, user)


@pytest.mark.parametrize(
    ("expiration", "ends"),
    [
        ("2026-01-01T01:00:00Z", NOW + 3600 - 60),
        ("2026-01-01T01:00:00.123456789Z", NOW + 3600 - 60),
        ("2026-01-01T03:00:00+02:00", NOW + 3600 - 60),
        ("2026-01-01T00:01:40Z", NOW + 100 - 10),
    ],
)
def test_a_credential_is_over_a_little_before_it_expires(expiration, ends):
    credential = read(token="t", expirationTimestamp=expiration)
    assert credential.ends == ends
    assert not credential.is_over(ends - 1) and credential.is_over(ends)


@pytest.mark.parametrize("expiration", [None, "", "2025-12-31T23:59:00Z", "2026-01-01T00:00:00Z"])
def test_where_only_the_server_can_tell_a_credential_is_not_over(expiration):
    assert not read(token="t", expirationTimestamp=expiration).is_over(NOW + 10**9)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("secret-token", "no ExecCredential"),
        ('"secret-token"', "no ExecCredential"),
        ('{"apiVersion": "client.authentication.k8s.io/v1", "token": "secret-token"}', "no ExecCredential"),
        ('{"apiVersion": "client.authentication.k8s.io/v1", "status": "secret-token"}', "no ExecCredential"),
        ('{"apiVersion": "other/v1", "status": {"token": "secret-token"}}', "answered in other/v1"),
        ('{"apiVersion": "client.authentication.k8s.io/v1", "status": {"token": ""}}', "neither a token nor"),
        ('{"apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "secret-token", "clientKeyData": "k"}}', "only one of"),
        ('{"apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "secret-token", "expirationTimestamp": "soon"}}', "RFC 3339"),
        ('{"apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "secret-token", "expirationTimestamp": 1}}', "RFC 3339"),
    ],
)
def test_what_is_no_credential_is_told_and_not_quoted(text, told):
    with pytest.raises(ValueError, match=told) as raised:
        exec_credential.read_answer(text, PROGRAM, NOW, "1")
    assert "secret-token" not in str(raised.value)


def test_a_credential_stands_where_its_program_stood():
    credential = read(token="t", clientCertificateData="PEM", clientKeyData="KEY")
    user = exec_credential.resolved(config({"exec": PROGRAM, "as": "somebody"}), credential)["users"][0]["user"]
    assert user == {
        "as": "somebody", "token": "t", "client-certificate-data": base64.b64encode(b"PEM").decode(),
        "client-key-data": base64.b64encode(b"KEY").decode()}
    kept = exec_credential.resolved(config({"exec": PROGRAM, "client-certificate-data": "c"}), read(token="t"))
    assert kept["users"][0]["user"] == {"token": "t", "client-certificate-data": "c"}


def test_a_credential_is_handed_on_with_the_moment_at_which_to_ask_again():
    credential = read(token="t", expirationTimestamp="2026-01-01T01:00:00Z")
    assert exec_credential.answer_of(credential) == {
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {"token": "t", "expirationTimestamp": "2026-01-01T00:59:00Z"}}
    assert exec_credential.answer_of(read(token="t"))["status"] == {"token": "t"}


def test_a_credential_does_not_print_itself():
    assert "secret-token" not in repr(read(token="secret-token"))


@pytest.mark.parametrize("token", ["ya29.a0-_x", "k8s-aws-v1.aHR0cHM6_-", "eyJhbGciOi.eyJzdWIi.c2ln", "formerly"])
def test_a_failure_is_quoted_without_tokens(token):
    assert exec_credential.concealed(f"  refused {token}!\n", read(token="formerly")) == "refused ********!"


def test_of_a_long_failure_the_end_is_quoted():
    assert exec_credential.concealed("a" * 5000 + "the cause").endswith("aaathe cause")
    assert len(exec_credential.concealed("a" * 5000)) < 2000
