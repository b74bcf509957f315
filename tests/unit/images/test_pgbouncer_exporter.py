# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exporter beside PgBouncer exports, and when it calls itself healthy."""

from __future__ import annotations

import http.client
import runpy
import sys
import threading
import types

import pytest

URL = "postgresql://someone:MOCK_SECRET@127.0.0.1:6543/pgbouncer"
# {statement: (columns, rows)}, as PgBouncer 1.18 answers.
ANSWERS = {
    "SHOW STATS": (["database", "total_xact_count", "total_query_count", "total_received"], [("pgbouncer", 2, 3, 40), ("airflow-metadata", 5, 6, 70)]),
    "SHOW POOLS": (
        ["database", "user", "cl_active", "cl_waiting", "sv_active", "sv_idle", "sv_used", "sv_tested", "sv_login", "maxwait", "pool_mode"],
        [("airflow-metadata", 'a "b"\\\nc', 1, 2, 3, 4, 5, 6, 7, 8, "transaction")]),
    "SHOW DATABASES": (["name", "host", "pool_size", "current_connections", "max_connections", "pool_mode"], [("airflow-metadata", "db", 20, 1, 0, None)]),
    "SHOW LISTS": (["list", "items"], [("databases", 2), ("users", 4)]),
}  # fmt: skip


class Connection:
    """PgBouncer's own database, which answers and refuses transactions."""

    def __init__(self):
        self.autocommit, self.closed, self.description, self.rows = False, False, None, None

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        return None

    def execute(self, statement):
        assert self.autocommit
        columns, self.rows = ANSWERS[statement]
        self.description = [(column, None) for column in columns]

    def fetchall(self):
        return self.rows

    def close(self):
        self.closed = True


@pytest.fixture(name="driver")
def fixture_driver(monkeypatch):
    """:returns: a stand-in for psycopg2, and in `connections` what it has handed out."""
    error = type("Error", (Exception,), {})
    driver = types.ModuleType("psycopg2")
    driver.__path__ = []
    driver.Error, driver.ProgrammingError, driver.OperationalError = error, type("ProgrammingError", (error,), {}), type("OperationalError", (error,), {})
    driver.extensions = types.ModuleType("psycopg2.extensions")
    driver.connections, driver.asked = [], []

    def connect(url, connect_timeout):
        driver.asked.append((url, connect_timeout))
        driver.connections.append(Connection())
        return driver.connections[-1]

    driver.connect = connect
    monkeypatch.setitem(sys.modules, "psycopg2", driver)
    monkeypatch.setitem(sys.modules, "psycopg2.extensions", driver.extensions)
    return driver


@pytest.fixture(name="exporter")
def fixture_exporter(images, driver):
    # Not imported: byte code beside the script would be a change of the image's build context.
    return types.SimpleNamespace(**runpy.run_path(str(images / "pgbouncer_exporter" / "exporter.py")))


@pytest.fixture(name="port")
def fixture_port(exporter, monkeypatch):
    """:returns: the port of a server that runs until the test ends."""
    monkeypatch.setenv("DATABASE_URL", URL)
    with exporter.server("127.0.0.1:0") as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield listening.server_address[1]
        listening.shutdown()
        thread.join()


@pytest.fixture(name="get")
def fixture_get(port):
    def ask(path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read().decode()

    return ask


@pytest.fixture(name="command")
def fixture_command(images, shell):
    """:returns: a function that runs the command line with arguments and environment."""
    return lambda *arguments, **environment: shell.run(images / "pgbouncer_exporter" / "pgbouncer_exporter", *arguments, **environment)


def refuse(driver):
    """Have PgBouncer refuse connections."""

    def connect(url, connect_timeout):
        raise driver.OperationalError("connection failed:\n\tConnection refused\n")

    driver.connect = connect


def test_the_metrics_have_the_names_and_labels_of_the_exporter_that_it_stands_in_for(get):
    status, kind, text = get("/metrics")
    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    lines = text.splitlines()
    assert 'pgbouncer_exporter_stats_total_query_count{database="airflow-metadata"} 6' in lines
    assert r'pgbouncer_exporter_pools_idle_server{database="airflow-metadata",user="a \"b\"\\\nc",pool_mode="transaction"} 4' in lines
    assert 'pgbouncer_exporter_database_pool_size{name="airflow-metadata",pool_mode=""} 20' in lines
    assert 'pgbouncer_exporter_lists_items{list="users"} 4' in lines


def test_each_metric_has_its_type_once_and_before_its_samples(get):
    lines = get("/metrics")[2].splitlines()
    names = [line.partition("{")[0] for line in lines if not line.startswith("#")]
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE ") and line.endswith(" gauge")]
    assert typed == list(dict.fromkeys(names)) and len(set(typed)) == len(typed)
    for name in typed:
        assert lines.index(f"# TYPE {name} gauge") < min(place for place, line in enumerate(lines) if line.startswith(f"{name}{{"))


def test_what_this_pgbouncer_does_not_know_is_left_out(get):
    text = get("/metrics")[2]
    assert "server_lifetime" not in text and "total_sent" not in text and "None" not in text


def test_pgbouncer_is_asked_anew_for_each_answer_and_left_again(get, driver):
    get("/metrics")
    get("/metrics")
    assert driver.asked == [(URL, 2)] * 2
    assert [connection.closed for connection in driver.connections] == [True, True]


def test_a_pgbouncer_that_does_not_answer_is_told_without_the_password(get, driver, capsys):
    refuse(driver)
    status, unused_kind, text = get("/metrics")
    assert (status, text) == (503, "PgBouncer does not answer: connection failed: Connection refused\n")
    assert "connection failed: Connection refused" in (told := capsys.readouterr().err) and "MOCK_SECRET" not in text + told


def test_other_paths_lead_to_the_metrics_and_ask_nobody(get, driver):
    assert get("/")[0] == 200 and 'href="/metrics"' in get("/")[2]
    assert driver.asked == []


def test_it_is_healthy_while_pgbouncer_answers(command, port, driver):
    address = f":{port}"
    assert (command("health", WEB_LISTEN_ADDRESS=address).returncode, len(driver.asked)) == (0, 1)
    refuse(driver)
    finished = command("health", WEB_LISTEN_ADDRESS=address)
    assert (finished.returncode, finished.stderr) == (1, "pgbouncer_exporter: PgBouncer does not answer\n")


def test_it_is_not_healthy_before_it_listens(command, exporter):
    with exporter.server("127.0.0.1:0") as listening:
        port = listening.server_address[1]
    finished = command("health", WEB_LISTEN_ADDRESS=f":{port}")
    assert finished.returncode == 1 and "Connection refused" in finished.stderr


@pytest.mark.parametrize("arguments", [[], ["server"]])
@pytest.mark.parametrize(("given", "address"), [({}, ":9127"), ({"WEB_LISTEN_ADDRESS": "127.0.0.1:1"}, "127.0.0.1:1")])
def test_the_exporter_is_what_it_runs_and_the_password_no_argument(command, shell, arguments, given, address):
    shell.stand_in("python3", 'echo "$* listens at $WEB_LISTEN_ADDRESS"')
    finished = command(*arguments, DATABASE_URL=URL, **given)
    assert (finished.returncode, finished.stdout) == (0, f"/usr/local/lib/windrose/exporter.py listens at {address}\n")


def test_any_other_command_is_refused(command):
    finished = command("health", "--now")
    assert (finished.returncode, finished.stderr) == (64, "usage: pgbouncer_exporter [server | health]\n")


# What libpq makes of each URL; of the first it says that it is none.
PARSED = {
    "no URL": None,
    "an @ in the password": {"host": "rest@127.0.0.1", "port": "6543", "user": "someone", "password": "MOCK"},
    "a slash in the password": {"host": "someone", "port": "MOCK", "dbname": "SECRET@127.0.0.1:6543/pgbouncer"},
}


@pytest.mark.parametrize("case", PARSED)
def test_a_url_that_leads_nowhere_is_refused_and_not_quoted(exporter, driver, monkeypatch, case):
    def parse_dsn(url):
        if PARSED[case] is None:
            raise driver.ProgrammingError(f"missing '=' after {url}")
        return PARSED[case]

    driver.extensions.parse_dsn = parse_dsn
    monkeypatch.setenv("DATABASE_URL", "MOCK_SECRET")
    with pytest.raises(SystemExit) as ended:
        exporter.main()
    assert "DATABASE_URL must be postgresql://" in ended.value.code and "MOCK" not in ended.value.code


@pytest.mark.parametrize("parts", [{"host": "127.0.0.1", "port": "6543"}, {"host": "::1"}, {"host": "airflow-pgbouncer.airflow"}, {"host": "/tmp"}, {}])
def test_a_url_that_leads_to_a_host_is_taken(exporter, driver, parts):
    driver.extensions.parse_dsn = lambda url: parts
    assert exporter.usable(URL)
