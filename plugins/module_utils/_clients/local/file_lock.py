# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks between the runs of one machine: flock(2), which the kernel takes back however the process ends that holds it."""

from __future__ import annotations

import fcntl
import json
import os
import time

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError

PAUSE_SECONDS = 0.2


class FileLockError(WindroseError):
    """A lock cannot be had, because the file system has none."""


def acquire(path, about, on_wait, sleep=time.sleep):
    """Wait for a lock of one's own.

    :param path: the file to lock, which stays when the lock is gone; its folder exists.
    :param about: callable that returns JSON data on who holds it, for those who wait: the `holder` that they are told.
    :param on_wait: called with what the holder said of itself, again and again; it may raise to give up.
    :param sleep: callable that waits a number of seconds.
    :returns: the descriptor of the locked file. The lock lasts until every process that has it closes it or ends.
    :raises FileLockError: where the file system has no locks.
    """
    while True:
        descriptor = _locked(path, fcntl.LOCK_EX)
        if descriptor is not None:
            os.truncate(descriptor, 0)
            os.write(descriptor, json.dumps(about()).encode())
            return descriptor
        on_wait(holder(path))
        sleep(PAUSE_SECONDS)


def share(path, sleep=time.sleep):
    """Wait for a lock that many may have at a time, and none of them while somebody has one of his own.

    :returns: the descriptor of the locked file, as `acquire` does.
    """
    while (descriptor := _locked(path, fcntl.LOCK_SH)) is None:
        sleep(PAUSE_SECONDS)
    return descriptor


def holder(path):
    """:returns: what the holder of a lock said of itself; an empty dict where nobody did, or just does."""
    try:
        with open(path, encoding="utf-8") as stream:
            found = json.load(stream)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _locked(path, kind):
    """:returns: the descriptor of the locked file, None where another one has the lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        # Whoever removes a cache removes its locks, and a lock on a file without a name keeps nobody out.
        if os.fstat(descriptor).st_ino == os.stat(path).st_ino:
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError as error:
        os.close(descriptor)
        raise FileLockError(
            "Could not lock", path, error.strerror or str(error),
            "Put the cache on a file system of this machine, by XDG_CACHE_HOME") from error
    os.close(descriptor)
    return None
