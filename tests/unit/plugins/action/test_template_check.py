# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user of ansible-playbook sees of templates of helm in an inventory, of every playbook that reads it."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[4]
# The one that imports makes an inventory, and reads none.
PLAYBOOKS = sorted(path.name for path in (ROOT / "playbooks").glob("*.yml") if path.name != "import_values.yml")
VARIABLES = """\
airflow_values_overrides:
  airflowPodAnnotations:
    meant: "{{ airflow_url }}"
    tagged: !unsafe "{{ .Release.Name }}"
    quoted: "{{ '{{ .Release.Name }}' }}"
    raw: "{% raw %}{{ .Release.Name }}{% endraw %}"
airflow_url: https://airflow.acme.io
elsewhere: {a: "{{ .Values.a }}"}
"""
TAG = "Tag it, so that helm gets it as it stands: `it: !unsafe` before the text."


def run(folder, more="", playbook=None):
    """:returns: what ansible-playbook prints, in one line, and whether it failed."""
    (folder / "group_vars").mkdir()
    (folder / "group_vars" / "all.yml").write_text(VARIABLES + more)
    (folder / "hosts").write_text("one ansible_connection=local\n")
    task = {"windrose.airflow.template_check": {"variable": "airflow_values_overrides"}}
    play = folder / "play.yml"
    play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [task]}]))
    environment = {
        **os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible")}  # fmt: skip
    command = [sys.executable, "-m", "ansible", "playbook", str(playbook or play), "--inventory", "hosts"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return re.sub(r"\s+", " ", done.stdout + done.stderr), done.returncode != 0


def test_templates_that_are_meant_are_left_alone(tmp_path):
    told, failed = run(tmp_path)
    assert not failed, told


@pytest.mark.parametrize(("text", "cause", "remedy"), [
    ("{{ .Release.Name }}", "Syntax error in template: unexpected '.'", TAG),
    ("{{ Release.Name }}", "'Release' is undefined", TAG),
    ('{{ include "a" . }}', "Syntax error in template", TAG),
    ("{{ now }}", "cannot read it", TAG),
    ("${#list[@]}", "Missing end of comment tag", TAG),
    ("a {# b #} c", "Ansible takes what follows {# for a comment, and leaves it out", TAG),
    ("{{ airflow_urll }}", "'airflow_urll' is undefined", "where it is meant for Ansible, correct it."),
])
def test_a_text_that_ansible_cannot_read_is_named_with_file_line_and_remedy(tmp_path, text, cause, remedy):
    told, failed = run(tmp_path, f"other: x\nairflow_values_overrides:\n  labels:\n    it: '{text}'\n")
    place = f"airflow_values_overrides.labels.it, written in {tmp_path}/group_vars/all.yml:12: "
    assert failed and place in told and cause in told and remedy in told


def test_a_variable_that_is_named_is_followed(tmp_path):
    told, failed = run(tmp_path, "airflow_values_overrides: '{{ elsewhere }}'\n")
    assert failed and f"airflow_values_overrides, written in {tmp_path}/group_vars/all.yml:8: " in told


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_no_playbook_reads_it_before_it_is_checked(tmp_path, playbook):
    more = "airflow_values_overrides: {labels: {it: '{{ .Release.Name }}'}}\n"
    told, failed = run(tmp_path, more, ROOT / "playbooks" / playbook)
    assert failed and "airflow_values_overrides.labels.it, written in " in told and TAG in told
