# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of code that waits have in common."""

from __future__ import annotations

import pytest


class Clock:
    """Stands for the module `time`, with a time that passes only where somebody waits.

    now: seconds, which a test may set.
    pauses: how long each wait was, in seconds.
    """

    def __init__(self):
        self.now = 0
        self.pauses = []

    def monotonic(self):
        """:returns: the time."""
        return self.now

    def sleep(self, seconds):
        """Let time pass."""
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock():
    """A `Clock`."""
    return Clock()
