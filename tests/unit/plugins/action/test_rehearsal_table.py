# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user of ansible-playbook sees of a plan: once, as wide as the terminal is."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[4]
ROW = {"what": "Secret airflow-git: finance", "asked_by": "Deployment " * 9, "stand_in": "made up " * 9, "state": "simulated"}
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - windrose.airflow.rehearsal_table:
        chart: Chart airflow 1.22.0, bundled.
        rows: "{{ rows }}"
"""


@pytest.mark.parametrize("result_format", ["yaml", "json"])
@pytest.mark.parametrize("columns", [120, 160])
def test_the_table_is_as_wide_as_the_terminal(result_format, columns, tmp_path):
    (tmp_path / "play.yml").write_text(PLAY)
    (tmp_path / "rows.json").write_text(json.dumps({"rows": [ROW]}))
    environment = {
        **os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_HOME": str(tmp_path / "ansible"), "ANSIBLE_CALLBACK_RESULT_FORMAT": result_format, "COLUMNS": str(columns),
    }  # fmt: skip
    output = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "play.yml", "--inventory", "one,", "--connection", "local", "--extra-vars", "@rows.json"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False).stdout
    lines = output.partition("ok: [one]")[2].partition("PLAY RECAP")[0].splitlines()
    assert output.count("Secret airflow-git") == 1 and "changed=0" in output and "failed=0" in output
    assert columns - 25 < max(map(len, lines)) <= columns
    told = [line.strip(' ",') for line in lines]
    assert "Chart airflow 1.22.0, bundled." in output and [line for line in told if line.startswith("state ")]
