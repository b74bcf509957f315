# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plugins use of libraries and is not public there may change with any version: each such name is listed and tried here."""

from __future__ import annotations

import ast
import dataclasses
import pathlib

import pytest
from ansible._internal._datatag import _tags
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args
from ansible.playbook.task import Task
from ansible.plugins.action import ActionBase
from ansible.plugins.callback import CallbackBase

ROOT = pathlib.Path(__file__).resolve().parents[3]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "plugins").rglob("*.py"))}
OWN = ("ansible_collections.windrose.airflow.", "__future__")
# {name: the files that use it}
USED = {
    "ansible._internal._datatag._tags.Origin": {"action/template_check.py", "filter/preflight_findings.py"},
    "ansible._internal._datatag._tags.VaultedValue": {"filter/preflight_findings.py"},
    "_diff": {
        f"modules/{name}.py"
        for name in ("database_job", "manifests", "openshift_project", "release", "secret_keys", "values")
    },
    "_display": {"callback/progress.py"},
    "_role": {"callback/progress.py"},
    "_templar": {"action/template_check.py"},
}


def is_private(name):
    """:returns: whether a name, or a part of it, starts with one underscore."""
    return any(part.startswith("_") and not part.startswith("__") for part in name.split("."))


def imported(tree):
    """:returns: the names of all that a file imports from elsewhere, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if not alias.name.startswith(OWN))
        elif isinstance(node, ast.ImportFrom) and not node.module.startswith(OWN):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def defined():
    """:returns: all names that the plugins give to something themselves."""
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield node.name
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                yield node.attr
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def test_every_private_name_of_a_library_is_listed():
    own, found = set(defined()), {}
    for path, tree in TREES.items():
        read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} - own
        for name in filter(is_private, read | set(imported(tree))):
            found.setdefault(name, set()).add(str(path.relative_to(ROOT / "plugins")))
    assert found == USED


def test_the_origin_of_a_value_has_a_path_and_a_line():
    assert {"path", "line_num"} <= {field.name for field in dataclasses.fields(_tags.Origin)}
    assert _tags.Origin.get_tag(_tags.Origin(path="/a", line_num=2).tag("text")) == _tags.Origin(path="/a", line_num=2)


def test_an_action_has_the_engine_of_templates_that_it_was_given():
    class Action(ActionBase):
        def run(self, tmp=None, task_vars=None):
            return {}

    assert Action(None, None, None, None, "engine", None)._templar == "engine"


def test_a_value_of_ansible_vault_says_so():
    assert _tags.VaultedValue.is_tagged_on(_tags.VaultedValue(ciphertext="x").tag("text"))
    assert not _tags.VaultedValue.is_tagged_on("text")


@pytest.mark.parametrize("asked", [True, False])
def test_a_module_knows_whether_a_difference_is_asked_for(asked):
    with patch_module_args({"_ansible_diff": asked}):
        assert AnsibleModule(argument_spec={})._diff is asked


def test_a_task_knows_its_role():
    role = object()
    assert Task(role=role)._role is role


def test_a_callback_has_a_display():
    assert callable(CallbackBase()._display.banner) and callable(CallbackBase()._display.display)
