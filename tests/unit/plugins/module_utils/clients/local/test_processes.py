# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import subprocess

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import processes

on_linux = pytest.mark.skipif(not os.path.exists(processes.BOOT_ID), reason="only Linux tells of other processes")


@pytest.fixture
def neighbour():
    """Another process: (it, what it would say of itself)."""
    with subprocess.Popen(["sleep", "60"]) as process:
        own = processes.this_process().process.split("/")
        started = processes._fields(process.pid)[processes.START_FIELD]
        yield process, f"{own[0]}/{process.pid}/{started}"
        process.kill()


@on_linux
def test_a_process_is_known_to_run_until_it_has_ended(neighbour):
    process, name = neighbour
    assert not processes.has_ended(name)
    process.kill()
    # Nobody has collected it yet, but it does nothing any more.
    while processes._fields(process.pid)[processes.STATE_FIELD] != "Z":
        pass
    assert processes.has_ended(name)
    process.wait()
    assert processes.has_ended(name)


@on_linux
def test_another_process_of_the_same_number_is_not_the_same(neighbour):
    space, number, started = neighbour[1].split("/")
    assert processes.has_ended(f"{space}/{number}/{int(started) - 1}")


@on_linux
@pytest.mark.parametrize("process", ["", "x", "0123456789abcdef/1/1", "0123456789abcdef/99999999999/1", "//"])
def test_of_a_process_elsewhere_nothing_is_known(process):
    assert not processes.has_ended(process)


@on_linux
def test_this_process_runs():
    assert not processes.has_ended(processes.this_process().process)


def test_every_run_has_a_name_of_its_own():
    assert processes.this_process().name != processes.this_process().name
    assert processes.this_process().name.startswith(f"{processes.user_at_host()}, process {os.getpid()} (")


def test_a_user_without_a_name_has_a_number(monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(processes.getpass, "getuser", nobody)
    assert processes.user_at_host().startswith(f"uid-{os.getuid()}@")


def test_a_machine_that_tells_nothing_of_processes_gives_no_proof(monkeypatch, tmp_path):
    monkeypatch.setattr(processes, "BOOT_ID", str(tmp_path / "none"))
    assert processes.this_process().process == ""
