# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports what PgBouncer says of itself as metrics for Prometheus: DATABASE_URL=… WEB_LISTEN_ADDRESS=:9127 python exporter.py."""

from __future__ import annotations

import http.server
import os
import re
import signal
import sys

import psycopg2
import psycopg2.extensions

CONNECT_TIMEOUT_SECONDS = 2
# What https://github.com/jbub/pgbouncer_exporter calls them, so that a dashboard or an alert fits both. For each statement: the middle part
# of the names, {label: column}, {last part of the name: column}.
METRICS = {
    "SHOW STATS": (
        "stats",
        {"database": "database"},
        {name: name for name in (
            "total_received", "total_sent", "total_query_time", "total_xact_time", "total_query_count", "total_xact_count")},
    ),
    "SHOW POOLS": (
        "pools",
        {"database": "database", "user": "user", "pool_mode": "pool_mode"},
        {
            "active_clients": "cl_active", "waiting_clients": "cl_waiting", "active_server": "sv_active", "idle_server": "sv_idle",
            "used_server": "sv_used", "tested_server": "sv_tested", "login_server": "sv_login", "max_wait": "maxwait",
        },
    ),
    "SHOW DATABASES": (
        "database",
        {"name": "name", "pool_mode": "pool_mode"},
        {name: name for name in ("pool_size", "current_connections", "max_connections", "server_lifetime")},
    ),
    "SHOW LISTS": ("lists", {"list": "list"}, {"items": "items"}),
}  # fmt: skip


def ask(url):
    """Asks PgBouncer anew each time, so that one that was restarted is found again.

    :param str url: libpq's URL of PgBouncer's own database
    :returns: {statement: list of rows, each {column: value}}
    """
    connection = psycopg2.connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS)
    try:
        # PgBouncer's own database knows no transactions.
        connection.autocommit = True
        answers = {}
        for statement in METRICS:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                columns = [column[0] for column in cursor.description]
                answers[statement] = [dict(zip(columns, row)) for row in cursor.fetchall()]
        return answers
    finally:
        connection.close()


def text(answers):
    """:returns: the metrics in Prometheus' text format; a column that this version of PgBouncer has not is left out."""
    lines = []
    for statement, (subsystem, labels, columns) in METRICS.items():
        rows = answers[statement]
        for metric, column in columns.items():
            samples = [
                f"pgbouncer_exporter_{subsystem}_{metric}{{{labelled(row, labels)}}} {row[column]}" for row in rows if row.get(column) is not None]
            if samples:
                lines += [f"# TYPE pgbouncer_exporter_{subsystem}_{metric} gauge", *samples]
    return "\n".join(lines) + "\n"


def labelled(row, labels):
    """:returns: the labels of a row as they are written between braces."""
    # https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information
    escapes = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
    return ",".join(f'{label}="{str(row[column] or "").translate(escapes)}"' for label, column in labels.items())


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers /metrics, and any other path with a link to it."""

    def do_GET(self):
        status, message, kind, body = self.answer()
        self.send_response(status, message)
        self.send_header("Content-Type", kind)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body.encode())

    do_HEAD = do_GET

    def answer(self):
        """:returns: (status, its message, type of the content, content)."""
        if self.path.partition("?")[0] != "/metrics":
            return 200, None, "text/html", '<a href="/metrics">Metrics</a>\n'
        try:
            return 200, None, "text/plain; version=0.0.4; charset=utf-8", text(ask(os.environ["DATABASE_URL"]))
        except psycopg2.Error as error:
            reason = f"PgBouncer does not answer: {' '.join(str(error).split())}"
            print(reason, file=sys.stderr, flush=True)
            return 503, "PgBouncer does not answer", "text/plain", f"{reason}\n"

    def log_request(self, code="-", size="-"):
        """Says nothing of each request: the probes alone would be twelve lines a minute."""


def server(address):
    """Listens at an address.

    :param str address: host and port; all addresses of this machine where the host is left out
    :returns: the server, which has yet to be started
    """
    host, unused_colon, port = address.rpartition(":")
    return http.server.ThreadingHTTPServer((host, int(port)), Handler)


def usable(url):
    """Looks at the URL before it is used: what libpq later says of a password with an @ or a slash would quote a part of it.

    :param str url: libpq's URL of a database
    :returns: whether it leads to a host and a port that there can be
    """
    try:
        parts = psycopg2.extensions.parse_dsn(url)
    except psycopg2.ProgrammingError:
        return False
    return bool(re.fullmatch(r"[\w.:/-]*", parts.get("host", "")) and re.fullmatch(r"\d*", parts.get("port", "")))


def main():
    if not usable(os.environ.get("DATABASE_URL") or "?"):
        sys.exit(
            "pgbouncer_exporter: DATABASE_URL must be postgresql://USER:PASSWORD@HOST:PORT/pgbouncer. "
            "Percent-encode what is special in the user and the password."
        )
    # As process 1 Python would not end at SIGTERM.
    signal.signal(signal.SIGTERM, lambda *unused: sys.exit(0))
    with server(os.environ["WEB_LISTEN_ADDRESS"]) as listening:
        listening.serve_forever()


if __name__ == "__main__":
    main()
