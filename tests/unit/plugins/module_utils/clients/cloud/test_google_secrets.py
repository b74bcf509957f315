# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of Google Secret Manager against its REST contract, through Google's own library and transport.

The contract is that of https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access.
"""

from __future__ import annotations

import base64
import json

import pytest

pytest.importorskip("google.cloud.secretmanager_v1")

from google.auth.credentials import AnonymousCredentials
from google.cloud import secretmanager_v1
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceRestTransport

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import google_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._errors import MissingLibraryError, SecretSourceError

SECRET = b"hunter2\x00\xff"
ALT = "%24alt=json%3Benum-encoding%3Dint"
NAME = "projects/p/secrets/git/versions/latest"


def request_for(name):
    return f"GET /v1/{name}:access?{ALT}"


def accessed(name):
    return {"name": name, "payload": {"data": base64.b64encode(SECRET).decode(), "dataCrc32c": "1"}}


def reference(**more):
    return {"project": "p", "name": "git", "version": "latest", "location": None, "key": None, **more}


class Identity(AnonymousCredentials):
    """Credentials that have nothing newer to offer when they are refused."""

    def refresh(self, unused_request):
        pass


def store_at(address, locations=None):
    """:returns: the client under test, whose library speaks plain HTTP to an address."""

    def connect(location):
        (locations if locations is not None else []).append(location)
        transport = SecretManagerServiceRestTransport(host=address, credentials=Identity(), url_scheme="http")
        return secretmanager_v1.SecretManagerServiceClient(transport=transport)

    return google_secrets.GoogleSecrets(connect)


def read_in_vain(store):
    with pytest.raises(SecretSourceError) as raised:
        store.read(reference())
    return str(raised.value)


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, NAME),
        ({"version": "7"}, "projects/p/secrets/git/versions/7"),
        ({"location": "europe-west3"}, "projects/p/locations/europe-west3/secrets/git/versions/latest"),
    ],
)
def test_a_version_of_a_secret_is_read(contract, more, name):
    contract.answer(request_for(name), accessed(name))
    assert store_at(contract.address).read(reference(**more)) == SECRET


def test_each_location_has_one_client(contract):
    regional = "projects/p/locations/europe-west3/secrets/git/versions/latest"
    contract.answer(request_for(NAME), accessed(NAME))
    contract.answer(request_for(regional), accessed(regional))
    locations = []
    store = store_at(contract.address, locations)
    for location in (None, "europe-west3", None):
        assert store.read(reference(location=location)) == SECRET
    assert locations == [None, "europe-west3"]


@pytest.mark.parametrize(
    ("code", "status", "message", "words"),
    [
        (404, "NOT_FOUND", "Secret [projects/1/secrets/git] not found or has no versions.", ["not found", "Correct project"]),
        (403, "PERMISSION_DENIED", "Permission 'secretmanager.versions.access' denied", ["Permission", "Secret Manager Secret Accessor"]),
        (401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", ["invalid authentication", "gcloud auth"]),
        (400, "FAILED_PRECONDITION", "Secret Version is in DESTROYED state.", ["DESTROYED", "disabled or destroyed"]),
        (500, "INTERNAL", "Internal error", ["Internal error", "Run again later"]),
    ],
)
def test_what_google_refuses_is_reported(contract, code, status, message, words):
    contract.answer(request_for(NAME), {"error": {"code": code, "message": message, "status": status}}, code)
    told = read_in_vain(store_at(contract.address))
    assert told.startswith("Could not read secret git of Google Secret Manager in project p: Google answers ")
    assert [word for word in words if word not in told] == []


def test_a_store_that_does_not_answer_is_reported(nowhere):
    told = read_in_vain(store_at(nowhere))
    assert "no answer" in told and "Check that this machine reaches secretmanager.googleapis.com" in told


def test_missing_credentials_are_reported(monkeypatch):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/credentials.json")
    told = read_in_vain(google_secrets.GoogleSecrets())
    assert "/nowhere/credentials.json" in told and "gcloud auth application-default login" in told


@pytest.mark.parametrize(
    ("location", "address"),
    [(None, "secretmanager.googleapis.com"), ("europe-west3", "secretmanager.europe-west3.rep.googleapis.com")],
)
def test_a_regional_secret_is_asked_for_at_its_region(monkeypatch, tmp_path, location, address):
    user = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "t"}
    (tmp_path / "credentials.json").write_text(json.dumps(user))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "credentials.json"))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p")
    client = google_secrets.connect(location)
    assert client.api_endpoint == address and client.transport.kind == "rest"


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(google_secrets, "IMPORT_ERROR", "Traceback")
    with pytest.raises(MissingLibraryError, match="the Python library google-cloud-secret-manager"):
        google_secrets.GoogleSecrets()
