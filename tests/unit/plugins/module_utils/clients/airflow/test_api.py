# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the client of Airflow's API logs in, against a server that answers as the auth managers do."""

from __future__ import annotations

import http.server
import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.airflow import login
from ansible_collections.windrose.airflow.plugins.module_utils._clients.airflow.api import AirflowApiClient
from ansible_collections.windrose.airflow.plugins.module_utils._clients.airflow.transport import AddressTransport
from ansible_collections.windrose.airflow.plugins.module_utils._errors import AirflowApiError

PASSWORD = "open-sesame"


class Airflow:
    """What the server knows.

    valid: tokens that it takes.
    expired: tokens that it took. Any other one it has not signed.
    gives: {(method, what was asked with): token} of /auth/token; None where there is no such page.
    asked: (method, path) of each request.
    refuses: (status, content) of every other request.
    sent: what the last request said.
    """

    def __init__(self):
        self.valid, self.expired, self.gives, self.asked = {"fresh"}, set(), {}, []
        self.refuses, self.sent = None, None

    def answer(self, method, path, headers, body):
        """:returns: (status, content)."""
        self.asked.append((method, path))
        if path == "/auth/token":
            if self.gives is None:
                return 404, {"detail": "Not Found"}
            token = self.gives.get((method, body))
            return (201, {"access_token": token}) if token else (401, {"detail": "Invalid credentials"})
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.valid:
            return (401, {"detail": "Token Expired"}) if token in self.expired else (403, {"detail": "Invalid JWT token"})
        self.sent = body
        return self.refuses or (200, {"dag_id": "canary"})


@pytest.fixture
def airflow():
    return Airflow()


@pytest.fixture
def client(airflow, serve):
    """Callable (login) that returns an `AirflowApiClient` of the server."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode() or None
            status, content = airflow.answer(self.command, self.path, self.headers, body)
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_PUT = do_GET

        def log_message(self, format, *args):
            """Say nothing."""

    address = f"http://127.0.0.1:{serve(Handler)}"
    return lambda chosen: AirflowApiClient(AddressTransport(address), chosen)


BY_PASSWORD = login.by_password("ada", PASSWORD)
ASKED = ("POST", json.dumps({"username": "ada", "password": PASSWORD}))


def test_a_user_gets_a_token_for_the_password(client, airflow):
    airflow.gives = {ASKED: "fresh"}
    assert client(BY_PASSWORD).dag("canary") == {"dag_id": "canary"}
    assert airflow.asked == [("POST", "/auth/token"), ("GET", "/api/v2/dags/canary")]


@pytest.mark.parametrize("expired", [{"fresh"}, set()], ids=["expired", "of another key"])
def test_a_token_that_does_not_hold_any_more_is_fetched_anew(client, airflow, expired):
    airflow.gives = {ASKED: "fresh"}
    api = client(BY_PASSWORD)
    api.dag("canary")
    airflow.valid, airflow.expired, airflow.gives = {"fresher"}, expired, {ASKED: "fresher"}
    assert api.dag("canary") == {"dag_id": "canary"}


def test_a_token_that_is_there_is_used_without_asking_for_one(client, airflow):
    assert client(login.by_token("fresh\n", "data/robot")).dag("canary") == {"dag_id": "canary"}
    assert airflow.asked == [("GET", "/api/v2/dags/canary")]


def test_where_everyone_is_let_in_nobody_says_who_asks(client, airflow):
    airflow.gives = {("GET", None): "fresh"}
    assert client(login.as_anyone()).dag("canary") == {"dag_id": "canary"}
    assert airflow.asked[0] == ("GET", "/auth/token")


@pytest.mark.parametrize(
    ("chosen", "cause", "remedy"),
    [
        (BY_PASSWORD, "it refuses user ada (401: Invalid credentials)", "holds the password of this user"),
        (
            login.by_token("expired", "data/robot"),
            "it refuses the owner of the token in Secret data/robot (401: Token Expired)", "Put a new token into",
        ),
        (
            login.by_token("forged", "data/robot"),
            "it refuses the owner of the token in Secret data/robot (403: Invalid JWT token)", "Put a new token into",
        ),
        (login.as_anyone(), "it refuses anyone without credentials (401: Invalid credentials)", "Name a Secret with the"),
    ],
)  # fmt: skip
def test_who_is_refused_is_told_what_to_do(client, airflow, chosen, cause, remedy):
    airflow.expired = {"expired"}
    with pytest.raises(AirflowApiError) as caught:
        client(chosen).dag("canary")
    told = str(caught.value)
    assert cause in told and remedy in told and str(caught.value.fields["http_status"]) in cause
    assert PASSWORD not in told and "forged" not in told
    assert len(airflow.asked) == 1


@pytest.mark.parametrize("chosen", [BY_PASSWORD, login.as_anyone()], ids=["password", "anyone"])
def test_an_auth_manager_that_gives_no_tokens_needs_one_from_a_secret(client, airflow, chosen):
    airflow.gives = None
    with pytest.raises(AirflowApiError, match=r"404: Not Found.*token_key"):
        client(chosen).dag("canary")


BY_TOKEN = login.by_token("fresh", "data/robot")
DAG = {"dag_id": "canary", "file_token": "eyJ.a/b"}


def test_a_run_is_started_again_on_the_latest_version(client, airflow):
    client(BY_TOKEN).clear("canary", "once/more")
    assert airflow.asked == [("POST", "/api/v2/dags/canary/dagRuns/once%2Fmore/clear")]
    assert json.loads(airflow.sent) == {"dry_run": False, "run_on_latest_version": True}


@pytest.mark.parametrize("refuses", [(201, None), (409, {"detail": {"reason": "Unique constraint violation"}})], ids=["new", "again"])
def test_a_file_is_asked_to_be_parsed(client, airflow, refuses):
    airflow.refuses = refuses
    client(BY_TOKEN).parse_again(DAG)
    assert airflow.asked == [("PUT", "/api/v2/parseDagFile/eyJ.a%2Fb")]


def test_a_refusal_is_told_without_its_data(client, airflow):
    airflow.refuses = 403, {"detail": {"reason": "Forbidden", "statement": "hidden", "message": "You may not"}}
    with pytest.raises(AirflowApiError) as caught:
        client(BY_TOKEN).parse_again(DAG)
    assert "Could not have parsed again the file of DAG canary" in str(caught.value)
    assert "answered 403: Forbidden: You may not. Give the owner of the token" in str(caught.value)
    assert "{" not in str(caught.value)


def test_no_secret_is_shown_with_a_login():
    assert PASSWORD not in repr(BY_PASSWORD)
    assert "stale" not in repr(login.by_token("stale", "data/robot"))
