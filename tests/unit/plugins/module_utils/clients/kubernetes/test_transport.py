# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import http.server
import json
import socket
import ssl
import time
import warnings

import pytest

pytest.importorskip("kubernetes")

import urllib3

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import _plain_connection, _transport
from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    KubeconfigError,
    MissingLibraryError,
    UnreachableError,
)

REFUSED = urllib3.exceptions.NewConnectionError(None, "[Errno 111] Connection refused")
SILENT = urllib3.exceptions.ConnectTimeoutError(None, "Connection timed out")
UNGREETED = urllib3.exceptions.ReadTimeoutError(None, "/", "Read timed out")
BROKEN = urllib3.exceptions.ProtocolError("Connection aborted")
CLOSED = urllib3.exceptions.SSLError(ssl.SSLEOFError(8, "[SSL: UNEXPECTED_EOF_WHILE_READING]"))
UNTRUSTED = urllib3.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED")


def config(user=None, **cluster):
    return {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1/", **cluster}}],
        "users": [{"name": "u", "user": user or {"token": "t"}}],
    }


class Response:
    def __init__(self, status, headers=None, data=b"{}"):
        self.status, self.headers, self.data = status, headers or {}, data

    def close(self):
        pass


class Pool:
    """Gives the prepared outcomes one after the other and keeps what was asked."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.requests = []

    def request_encode_url(self, method, url, **options):
        self.requests.append({"method": method, "url": url, **options})
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return Response(outcome) if isinstance(outcome, int) else outcome


class SlowPool(Pool):
    """Every failure takes as long as a connection may."""

    def __init__(self, clock, *outcomes):
        super().__init__(*outcomes)
        self._clock = clock

    def request_encode_url(self, method, url, **options):
        try:
            return super().request_encode_url(method, url, **options)
        except urllib3.exceptions.HTTPError:
            self._clock.now += _transport.CONNECT_TIMEOUT_SECONDS
            raise


@pytest.fixture
def clock(monkeypatch, clock):
    monkeypatch.setattr(_transport, "time", clock)
    return clock


def transport_over(monkeypatch, *pools, user=None):
    """A transport whose connections are the given pools, one after each time its credentials are loaded."""
    following = iter(pools)
    real = _transport.Transport._connect

    def connect(self, refused=None):
        real(self, refused)
        self._pool = next(following)

    monkeypatch.setattr(_transport.Transport, "_connect", connect)
    return _transport.Transport(config(user))


def ask(transport, **options):
    return transport.request("Could not read", "x", "GET", "/version", **options)


def test_a_request_carries_address_time_out_and_credentials(monkeypatch):
    pool = Pool(200)
    user = {"token": "t", "as": "someone", "as-groups": ["g", "h"]}
    transport_over(monkeypatch, pool, user=user).request(
        "Could not apply", "x", "PATCH", "/api", [("a", "b")], {"x": 1}, "application/apply-patch+yaml"
    )
    (sent,) = pool.requests
    assert (sent["method"], sent["url"], sent["fields"], sent["body"]) == (
        "PATCH",
        "https://127.0.0.1:1/api",
        [("a", "b")],
        b'{"x": 1}',
    )
    assert (sent["timeout"].connect_timeout, sent["timeout"].read_timeout) == (5, 30) and sent["retries"] is False
    assert (
        sent["headers"]["Authorization"] == "Bearer t"
        and sent["headers"]["Content-Type"] == "application/apply-patch+yaml"
    )
    assert sent["headers"]["Impersonate-User"] == "someone" and sent["headers"].getlist("Impersonate-Group") == [
        "g",
        "h",
    ]


@pytest.mark.parametrize("trouble", [429, 500, 503, BROKEN, REFUSED, CLOSED])
def test_what_may_pass_is_tried_again(monkeypatch, clock, trouble):
    assert ask(transport_over(monkeypatch, Pool(trouble, trouble, 200))).status == 200
    assert clock.pauses == [0.25, 0.5]


def forbidden(message='configmaps "a" is forbidden: User "u" cannot patch resource "configmaps" in API group "" in the namespace "n"'):
    return Response(403, data=json.dumps({"kind": "Status", "message": message}).encode())


def paths(pool):
    return [request["url"].removeprefix("https://127.0.0.1:1") for request in pool.requests]


def test_a_missing_right_is_reported_when_a_server_that_is_ready_says_so_again(monkeypatch, clock):
    pool = Pool(forbidden(), 200, forbidden())
    transport = transport_over(monkeypatch, pool)
    assert ask(transport).status == 403 and paths(pool) == ["/version", "/readyz", "/version"]
    assert ask(transport).status == 403 and len(pool.requests) == 4


def test_a_server_that_was_ready_may_have_restarted_since(monkeypatch, clock):
    pool = Pool(forbidden(), 200, forbidden(), forbidden(), 500, 200)
    transport = transport_over(monkeypatch, pool)
    assert ask(transport).status == 403
    clock.now += 60
    assert ask(transport).status == 200 and paths(pool)[3:] == ["/version", "/readyz", "/version"]


@pytest.mark.parametrize("state", [500, 503, REFUSED, CLOSED])
def test_what_a_starting_server_forbids_is_tried_again_until_it_is_ready(monkeypatch, clock, state):
    assert ask(transport_over(monkeypatch, Pool(forbidden(), state, forbidden(), state, 200))).status == 200


@pytest.mark.parametrize("trouble", [503, BROKEN, REFUSED])
def test_where_nobody_may_ask_for_readiness_an_interruption_tells_of_a_restart(monkeypatch, clock, trouble):
    pool = Pool(trouble, forbidden(), forbidden(), 200)
    assert ask(transport_over(monkeypatch, pool)).status == 200 and paths(pool)[2] == "/readyz"


def test_where_nobody_may_ask_for_readiness_a_missing_right_is_reported_immediately(monkeypatch, clock):
    assert ask(transport_over(monkeypatch, Pool(forbidden(), forbidden(), 200))).status == 403 and clock.pauses == []


def test_what_admission_refuses_is_reported_immediately(monkeypatch, clock):
    pool = Pool(forbidden('pods "a" is forbidden: exceeded quota: q'), 200)
    assert ask(transport_over(monkeypatch, pool)).status == 403 and len(pool.requests) == 1


def test_the_server_may_ask_for_a_longer_pause(monkeypatch, clock):
    assert (
        ask(
            transport_over(
                monkeypatch, Pool(Response(429, {"Retry-After": "2"}), Response(429, {"Retry-After": "soon"}), 200)
            )
        ).status
        == 200
    )
    assert clock.pauses == [2, 0.5]


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_server_that_takes_connections_and_says_nothing_is_silent(monkeypatch, clock, repeatable):
    """Whatever is sent: as long as nobody is greeted, nothing arrives."""
    monkeypatch.setattr(_transport, "CONNECT_TIMEOUT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = "https://127.0.0.1:{1}".format(*server.getsockname())
        with pytest.raises(UnreachableError):
            ask(_transport.Transport(config(server=address)), repeatable=repeatable)
        server.setblocking(False)
        for unused in range(2):
            server.accept()[0].close()


@pytest.mark.parametrize(("trouble", "repeated"), [(429, True), (503, False), (BROKEN, False), (CLOSED, False), (REFUSED, True)])
def test_what_may_have_arrived_is_not_sent_twice(monkeypatch, clock, trouble, repeated):
    pool = Pool(trouble, 200)
    try:
        ask(transport_over(monkeypatch, pool), repeatable=False)
    except UnreachableError:
        pass
    assert len(pool.requests) == 1 + repeated


@pytest.mark.parametrize("answer", [404, 409, 422, Response(500, data=b"failed to create typed patch object")])
def test_what_will_not_pass_is_not_tried_again(monkeypatch, clock, answer):
    ask(transport_over(monkeypatch, Pool(answer)))
    assert clock.pauses == []


def test_a_server_that_never_answered_is_given_up_soon_and_one_that_did_later(monkeypatch, clock):
    transport = transport_over(monkeypatch, Pool(REFUSED))
    with pytest.raises(UnreachableError, match="Connection refused"):
        ask(transport)
    assert clock.now <= _transport.FIRST_CONTACT_LIMIT_SECONDS
    transport._pool, clock.now = Pool(200, REFUSED), 0
    ask(transport)
    with pytest.raises(UnreachableError):
        ask(transport)
    assert _transport.RETRY_LIMIT_SECONDS / 2 < clock.now <= _transport.RETRY_LIMIT_SECONDS


@pytest.mark.parametrize("silence", [SILENT, UNGREETED])
def test_a_server_that_is_silent_at_first_is_asked_again(monkeypatch, clock, silence):
    assert ask(transport_over(monkeypatch, SlowPool(clock, silence, silence, 200))).status == 200


def test_a_server_that_stays_silent_is_given_up(monkeypatch, clock):
    with pytest.raises(UnreachableError, match="did not answer in time"):
        ask(transport_over(monkeypatch, SlowPool(clock, SILENT, SILENT, SILENT, 200)))


def test_a_certificate_that_is_not_trusted_is_final(monkeypatch, clock):
    with pytest.raises(UnreachableError, match="did not sign"):
        ask(transport_over(monkeypatch, Pool(UNTRUSTED)))
    assert clock.pauses == []


@pytest.mark.parametrize(("second", "status"), [(200, 200), (401, 401)])
def test_credentials_are_loaded_anew_once(monkeypatch, clock, second, status):
    assert ask(transport_over(monkeypatch, Pool(401), Pool(second))).status == status


def test_a_token_file_loses_its_line_end(tmp_path):
    (tmp_path / "token").write_text("from-file\n")
    transport = _transport.Transport(config({"tokenFile": str(tmp_path / "token")}))
    assert transport._headers(None, "*/*")["Authorization"] == "Bearer from-file"


@pytest.mark.parametrize(
    "user",
    [
        {"tokenFile": "/nonesuch/token"},
        {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "nonesuch-plugin"}},
        {"exec": {"command": "aws"}},
    ],
)
def test_credentials_that_cannot_be_loaded_are_an_error_and_nothing_is_printed(user, capfd):
    with pytest.raises(KubeconfigError, match="Could not load the credentials of context c"):
        _transport.Transport(config(user))
    assert capfd.readouterr() == ("", "")


def test_unverified_connections_do_not_warn():
    with warnings.catch_warnings(record=True) as caught:
        _transport.Transport(config(**{"insecure-skip-tls-verify": True}))
        warnings.warn("unverified", urllib3.exceptions.InsecureRequestWarning, stacklevel=1)
    assert caught == []


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(_transport, "IMPORT_ERROR", "Traceback ...")
    with pytest.raises(MissingLibraryError, match="kubernetes"):
        _transport.require_library()


def test_lines_are_put_together_from_chunks():
    class Stream(Response):
        closed = False

        def stream(self):
            yield from (b'{"a"', b': 1}\n{"b": 2}\n\n', b'{"c": 3}', b"\n")

        def close(self):
            self.closed = True

    response = Stream(200)
    assert list(_transport.lines(response)) == [{"a": 1}, {"b": 2}, {"c": 3}] and response.closed


@pytest.fixture
def refusing_server(serve):
    """The address of a server that refuses whatever is asked, and what it was asked."""
    asked = []

    class Refusal(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Authorization"]))
            self.send_error(403, "Forbidden")

        def log_message(self, *arguments):
            pass

    return f"http://127.0.0.1:{serve(Refusal)}", asked


def test_a_forwarding_that_is_refused_names_the_port_and_the_server(refusing_server):
    address, asked = refusing_server
    transport = _transport.Transport(config(server=address))
    with pytest.raises(UnreachableError, match=r"port 8080 of Pod n/p.*403 Forbidden"):
        transport.forward("Could not forward", "port 8080 of Pod n/p", "/api/v1/namespaces/n/pods/p/portforward", 8080)
    assert asked == [("/api/v1/namespaces/n/pods/p/portforward?ports=8080", "Bearer t")]


class Gatekeeper:
    """An API server that knows which tokens to let in, and notes which it saw."""

    def __init__(self):
        self.valid, self.seen = set(), []

    def handler(self):
        keeper = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
                keeper.seen.append(token)
                status = 200 if token in keeper.valid else 401
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *arguments):
                pass

        return Handler


@pytest.fixture
def gatekeeper(serve):
    """A `Gatekeeper`, whose ``address`` is on loopback."""
    keeper = Gatekeeper()
    keeper.address = f"http://127.0.0.1:{serve(keeper.handler())}"
    return keeper


def test_the_transports_of_a_run_log_in_once(program, login, run_folder, gatekeeper):
    gatekeeper.valid = {"token-1"}
    for unused in range(3):
        transport = _transport.Transport(login(gatekeeper.address))
        assert [ask(transport).status for unused in range(2)] == [200, 200]
    assert gatekeeper.seen == ["token-1"] * 6 and len(program.starts()) == 1


def test_a_token_that_is_refused_is_replaced_once_for_all(program, login, run_folder, gatekeeper):
    gatekeeper.valid = {"token-1"}
    transports = [_transport.Transport(login(gatekeeper.address)) for unused in range(3)]
    assert [ask(transport).status for transport in transports] == [200] * 3
    gatekeeper.valid = {"token-2"}
    assert [ask(transport).status for transport in transports] == [200] * 3
    assert gatekeeper.seen == ["token-1"] * 3 + ["token-1", "token-2"] * 3 and len(program.starts()) == 2


def test_a_user_whom_the_server_does_not_know_is_refused_after_one_more_login(program, login, run_folder, gatekeeper):
    assert ask(_transport.Transport(login(gatekeeper.address))).status == 401
    assert gatekeeper.seen == ["token-1", "token-2"] and len(program.starts()) == 2


def test_a_token_that_is_over_is_replaced_before_the_server_refuses_it(program, login, run_folder, gatekeeper, monkeypatch):
    program.answer(lifetime=900)
    gatekeeper.valid = {"token-1", "token-2"}
    transports = [_transport.Transport(login(gatekeeper.address)) for unused in range(2)]
    for transport in transports:
        ask(transport)
        monkeypatch.setattr(transport._source, "_clock", lambda: time.time() + 845)
    for transport in transports:
        ask(transport)
    assert gatekeeper.seen == ["token-1", "token-1", "token-2", "token-2"] and len(program.starts()) == 2


def test_a_forwarding_uses_the_credential_of_the_run(program, login, run_folder, refusing_server):
    address, asked = refusing_server
    transport = _transport.Transport(login(address))
    with pytest.raises(UnreachableError, match="403 Forbidden"):
        transport.forward("Could not forward", "port 1 of Pod n/p", "/forward", 1)
    assert asked == [("/forward?ports=1", "Bearer token-1")] and len(program.starts()) == 1


def test_a_forwarding_that_is_refused_a_token_logs_in_once_more(program, login, run_folder, gatekeeper):
    transport = _transport.Transport(login(gatekeeper.address))
    with pytest.raises(UnreachableError, match="401 Unauthorized"):
        transport.forward("Could not forward", "port 1 of Pod n/p", "/forward", 1)
    assert gatekeeper.seen == ["token-1", "token-2"] and len(program.starts()) == 2


def test_a_program_may_give_a_client_certificate(program, run_folder, monkeypatch):
    loaded = []
    monkeypatch.setattr(_plain_connection, "_load_certificate", lambda context, *pair: loaded.append(pair))
    program.answer({"clientCertificateData": "PEM-NUMBER", "clientKeyData": "KEY-NUMBER"})
    pool = Pool(401)
    assert ask(transport_over(monkeypatch, pool, Pool(200), user=program.user())).status == 200
    assert loaded == [(b"PEM-1", b"KEY-1"), (b"PEM-2", b"KEY-2")] and "Authorization" not in pool.requests[0]["headers"]


def test_credentials_of_the_kubeconfigs_own_start_no_program(program, login, run_folder, gatekeeper):
    gatekeeper.valid = {"own"}
    config = login(gatekeeper.address)
    config["users"][0]["user"]["token"] = "own"
    assert ask(_transport.Transport(config)).status == 200
    assert program.starts() == [] and list(run_folder.iterdir()) == []
