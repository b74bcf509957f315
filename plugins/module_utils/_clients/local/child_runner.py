# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs commands that do not outlive this process."""

from __future__ import annotations

import collections
import ctypes
import os
import signal
import subprocess
import sys
import threading

from ansible_collections.windrose.airflow.plugins.module_utils._errors import CommandError

# These would send helm to another cluster, namespace or store than the ones that were verified.
STEERING_VARIABLES = (
    "KUBECONFIG",
    "HELM_NAMESPACE",
    "HELM_DRIVER",
    "HELM_DRIVER_SQL_CONNECTION_STRING",
    "HELM_DEBUG",
    "HELM_MAX_HISTORY",
)
STEERING_PREFIX = "HELM_KUBE"
SET_PARENT_DEATH_SIGNAL = 1

CommandResult = collections.namedtuple("CommandResult", ["returncode", "stdout", "stderr"])


class ChildRunner:
    """Runs commands that die with this process, one at a time.

    A helm that outlives its module would go on writing while the next run recovers the release from it.

    :param environment: the environment to hand on, without what would steer helm elsewhere.
    """

    def __init__(self, environment):
        self._environment = {
            name: value
            for name, value in environment.items()
            if name not in STEERING_VARIABLES and not name.startswith(STEERING_PREFIX)
        }
        # Loaded here, because between fork and exec nothing may allocate or import.
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        self._lock = threading.Lock()
        self._child = None
        self._stopped = False

    def __call__(self, argv, timeout):
        """Run a command to its end.

        :param argv: program and arguments.
        :param timeout: seconds after which the command is killed.
        :returns: a `CommandResult` with text.
        :raises CommandError: where the command cannot be started, does not end or was stopped.
        """
        with self._started(argv) as child:
            try:
                stdout, stderr = child.communicate(timeout=timeout)
            except subprocess.TimeoutExpired as error:
                child.kill()
                raise CommandError(
                    "Could not finish",
                    f"`{os.path.basename(argv[0])} {argv[1]}`",
                    f"it did not end within {timeout} seconds and was killed",
                    "Run again: a second run picks up where this one stopped",
                ) from error
            except BaseException:
                child.kill()
                raise
        if self._stopped:
            raise self._was_stopped(argv)
        return CommandResult(child.returncode, stdout, stderr)

    def stop(self):
        """Kill the command that runs, and start no other one. May be called from any thread."""
        with self._lock:
            self._stopped = True
            if self._child is not None:
                self._child.kill()

    def _started(self, argv):
        parent = os.getpid()

        def die_with_parent():
            self._libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
            # The parent may have died before the request was in place.
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)

        with self._lock:
            if self._stopped:
                raise self._was_stopped(argv)
            try:
                self._child = subprocess.Popen(  # pylint: disable=consider-using-with
                    argv,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                    errors="replace",
                    preexec_fn=die_with_parent if self._libc else None,
                )
            except OSError as error:
                raise CommandError(
                    "Could not start",
                    argv[0],
                    error.strerror or str(error),
                    "Check that the file is a program for this machine",
                ) from error
            return self._child

    @staticmethod
    def _was_stopped(argv):
        return CommandError(
            "Stopped",
            f"`{os.path.basename(argv[0])} {argv[1]}`",
            "another run may be at work on the same release",
            "Run again: a second run picks up where this one stopped",
        )
