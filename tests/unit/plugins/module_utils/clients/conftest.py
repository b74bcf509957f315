# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers on loopback for the tests of clients."""

from __future__ import annotations

import contextlib
import http.server
import threading

import pytest


@pytest.fixture
def serve():
    """Let a handler of requests answer on loopback until the test ends: ``serve(handler, context=None) -> port``.

    With an SSL context the server speaks TLS.
    """
    with contextlib.ExitStack() as stack:

        def started(handler, context=None):
            server = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
            if context is not None:
                server.socket = context.wrap_socket(server.socket, server_side=True)
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return server.server_port

        yield started
