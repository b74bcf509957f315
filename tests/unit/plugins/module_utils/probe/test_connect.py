# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pod finds out, against real sockets of this machine."""

from __future__ import annotations

import http.server
import inspect
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._probe import connect

HOME = "127.0.0.1"
NOWHERE = "git.nonesuch.invalid"
PASSWORD = "correct-horse-battery"


@pytest.fixture(scope="module", autouse=True)
def fixture_no_pauses():
    """One attempt, and none of the proxies that this machine may have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connect, "ATTEMPTS", 1)
        patch.setattr(connect, "PAUSE_SECONDS", 0)
        patch.setattr(connect, "CONNECT_TIMEOUT_SECONDS", 60)
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="module", name="listening")
def fixture_listening():
    """A port that takes connections."""
    with socket.create_server((HOME, 0)) as server:
        threading.Thread(target=accept_all, args=(server,), daemon=True).start()
        yield server.getsockname()[1]
        # Else the thread goes on waiting for connections at a number that the next socket gets.
        server.shutdown(socket.SHUT_RDWR)


def accept_all(server):
    try:
        while True:
            server.accept()[0].close()
    except OSError:
        # The test is over, and the socket is closed.
        return


@pytest.fixture(scope="module", name="closed")
def fixture_closed():
    """A port that nothing else can listen on, and nothing does."""
    with socket.socket() as reserved:
        reserved.bind((HOME, 0))
        yield reserved.getsockname()[1]


class Proxy:
    """An HTTP proxy that answers CONNECT with one code after the other, the last one for ever."""

    def __init__(self, *codes):
        self.asked = []
        codes, asked = list(codes), self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_CONNECT(self):
                asked.append(self.path)
                self.send_response(codes.pop(0) if len(codes) > 1 else codes[0])
                self.end_headers()

            def log_message(self, *_arguments):
                return

        self._server = http.server.ThreadingHTTPServer((HOME, 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()


def endpoint(**fields):
    return {"name": "address", "host": None, "port": None, "is_http": False, "is_connection": False, **fields}


def of_url(url, **fields):
    """:returns: the outcome of an endpoint whose Secret holds a URL."""
    return connect.outcome(endpoint(environment="ADDRESS_0", **fields), {"ADDRESS_0": url})


# Hosts of URLs


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://airflow:secret@db.acme.io:6543/airflow", [("db.acme.io", 6543)]),
        ("postgresql+psycopg2://airflow:secret@db.acme.io/airflow", [("db.acme.io", 5432)]),
        ("postgresql://airflow@db_1/airflow", [("db_1", 5432)]),
        ("postgresql://db.acme.io", [("db.acme.io", 5432)]),
        ("  postgresql://db.acme.io/airflow\n", [("db.acme.io", 5432)]),
        ("POSTGRES://db.acme.io/airflow", [("db.acme.io", 5432)]),
        ("postgresql://a:b@one:5433,two,three:5434/airflow?sslmode=require", [("one", 5433), ("two", 5432), ("three", 5434)]),
        ("postgresql://a:b@[2001:db8::1]:5433/airflow", [("2001:db8::1", 5433)]),
        ("postgresql://a:b@[::1]/airflow", [("::1", 5432)]),
        ("postgresql://a:b@/airflow?host=/var/run/postgresql", []),
        ("postgresql://a:b@%2Fvar%2Frun/airflow", []),
        ("mysql+mysqldb://a:b@db/airflow?charset=utf8mb4", [("db", 3306)]),
        ("db+postgresql://a:b@db/airflow", [("db", 5432)]),
        ("redis://:b@cache:6379/0", [("cache", 6379)]),
        ("rediss://cache/0", [("cache", 6379)]),
        ("amqp://a:b@rabbit//", [("rabbit", 5672)]),
        ("amqps://a:b@rabbit/vhost", [("rabbit", 5671)]),
        ("sentinel://:b@one:26379/0;sentinel://:b@two/0", [("one", 26379), ("two", 26379)]),
        ("redis://one:1;redis://two:2", [("one", 1), ("two", 2)]),
        ("https://minio.acme.io:9000/#x", [("minio.acme.io", 9000)]),
        ("snowflake://a:b@account:443/x", [("account", 443)]),
        ("snowflake://a:b@account/x", []),
        ("sqlite:////tmp/airflow.db", []),
        ("sqs://key:secret@", []),
        ("db.acme.io:5432", []),
        ("to be filled in", []),
        ("postgresql://a:b@db acme/airflow", []),
        ("postgresql://a:b@db:port/airflow", []),
        ("postgresql://a:b@dätenbank/airflow", []),
        ("postgresql://", []),
        ("", []),
    ],
)
def test_hosts_are_read_from_urls(url, hosts):
    assert connect.hosts_of(url) == hosts


@pytest.mark.parametrize("password", ["a/b", "a#b", "a?b", "a:b", "a,b", "a@b", "a&b=c", "/a", "#", "a;b", "a[b"])
def test_passwords_that_airflow_takes_unquoted_hide_no_host(password):
    assert connect.hosts_of(f"postgresql://airflow:{password}@db/airflow") == [("db", 5432)]


@pytest.mark.parametrize(
    "url",
    [
        # Whether the host is db or corp, and whether secret is a piece of a password, nobody can tell.
        "postgresql://airflow:pass@secret/x@db/airflow",
        "postgresql://airflow:secret@db/airflow?user=me@corp",
        "redis://cache/0?password=pass@secret",
        "postgresql://airflow:pass?x=y@secret/airflow",
    ],
)
def test_an_unquoted_at_sign_that_may_hide_a_password_is_not_guessed_at(url):
    assert connect.hosts_of(url) == []
    told = of_url(url)
    assert told == {
        "name": "address", "host": "", "port": 0, "state": "unknown",
        "message": "it names no host, or an @ in it is not written as %40"}


# No two pieces of a URL mean the same with all of these.
AWKWARD = st.text(st.sampled_from("/@#?:,;=&%[]. ab1") | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
EASY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="@=;"), min_size=1, max_size=30)


@given(AWKWARD, AWKWARD, st.sampled_from(["postgresql+psycopg2", "redis", "amqp", "db+mysql"]))
def test_nothing_of_user_and_password_is_ever_reported(listening, user, password, scheme):
    same = {"name": "address", "host": HOME, "port": listening, "state": "reachable", "message": ""}
    untold = of_url("no URL")
    assert of_url(f"{scheme}://{user}:{password}@{HOME}:{listening}/airflow") in (same, untold)
    quoted = ":".join(urllib.parse.quote(part, safe="") for part in (user, password))
    assert of_url(f"{scheme}://{quoted}@{HOME}:{listening}/airflow") == same


@given(EASY, EASY)
def test_most_users_and_passwords_need_no_quotes(user, password):
    assert connect.hosts_of(f"postgresql://{user}:{password}@db:5433/airflow?sslmode=require") == [("db", 5433)]


# Addresses of connections

STORE = {"conn_type": "aws", "password": PASSWORD}
EXTRA = {"endpoint_url": "https://minio.acme.io:9000", "region_name": "eu-west-1"}


@pytest.mark.parametrize(
    ("connection", "url"),
    [
        (json.dumps({**STORE, "extra": EXTRA}), EXTRA["endpoint_url"]),
        (json.dumps({**STORE, "extra": json.dumps(EXTRA)}), EXTRA["endpoint_url"]),
        (json.dumps({**STORE, "extra": {**EXTRA, "service_config": {"s3": {"endpoint_url": "https://s3.acme.io"}}}}), "https://s3.acme.io"),
        (json.dumps({**STORE, "extra": {**EXTRA, "service_config": {"sts": {}}}}), EXTRA["endpoint_url"]),
        (json.dumps({**STORE, "extra": ""}), ""),
        (json.dumps({**STORE, "extra": None}), ""),
        (json.dumps({**STORE, "extra": {"endpoint_url": None}}), ""),
        (json.dumps({**STORE, "extra": "no JSON"}), ""),
        (json.dumps({**STORE, "extra": ["endpoint_url"]}), ""),
        (json.dumps(STORE), ""),
        (f"aws://key:{PASSWORD}@/?{urllib.parse.urlencode(EXTRA)}", EXTRA["endpoint_url"]),
        (f"aws://key:{PASSWORD}@/?{urllib.parse.urlencode({'__extra__': json.dumps(EXTRA)})}", EXTRA["endpoint_url"]),
        (f"aws://key:{PASSWORD}@/?{urllib.parse.urlencode({'__extra__': 'no JSON'})}", ""),
        (f"aws://key:secret[?/{PASSWORD}@/?{urllib.parse.urlencode(EXTRA)}", EXTRA["endpoint_url"]),
        ("aws://", ""),
        ("aws://[", ""),
        ("7", ""),
        ('"text"', ""),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_the_address_of_a_store_is_read_from_its_connection(connection, url):
    assert connect.endpoint_url(connection) == url


@pytest.mark.parametrize("value", ["nonsense", "", json.dumps(STORE), f"aws://key:{PASSWORD}@elsewhere.acme.io:1"])
def test_a_connection_that_names_no_address_leads_to_the_usual_one(value, listening):
    store = endpoint(host=HOME, port=listening, environment="ADDRESS_0", is_connection=True)
    told = connect.outcome(store, {"ADDRESS_0": value})
    assert (told["host"], told["port"], told["state"]) == (HOME, listening, "reachable")


def test_the_address_in_a_connection_comes_first(listening, closed):
    store = endpoint(host=HOME, port=closed, environment="ADDRESS_0", is_connection=True)
    value = json.dumps({**STORE, "extra": {"endpoint_url": f"http://{HOME}:{listening}"}})
    told = connect.outcome(store, {"ADDRESS_0": value})
    assert (told["port"], told["state"]) == (listening, "reachable")


# Proxies


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"https_proxy": "http://proxy.acme.io:3128"}, ("proxy.acme.io", 3128)),
        ({"HTTPS_PROXY": "http://proxy.acme.io:3128"}, ("proxy.acme.io", 3128)),
        ({"https_proxy": f"http://me:{PASSWORD}@proxy.acme.io:3128/"}, ("proxy.acme.io", 3128)),
        ({"https_proxy": "proxy.acme.io:3128"}, ("proxy.acme.io", 3128)),
        ({"https_proxy": "http://proxy.acme.io"}, ("proxy.acme.io", 80)),
        ({"http_proxy": "http://proxy.acme.io:3128"}, ("proxy.acme.io", 3128)),
        ({"http_proxy": "http://one:1", "https_proxy": "http://two:2"}, ("two", 2)),
        ({"https_proxy": ""}, None),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "acme.io"}, None),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "10.0.0.1,.acme.io"}, None),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "*"}, None),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "git.acme.org"}, ("proxy", 3128)),
    ],
)
def test_what_speaks_http_takes_the_proxy_of_its_environment(environment, proxy, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert connect.proxy_of(endpoint(is_http=True), "git.acme.io") == proxy
    assert connect.proxy_of(endpoint(is_http=False), "git.acme.io") is None


@pytest.mark.parametrize(
    ("code", "state", "message"),
    [
        (200, "reachable", ""),
        # Whether the proxy lets this pod through is a question of credentials.
        (407, "reachable", ""),
        (502, "unreachable", "the proxy answered: HTTP/1.0 502 Bad Gateway "),
        (403, "unreachable", "the proxy answered: HTTP/1.0 403 Forbidden "),
    ],
)
def test_a_proxy_is_asked_for_what_only_it_can_resolve(code, state, message, monkeypatch):
    with Proxy(code) as proxy:
        monkeypatch.setenv("https_proxy", f"http://me:{PASSWORD}@{HOME}:{proxy.port}")
        told = connect.outcome(endpoint(host=NOWHERE, port=443, is_http=True), {})
    assert told == {
        "name": "address", "host": NOWHERE, "port": 443, "state": state,
        "message": f"{message}through the proxy {HOME}:{proxy.port}"}
    assert proxy.asked == [f"{NOWHERE}:443"]


@pytest.mark.parametrize(("host", "state"), [(NOWHERE, "unresolved"), (HOME, "unreachable")])
def test_a_proxy_that_is_not_there_is_named(host, state, closed, monkeypatch):
    monkeypatch.setenv("https_proxy", f"http://me:{PASSWORD}@{host}:{closed}")
    told = connect.outcome(endpoint(host="git.acme.io", port=443, is_http=True), {})
    assert (told["host"], told["state"]) == ("git.acme.io", state)
    assert told["message"].endswith(f"through the proxy {host}:{closed}") and PASSWORD not in told["message"]


# Outcomes


def test_what_listens_is_reachable(listening):
    told = of_url(f"postgresql://airflow:{PASSWORD}@localhost:{listening}/airflow")
    assert told == {"name": "address", "host": "localhost", "port": listening, "state": "reachable", "message": ""}


def test_what_does_not_listen_is_unreachable(closed):
    told = connect.outcome(endpoint(host=HOME, port=closed), {})
    assert (told["host"], told["port"], told["state"]) == (HOME, closed, "unreachable")
    assert "refused" in told["message"]


@pytest.mark.parametrize("host", [NOWHERE, "a" * 64, "a..b"])
def test_what_has_no_address_is_unresolved(host):
    told = connect.outcome(endpoint(host=host, port=1), {})
    assert (told["host"], told["state"]) == (host, "unresolved") and told["message"]


@pytest.mark.parametrize(("environment", "message"), [({}, "missing or empty"), ({"ADDRESS_0": "filled in"}, "names no host")])
def test_what_names_no_host_is_unknown(environment, message):
    told = connect.outcome(endpoint(environment="ADDRESS_0"), environment)
    assert (told["host"], told["port"], told["state"]) == ("", 0, "unknown") and message in told["message"]


def test_any_of_several_hosts_will_do(listening, closed):
    for ports in ((closed, listening), (listening, closed)):
        told = of_url(f"postgresql://{','.join(f'{HOME}:{port}' for port in ports)}/airflow")
        assert (told["port"], told["state"]) == (listening, "reachable")
    told = of_url(f"postgresql://{HOME}:{closed},{HOME}:{closed}/airflow")
    assert told["state"] == "unreachable"


@pytest.mark.parametrize(("attempts", "state"), [(2, "reachable"), (1, "unreachable")])
def test_a_failure_is_tried_again_but_not_for_ever(attempts, state, monkeypatch):
    monkeypatch.setattr(connect, "ATTEMPTS", attempts)
    with Proxy(502, 200) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{HOME}:{proxy.port}")
        assert connect.outcome(endpoint(host=NOWHERE, port=443, is_http=True), {})["state"] == state
    assert len(proxy.asked) == attempts


def test_the_outcomes_are_one_line_in_the_order_of_the_endpoints(listening, closed, monkeypatch, capsys):
    asked = [
        endpoint(name="one", host=HOME, port=closed), endpoint(name="two", environment="ADDRESS_1"),
        endpoint(name="three", environment="ADDRESS_2"),
    ]
    monkeypatch.setenv("ENDPOINTS", json.dumps(asked))
    monkeypatch.setenv("ADDRESS_1", f"postgresql://airflow:{PASSWORD}@{HOME}:{listening}/airflow")
    connect.main()
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert [item["name"] for item in told] == ["one", "two", "three"]
    assert [item["state"] for item in told] == ["unreachable", "reachable", "unknown"]
    assert PASSWORD not in line


def test_nobody_to_ask_for_is_an_empty_list(monkeypatch, capsys):
    monkeypatch.setenv("ENDPOINTS", "[]")
    connect.main()
    assert json.loads(capsys.readouterr().out) == []


def test_the_program_needs_nothing_but_python(listening):
    environment = {"ENDPOINTS": json.dumps([endpoint(host=HOME, port=listening)])}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", inspect.getsource(connect)], env=environment, capture_output=True, text=True, timeout=60,
        check=True)
    assert [item["state"] for item in json.loads(done.stdout)] == ["reachable"]
