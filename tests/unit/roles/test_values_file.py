# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where playbooks/values.yml writes the compiled values, and what it leaves alone."""

from __future__ import annotations

import json
import os
import pathlib
import stat
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
COMMON = {
    "ansible_connection": "local", "ansible_python_interpreter": sys.executable, "airflow_chart_source": "bundled",
    "airflow_expected_cluster": {"uid": "11111111-2222-3333-4444-555555555555"},
}
# {case: (airflow_values_file, what is said of it)}; the folder of a run takes the place of {}.
REFUSED = {
    "pipe": ("{}/pipe", "Could not write {}/pipe: it is a named pipe."),
    "link": ("link", "Could not write {}/link: it is a symbolic link to {}/theirs."),
    "folder": ("folder", "Could not write {}/folder: it is a folder."),
    "output": ("/dev/stdout", "Could not write /dev/stdout: it is a symbolic link to"),
    "outside": ("outside/values.yml", "by a symbolic link it leads to"),
}
WRITTEN = {"relative": "relative.yml", "absolute": "{}/absolute.yml", "existing": "existing.yml", "reached": "{}/outside/reached.yml"}


@pytest.fixture(scope="module", name="folder")
def fixture_folder(tmp_path_factory):
    """The current folder of a run, with things that are in its way."""
    folder = tmp_path_factory.mktemp("current")
    os.mkfifo(folder / "pipe")
    (folder / "theirs").write_text("theirs", encoding="utf-8")
    (folder / "link").symlink_to(folder / "theirs")
    (folder / "folder").mkdir()
    (folder / "existing.yml").write_text("old", encoding="utf-8")
    (folder / "outside").symlink_to(tmp_path_factory.mktemp("outside"))
    return folder


@pytest.fixture(scope="module", name="run")
def fixture_run(folder, tmp_path_factory, helm):
    """Run the playbook with a host for each case: ``run(cases, *options) -> output``."""

    def run(cases, *options):
        hosts = {name: {"airflow_values_file": path.format(folder)} for name, path in cases.items()}
        inventory = tmp_path_factory.mktemp("inventory") / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": {**COMMON, "airflow_helm_binary": helm.binary}}}), encoding="utf-8")
        environment = {
            **os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "PWD": str(folder),
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", str(ROOT / "playbooks" / "values.yml"), "--inventory", str(inventory), *options],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False).stdout

    return run


def state(folder):
    """:returns: what a run could change in a folder."""
    return sorted((path.name, os.lstat(path).st_mode, os.lstat(path).st_ino) for path in folder.iterdir())


@pytest.mark.parametrize("options", [(), ("--check",)])
def test_what_is_no_plain_file_is_refused_and_stays(run, folder, options):
    before = state(folder)
    output = " ".join(run({case: path for case, (path, told) in REFUSED.items()}, *options).split())
    for case, (path, told) in REFUSED.items():
        assert told.format(folder, folder) in output, case
    assert output.count("airflow_values_file: Could not write ") >= len(REFUSED)
    assert output.count("Nothing was written.") >= len(REFUSED)
    assert output.count("failed=1") == len(REFUSED)
    assert state(folder) == before
    assert (folder / "theirs").read_text(encoding="utf-8") == "theirs"


def test_a_plain_file_is_written_and_check_mode_says_so(run, folder):
    before = state(folder)
    foretold = run(WRITTEN, "--check")
    assert state(folder) == before
    assert foretold.count("changed=1") == run(WRITTEN).count("changed=1") == len(WRITTEN)
    assert run(WRITTEN).count("changed=0") == len(WRITTEN)
    for path in WRITTEN.values():
        file = folder / path.format(folder)
        assert yaml.safe_load(file.read_text(encoding="utf-8"))
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
