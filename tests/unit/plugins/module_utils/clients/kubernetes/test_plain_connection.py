# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connections need no library; the integration tests use them against a real API server."""

from __future__ import annotations

import base64
import socket
import ssl

import pytest

pytest.importorskip("urllib3")

from urllib3.util.ssl_ import ssl_wrap_socket

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import _plain_connection as plain

CLUSTER = {"server": "https://127.0.0.1:1"}


@pytest.mark.parametrize(
    "user",
    [{}, {"token": "t"}, {"tokenFile": "/t"}, {plain.CERTIFICATE: "c", plain.KEY: "k"}, {"token": "t", "as": "u"},
     {"token": "t", "username": ""}],
)  # fmt: skip
def test_certificates_and_tokens_are_plain(user):
    assert plain.is_plain({**CLUSTER, plain.AUTHORITY: "a"}, user, {})


@pytest.mark.parametrize(
    ("cluster", "user", "environment"),
    [
        ({}, {"exec": {"command": "aws"}}, {}),
        ({}, {"auth-provider": {"name": "oidc"}}, {}),
        ({}, {"username": "u", "password": "p"}, {}),
        ({"proxy-url": "http://proxy"}, {"token": "t"}, {}),
        ({}, {"token": "t"}, {"HTTPS_PROXY": "http://proxy"}),
        ({}, {"token": "t"}, {"all_proxy": "http://proxy"}),
    ],
)
def test_everything_else_is_the_librarys(cluster, user, environment):
    assert not plain.is_plain({**CLUSTER, **cluster}, user, environment)


def context_of(**cluster):
    return plain.pool_of({**CLUSTER, **cluster}, {}, 8).connection_pool_kw["ssl_context"]


def test_a_server_is_verified_unless_told_otherwise():
    context = context_of()
    assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname
    context = context_of(**{plain.UNVERIFIED: True})
    assert context.verify_mode == ssl.CERT_NONE and not context.check_hostname


def greeting(context):
    """:returns: the first message of a connection."""
    sent = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname="localhost").do_handshake()
    return sent.read()


def test_no_connection_changes_the_protocols_that_others_are_offering(monkeypatch):
    context, changes = context_of(), []
    assert b"\x08http/1.1" in greeting(context)
    monkeypatch.setattr(ssl.SSLContext, "set_alpn_protocols", lambda self, protocols: changes.append(protocols))
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(OSError, match="SSL|EOF|pipe|reset"):
        ssl_wrap_socket(ours, ssl_context=context, server_hostname="localhost")
    assert changes == []


def test_a_name_of_its_own_is_asked_for_and_checked():
    options = plain.pool_of({**CLUSTER, plain.SERVER_NAME: "api.internal"}, {}, 8).connection_pool_kw
    assert options["server_hostname"] == options["assert_hostname"] == "api.internal"


@pytest.mark.parametrize("name", [plain.AUTHORITY, plain.CERTIFICATE])
def test_what_is_no_certificate_is_an_error(name):
    spoilt = {name: base64.b64encode(b"no certificate").decode()}
    with pytest.raises(OSError, match="SSL|PEM|cert"):
        plain.pool_of({**CLUSTER, **(spoilt if name == plain.AUTHORITY else {})}, spoilt, 8)


def test_a_connection_without_tls_has_no_context():
    assert "ssl_context" not in plain.pool_of({"server": "http://127.0.0.1:1"}, {}, 8).connection_pool_kw


def test_a_token_is_text_without_its_line_end(tmp_path):
    (tmp_path / "token").write_text("from-file\n")
    assert plain.authorization_of({"tokenFile": str(tmp_path / "token")}) == "Bearer from-file"
    assert plain.authorization_of({"token": "t", "tokenFile": "/nonesuch"}) == "Bearer t"
    assert plain.authorization_of({}) is None
    with pytest.raises(OSError, match="nonesuch"):
        plain.authorization_of({"tokenFile": "/nonesuch"})
