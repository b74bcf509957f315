# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of a role is declared, typed, described and read."""

from __future__ import annotations

import pathlib
import re

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX

ROOT = pathlib.Path(__file__).resolve().parents[3]
READERS = ("roles/*/tasks/**/*", "roles/*/vars/**/*", "roles/*/templates/**/*", "playbooks/*")
# Their names are put together where they are read.
READ_BY_PARTS = {"airflow_preflight_kubernetes_minimum", "airflow_preflight_kubernetes_maximum"}


def leaves(options):
    """:returns: every option, those within options included, as (path, option)."""
    for name, option in options.items():
        yield name, option
        for path, inner in leaves(option.get("options", {})):
            yield f"{name}.{path}", inner


def test_every_option_has_a_type_and_a_description(role):
    bare = [path for path, option in leaves(role.options()) if not option.get("type") or not option.get("description")]
    assert bare == []


def test_every_option_has_a_row_in_the_readme(role):
    page = role.text("README.md")
    assert [name for name in role.options() if f"| `{name}` |" not in page] == []


def test_every_list_names_the_type_of_its_elements(role):
    lists = {path: option for path, option in leaves(role.options()) if option["type"] == "list"}
    assert [path for path, option in lists.items() if "elements" not in option] == []


def test_every_role_but_the_shared_inputs_depends_on_them(role):
    shared = {"role": "windrose.airflow.airflow_specification"}
    assert (shared in role.read("meta/main.yml")["dependencies"]) == (role.name != "airflow_specification")


def test_no_variable_is_declared_by_two_roles(roles):
    declared = [name for role in roles for name in role.options()]
    assert sorted(declared) == sorted(set(declared))


def names_in(*patterns):
    """:returns: all words of files that may be the name of a variable."""
    texts = [path.read_text(encoding="utf-8") for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()]
    return {name for text in texts for name in re.findall(r"\bairflow_\w*[^\W_]\b", text)}


def test_every_variable_is_read_by_somebody(roles):
    # Those that chart values are made of are handed on by a list; that they are used is tested with the topics.
    read = names_in(*READERS, "plugins/**/*.py") | READ_BY_PARTS | {PREFIX + name for name in compiler.VARIABLES}
    assert [name for role in roles for name in role.options() if name not in read] == []


def test_every_variable_that_is_read_is_declared(roles):
    known = {name for role in roles for name in (role.name, *role.options())}
    assert names_in(*READERS) - known == set()
