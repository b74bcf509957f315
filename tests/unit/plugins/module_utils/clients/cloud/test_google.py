# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session of Google Cloud, with Google's own libraries at their transport."""

from __future__ import annotations

import base64
import json

import pytest

pytest.importorskip("google.cloud.secretmanager_v1")

import google.api_core.retry.retry_unary
import google.auth.exceptions
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceRestTransport

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session
from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import google as sessions
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError, MissingLibraryError

NAME = "projects/p/secrets/git/versions/latest"


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """A user who has logged in as gcloud's user does, and has no key file."""
    user = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "t", "quota_project_id": "p"}
    (tmp_path / "user.json").write_text(json.dumps(user))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "user.json"))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p")
    monkeypatch.delenv("GCP_SERVICE_ACCOUNT_FILE", raising=False)


@pytest.fixture(scope="module")
def key_file(tmp_path_factory):
    """The key file of a service account."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()  # fmt: skip
    path = tmp_path_factory.mktemp("key") / "key.json"
    path.write_text(json.dumps({
        "type": "service_account", "client_email": "airflow@p.iam.gserviceaccount.com", "private_key": text,
        "private_key_id": "1", "token_uri": "https://oauth2.googleapis.com/token", "project_id": "p",
    }))  # fmt: skip
    return str(path)


@pytest.mark.parametrize("endpoint", [None, "secretmanager.europe-west3.rep.googleapis.com"])
def test_a_session_has_one_client_for_each_address(endpoint):
    session = sessions.GoogleSession({})
    client = session.client(SecretManagerServiceClient, endpoint)
    assert (client.api_endpoint, client.transport.kind) == (endpoint or "secretmanager.googleapis.com", "rest")
    assert client is session.client(SecretManagerServiceClient, endpoint)
    assert client is not session.client(SecretManagerServiceClient, "secretmanager.example.com")


def test_a_client_says_who_asks_and_may_have_another_transport():
    made = sessions.GoogleSession({}).client(lambda **options: options, transport="grpc")
    assert made["client_info"].to_user_agent().startswith(f"{_session.USER_AGENT} ")
    assert (made["transport"], made["client_options"]) == ("grpc", None)


def credentials_of(**params):
    return sessions.GoogleSession(params).client(lambda **options: options)["credentials"]


def test_credentials_are_those_that_google_finds():
    assert credentials_of().refresh_token == "t"


@pytest.mark.parametrize("place", ["parameter", "environment"])
def test_credentials_may_be_those_of_a_key_file(monkeypatch, key_file, place):
    if place == "environment":
        monkeypatch.setenv("GCP_SERVICE_ACCOUNT_FILE", key_file)
    found = credentials_of(service_account_file=key_file if place == "parameter" else None)
    assert found.service_account_email == "airflow@p.iam.gserviceaccount.com"
    assert list(found.scopes) == ["https://www.googleapis.com/auth/cloud-platform"]


def failure(ask, advice=None):
    """:returns: the CloudError that a call of a session ends in."""
    with pytest.raises(CloudError) as raised:
        with sessions.GoogleSession.asking("Could not look at", "thing x", "some.googleapis.com", advice):
            ask()
    assert str(raised.value).startswith("Could not look at thing x: ")
    return raised.value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ["cannot be used: No such file or directory"]), ("no JSON", ["cannot be used: it is not one"]),
        ('{"type": "service_account"}', ["cannot be used: it is not one"]),
    ],
)  # fmt: skip
def test_a_key_file_that_is_none_is_told(tmp_path, content, words):
    path = tmp_path / "key.json"
    if content:
        path.write_text(content)
    error = failure(lambda: credentials_of(service_account_file=str(path)))
    assert error.reason == CloudError.CREDENTIALS
    assert [word for word in [f"service account {path}", *words] if word not in str(error)] == []


def test_missing_credentials_are_told(monkeypatch):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/credentials.json")
    error = failure(credentials_of)
    assert error.reason == CloudError.CREDENTIALS
    assert "/nowhere/credentials.json" in str(error) and "gcloud auth application-default login" in str(error)


def http(status, message):
    return exceptions.from_http_status(status, message)


@pytest.mark.parametrize(
    ("raised", "reason", "code", "words"),
    [
        (http(401, "Unknown."), CloudError.CREDENTIALS, "Unauthorized", ["Google answers Unauthorized", "gcloud auth"]),
        (
            http(403, "Permission 'secretmanager.versions.access' denied for resource 'x' (or it may not exist)."),
            CloudError.DENIED, "Forbidden", ["a role with the permission secretmanager.versions.access", "enable the API"],
        ),
        (
            exceptions.PermissionDenied('Required "container.clusters.get" permission(s) for "projects/p".'),
            CloudError.DENIED, "PermissionDenied", ["a role with the permission container.clusters.get"],
        ),
        (http(403, "The API has not been used."), CloudError.DENIED, "Forbidden", ["the permission for it", "enable the API"]),
        (http(404, "Not there"), CloudError.MISSING, "NotFound", ["Google answers NotFound", "Correct project, location and name"]),
        (http(429, "Quota exceeded"), CloudError.BUSY, "TooManyRequests", ["Quota exceeded", "Run again later"]),
        (http(500, "Internal error"), CloudError.BUSY, "InternalServerError", ["Run again later"]),
        (http(400, "Invalid name"), CloudError.REFUSED, "BadRequest", ["Invalid name", "Look up the error"]),
        (
            exceptions.RetryError("Timeout of 15.0s exceeded", exceptions.ServiceUnavailable("Try later")),
            CloudError.BUSY, "ServiceUnavailable", ["Google answers ServiceUnavailable: Try later", "Run again later"],
        ),
        (
            google.auth.exceptions.RefreshError("invalid_grant: Token has been expired or revoked.\n{}"),
            CloudError.CREDENTIALS, "RefreshError", ["expired or revoked.", "gcloud auth application-default login"],
        ),
        (
            google.auth.exceptions.TransportError("no route to oauth2.googleapis.com"),
            CloudError.UNREACHABLE, "TransportError", ["no answer: no route", "Check that this machine reaches some.googleapis.com"],
        ),
        (
            requests.exceptions.ConnectionError("Connection refused"),
            CloudError.UNREACHABLE, "ConnectionError", ["no answer: Connection refused", "reaches some.googleapis.com"],
        ),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told(raised, reason, code, words):
    def ask():
        raise raised

    error = failure(ask)
    assert (error.reason, error.code) == (reason, code)
    assert [word for word in words if word not in str(error)] == [] and "\n" not in str(error)


def test_whoever_asks_may_know_better():
    def ask():
        raise http(404, "Not found")

    error = failure(ask, {CloudError.MISSING: (None, "Restore it.")})
    assert str(error) == "Could not look at thing x: Google answers NotFound: Not found. Restore it."


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_is_busy_is_asked_again(contract, monkeypatch, status):
    monkeypatch.setattr(google.api_core.retry.retry_unary.time, "sleep", lambda seconds: None)
    request = f"GET /v1/{NAME}:access?%24alt=json%3Benum-encoding%3Dint"
    secret = {"name": NAME, "payload": {"data": base64.b64encode(b"x").decode()}}
    answers = [(status, {}, {"error": {"code": status, "message": "busy"}}), (200, {}, secret)]
    contract.answers[request] = lambda headers, body: answers.pop(0)
    transport = SecretManagerServiceRestTransport(host=contract.address, credentials=AnonymousCredentials(), url_scheme="http")
    client = SecretManagerServiceClient(transport=transport)
    assert client.access_secret_version(name=NAME, **sessions.GoogleSession({}).call_options).payload.data == b"x"
    assert answers == []


def test_the_missing_library_is_named(monkeypatch):
    with pytest.raises(MissingLibraryError, match="the Python library google-nonesuch: .* to talk to Google Cloud"):
        sessions.load("google.cloud.nonesuch", "google-nonesuch")
    monkeypatch.setattr(sessions, "IMPORT_ERROR", "Traceback")
    with pytest.raises(MissingLibraryError, match="the Python library google-cloud-secret-manager: "):
        sessions.load("google.cloud.secretmanager_v1", "google-cloud-secret-manager")
    with pytest.raises(MissingLibraryError, match="google-auth and google-api-core: .*requirements-secret-sources.txt"):
        sessions.GoogleSession({})
