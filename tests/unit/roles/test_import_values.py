# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/import_values.yml makes an inventory that playbooks/values.yml takes, or says why it makes none."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
VALUES = "executor: KubernetesExecutor\nscheduler: {replicas: 2}\nfernetKey: not-to-be-written\n"


@pytest.fixture(name="run")
def fixture_run(tmp_path, helm):
    """Run a playbook in a folder of its own: ``run(playbook, *options) -> the finished process``."""

    def run(playbook, *options):
        environment = {
            **os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "PWD": str(tmp_path),
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", str(ROOT / "playbooks" / playbook), "-e", "airflow_chart_source=bundled",
             "-e", f"airflow_helm_binary={helm.binary}", *options],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False)

    return run


def test_a_values_file_becomes_an_inventory_that_values_yml_takes(run, tmp_path):
    (tmp_path / "prod.yaml").write_text(VALUES, encoding="utf-8")
    foretold = run("import_values.yml", "-e", "values=prod.yaml", "--check")
    assert foretold.returncode == 0 and "changed=1" in foretold.stdout and not (tmp_path / "prod-inventory").exists()
    made = run("import_values.yml", "-e", "values=prod.yaml")
    assert made.returncode == 0, made.stdout
    told = " ".join(made.stdout.split())
    assert "scheduler.replicas airflow_components.scheduler.replicas" in told and "What is left to do: 1. Name the cluster" in told
    folder = tmp_path / "prod-inventory"
    assert yaml.safe_load((folder / "hosts.yml").read_text(encoding="utf-8")) == {"all": {"hosts": {"prod-inventory": None}}}
    assert "not-to-be-written" not in made.stdout + "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.*"))
    checked = run("values.yml", "-i", "prod-inventory")
    assert checked.returncode == 0, checked.stdout
    values = yaml.safe_load((tmp_path / "prod-inventory-values.yml").read_text(encoding="utf-8"))
    assert values["scheduler"]["replicas"] == 2


# {case: (options, what is said)}
REFUSED = {
    "no_file_is_named": ((), "No values file is named. Add -e values=FILE"),
    "no_such_file": (("-e", "values=absent.yaml"), "absent.yaml: No such file or directory. Name a values file that this user may read."),
    "a_folder_in_use": (("-e", "values=prod.yaml", "-e", "inventory=used"), "used: it is not empty, and nothing in it is overwritten."),
}


@pytest.mark.parametrize("options, told", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_imported_is_said_in_one_message(run, tmp_path, options, told):
    (tmp_path / "prod.yaml").write_text(VALUES, encoding="utf-8")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "hosts.yml").write_text("mine", encoding="utf-8")
    refused = run("import_values.yml", *options)
    assert refused.returncode == 2 and told in " ".join(refused.stdout.split())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["prod.yaml", "used"]
    assert (tmp_path / "used" / "hosts.yml").read_text(encoding="utf-8") == "mine"
