# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several watches that run side by side and end up in one queue."""

from __future__ import annotations

import queue
import threading
import time

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError


class Feeds:
    """Several watches, one thread each, that end up in one queue.

    :param client: a KubeClient.
    :param deadline: when all watches end, as ``time.monotonic()`` counts.
    """

    def __init__(self, client, deadline):
        self._client = client
        self._deadline = deadline
        self._stopped = threading.Event()
        self.queue = queue.Queue()

    def start(self, api_version, kind, namespace, field_selector=None, explaining=None, label_selector=None):
        """Start to watch a kind.

        :param explaining: the `Explaining` that is told where the server refuses the watch; without one, that ends the wait.
        """
        arguments = (api_version, kind, namespace, field_selector, explaining, label_selector)
        threading.Thread(target=self._pump, args=arguments, daemon=True).start()

    def _pump(self, api_version, kind, namespace, field_selector, explaining, label_selector):
        try:
            events = self._client.watch(
                api_version, kind, namespace, timeout_seconds=self._deadline - time.monotonic(), announce=True,
                field_selector=field_selector, label_selector=label_selector,
            )  # fmt: skip
            for event, item in events:
                if self._stopped.is_set():
                    return
                self.queue.put((event, (kind, namespace) if event == "SYNCED" else {"kind": kind, **item}))
        except WindroseError as error:
            if explaining is None:
                self.queue.put(("FAILED", error))
            else:
                explaining.note(error)
        except Exception as error:  # pylint: disable=broad-exception-caught
            # An exception that ends a thread unseen would turn into a wait until the time-out.
            self.queue.put(("FAILED", error))

    def take(self, seconds):
        """Yield ``(type, object)`` of what has arrived, waiting at most this long for the first.

        For ``SYNCED`` the object is ``(kind, namespace)``.

        :raises WindroseError: a watch failed.
        """
        try:
            arrived = [self.queue.get(timeout=max(0, seconds))]
        except queue.Empty:
            return
        while not self.queue.empty():
            arrived.append(self.queue.get())
        for event, item in arrived:
            if event == "FAILED":
                raise item
            yield event, item

    def stop(self):
        """Let the threads end with their next event; what blocks them ends with the process at the latest."""
        self._stopped.set()


def collections_of(targets):
    """Return the distinct (apiVersion, kind, namespace) of objects."""
    return sorted({(item["apiVersion"], item["kind"], item["metadata"].get("namespace")) for item in targets}, key=str)
