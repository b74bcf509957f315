# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the clients of clouds have in common: each is tested, and its library is locked, and missed only where it is needed."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[6]
FILES = sorted((ROOT / "plugins" / "module_utils" / "_clients" / "cloud").glob("*.py"))
# What users install; the last one is for tests.
LOCKS = sorted(set(ROOT.glob("requirements*.txt")) - {ROOT / "requirements-test.txt"})
LOCKED = {name for lock in LOCKS for name in re.findall(r"^([a-z0-9.-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)}


def libraries(nodes):
    """:returns: the names of all that is imported, or loaded where it is needed, but of Python and of this collection."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("load") and isinstance(node.args[0], ast.Constant):
            found.add(node.args[0].value)
    return {name for name in found if name.partition(".")[0] not in {*sys.stdlib_module_names, "ansible_collections", "ansible"}}


def origin(name):
    """:returns: the path of the module that a name is, or is in."""
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        spec = None
    return pathlib.Path(spec.origin) if spec and spec.origin else origin(name.rpartition(".")[0]) if "." in name else None


def distribution(name):
    """:returns: the name by which pip knows the library that a module is of; None where it is not installed."""
    path = origin(name)
    for candidate in importlib.metadata.packages_distributions().get(name.partition(".")[0], []):
        found = importlib.metadata.distribution(candidate)
        if path in {pathlib.Path(file.locate()) for file in found.files or []}:
            return re.sub(r"[-_.]+", "-", candidate).lower()
    return None


@pytest.fixture(name="tree", params=FILES, ids=lambda path: path.stem)
def fixture_tree(request):
    """The syntax tree of each file."""
    return ast.parse(request.param.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [path for path in FILES if not path.name.startswith("_")], ids=lambda path: path.stem)
def test_every_client_has_a_test_of_its_name(path):
    assert pathlib.Path(__file__).with_name(f"test_{path.stem}.py").exists()


def test_every_library_of_a_client_is_locked(tree):
    imported = libraries(ast.walk(tree))
    assert {name for name in imported if distribution(name) not in LOCKED} == set()


def test_a_library_is_missed_only_where_it_is_needed(tree):
    assert libraries(tree.body) == set()
