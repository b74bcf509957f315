# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local.child_runner import ChildRunner
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CommandError

PARENT = """
import sys
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local.child_runner import ChildRunner
ChildRunner({"PATH": "/usr/bin:/bin"})(["sh", "-c", "echo $$ > " + sys.argv[1] + "; exec sleep 60"], 60)
"""


def test_runner_hands_on_nothing_that_steers_helm_elsewhere():
    environment = {
        "PATH": os.environ["PATH"],
        "KUBECONFIG": "/other",
        "HELM_KUBEAPISERVER": "https://other",
        "HELM_DRIVER": "sql",
        "HELM_CACHE_HOME": "/cache",
    }
    result = ChildRunner(environment)(["env"], 10)
    assert result.returncode == 0
    assert {line.split("=")[0] for line in result.stdout.splitlines()} - {"LC_CTYPE", "PWD", "SHLVL", "_"} == {
        "PATH",
        "HELM_CACHE_HOME",
    }


def test_runner_ends_what_does_not_end():
    with pytest.raises(CommandError, match="did not end within 0.2 seconds"):
        ChildRunner(os.environ)(["sleep", "60"], 0.2)


def test_runner_reports_what_cannot_start(tmp_path):
    with pytest.raises(CommandError, match="Could not start .*: Permission denied"):
        ChildRunner(os.environ)([str(tmp_path)], 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_child_dies_with_its_parent(tmp_path):
    note = tmp_path / "child"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", PARENT, str(note)], env=environment) as parent:
        wait_for(lambda: note.exists() and note.read_text().strip())
        child = int(note.read_text())
        parent.send_signal(signal.SIGKILL)
    wait_for(lambda: not runs(child))


def test_a_stopped_runner_kills_what_runs_and_starts_no_more(tmp_path):
    runner, note = ChildRunner(os.environ), tmp_path / "child"
    script = f"echo $$ > {note}; exec sleep 60"
    threading.Thread(
        target=lambda: (wait_for(lambda: note.exists() and note.read_text().strip()), runner.stop())
    ).start()
    with pytest.raises(CommandError, match="Stopped `sh -c`: another run may be at work"):
        runner(["sh", "-c", script], 60)
    assert not runs(int(note.read_text()))
    with pytest.raises(CommandError, match="Stopped `true x`"):
        runner(["true", "x"], 60)


def runs(process):
    """Tell whether a process runs; what nobody has collected yet does not."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as stream:
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
