# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time changes the engine, the registry and the clusters of a cache."""

from __future__ import annotations

import os

from ansible_collections.windrose.airflow.plugins.module_utils import _plain_paths
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import file_lock
from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster import holder

NAME = "lock"


class _AlreadyHeld(Exception):
    """The run has the lock from an earlier task, or for another host."""


class CacheLockService:
    """The lock of a cache.

    :param cache: the cache folder.
    :param checkout: the folder that the run works in, for those who wait.
    :param progress: a `Progress`.
    :param run: the run that is to have the lock: (process identifier, start of the process).
    :param accompany: callable (run, descriptor) that keeps the descriptor open until the run ends.
    :param now: callable that returns the time, as a `datetime`.
    """

    def __init__(self, cache, checkout, progress, run, accompany, now):
        self._cache = cache
        self._progress = progress
        self._run = run
        self._accompany = accompany
        self._about = lambda: holder.about(run, checkout, now())

    def hold(self, check_mode):
        """Wait until no other run holds the lock, and hold it until this run ends.

        :param check_mode: do nothing, because nothing will be changed.
        :returns: {changed, held}.
        :raises PlainPathError, FileLockError: where the cache cannot be locked.
        """
        _plain_paths.check_folder(self._cache, self._cache)
        if check_mode:
            return {"changed": False, "held": False}
        os.makedirs(self._cache, exist_ok=True)
        path = os.path.join(self._cache, NAME)
        _plain_paths.check_file(path, below=self._cache)
        try:
            descriptor = file_lock.acquire(path, self._about, self._wait)
        except _AlreadyHeld:
            return {"changed": False, "held": True}
        try:
            self._accompany(self._run, descriptor)
        finally:
            os.close(descriptor)
        return {"changed": False, "held": True}

    def _wait(self, found):
        if holder.is_run(found, self._run):
            raise _AlreadyHeld
        self._progress.step(f"waits for the cache {self._cache}, {holder.told(found)}")
