# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs on one cache: one waits, and is told for whom."""

from __future__ import annotations

import datetime
import os

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._plain_paths import PlainPathError
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.lock import CacheLockService

ALICE, BOB = (11, "1"), (12, "1")


class Runs:
    """Stands in for what keeps a lock as long as its run lasts."""

    def __init__(self):
        self.kept = {}

    def accompany(self, run, descriptor):
        """Keep the lock for a run."""
        self.kept[run] = os.dup(descriptor)

    def end(self, run):
        """End a run, which gives its lock back."""
        os.close(self.kept.pop(run))


class Steps(list):
    """Keeps what a `Progress` would show; a function is called at each."""

    def __init__(self, at_each):
        super().__init__()
        self._at_each = at_each

    def step(self, text):
        """Keep it."""
        self.append(text)
        self._at_each()


@pytest.fixture(name="runs")
def fixture_runs():
    runs = Runs()
    yield runs
    for run in list(runs.kept):
        runs.end(run)


@pytest.fixture(name="service")
def fixture_service(runs, tmp_path):
    """The lock as a run sees it: ``service(run, at_each_step) -> CacheLockService``."""

    def make(run, at_each_step=None):
        times = [datetime.datetime(2026, 11, 30, 12)]
        steps = Steps(at_each_step or (lambda: pytest.fail("it waits")))
        made = CacheLockService(
            str(tmp_path / "cache"), f"/checkout-{run[0]}", steps, run, runs.accompany, lambda: times.pop(0))
        made.steps = steps
        return made

    return make


def test_a_run_holds_the_lock_until_it_ends(service, runs, tmp_path):
    assert service(ALICE).hold(False) == {"changed": False, "held": True}
    second = service(BOB, lambda: runs.end(ALICE))
    assert second.hold(False) == {"changed": False, "held": True}
    assert second.steps == [f"waits for the cache {tmp_path}/cache, which process 11 of /checkout-11 has held since 2026-11-30 12:00:00"]
    assert list(runs.kept) == [BOB]


def test_a_run_that_holds_it_goes_on_at_once(service, runs):
    service(ALICE).hold(False)
    assert service(ALICE).hold(False) == {"changed": False, "held": True}
    assert list(runs.kept) == [ALICE]


def test_check_mode_neither_waits_nor_writes(service, runs, tmp_path):
    assert service(BOB).hold(True) == {"changed": False, "held": False}
    assert not (tmp_path / "cache").exists()
    service(ALICE).hold(False)
    assert service(BOB).hold(True) == {"changed": False, "held": False}


def test_a_lock_that_nobody_can_keep_is_given_back(service, runs, monkeypatch):
    def fail(run, descriptor):
        raise OSError("no more processes")

    monkeypatch.setattr(runs, "accompany", fail)
    with pytest.raises(OSError, match="no more processes"):
        service(ALICE).hold(False)
    monkeypatch.undo()
    service(BOB).hold(False)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_cache_that_is_no_folder_is_refused(service, tmp_path, check_mode):
    (tmp_path / "cache").touch()
    with pytest.raises(PlainPathError, match="where a folder is needed"):
        service(ALICE).hold(check_mode)


def test_a_lock_that_is_no_plain_file_is_refused(service, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlainPathError, match="it is a symbolic link"):
        service(ALICE).hold(False)
    assert not (tmp_path / "elsewhere").exists()
