# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of a run, and their end."""

from __future__ import annotations

import os
import signal
import subprocess


def descendants(process):
    """:returns: a process and everything that it started, but what has left for a life of its own."""
    found = [process]
    for parent in found:
        listing = subprocess.run(["pgrep", "--parent", str(parent)], capture_output=True, text=True, check=False)
        found += [int(child) for child in listing.stdout.split()]
    return found


def kill(processes):
    """Kill processes immediately, without asking them to end."""
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue


def program(process):
    """:returns: the name of the program that a process runs; empty where it has ended, whether or not somebody took note."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as stream:
            name, rest = stream.read().split("(", 1)[1].rsplit(")", 1)
    except OSError:
        return ""
    return "" if rest.split()[0] in "ZX" else name
