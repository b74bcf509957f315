# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of a role is declared, typed and described."""

from __future__ import annotations


def leaves(options):
    """:returns: every option, those within options included, as (path, option)."""
    for name, option in options.items():
        yield name, option
        for path, inner in leaves(option.get("options", {})):
            yield f"{name}.{path}", inner


def test_every_option_has_a_type_and_a_description(role):
    bare = [path for path, option in leaves(role.options()) if not option.get("type") or not option.get("description")]
    assert bare == []


def test_every_list_names_the_type_of_its_elements(role):
    lists = {path: option for path, option in leaves(role.options()) if option["type"] == "list"}
    assert [path for path, option in lists.items() if "elements" not in option] == []


def test_every_role_but_the_shared_inputs_depends_on_them(role):
    shared = {"role": "windrose.airflow.airflow_specification"}
    assert (shared in role.read("meta/main.yml")["dependencies"]) == (role.name != "airflow_specification")


def test_no_variable_is_declared_by_two_roles(roles):
    declared = [name for role in roles for name in role.options()]
    assert sorted(declared) == sorted(set(declared))


def test_the_preflight_knows_every_role(roles):
    preflight = next(role for role in roles if role.name == "airflow_preflight")
    assert preflight.read("vars/main.yml")["__airflow_preflight_roles"] == [role.name for role in roles]
