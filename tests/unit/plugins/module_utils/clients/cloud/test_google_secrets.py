# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of Google Secret Manager against its REST contract, through Google's own library and transport.

The contract is that of https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access.
"""

from __future__ import annotations

import base64
import sys

import pytest

pytest.importorskip("google.cloud.secretmanager_v1")

from google.auth.credentials import AnonymousCredentials
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceRestTransport

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import google, google_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError, MissingLibraryError

SECRET = b"hunter2\x00\xff"
ALT = "%24alt=json%3Benum-encoding%3Dint"
NAME = "projects/p/secrets/git/versions/latest"


def request_for(name):
    return f"GET /v1/{name}:access?{ALT}"


def accessed(name):
    return {"name": name, "payload": {"data": base64.b64encode(SECRET).decode(), "dataCrc32c": "1"}}


def reference(**more):
    chosen = {"project": "p", "name": "git", "version": "latest", "location": None, "service_account_file": None, "key": None}
    return {**chosen, **more}


class Identity(AnonymousCredentials):
    """Credentials that have nothing newer to offer when they are refused."""

    def refresh(self, unused_request):
        pass


class Session(google.GoogleSession):
    """A session whose library speaks plain HTTP to an address; it notes the addresses that it is to speak to."""

    def __init__(self, params, address, endpoints):
        super().__init__(params)
        self._address, self._endpoints = address, endpoints

    def client(self, client_class, endpoint=None, transport="rest"):
        self._endpoints.append((endpoint, transport))
        connected = SecretManagerServiceRestTransport(host=self._address, credentials=Identity(), url_scheme="http")
        return client_class(transport=connected)


def store_at(address, sessions=None, endpoints=None):
    """:returns: the client under test; it notes the parameters of its sessions, and the addresses."""

    def make(params):
        (sessions if sessions is not None else []).append(params)
        return Session(params, address, endpoints if endpoints is not None else [])

    return google_secrets.GoogleSecrets(make)


def read_in_vain(store):
    with pytest.raises(CloudError) as raised:
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


def test_a_regional_secret_is_asked_for_at_its_region_and_each_identity_has_one_session(contract):
    regional = "projects/p/locations/europe-west3/secrets/git/versions/latest"
    contract.answer(request_for(NAME), accessed(NAME))
    contract.answer(request_for(regional), accessed(regional))
    sessions, endpoints = [], []
    store = store_at(contract.address, sessions, endpoints)
    for location, file in ((None, None), ("europe-west3", None), (None, "/key.json")):
        assert store.read(reference(location=location, service_account_file=file)) == SECRET
    assert endpoints == [(None, "rest"), ("secretmanager.europe-west3.rep.googleapis.com", "rest"), (None, "rest")]
    assert sessions == [{"service_account_file": None}, {"service_account_file": "/key.json"}]


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


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.cloud.secretmanager_v1", None)
    with pytest.raises(MissingLibraryError, match="the Python library google-cloud-secret-manager: .* to talk to Google Cloud"):
        google_secrets.GoogleSecrets()
