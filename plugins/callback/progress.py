# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: aggregate
short_description: Live lines for long steps, and a table of the steps at the end
description:
  - Prints what a module of this collection is waiting for, or building, whenever that changed, at most every few seconds.
  - Prints one table at the end of the run, one row for each step of the playbook, whether it changed anything, and how
    long it took.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
requirements:
  - enabled in the configuration, C(callbacks_enabled = windrose.airflow.progress)
options:
  interval:
    description: The shortest time between two progress lines, in seconds.
    type: float
    default: 5
    env:
      - name: WINDROSE_PROGRESS_INTERVAL
    ini:
      - section: callback_windrose_progress
        key: interval
"""

import os
import shutil
import tempfile
import threading
import time

from ansible.plugins.callback import CallbackBase
from ansible_collections.windrose.airflow.plugins.module_utils._progress import ENVIRONMENT_VARIABLE

STEP_PREFIX = "airflow_"
SUMMARY_TASK = "Airflow is ready"
POLL_SECONDS = 0.5


class Steps:
    """How long each step took and whether it changed anything. A step is a role, or a play's own tasks."""

    def __init__(self):
        self.rows = {}

    def add(self, step, seconds, changed, failed):
        """Account one task to its step."""
        row = self.rows.setdefault(step, {"seconds": 0.0, "changed": 0, "failed": False})
        row["seconds"] += seconds
        row["changed"] += changed
        row["failed"] = row["failed"] or failed

    def table(self):
        """:returns: the lines of the table."""
        width = max([len(step) for step in self.rows] + [len("total")])
        lines = [f"{'step':<{width}}  {'changed':<9}  seconds"]
        for step, row in self.rows.items():
            told = "FAILED" if row["failed"] else _counted(row["changed"])
            lines.append(f"{step:<{width}}  {told:<9}  {row['seconds']:7.1f}")
        changed = sum(row["changed"] for row in self.rows.values())
        seconds = sum(row["seconds"] for row in self.rows.values())
        lines.append(f"{'total':<{width}}  {_counted(changed):<9}  {seconds:7.1f}")
        return lines


class CallbackModule(CallbackBase):
    """Shows progress while a task runs, and the table when the run ends."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "windrose.airflow.progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._steps = Steps()
        self._task = None
        self._started = 0.0
        self._outcome = {"changed": 0, "failed": False}
        self._folder = None
        self._summary = []
        self._stop = threading.Event()

    def v2_playbook_on_start(self, playbook):
        self._folder = tempfile.mkdtemp(prefix="windrose-progress-")
        # Modules with a local connection are children of this process and inherit the name.
        os.environ[ENVIRONMENT_VARIABLE] = os.path.join(self._folder, "state")
        threading.Thread(target=self._show, daemon=True).start()

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._finish_task()
        self._task = task
        self._started = time.monotonic()
        self._outcome = {"changed": 0, "failed": False}

    def v2_runner_on_ok(self, result):
        self._outcome["changed"] |= int(bool(result.is_changed()))
        if self._task is not None and self._task.get_name().endswith(SUMMARY_TASK):
            # Ansible's own output folds long lines, and a command that is folded cannot be copied.
            self._summary = list(result.result.get("msg", []))

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._outcome["failed"] = not ignore_errors

    def v2_runner_on_unreachable(self, result):
        self._outcome["failed"] = True

    def v2_playbook_on_stats(self, stats):
        self._finish_task()
        self._stop.set()
        os.environ.pop(ENVIRONMENT_VARIABLE, None)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._steps.rows:
            self._display.banner("STEPS")
            for line in self._steps.table():
                self._display.display(line)
        for line in self._summary:
            self._display.display(str(line))

    def _finish_task(self):
        if self._task is None:
            return
        # `_role` is what Ansible's own profile_roles callback reads, too: there is no public name for it.
        role = self._task._role  # pylint: disable=protected-access
        step = role.get_name().rsplit(".", 1)[-1].removeprefix(STEP_PREFIX) if role else "playbook"
        self._steps.add(step, time.monotonic() - self._started, **self._outcome)
        self._task = None
        self._forget()

    def _forget(self):
        try:
            os.remove(os.path.join(self._folder, "state"))
        except (OSError, TypeError):
            pass

    def _show(self):
        """Print the state that the running module wrote, when it changed and the last line is old enough."""
        interval = float(self.get_option("interval"))
        shown, shown_at = None, 0.0
        while not self._stop.wait(POLL_SECONDS):
            text = self._state()
            now = time.monotonic()
            if text and text != shown and now - shown_at >= interval:
                # Written past Python's buffers: Ansible forks while this thread runs, and a fork that copied
                # a held buffer lock would hang.
                line = f"  {_clock(now - self._started)}  {text}\n"
                os.write(1, line.encode("utf-8", "replace"))
                shown, shown_at = text, now

    def _state(self):
        try:
            with open(os.path.join(self._folder, "state"), encoding="utf-8") as stream:
                return stream.read()
        except OSError:
            return ""


def _counted(changed):
    return "no" if not changed else "1 task" if changed == 1 else f"{changed} tasks"


def _clock(seconds):
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"
