# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on loopback that answers as a store's documentation says, and sees what a client really sends."""

from __future__ import annotations

import http.server
import json
import socket

import pytest


class Contract:
    """What a server answers, and what it was asked.

    :param answers: {"METHOD path": callable from (headers, body) to (status, headers, document)}.
    """

    def __init__(self, address):
        self.address = address
        self.answers = {}
        self.requests = []

    def answer(self, request, document, status=200, headers=None, demands=None):
        """Answer a request, if it has the headers that are demanded; else 418 tells that it has not."""

        def respond(sent_headers, unused_body):
            missing = {name: value for name, value in (demands or {}).items() if sent_headers.get(name) != value}
            return (418, {}, {"missing": missing}) if missing else (status, headers or {}, document)

        self.answers[request] = respond


@pytest.fixture
def contract(serve):
    """A running `Contract`; what it has no answer for is an answer of 421, and never one of a real store."""

    class Handler(http.server.BaseHTTPRequestHandler):
        """Hands requests to the contract."""

        def handle_one(self):
            """Answer whatever was asked."""
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            request = f"{self.command} {self.path}"
            made.requests.append((request, body))
            respond = made.answers.get(request, lambda headers, sent: (421, {}, {"unexpected": request}))
            status, headers, document = respond(self.headers, body)
            content = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = handle_one

        def log_message(self, *arguments):
            """Stay quiet."""

    made = Contract("127.0.0.1:%d" % serve(Handler))
    return made


@pytest.fixture
def aws_environment(monkeypatch):
    """The credentials that moto's server takes, and nothing else that boto3 would find in the environment."""
    # Needs boto3, which the tests of other stores do without.
    from secret_stores import ENVIRONMENT  # pylint: disable=import-outside-toplevel

    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def nowhere():
    """host:port where nothing listens."""
    # Bound, so that nobody else can listen on it.
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield "127.0.0.1:%d" % reserved.getsockname()[1]
