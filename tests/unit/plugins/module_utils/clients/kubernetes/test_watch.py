# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

pytest.importorskip("kubernetes")

import urllib3

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import _watch


def item(name, version):
    return {"metadata": {"uid": name, "name": name, "resourceVersion": version}}


def line(event, found):
    return json.dumps({"type": event, "object": found}).encode() + b"\n"


class Response:
    def __init__(self, *chunks, status=200, error=None):
        self.status = status
        self.closed = False
        self._chunks = chunks
        self._error = error

    def stream(self):
        yield from self._chunks
        if self._error:
            raise self._error

    def close(self):
        self.closed = True


class Server:
    """Answers lists and streams in turn; an empty stream takes as long as it was asked to."""

    def __init__(self, lists, responses):
        self.lists = iter(lists)
        self.responses = iter(responses)
        self.versions = []

    def list_all(self):
        return next(self.lists)

    def open_stream(self, version, seconds, read_timeout):
        assert read_timeout > seconds
        self.versions.append(version)
        return next(self.responses, None) or Response()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(_watch, "PAUSE_SECONDS", 0)


def events_of(server, count, announce=False):
    found, events = [], _watch.Watch(server.list_all, server.open_stream).events(60, announce)
    for event, seen in events:
        found.append((event, seen.get("metadata", {}).get("name")))
        if len(found) == count:
            events.close()
            break
    return found


def test_present_objects_come_first_then_changes_across_requests():
    broken = line("MODIFIED", item("a", "5"))
    first = Response(line("ADDED", item("b", "4")), broken[:9], broken[9:] + line("BOOKMARK", item("", "6")))
    server = Server([([item("a", "3")], "3")], [first, Response(line("DELETED", item("a", "7")))])
    assert events_of(server, 5, announce=True) == [
        ("ADDED", "a"),
        ("SYNCED", None),
        ("ADDED", "b"),
        ("MODIFIED", "a"),
        ("DELETED", "a"),
    ]
    assert server.versions == ["3", "6"] and first.closed


@pytest.mark.parametrize("forgotten", [Response(status=410), Response(line("ERROR", {"kind": "Status", "code": 410}))])
def test_what_vanished_while_the_server_forgot_is_reported(forgotten):
    server = Server([([item("a", "1"), item("b", "1")], "1"), ([item("b", "8")], "8")], [forgotten])
    assert events_of(server, 4) == [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a"), ("ADDED", "b")]
    assert forgotten.closed


@pytest.mark.parametrize(
    "error", [urllib3.exceptions.ProtocolError("broken"), urllib3.exceptions.ReadTimeoutError(None, "", "quiet")]
)
def test_a_broken_connection_goes_on_from_the_last_version(error):
    server = Server(
        [([], "1")], [Response(line("ADDED", item("a", "2")), error=error), Response(line("ADDED", item("b", "3")))]
    )
    assert events_of(server, 2) == [("ADDED", "a"), ("ADDED", "b")] and server.versions == ["1", "2"]


def test_the_watch_ends_in_time(monkeypatch, clock):
    server = Server([([], "1")], [])
    monkeypatch.setattr(_watch, "time", clock)
    monkeypatch.setattr(_watch, "PAUSE_SECONDS", 1)
    assert not list(_watch.Watch(server.list_all, server.open_stream).events(5))
    assert (clock.now, len(server.versions)) == (5, 5)
