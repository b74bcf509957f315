# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of steps that the callback plugin prints."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

from ansible_collections.windrose.airflow.plugins.callback.progress import Steps

ROOT = pathlib.Path(__file__).resolve().parents[4]
PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.import_role:
        name: airflow_thing
    - name: Airflow is ready
      ansible.builtin.debug:
        msg: ["URL: http://127.0.0.1", "Next: nothing"]
"""
ROLE = """
- ansible.builtin.add_host:
    name: another
"""


def table(*tasks):
    steps = Steps()
    for step, seconds, changed, failed in tasks:
        steps.add(step, seconds, changed, failed)
    return steps.table()


def test_each_step_has_a_row_in_the_order_of_the_run():
    assert table(
        ("local_cluster", 100.04, 1, False),
        ("preflight", 0.2, 0, False),
        ("local_cluster", 1.0, 1, False),
        ("database", 3.0, 1, False),
        ("release", 30.0, 0, True),
    ) == [
        "step           changed    seconds",
        "local_cluster  2 tasks      101.0",
        "preflight      no             0.2",
        "database       1 task         3.0",
        "release        FAILED        30.0",
        "total          3 tasks      134.2",
    ]


def test_a_step_that_failed_once_has_failed():
    assert table(("release", 1.0, 0, True), ("release", 1.0, 1, False))[1].split() == ["release", "FAILED", "2.0"]


def test_a_run_that_changed_nothing():
    rows = table(("verify", 2.5, 0, False))[1:]
    assert [row.split() for row in rows] == [["verify", "no", "2.5"], ["total", "no", "2.5"]]


def test_without_steps_there_is_a_total():
    assert table() == ["step   changed    seconds", "total  no             0.0"]


def test_columns_stay_in_line():
    lines = table(*[("local_cluster", 10.0, 1, False)] * 120, ("x", 0.1, 0, False))
    assert len({len(line) for line in lines}) == 1


def test_a_run_ends_with_its_steps_and_the_lines_to_copy(tmp_path):
    """What Ansible hands to callbacks is read as it really hands it over."""
    tasks = tmp_path / "roles" / "airflow_thing" / "tasks"
    tasks.mkdir(parents=True)
    (tasks / "main.yml").write_text(ROLE)
    (tmp_path / "play.yml").write_text(PLAY)
    (tmp_path / "ansible.cfg").write_text("[defaults]\ncallbacks_enabled = windrose.airflow.progress\n")
    environment = {
        **os.environ, "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"), "ANSIBLE_HOME": str(tmp_path / "ansible"),
        "ANSIBLE_REMOTE_TEMP": str(tmp_path / "ansible" / "tmp"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
    }  # fmt: skip
    command = [sys.executable, "-m", "ansible", "playbook", "play.yml", "--inventory", "localhost,", "--connection", "local"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    *_rest, head, thing, playbook, total, url, following = done.stdout.rstrip("\n").splitlines()
    assert head.split() == ["step", "changed", "seconds"]
    assert [row.split()[:-1] for row in (thing, playbook, total)] == [["thing", "1", "task"], ["playbook", "no"], ["total", "1", "task"]]
    assert [url, following] == ["URL: http://127.0.0.1", "Next: nothing"]
