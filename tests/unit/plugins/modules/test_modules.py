# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a module is where others look for it: fragments, action group, service, tests, and the role that calls it."""

from __future__ import annotations

import ast
import importlib
import pathlib
import random
import re

import pytest
import yaml
from random_runs import generators

ROOT = pathlib.Path(__file__).resolve().parents[4]
COLLECTION = "ansible_collections.windrose.airflow"
PREFIX = "windrose.airflow."
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
# Their modules only document them.
ACTIONS = {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")}
FRAGMENTS = sorted(path.stem for path in (ROOT / "plugins" / "doc_fragments").glob("*.py"))
CLUSTER = f"{PREFIX}cluster"
READS = f"{PREFIX}attributes.info"
# What they do is proved on a real API server alone.
WITHOUT_FAKES = {("airflow", "dag_run"), ("release", "info")}
# Its modules do what `make run` begins with.
LOCAL_CLUSTER = "local_cluster"


class Module:
    """A module as its file tells it."""

    def __init__(self, name):
        self.name = name
        tree = ast.parse((ROOT / "plugins" / "modules" / f"{name}.py").read_text(encoding="utf-8"))
        self.documentation = next(
            yaml.safe_load(node.value.value) for node in tree.body
            if isinstance(node, ast.Assign) and node.targets[0].id == "DOCUMENTATION")
        self.fragments = set(self.documentation["extends_documentation_fragment"])
        # Pairs of a noun and the file of a service.
        services = f"{COLLECTION}.plugins.module_utils._service."
        self.services = {
            tuple(node.module.removeprefix(services).split(".")) for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module.startswith(services)
        }

    def own_services(self):
        """:returns: those of its services that are named after it."""
        return {(noun, file) for noun, file in self.services if self.name == noun or self.name.endswith(file)}


@pytest.fixture(name="module", params=MODULES)
def fixture_module(request):
    """Each module."""
    return Module(request.param)


def fragment_options(name):
    """:returns: the names of the options that a fragment documents."""
    fragment = importlib.import_module(f"{COLLECTION}.plugins.doc_fragments.{name}").ModuleDocFragment
    return set(yaml.safe_load(fragment.DOCUMENTATION).get("options", {}))


def texts(*folders):
    """:returns: the texts of all files below some folders."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.suffix in (".py", ".yml")]
    return [path.read_text(encoding="utf-8") for path in paths]


def test_every_module_says_what_check_mode_and_diff_mode_do(module):
    assert module.fragments & {f"{PREFIX}attributes", READS}


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_what_a_fragment_documents_comes_from_it(fragment, module):
    options = fragment_options(fragment)
    assert not options or f"{PREFIX}{fragment}" in module.fragments or not options <= set(module.documentation["options"])


def test_modules_that_take_a_cluster_are_the_action_group():
    group = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]["cluster"]
    assert group == [name for name in MODULES if CLUSTER in Module(name).fragments]


def test_every_module_has_a_service_of_its_name(module):
    assert module.own_services() or module.name in ACTIONS


def test_every_action_is_documented_by_a_module_and_run_by_a_test():
    assert ACTIONS <= set(MODULES)
    assert ACTIONS == {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "unit" / "plugins" / "action").glob("test_*.py")}


def test_every_module_has_a_service_that_is_tested_with_fakes(module):
    folder = ROOT / "tests" / "unit" / "plugins" / "module_utils" / "service"
    tested = {(noun, file) for noun, file in module.own_services() if (folder / noun / f"test_{file}.py").exists()}
    assert tested or module.own_services() <= WITHOUT_FAKES


def test_every_module_that_asks_a_cluster_runs_on_a_real_api_server(module):
    called = re.compile(rf'"{module.name}"|\b{PREFIX}{module.name}:')
    assert f"{PREFIX}cluster" not in module.fragments or any(
        called.search(text) for text in texts("tests/integration", "tests/e2e/playbooks"))


def test_every_module_that_writes_to_a_cluster_is_led_to_another_one():
    writing = {name for name in MODULES if CLUSTER in Module(name).fragments and READS not in Module(name).fragments}
    assert set(generators(random.Random(), "chart")) == writing


def test_every_module_is_called_by_a_role(module):
    assert any(f"{PREFIX}{module.name}:" in text for text in texts("roles"))
