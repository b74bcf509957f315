# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages of module_utils keep to their floors: services over clients over pure code, and no circles."""

from __future__ import annotations

import ast
import graphlib
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[4]
FOLDER = ROOT / "plugins" / "module_utils"
PREFIX = "ansible_collections.windrose.airflow.plugins.module_utils"
# What everyone uses; whatever else is at the root of module_utils has a package.
ROOT_FILES = {"_errors", "_boundary", "_argument_specs", "_progress", "_cache", "_plain_paths"}
PURE, CLIENTS, SERVICES = range(3)
# What pure code may import beside itself: libraries that do no more than compute, and Python's own but for its ways out.
PURE_LIBRARIES = {"jsonschema", "yaml"} | set(sys.stdlib_module_names) - {"http", "ssl", "subprocess"}
# What Airflow runs, and this collection only writes out.
OF_AIRFLOW = {"_values.pod_mutation": {"airflow", "kubernetes", "wrapt"}}
CLOUD_LIBRARIES = {"aws": {"boto3", "botocore"}, "google": {"google"}, "azure": {"azure"}}
MODULES = {
    ".".join(path.relative_to(FOLDER).with_suffix("").parts): path
    for path in sorted(FOLDER.rglob("*.py"))
    if path.name != "__init__.py"
}
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PURE_PACKAGES = {path.parent.name.removeprefix("_") for path in FOLDER.glob("_*/__init__.py")} - {"clients", "service"}
SERVICE_PACKAGES = sorted(path.parent.name for path in FOLDER.glob("_service/*/__init__.py"))


def floor(module):
    """:returns: the floor that a module stands on; None for those at the root."""
    package, separator, rest = module.partition(".")
    return {"_clients": CLIENTS, "_service": SERVICES}.get(package, PURE) if separator and rest else None


def package(module):
    """:returns: the package of a module; at the root, the module itself."""
    return module.rpartition(".")[0] or module


def imported(path):
    """:returns: the names of all that a file imports, in full."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def ours(path):
    """:returns: the modules of module_utils that a file imports."""
    names = {name.removeprefix(f"{PREFIX}.") for name in imported(path) if name.startswith(f"{PREFIX}.")}
    return {name if name in MODULES else name.rpartition(".")[0] for name in names}


def test_the_root_holds_only_what_everyone_uses():
    assert {module for module in MODULES if "." not in module} == ROOT_FILES


def test_the_guide_has_a_row_for_every_package_of_pure_code():
    rows = re.findall(r"^\| `_(\w+)` \|", GUIDE.partition("| Package of pure code |")[2], re.MULTILINE)
    assert sorted(rows) == sorted(PURE_PACKAGES)


@pytest.mark.parametrize("noun", SERVICE_PACKAGES)
def test_every_service_has_a_noun_with_pure_code_and_its_tests(noun):
    assert noun in PURE_PACKAGES
    assert list((ROOT / "tests" / "unit" / "plugins" / "module_utils" / noun).glob("test_*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_from_a_higher_floor(module):
    standing = floor(module)
    higher = {name for name in ours(MODULES[module]) if floor(name) is not None and (standing is None or floor(name) > standing)}
    assert not higher


@pytest.mark.parametrize("module", [module for module in MODULES if floor(module) == PURE])
def test_pure_code_imports_neither_ansible_nor_a_way_out(module):
    others = {name.partition(".")[0] for name in imported(MODULES[module]) if not name.startswith(f"{PREFIX}.")}
    assert others <= PURE_LIBRARIES | OF_AIRFLOW.get(module, set())


@pytest.mark.parametrize("cloud", CLOUD_LIBRARIES)
def test_only_the_session_of_a_cloud_imports_the_clouds_libraries(cloud):
    importing = {
        module for module, path in MODULES.items()
        if CLOUD_LIBRARIES[cloud] & {name.partition(".")[0] for name in imported(path)}
    }  # fmt: skip
    assert importing == {f"_clients.cloud.{cloud}"}


def test_packages_import_each_other_in_no_circle():
    graph = {}
    for module, path in MODULES.items():
        below = {package(name) for name in ours(path)} - {package(module)}
        # A package and those inside it are one house.
        graph.setdefault(package(module), set()).update(
            name for name in below if not f"{package(module)}.".startswith(f"{name}.") and not name.startswith(f"{package(module)}."))
    assert list(graphlib.TopologicalSorter(graph).static_order())


def test_a_file_with_an_underscore_is_imported_only_in_its_package():
    strangers = {
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / "plugins").rglob("*.py")
        for name in ours(path)
        if "." in name and name.rpartition(".")[2].startswith("_")
        and path.parent != MODULES[name].parent
    }
    assert not strangers


@pytest.mark.parametrize("module", [module for module in MODULES if "." in module])
def test_a_file_repeats_neither_underscore_nor_noun_of_its_folder(module):
    *folders, name = module.split(".")
    assert name != folders[-1].strip("_")
    assert floor(module) == CLIENTS or not name.startswith("_")
