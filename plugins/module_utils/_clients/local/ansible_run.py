# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run of Ansible that this process belongs to, and a process that lasts as long as the run does."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = "ansible-playbook"
# Behind the program's name in /proc/<pid>/stat (proc_pid_stat(5)).
PARENT_FIELD, START_FIELD = 1, 19
# Runs with nothing but Python's own library: it outlives the module that started it, and the module's files.
COMPANION = """
import sys, time
def fields():
    try:
        with open(sys.argv[1], encoding="utf-8", errors="replace") as stream:
            return stream.read().rsplit(")", 1)[1].split()
    except OSError:
        return ["X"]
while (found := fields())[0] not in "ZX" and found[19] == sys.argv[2]:
    time.sleep(0.2)
"""


def of_this_process():
    """Find the run: the outermost ansible-playbook above this process, else its parent.

    :returns: (process identifier, start of the process in clock ticks as text); both tell it apart from any other process.
    """
    found = parent = os.getppid()
    while parent > 1:
        if PROGRAM in [os.path.basename(argument) for argument in _read(f"/proc/{parent}/cmdline").split("\0")[:2]]:
            found = parent
        parent = int(_fields(parent)[PARENT_FIELD])
    return found, _fields(found)[START_FIELD]


def accompany(run, descriptor):
    """Start a process that keeps a file open until a run ends, however it ends.

    :param run: the run, as `of_this_process` returns it.
    :param descriptor: the file to keep open.
    """
    number, started = run
    subprocess.Popen(  # pylint: disable=consider-using-with
        [sys.executable, "-I", "-S", "-c", COMPANION, f"/proc/{number}/stat", started],
        cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        pass_fds=[descriptor], start_new_session=True)


def _fields(number):
    return _read(f"/proc/{number}/stat").rsplit(")", 1)[1].split()


def _read(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()
