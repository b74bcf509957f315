# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks between processes, with real files."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import file_lock

HOLD = """
import signal, sys
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import file_lock
file_lock.acquire(sys.argv[1], lambda: {"process": 7}, print)
print("held", flush=True)
signal.pause()
"""


class GaveUp(Exception):
    """Ends a wait."""


@pytest.fixture(name="path")
def fixture_path(tmp_path):
    return str(tmp_path / "lock")


def no_wait(found):
    raise GaveUp(found)


def is_free(path):
    """:returns: whether a lock can be had at once."""
    try:
        os.close(file_lock.acquire(path, dict, no_wait))
    except GaveUp:
        return False
    return True


def test_one_holds_it_and_the_others_are_told_who(path):
    held = file_lock.acquire(path, lambda: {"process": 1}, no_wait)
    with pytest.raises(GaveUp) as caught:
        file_lock.acquire(path, lambda: {"process": 2}, no_wait)
    assert caught.value.args == ({"process": 1},)
    os.close(held)
    os.close(file_lock.acquire(path, dict, no_wait))
    # A shorter word leaves nothing of a longer one.
    assert file_lock.holder(path) == {}


def test_a_wait_ends_when_the_lock_is_given_back(path):
    held, pauses = file_lock.acquire(path, lambda: {"process": 1}, no_wait), []

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            os.close(held)

    told = []
    os.close(file_lock.acquire(path, lambda: {"process": 2}, told.append, sleep))
    assert told == [{"process": 1}] * 3 and min(pauses) > 0


def test_the_lock_of_a_killed_process_is_free(path):
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}) as process:
        assert process.stdout.readline() == "held\n"
        assert not is_free(path)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert is_free(path)


def test_many_share_a_lock_and_nobody_has_one_of_his_own_meanwhile(path):
    first, second = file_lock.share(path), file_lock.share(path)
    os.close(first)
    assert not is_free(path)
    os.close(second)
    assert is_free(path)


def test_who_shares_waits_for_him_who_has_one_of_his_own(path):
    held = file_lock.acquire(path, dict, no_wait)
    os.close(file_lock.share(path, lambda seconds: os.close(held)))


def test_a_lock_lasts_as_long_as_a_command_that_inherited_it(path):
    descriptor = file_lock.share(path)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[descriptor]) as process:
        os.close(descriptor)
        assert not is_free(path)
        process.stdin.close()
    assert is_free(path)


def test_a_lock_is_not_inherited_unasked(path):
    descriptor = file_lock.acquire(path, dict, no_wait)
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)


def test_a_lock_whose_file_was_removed_keeps_nobody_out_and_is_not_had(path):
    held, real = file_lock.acquire(path, lambda: {"process": 1}, no_wait), fcntl.flock
    os.remove(path)
    assert is_free(path)
    os.close(held)
    removed = []

    def lock(descriptor, kind):
        real(descriptor, kind)
        if not removed:
            removed.append(os.remove(path))

    fcntl.flock = lock
    try:
        descriptor = file_lock.acquire(path, dict, lambda found: None, lambda seconds: None)
    finally:
        fcntl.flock = real
    assert removed and os.fstat(descriptor).st_ino == os.stat(path).st_ino
    os.close(descriptor)


@pytest.mark.parametrize("content", ["", "{", "[]", "3"])
def test_what_is_no_word_of_a_holder_is_none(path, content):
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(content)
    assert file_lock.holder(path) == {}
    assert file_lock.holder(f"{path}-missing") == {}


def test_a_file_system_without_locks_is_named(path, monkeypatch):
    def refuse(descriptor, kind):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(file_lock.FileLockError) as caught:
        file_lock.acquire(path, dict, no_wait)
    assert str(caught.value) == (
        f"Could not lock {path}: No locks available. Put the cache on a file system of this machine, by XDG_CACHE_HOME.")


def test_a_link_is_not_followed(path, tmp_path):
    os.symlink(tmp_path / "elsewhere", path)
    with pytest.raises(OSError):
        file_lock.share(path)
    assert not (tmp_path / "elsewhere").exists()
