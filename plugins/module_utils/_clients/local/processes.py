# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""This process and its neighbours: who runs it, and whether another one still runs."""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import secrets
import socket

from ansible_collections.windrose.airflow.plugins.module_utils._release.lease import Holder

BOOT_ID = "/proc/sys/kernel/random/boot_id"
PROCESS_NAMESPACE = "/proc/self/ns/pid"
# Fields of /proc/<pid>/stat behind the program's name (proc_pid_stat(5)): the state, and the start in clock ticks.
STATE_FIELD = 0
START_FIELD = 19
ENDED_STATES = ("Z", "X")
PROCESS = re.compile(r"(?P<space>[0-9a-f]{16})/(?P<number>[0-9]{1,9})/(?P<started>[0-9]+)")


def user_at_host():
    """:returns: ``user@host``; a container may run under a number that has no name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid-{os.getuid()}"
    return f"{user}@{socket.gethostname()}"


def this_process():
    """:returns: the `Holder` that this process is."""
    name = f"{user_at_host()}, process {os.getpid()} ({secrets.token_hex(4)})"
    fields = _fields(os.getpid())
    space = _process_space()
    return Holder(name, f"{space}/{os.getpid()}/{fields[START_FIELD]}" if fields and space else "")


def has_ended(process):
    """Tell whether a process is known to run no more.

    :param process: what `this_process` said of it.
    :returns: False also where that cannot be known, because it runs elsewhere or this user may not look at it.
    """
    found = PROCESS.fullmatch(process)
    if found is None or found["space"] != _process_space():
        return False
    try:
        os.kill(int(found["number"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        # It is another user's; /proc may hide what it is, but a signal shows that it is there.
        pass
    fields = _fields(found["number"])
    # The kernel gives the number of a process that has ended to another one sooner or later.
    return fields is not None and (fields[STATE_FIELD] in ENDED_STATES or fields[START_FIELD] != found["started"])


def _fields(number):
    """:returns: what the kernel says of a process, None where there is none."""
    try:
        with open(f"/proc/{number}/stat", encoding="utf-8", errors="replace") as stream:
            return stream.read().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None


def _process_space():
    """:returns: what two processes share only where they see each other's numbers; empty where there is no /proc."""
    try:
        with open(BOOT_ID, encoding="utf-8") as stream:
            parts = [stream.read().strip(), os.readlink(PROCESS_NAMESPACE), socket.gethostname()]
    except OSError:
        return ""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
