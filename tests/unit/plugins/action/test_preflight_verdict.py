# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user of ansible-playbook sees of findings: each once, as wide as the terminal is."""

from __future__ import annotations

import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[4]
PATH = "airflow_values_overrides.workers.celery.persistence.fixPermissions"
FINDING = {
    "code": "WA113", "severity": "error", "subject": PATH, "problem": "The chart has no such key. " * 9,
    "remedy": "Remove it. " * 9}  # fmt: skip
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - windrose.airflow.preflight_verdict:
        findings: "{{ findings }}"
"""
COLORS = re.compile(r"\x1b\[[0-9;]*m")


def shown(folder, severity="error", columns=None, **settings):
    """Run the action on two hosts that have the same finding.

    :param columns: the width of the terminal that it is run in; None runs it in a pipe.
    :param settings: environment variables.
    :returns: what ansible-playbook prints.
    """
    (folder / "play.yml").write_text(PLAY)
    (folder / "findings.json").write_text(json.dumps({"findings": [{**FINDING, "severity": severity}]}))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    environment |= {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible"), **settings}  # fmt: skip
    command = [
        sys.executable, "-m", "ansible", "playbook", "play.yml", "--inventory", "one,two", "--connection", "local",
        "--extra-vars", "@findings.json"]  # fmt: skip
    if columns is None:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)
        return done.stdout
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=inner, stdout=inner, stderr=inner) as process:
        os.close(inner)
        output = b""
        # A terminal that nobody holds any more is an error to Linux, not an end.
        while chunk := _read(outer):
            output += chunk
        os.close(outer)
        process.wait(timeout=120)
    return COLORS.sub("", output.decode().replace("\r\n", "\n"))


def _read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def told(output, begin="WA113", end="Origin: "):
    """:returns: the lines of the findings of the first host."""
    lines = output.splitlines()
    first = next(place for place, line in enumerate(lines) if begin in line)
    return lines[first:next(place for place, line in enumerate(lines) if place > first and line.startswith(end))]


@pytest.mark.parametrize("result_format", ["yaml", "json"])
def test_an_error_is_shown_once_for_each_host_and_the_result_says_how_many(result_format, tmp_path):
    output = shown(tmp_path, ANSIBLE_CALLBACK_RESULT_FORMAT=result_format)
    assert output.count("WA113") == output.count(PATH) == 2
    for host in ("one", "two"):
        assert f"{host}: The preflight found 1 error.\n" in output
        result = " ".join(output.partition(f"fatal: [{host}]: FAILED! => ")[2].split())
        assert "The preflight found 1 error. Airflow has not been touched." in result


@pytest.mark.parametrize("result_format", ["yaml", "json"])
def test_a_warning_is_shown_once_for_each_host_and_the_run_goes_on(result_format, tmp_path):
    output = shown(tmp_path, severity="warning", ANSIBLE_CALLBACK_RESULT_FORMAT=result_format)
    assert output.count("WA113") == output.count(PATH) == 2
    assert output.count("failed=0") == 2
    assert 100 < max(map(len, told(output, end="ok: "))) <= 120


@pytest.mark.parametrize("columns", [80, 200])
def test_findings_are_as_wide_as_the_terminal(columns, tmp_path):
    output = shown(tmp_path, columns=columns)
    assert output.count(PATH) == 2
    assert columns - 20 < max(map(len, told(output))) <= columns


@pytest.mark.parametrize(("settings", "columns"), [({}, 120), ({"COLUMNS": "90"}, 90)])
def test_without_a_terminal_there_is_a_width_that_can_be_set(settings, columns, tmp_path):
    output = shown(tmp_path, **settings)
    assert columns - 20 < max(map(len, told(output))) <= columns
