# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is made by a recipe of CONTRIBUTING.md is in each file that the recipe lists, and the recipes list no other files.

What has to be said in such a file is tested beside it. Files that are needed at times only are tested where it is known when.
"""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE

ROOT = pathlib.Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# {title: what each entry says in front of the colon}.
RECIPES = {
    title: re.findall(r"^\d+\. ([^:]+):\s", text, re.MULTILINE)
    for title, text in re.findall(r"^### (.+)\n((?:(?!^##).*\n)*)", GUIDE.partition("\n## Recipes\n")[2], re.MULTILINE)
}
FINDING, MODULE, ROLE = "A finding of the preflight", "A module with a client of a cloud", "A role, which is a step of the flow"
PATH = re.compile(r"`([^`]*[/.][^`]*)`")
PLACEHOLDER = re.compile(r"<\w+>")
STEPS = [
    tag for play in yaml.safe_load((ROOT / "playbooks" / "deploy.yml").read_text(encoding="utf-8"))
    for role in play["roles"] for tag in role.get("tags", [])
]


def always(title):
    """:returns: the paths of each entry of a recipe that holds every time; one of them is enough."""
    return [PATH.findall(head) for head in RECIPES[title] if ", if " not in head]


def texts(path, title):
    """:returns: {file: its text}, of all files that a path with placeholders may mean, but those that the recipe names as such."""
    named = {other for paths in always(title) for other in paths} - {path}
    found = {str(file.relative_to(ROOT)): file for file in ROOT.glob(PLACEHOLDER.sub("*", path))}
    return {name: file.read_text(encoding="utf-8") for name, file in found.items() if name not in named}


@pytest.mark.parametrize("title", [FINDING, MODULE, ROLE])
def test_every_entry_of_a_recipe_begins_with_the_files(title):
    assert all(PATH.search(head) and head.startswith("`") for head in RECIPES[title])
    numbers = re.findall(r"^(\d+)\. ", GUIDE.partition(f"\n### {title}\n")[2].partition("\n#")[0], re.MULTILINE)
    assert [int(number) for number in numbers] == list(range(1, len(RECIPES[title]) + 1))


@pytest.mark.parametrize("title", RECIPES)
def test_every_file_that_a_recipe_names_is_there(title):
    paths = [path for head in RECIPES[title] for path in PATH.findall(head)]
    assert [path for path in paths if not list(ROOT.glob(PLACEHOLDER.sub("*", path)))] == []


@pytest.mark.parametrize("paths", always(FINDING), ids=" or ".join)
@pytest.mark.parametrize("code", CATALOGUE)
def test_every_finding_is_in_every_file_of_its_recipe(code, paths):
    assert [name for path in paths for name, text in texts(path, FINDING).items() if re.search(rf"\b{code}\b", text)]


@pytest.mark.parametrize("paths", always(ROLE), ids=" or ".join)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_in_every_file_of_its_recipe(step, paths):
    for path in paths:
        file = ROOT / path.replace("<step>", step)
        if file.exists() and ("<step>" in path or re.search(rf"\b(airflow_)?{step}\b", file.read_text(encoding="utf-8"))):
            return
    pytest.fail(f"{step} is in none of {paths}", pytrace=False)
