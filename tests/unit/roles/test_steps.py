# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role is a step: in the playbooks, in the page that explains the flow, and where the preflight asks which steps run."""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
PREFIX = "windrose.airflow."
# The one declares what the steps share, and does nothing itself; the other plans a run of them all.
NO_STEPS = {"airflow_specification", "airflow_rehearsal"}
# What it applies holds data, and goes with the namespace.
KEPT = {"airflow_secrets"}
(DEPLOY,) = yaml.safe_load((ROOT / "playbooks" / "deploy.yml").read_text(encoding="utf-8"))
(DESTROY,) = yaml.safe_load((ROOT / "playbooks" / "destroy.yml").read_text(encoding="utf-8"))
DEPLOYED = [entry["role"].removeprefix(PREFIX) for entry in DEPLOY["roles"]]
STEPS = [role.removeprefix("airflow_") for role in DEPLOYED]
FLOW = (ROOT / "docs" / "flow.md").read_text(encoding="utf-8")
PREFLIGHT_PAGE = (ROOT / "docs" / "preflight.md").read_text(encoding="utf-8")


def test_every_role_is_a_step_of_the_deployment(roles):
    assert sorted(DEPLOYED) == [role.name for role in roles if role.name not in NO_STEPS]


def test_the_tag_of_a_step_is_its_name():
    assert [entry.get("tags") for entry in DEPLOY["roles"]] == [[step] for step in STEPS]


def test_what_can_be_removed_is_in_the_opposite_order(roles):
    removable = {role.name for role in roles if role.read("tasks/absent.yml")}
    imported = [task["ansible.builtin.import_role"] for task in DESTROY["tasks"] if "ansible.builtin.import_role" in task]
    assert [entry["name"].removeprefix(PREFIX) for entry in imported] == [role for role in reversed(DEPLOYED) if role in removable]
    assert {entry["tasks_from"] for entry in imported} == {"absent"}


def test_a_role_that_applies_objects_removes_them(role):
    declared = f"__{role.name}_definitions" in role.variables()
    assert not declared or role.name in KEPT or role.read("tasks/absent.yml")


def test_the_page_explains_every_step_in_its_order():
    rows = re.findall(r"^\| `(\w+)` \| .+ \| .+ \| .+ \|$", FLOW.partition("| Step |")[2], re.MULTILINE)
    paragraphs = re.findall(r"^\*\*(\w+)\.\*\* ", FLOW, re.MULTILINE)
    boxes = re.findall(r'\["(\w+)<br/>', FLOW)
    assert rows == paragraphs == STEPS
    assert sorted(boxes) == sorted(STEPS)


@pytest.mark.parametrize("step", STEPS)
def test_the_page_names_the_modules_of_a_step(step, roles):
    (modules,) = re.findall(rf"^\| `{step}` \| (.+?) \|", FLOW, re.MULTILINE)
    (role,) = [role for role in roles if role.name == f"airflow_{step}"]
    assert role.modules() <= set(re.findall(r"`(\w+)`", modules))


def test_of_every_step_it_is_said_whether_the_chart_values_are_compiled_for_it_alone(roles):
    (preflight,) = [role for role in roles if role.name == "airflow_preflight"]
    compiled = re.search(r"intersect\(\[(.+?)\]\)", preflight.variables()["__airflow_preflight_compile"])[1]
    # `all` is a run without tags, and `values` is within the step release.
    tags = set(re.findall(r"'(\w+)'", compiled)) - {"all", "values"}
    left_out = set(re.findall(r"`(\w+)`", re.search(r"runs with no tag but ([^.]+)\.", PREFLIGHT_PAGE)[1]))
    assert tags | left_out == set(STEPS)
    assert not tags & left_out


def test_the_components_that_policies_know_are_told(roles):
    (policies,) = [role for role in roles if role.name == "airflow_network_policies"]
    page = policies.text("README.md")
    components = policies.variables()["__airflow_network_policies_role_components"]
    assert [component for component in components if f"`{component}`" not in page] == []
