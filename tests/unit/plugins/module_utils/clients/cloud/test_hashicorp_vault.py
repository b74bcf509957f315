# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of HashiCorp Vault against its HTTP contract, through hvac as users have it.

The contract is that of https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2, .../auth/approle and
.../auth/kubernetes.
"""

from __future__ import annotations

import pytest

pytest.importorskip("hvac")

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import hashicorp_vault
from ansible_collections.windrose.airflow.plugins.module_utils._errors import MissingLibraryError, SecretSourceError

TOKEN = "hvs.of-the-environment"
GIT = {"username": "robot", "token": "hunter2"}
READ = "GET /v1/secret/data/airflow/git"


def version(data, number=1, deleted=""):
    metadata = {"created_time": "2026-03-22T02:24:06.945319214Z", "deletion_time": deleted, "destroyed": False, "version": number}
    return {"request_id": "", "lease_id": "", "renewable": False, "data": {"data": data, "metadata": metadata}}


def logged_in(token):
    return {"auth": {"client_token": token, "policies": ["airflow"], "lease_duration": 2764800, "renewable": True}}


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    for name in ("VAULT_ADDR", "VAULT_NAMESPACE", "VAULT_ROLE_ID", "VAULT_SECRET_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    monkeypatch.setenv("HOME", str(tmp_path))


def reference(contract=None, **more):
    url = contract and f"http://{contract.address}"
    return {
        "path": "airflow/git", "key": None, "mount": "secret", "version": None, "url": url, "namespace": None,
        "auth_method": "token", "auth_mount": None, "role": None, "token_file": None, **more,
    }  # fmt: skip


def read(place):
    return hashicorp_vault.HashicorpVault().read(place)


def read_in_vain(place):
    with pytest.raises(SecretSourceError) as raised:
        read(place)
    assert [text for text in (TOKEN, *GIT.values()) if text in str(raised.value)] == []
    return str(raised.value)


def test_a_secret_is_read_with_the_token_of_the_environment(contract):
    contract.answer(READ, version(GIT), demands={"X-Vault-Token": TOKEN, "X-Vault-Namespace": None})
    assert read(reference(contract)) == GIT


def test_address_and_namespace_may_be_those_of_the_environment(contract, monkeypatch):
    monkeypatch.setenv("VAULT_ADDR", f"http://{contract.address}")
    monkeypatch.setenv("VAULT_NAMESPACE", "team")
    contract.answer(READ, version(GIT), demands={"X-Vault-Token": TOKEN, "X-Vault-Namespace": "team"})
    assert read(reference()) == GIT


def test_mount_version_and_namespace_are_those_of_the_source(contract):
    demands = {"X-Vault-Token": TOKEN, "X-Vault-Namespace": "data"}
    contract.answer("GET /v1/teams/kv/data/airflow/git?version=3", version(GIT, 3), demands=demands)
    assert read(reference(contract, mount="teams/kv", version=3, namespace="data")) == GIT


@pytest.mark.parametrize("place", ["token_file", "home"])
def test_the_token_may_be_in_a_file(contract, monkeypatch, tmp_path, place):
    file = tmp_path / (".vault-token" if place == "home" else "elsewhere")
    file.write_text("hvs.of-a-file\n")
    if place == "home":
        monkeypatch.delenv("VAULT_TOKEN")
    contract.answer(READ, version(GIT), demands={"X-Vault-Token": "hvs.of-a-file"})
    assert read(reference(contract, token_file=str(file) if place == "token_file" else None)) == GIT


@pytest.mark.parametrize("mount", [None, "platform"])
def test_an_approle_logs_in_once(contract, monkeypatch, mount):
    monkeypatch.setenv("VAULT_ROLE_ID", "r")
    monkeypatch.setenv("VAULT_SECRET_ID", "s")
    login = f"POST /v1/auth/{mount or 'approle'}/login"
    contract.answer(login, logged_in("hvs.of-the-role"), demands={"X-Vault-Token": None})
    contract.answer(READ, version(GIT), demands={"X-Vault-Token": "hvs.of-the-role"})
    client, place = hashicorp_vault.HashicorpVault(), reference(contract, auth_method="approle", auth_mount=mount)
    assert (client.read(place), client.read(place)) == (GIT, GIT)
    assert [request for request, unused in contract.requests] == [login, READ, READ]
    assert contract.requests[0][1] == {"role_id": "r", "secret_id": "s"}


def test_a_pod_logs_in_with_its_service_account(contract, monkeypatch, tmp_path):
    (tmp_path / "token").write_text("jwt\n")
    monkeypatch.setattr(hashicorp_vault, "SERVICE_ACCOUNT_DIRECTORY", str(tmp_path))
    contract.answer("POST /v1/auth/kubernetes/login", logged_in("hvs.of-the-pod"), demands={"X-Vault-Token": None})
    contract.answer(READ, version(GIT), demands={"X-Vault-Token": "hvs.of-the-pod"})
    assert read(reference(contract, auth_method="kubernetes", role="airflow")) == GIT
    assert contract.requests[0][1] == {"role": "airflow", "jwt": "jwt"}


@pytest.mark.parametrize(
    ("status", "document", "words"),
    [
        (404, {"errors": []}, ["has no such secret", "Correct path and mount", "KV version 2"]),
        (404, version(None, 2, "2026-03-22T02:36:43.986212308Z"), ["has no such secret, or it was deleted"]),
        (404, {"errors": ["no handler for route 'secret/data/airflow/git'"]}, ["no handler for route", "Correct path, mount"]),
        (403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]}, ["Forbidden", "capability read on secret/data/airflow/git"]),
        (503, {"errors": ["Vault is sealed"]}, ["Vault is sealed", "Unseal Vault"]),
        (500, {"errors": ["internal error"]}, ["InternalServerError: internal error", "Vault's own log"]),
        (200, {"greeting": "hello"}, ["did not answer as Vault does"]),
        (200, ["hello"], ["did not answer as Vault does"]),
    ],
)
def test_what_vault_refuses_is_reported(contract, status, document, words):
    contract.answer(READ, document, status)
    told = read_in_vain(reference(contract))
    assert told.startswith(f"Could not read secret secret/airflow/git of HashiCorp Vault: http://{contract.address} ")
    assert [word for word in words if word not in told] == []


def test_a_version_that_is_not_there_is_reported_by_its_number(contract):
    contract.answer(f"{READ}?version=7", {"errors": []}, 404)
    assert "has no such secret in version 7" in read_in_vain(reference(contract, version=7))


def test_a_refused_login_is_reported(contract, monkeypatch):
    monkeypatch.setenv("VAULT_ROLE_ID", "r")
    contract.answer("POST /v1/auth/approle/login", {"errors": ["invalid role or secret ID"]}, 400)
    told = read_in_vain(reference(contract, auth_method="approle"))
    assert "invalid role or secret ID" in told and "credentials to log in with" in told


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"token_file": "/nowhere/token"}, ["/nowhere/token cannot be read", "Set VAULT_TOKEN"]),
        ({}, [".vault-token cannot be read", "choose another auth_method"]),
        ({"auth_method": "approle"}, ["Set VAULT_ROLE_ID and VAULT_SECRET_ID"]),
        ({"auth_method": "kubernetes", "role": "r"}, ["/var/run/secrets/kubernetes.io/serviceaccount/token cannot be read"]),
        ({"url": None}, ["nothing says where Vault is", "VAULT_ADDR"]),
    ],
)
def test_nothing_to_log_in_with_is_reported(contract, monkeypatch, more, words):
    monkeypatch.delenv("VAULT_TOKEN")
    told = read_in_vain({**reference(contract), **more})
    assert [word for word in words if word not in told] == [] and contract.requests == []


def test_a_vault_that_does_not_answer_is_reported(nowhere):
    told = read_in_vain({**reference(), "url": f"http://{nowhere}"})
    assert f"no answer from http://{nowhere}" in told and "Check url" in told


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(hashicorp_vault, "IMPORT_ERROR", "Traceback")
    with pytest.raises(MissingLibraryError, match="the Python library hvac"):
        hashicorp_vault.HashicorpVault()
