# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles as files, and their internal variables as Ansible sees them."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
ROLES = ROOT / "roles"
COLLECTION = "windrose.airflow."

# The role lends its variables to the tasks of the play; its own tasks are kept from running by tags. Each host is one
# case, so that one start of Ansible, which is what costs, evaluates them all.
PLAY = """
- hosts: all
  gather_facts: false
  roles:
    - windrose.airflow.ROLE
  tasks:
    - ansible.builtin.set_fact:
        evaluated: "{{ VARIABLE }}"
      tags: [evaluate]
    - ansible.builtin.copy:
        content: >-
          {{ dict(ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, 'evaluated'))) | to_json }}
        dest: "{{ evaluated_file }}"
        mode: "0600"
      run_once: true
      tags: [evaluate]
"""


class Helm:
    """Renders a chart with values; a refusal fails the test.

    :ivar binary: the path of helm.
    """

    def __init__(self, binary):
        self.binary = binary

    def render(self, chart, chart_values):
        """:returns: all objects that helm renders."""
        run = subprocess.run(
            [self.binary, "template", "airflow", str(chart), "--namespace", "airflow", "--values", "-"],
            input=json.dumps(chart_values), capture_output=True, text=True, timeout=60, check=False,
        )
        assert run.returncode == 0, run.stderr
        return [document for document in yaml.safe_load_all(run.stdout) if document]


@pytest.fixture(scope="session")
def helm(helm_binary):
    """A `Helm`."""
    return Helm(helm_binary)


@pytest.fixture(scope="session")
def evaluate(tmp_path_factory):
    """Let Ansible evaluate an internal variable of a role: callable (role, variable, cases or path of an inventory).

    Cases are {name: variables of an inventory}; beside them the defaults of the roles apply. It returns {name: value};
    for an inventory the names are those of its hosts.
    """

    def evaluated(role, variable, cases):
        folder = tmp_path_factory.mktemp(role)
        for searched in ("files", "templates"):
            # Lookups of a play's own task search beside the play, not in the role.
            (folder / searched).symlink_to(ROLES / role / searched)
        (folder / "play.yml").write_text(PLAY.replace("ROLE", role).replace("VARIABLE", variable))
        if isinstance(cases, str):
            inventory, names = ROOT / cases, None
        else:
            inventory, names = folder / "inventory.yml", {f"case_{place}": name for place, name in enumerate(cases)}
            hosts = {host: cases[name] for host, name in names.items()}
            inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
        result = folder / "evaluated.json"
        extra = {
            "ansible_connection": "local", "ansible_python_interpreter": sys.executable, "evaluated_file": str(result),
        }
        run = subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", str(folder / "play.yml"), "--inventory", str(inventory),
             "--extra-vars", json.dumps(extra), "--tags", "evaluate", "--skip-tags", "always"],
            env={
                **os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            },
            capture_output=True, text=True, timeout=300, check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        found = json.loads(result.read_text())
        return {names[host] if names else host: value for host, value in found.items()}

    return evaluated


class Role:
    """A role as its files tell it."""

    def __init__(self, name):
        self.name = name

    def __str__(self):
        return self.name

    def read(self, path):
        """:returns: the content of a YAML file of the role; an empty dict where there is none."""
        file = ROLES / self.name / path
        return (yaml.safe_load(file.read_text()) or {}) if file.exists() else {}

    def variables(self):
        """:returns: the internal variables."""
        paths = sorted((ROLES / self.name).glob("vars/main.yml")) + sorted((ROLES / self.name).glob("vars/main/*.yml"))
        return {name: value for path in paths for name, value in self.read(path).items()}

    def modules(self, path="tasks/main.yml"):
        """:returns: the modules of this collection that a file with tasks calls, in its blocks, too."""
        called, tasks = set(), list(self.read(path))
        while tasks:
            task = tasks.pop()
            called |= {name.removeprefix(COLLECTION) for name in task if name.startswith(COLLECTION)}
            tasks += [inner for kind in ("block", "rescue", "always") for inner in task.get(kind, [])]
        return called

    def text(self, path):
        """:returns: the text of a file of the role."""
        return (ROLES / self.name / path).read_text(encoding="utf-8")

    def options(self):
        """:returns: the options of the main entry point."""
        return self.read("meta/argument_specs.yml").get("argument_specs", {}).get("main", {}).get("options", {})


def all_roles():
    """:returns: the roles of the collection, sorted by name."""
    return [Role(path.name) for path in sorted(ROLES.iterdir()) if path.is_dir()]


@pytest.fixture(scope="session")
def roles():
    """All roles."""
    return all_roles()


def pytest_generate_tests(metafunc):
    """A test that asks for ``role`` runs once for each."""
    if "role" in metafunc.fixturenames:
        metafunc.parametrize("role", all_roles(), ids=str)
