# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that are imported, and the chart values that the result compiles to."""

from __future__ import annotations

import functools
import json
import pathlib

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import importer, source

FILES = pathlib.Path(__file__).resolve().parents[5] / "fixtures" / "values_files"


@functools.cache
def _imported(text):
    return importer.imported(json.loads(text), "values.yaml")


def imported_once(values):
    """:returns: the `Imported` of values, which several tests look at; not to be changed."""
    return _imported(json.dumps(values))


@pytest.fixture(name="read", scope="session")
def fixture_read():
    """Read a file of the fixtures: ``read(name) -> values``."""
    return lambda name: source.read((FILES / name).read_text(encoding="utf-8"), name)


@pytest.fixture(name="imported", scope="session")
def fixture_imported():
    """Import values: ``imported(values) -> Imported``."""
    return imported_once


@pytest.fixture(name="variables", scope="session")
def fixture_variables():
    """Import values: ``variables(values) -> variables``."""
    return lambda values: imported_once(values).variables


@pytest.fixture(name="meaning", scope="session")
def fixture_meaning(variables):
    """Import values, and compile what they became: ``meaning(values) -> chart values``."""

    def meaning(values):
        specification = dict(variables(values))
        raw = specification.pop("values_overrides", {})
        return overrides.merged(compiler.chart_values(compiler.compile_settings(specification)), raw)

    return meaning


@pytest.fixture(name="rows", scope="session")
def fixture_rows():
    """Import values: ``rows(values) -> {origin: (outcome, target, note)}``."""

    def rows(values):
        return {row.origin: (row.outcome, row.target, row.note) for row in imported_once(values).rows}

    return rows
