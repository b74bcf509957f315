# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session of Azure, with Azure's own libraries at their transport.

A login is that of https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
"""

from __future__ import annotations

import io
import json
import os
import sys
import urllib.parse

import pytest

pytest.importorskip("azure.keyvault.secrets")

import azure.core.exceptions
import azure.identity
import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.keyvault.secrets import SecretClient

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session
from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import azure as sessions
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError, MissingLibraryError

VAULT = "https://airflow.vault.azure.net"
SECRET, TOKEN = "hunter2", "token-of-the-principal"
LOGIN = "https://login.microsoftonline.com"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)


class Azure(RequestsTransport):
    """The library's transport, with answers as the login and a vault give them; notes what it is sent."""

    def __init__(self):
        session = requests.Session()
        session.mount("https://", Adapter(self))
        super().__init__(session=session, session_owner=False)
        self.requests = []
        self.answers = {
            f"{LOGIN}/t/v2.0/.well-known/openid-configuration": {
                "issuer": f"{LOGIN}/t/v2.0", "authorization_endpoint": f"{LOGIN}/t/oauth2/v2.0/authorize",
                "token_endpoint": f"{LOGIN}/t/oauth2/v2.0/token",
            },
            f"{LOGIN}/t/oauth2/v2.0/token": {"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN},
            f"{VAULT}/secrets/git/": {"value": "x", "id": f"{VAULT}/secrets/git/1", "attributes": {}},
        }  # fmt: skip


class Adapter(requests.adapters.BaseAdapter):
    """What requests sends by."""

    def __init__(self, network):
        super().__init__()
        self._network = network

    def send(self, request, **unused_options):
        """:returns: the answer that is prepared for an address."""
        self._network.requests.append(request)
        address = request.url.partition("?")[0]
        status, headers, document = 200, {}, self._network.answers[address]
        if address.startswith(VAULT) and request.headers.get("Authorization") != f"Bearer {TOKEN}":
            challenge = f'Bearer authorization="{LOGIN}/t", resource="https://vault.azure.net"'
            status, headers, document = 401, {"WWW-Authenticate": challenge}, {}
        response = requests.Response()
        response.status_code, response.request, response.url = status, request, request.url
        response.headers.update({"Content-Type": "application/json", **headers})
        response.raw = io.BytesIO(json.dumps(document).encode())
        return response

    def close(self):
        """Nothing is open."""


def login_of(network):
    """:returns: what the one login of a network sent, which was for tenant t."""
    (login,) = [request for request in network.requests if request.url.endswith("/token")]
    assert login.url.startswith(f"{LOGIN}/t/")
    return dict(urllib.parse.parse_qsl(login.body if isinstance(login.body, str) else login.body.decode()))


@pytest.mark.parametrize(
    ("params", "variables"),
    [
        ({"tenant": "t", "client_id": "c"}, {"AZURE_CLIENT_SECRET": SECRET}),
        ({}, {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": SECRET}),
        ({}, {"AZURE_TENANT": "t", "AZURE_CLIENT_ID": "c", "AZURE_SECRET": SECRET}),
        ({"tenant": "t", "client_id": "c"}, {"AZURE_TENANT_ID": "other", "AZURE_CLIENT_ID": "other", "AZURE_SECRET": SECRET}),
    ],
)
def test_a_service_principal_logs_in(monkeypatch, params, variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    network = Azure()
    session = sessions.AzureSession(params, transport=network)
    with session.asking("Could not read", "git", "Azure Key Vault"):
        assert session.client(SecretClient, vault_url=VAULT).get_secret("git").value == "x"
    sent = login_of(network)
    assert (sent["client_id"], sent["client_secret"], sent["grant_type"]) == ("c", SECRET, "client_credentials")
    asked = [request for request in network.requests if request.url.startswith(VAULT)]
    assert all(request.headers["User-Agent"].startswith(f"{_session.USER_AGENT} ") for request in asked) and asked


@pytest.mark.parametrize(
    ("params", "variables", "named"),
    [
        ({}, {}, {}),
        ({"tenant": "t", "client_id": "c"}, {}, {"workload_identity_tenant_id": "t", "managed_identity_client_id": "c"}),
        ({}, {"AZURE_TENANT": "t"}, {"workload_identity_tenant_id": "t"}),
        ({}, {"AZURE_CLIENT_ID": "c"}, {"managed_identity_client_id": "c"}),
        ({"client_id": "c"}, {"AZURE_SECRET": SECRET}, {"managed_identity_client_id": "c"}),
    ],
)
def test_other_identities_are_those_that_azure_finds(monkeypatch, params, variables, named):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    made = []
    monkeypatch.setattr(azure.identity, "DefaultAzureCredential", lambda **options: made.append(options) or "credential")
    session = sessions.AzureSession(params)
    assert (session.credential(), session.credential()) == ("credential", "credential")
    assert made == [named]


def test_a_workload_identity_logs_in(monkeypatch, tmp_path):
    """What the webhook of workload identity puts into a pod is found, and the parameters go before it."""
    (tmp_path / "token").write_text("token-of-the-pod")
    found = {"AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "token"), "AZURE_TENANT_ID": "other", "AZURE_CLIENT_ID": "other"}
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    network = Azure()
    session = sessions.AzureSession({"tenant": "t", "client_id": "c"}, transport=network)
    assert session.client(SecretClient, vault_url=VAULT).get_secret("git").value == "x"
    sent = login_of(network)
    assert (sent["client_id"], sent["client_assertion"]) == ("c", "token-of-the-pod")


def test_a_session_has_one_client_for_the_same_arguments():
    made = []

    def client_class(**options):
        made.append(options)
        return len(made)

    session = sessions.AzureSession({}, "credential")
    assert [session.client(client_class, vault_url=url) for url in ("a", "b", "a")] == [1, 2, 1]
    assert made[0] == {
        "credential": "credential", "vault_url": "a", "connection_timeout": _session.CONNECT_TIMEOUT_SECONDS,
        "read_timeout": _session.READ_TIMEOUT_SECONDS, "retry_total": _session.ATTEMPTS - 1, "user_agent": _session.USER_AGENT,
    }  # fmt: skip


class Answer:
    """What Azure's library makes an error of."""

    reason, content_type = "Reason", "application/json"

    def __init__(self, status, code, message):
        self.status_code = status
        self._text = json.dumps({"error": {"code": code, "message": message}})

    def text(self, unused_encoding=None):
        """:returns: the body."""
        return self._text

    def body(self):
        """:returns: the body."""
        return self._text.encode()


def http(status, code, message, kind=azure.core.exceptions.HttpResponseError):
    return kind(response=Answer(status, code, message))


@pytest.mark.parametrize(
    ("raised", "reason", "code", "words"),
    [
        (
            azure.core.exceptions.ClientAuthenticationError("DefaultAzureCredential failed to retrieve a token.\nAttempted:"),
            CloudError.CREDENTIALS, "ClientAuthenticationError", ["failed to retrieve a token", "az login"],
        ),
        (
            http(401, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than now."),
            CloudError.CREDENTIALS, "ExpiredAuthenticationToken", ["expiry", "az login"],
        ),
        (
            http(403, "AuthorizationFailed",
                 "The client 'c' does not have authorization to perform action "
                 "'Microsoft.ContainerService/managedClusters/agentPools/write' over scope '/subscriptions/s'."),
            CloudError.DENIED, "AuthorizationFailed",
            ["Azure refuses: ", "allows the action Microsoft.ContainerService/managedClusters/agentPools/write"],
        ),
        (
            http(403, "Forbidden", "Caller is not authorized.\r\nAction: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'"),
            CloudError.DENIED, "Forbidden", ["allows the action Microsoft.KeyVault/vaults/secrets/getSecret/action"],
        ),
        (http(403, "Forbidden", "The firewall is closed."), CloudError.DENIED, "Forbidden", ["a role that allows this"]),
        (
            http(404, "ResourceNotFound", "It is not there.", azure.core.exceptions.ResourceNotFoundError),
            CloudError.MISSING, "ResourceNotFound", ["It is not there.", "Correct subscription_id and the names"],
        ),
        (http(429, "TooManyRequests", "Slow down."), CloudError.BUSY, "TooManyRequests", ["Slow down.", "Run again later"]),
        (http(503, "ServiceUnavailable", "Away."), CloudError.BUSY, "ServiceUnavailable", ["Run again later"]),
        (http(400, "BadParameter", "Invalid name."), CloudError.REFUSED, "BadParameter", ["Look up the error"]),
        (
            azure.core.exceptions.ServiceRequestError("Connection refused"),
            CloudError.UNREACHABLE, "ServiceRequestError", ["no answer: Connection refused", "this machine reaches Some Service"],
        ),
        (
            azure.core.exceptions.ServiceResponseTimeoutError("Read timed out"),
            CloudError.UNREACHABLE, "ServiceResponseTimeoutError", ["no answer: Read timed out"],
        ),
        (
            ValueError("not a URL"), CloudError.REFUSED, "ValueError",
            ["Azure's library refuses: not a URL", "Correct what names it"],
        ),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told(raised, reason, code, words):
    with pytest.raises(CloudError) as told:
        with sessions.AzureSession.asking("Could not look at", "thing x", "Some Service"):
            raise raised
    assert (told.value.reason, told.value.code) == (reason, code)
    assert str(told.value).startswith("Could not look at thing x: ") and "\n" not in str(told.value)
    assert [word for word in words if word not in str(told.value)] == []


def test_whoever_asks_may_know_better():
    advice = {CloudError.MISSING: (None, "Restore it.")}
    with pytest.raises(CloudError, match=r"thing x: Azure refuses: .*It is not there\. Restore it\."):
        with sessions.AzureSession.asking("Could not look at", "thing x", "Some Service", advice):
            raise http(404, "ResourceNotFound", "It is not there.")


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "azure.keyvault.secrets", None)
    with pytest.raises(MissingLibraryError, match="the Python library azure-keyvault-secrets: .* to talk to Azure"):
        sessions.load("azure.keyvault.secrets", "azure-keyvault-secrets")
    monkeypatch.setattr(sessions, "IMPORT_ERROR", "Traceback")
    with pytest.raises(MissingLibraryError, match="the Python library azure-identity: .*requirements-secret-sources.txt"):
        sessions.AzureSession({})
