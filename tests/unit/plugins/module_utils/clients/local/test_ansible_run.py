# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which run a module belongs to, and what lasts as long as it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import ansible_run

LIMIT_SECONDS = 20
FIND = """
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import ansible_run
print(*ansible_run.of_this_process(), flush=True)
"""
# What ansible-playbook does: a worker of the same command line starts a shell, which starts the module.
RUN = """
import os, subprocess, sys
if os.fork() == 0:
    subprocess.run(["sh", "-c", '"$0" -c "$1"; true', sys.executable, sys.argv[1]], check=True)
    os._exit(0)
os.wait()
print("ends", flush=True)
sys.stdin.read()
"""


@pytest.fixture(name="environment")
def fixture_environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.fixture(name="start")
def fixture_start(tmp_path, environment):
    """Start a program that runs a module, and waits: ``start(name, module) -> Popen``; it ends with the test."""
    started = []

    def start(name, module):
        program = tmp_path / name
        program.write_text(RUN, encoding="utf-8")
        process = subprocess.Popen([sys.executable, str(program), module], env=environment, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            process.kill()


def ends(read):
    """:returns: whether a pipe ends, because nobody has its other side open any more."""
    return select.select([read], [], [], LIMIT_SECONDS)[0] and os.read(read, 1) == b""


def test_the_run_is_the_outermost_ansible_playbook(start):
    process = start("ansible-playbook", FIND)
    number, started = process.stdout.readline().split()
    assert int(number) == process.pid
    with open(f"/proc/{process.pid}/stat", encoding="utf-8") as stream:
        assert started == stream.read().rsplit(")", 1)[1].split()[19]


def test_without_ansible_it_is_the_parent(start, environment):
    number = start("something-else", FIND).stdout.readline().split()[0]
    found = subprocess.run([sys.executable, "-c", FIND], env=environment, capture_output=True, text=True, check=True).stdout
    if "ansible-playbook" not in " ".join(sys.argv):
        assert int(found.split()[0]) == os.getpid()
    assert int(number) != os.getpid()


@pytest.mark.parametrize("end", [signal.SIGKILL, None])
def test_a_companion_keeps_a_file_open_until_the_run_ends(start, end):
    read, write = os.pipe()
    process = start("ansible-playbook", FIND)
    number, started = process.stdout.readline().split()
    assert process.stdout.readline() == "ends\n"
    ansible_run.accompany((int(number), started), write)
    os.close(write)
    os.set_blocking(read, False)
    with pytest.raises(BlockingIOError):
        os.read(read, 1)
    if end:
        process.send_signal(end)
    else:
        process.stdin.close()
    assert ends(read)
    os.close(read)


def test_the_companion_of_a_run_that_has_ended_ends(start):
    process = start("ansible-playbook", FIND)
    number, started = process.stdout.readline().split()
    read, write = os.pipe()
    # The same number, given to a later process.
    ansible_run.accompany((int(number), str(int(started) - 1)), write)
    os.close(write)
    assert ends(read)
    os.close(read)
