# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Following a collection of objects through interruptions."""

from __future__ import annotations

import time

try:
    import urllib3
except ImportError:
    # It comes with the kubernetes library, whose absence _transport reports.
    pass

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import _transport

# A connection that a firewall dropped silently looks like a quiet watch; a new one this often bounds the blindness.
WINDOW_SECONDS = 60
MARGIN_SECONDS = 10
# A server that ends watches immediately, as one that shuts down does, must not be asked without a pause.
PAUSE_SECONDS = 1
GONE = 410


class Watch:
    """One watch over one collection.

    :param list_all: callable that returns (objects, resource version of the list).
    :param open_stream: callable from (resource version, seconds for the server, read time-out in seconds) to a response
        that is either 200 and streaming or 410; it raises an ApiError for everything else.
    """

    def __init__(self, list_all, open_stream):
        self._list_all = list_all
        self._open_stream = open_stream
        self._known = {}
        self._version = None

    def events(self, timeout_seconds, announce=False):
        """Yield ``(type, object)`` until the time is over; see ``KubeClient.watch``."""
        deadline = time.monotonic() + timeout_seconds
        while (remaining := deadline - time.monotonic()) > 0:
            if self._version is None:
                yield from self._present()
                if announce:
                    yield "SYNCED", {}
            opened = time.monotonic()
            yield from self._changes(int(max(1, min(WINDOW_SECONDS, remaining))))
            pause = PAUSE_SECONDS - (time.monotonic() - opened)
            if pause > 0:
                time.sleep(min(pause, max(0, deadline - time.monotonic())))

    def _present(self):
        present, self._version = self._list_all()
        uids = {item["metadata"]["uid"] for item in present}
        for uid in [uid for uid in self._known if uid not in uids]:
            yield "DELETED", self._known.pop(uid)
        for item in present:
            self._known[item["metadata"]["uid"]] = item
            yield "ADDED", item

    def _changes(self, seconds):
        response = self._open_stream(self._version, seconds, seconds + MARGIN_SECONDS)
        if response.status == GONE:
            response.close()
            self._version = None
            return
        try:
            for line in _transport.lines(response):
                event, item = line["type"], line["object"]
                if event == "ERROR":
                    # Almost always 410: the server no longer remembers the version. A new list cures every case.
                    self._version = None
                    return
                self._version = item["metadata"]["resourceVersion"]
                if event == "BOOKMARK":
                    continue
                if event == "DELETED":
                    self._known.pop(item["metadata"]["uid"], None)
                else:
                    self._known[item["metadata"]["uid"]] = item
                yield event, item
        except (urllib3.exceptions.HTTPError, ValueError):
            # The connection broke. The next request goes on from the last version, and reports a server that is gone.
            return
