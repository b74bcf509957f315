# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of Azure Key Vault against its REST contract, through Azure's own library, with a transport that leads here.

The contract is that of https://learn.microsoft.com/en-us/rest/api/keyvault/secrets/get-secret and of its challenge,
https://learn.microsoft.com/en-us/azure/key-vault/general/authentication-requests-and-responses.
"""

from __future__ import annotations

import sys
import time

import pytest

pytest.importorskip("azure.keyvault.secrets")

from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from azure.keyvault.secrets import SecretClient

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import azure, azure_key_vault
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError, MissingLibraryError

VAULT = "https://airflow.vault.azure.net"
TOKEN = "token-of-the-identity"
CHALLENGE = 'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"'


class Loopback(RequestsTransport):
    """Sends to a server on loopback what is meant for the vault."""

    def __init__(self, address):
        super().__init__()
        self._address = address

    def send(self, request, **options):
        assert request.url.startswith(f"{VAULT}/"), request.url
        meant, request.url = request.url, f"http://{self._address}{request.url.removeprefix(VAULT)}"
        try:
            return super().send(request, **options)
        finally:
            request.url = meant


class Identity:
    """Gives a token for what the vault asks for."""

    def get_token(self, *scopes, **unused_options):
        assert scopes == ("https://vault.azure.net/.default",)
        return AccessToken(TOKEN, int(time.time()) + 3600)


class NoIdentity:
    """What Azure's library is where nobody has logged in."""

    def get_token(self, *unused_scopes, **unused_options):
        raise ClientAuthenticationError("DefaultAzureCredential failed to retrieve a token.\nAttempted credentials:\n\tnone")


def store_at(address, identity=None, sessions=None):
    """:returns: the client under test; it notes the parameters of its sessions."""

    def make(params):
        (sessions if sessions is not None else []).append(params)
        return azure.AzureSession(params, identity or Identity(), transport=Loopback(address), retry_total=0)

    return azure_key_vault.AzureKeyVault(make)


def reference(**more):
    return {"vault_url": VAULT, "name": "git", "version": None, "key": None, "tenant": None, "client_id": None, **more}


def request_for(version=""):
    return f"GET /secrets/git/{version}?api-version={SecretClient(VAULT, Identity()).api_version}"


def answer(contract, document, status=200, version=""):
    """Challenge whoever comes without the token, and answer who has it."""

    def respond(headers, unused_body):
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"WWW-Authenticate": CHALLENGE}, {"error": {"code": "Unauthorized", "message": "AKV10000: no token"}}
        return status, {}, document

    contract.answers[request_for(version)] = respond


def read_in_vain(store):
    with pytest.raises(CloudError) as raised:
        store.read(reference())
    assert TOKEN not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("version", [None, "4387e9f3d6e14c459867679a90fd0f79"])
def test_a_version_of_a_secret_is_read(contract, version):
    answer(contract, {"value": "hünter2", "id": f"{VAULT}/secrets/git/1", "attributes": {"enabled": True}}, version=version or "")
    assert store_at(contract.address).read(reference(version=version)) == "hünter2".encode()


def test_each_identity_has_one_session(contract):
    answer(contract, {"value": "x", "id": f"{VAULT}/secrets/git/1", "attributes": {}})
    sessions = []
    store = store_at(contract.address, sessions=sessions)
    for place in (reference(), reference(client_id="c", tenant="t"), reference()):
        assert store.read(place) == b"x"
    assert sessions == [{"client_id": None, "tenant": None}, {"client_id": "c", "tenant": "t"}]


@pytest.mark.parametrize(
    ("status", "code", "message", "words"),
    [
        (404, "SecretNotFound", "A secret with (name/id) git was not found in this key vault.", ["was not found", "recovered first"]),
        (403, "Forbidden", "Caller is not authorized to perform action on resource.", ["not authorized", "Key Vault Secrets User"]),
        (400, "BadParameter", "The request URI contains an invalid name: git", ["invalid name", "Look up the error"]),
    ],
)
def test_what_azure_refuses_is_reported(contract, status, code, message, words):
    answer(contract, {"error": {"code": code, "message": message}}, status)
    told = read_in_vain(store_at(contract.address))
    assert told.startswith(f"Could not read secret git of Azure Key Vault {VAULT}: Azure refuses: ")
    assert [word for word in words if word not in told] == []


def test_a_machine_without_an_identity_is_reported(contract):
    answer(contract, {})
    told = read_in_vain(store_at(contract.address, NoIdentity()))
    assert "failed to retrieve a token" in told and "identity of the vault's tenant" in told and "az login" in told and "Attempted" not in told


def test_a_vault_that_does_not_answer_is_reported(nowhere):
    told = read_in_vain(store_at(nowhere))
    assert "no answer" in told and "Check vault_url" in told


def test_an_address_that_is_none_is_told():
    with pytest.raises(CloudError, match=r"Azure's library refuses: vault_url must be .* Check vault_url \(https://NAME"):
        store_at("nowhere").read(reference(vault_url=""))


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "azure.keyvault.secrets", None)
    with pytest.raises(MissingLibraryError, match="the Python library azure-keyvault-secrets: .* to talk to Azure"):
        azure_key_vault.AzureKeyVault()
    monkeypatch.undo()
    monkeypatch.setattr(azure, "IMPORT_ERROR", "Traceback")
    with pytest.raises(MissingLibraryError, match="the Python library azure-identity"):
        azure_key_vault.AzureKeyVault()
