# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which versions of Airflow are taken, and what is said of any other."""

from __future__ import annotations

import pathlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import airflow_options

ROOT = pathlib.Path(__file__).resolve().parents[5]
KNOWN = "the releases that this collection knows, 3.2 and 3.3"
GUIDE = (
    'Follow Airflow\'s guide "Upgrading to Airflow 3": {0}with Airflow 2.11, check the DAGs by '
    "`ruff check --select AIR301,AIR302` and the configuration by `airflow config lint`; stop Airflow and back up its "
    "database; then set airflow_version to 3.3.2 with an image of it, whose `airflow db migrate` the role "
    "airflow_database runs"
)


@pytest.mark.parametrize(
    "version", [*airflow_versions.TRIED, "3.2.0", "3.2.9", "3.3.0", "3.3.10", "3.3.2rc1", "", "latest", "main"])
def test_what_is_taken(version):
    assert airflow_versions.refusal(version) is None


@pytest.mark.parametrize(("version", "problem", "remedy"), [
    ("2.11.0", "Airflow 2 reached its end of life in April 2026, and this collection installs Airflow 3 only",
     GUIDE.format("")),
    ("1.10.15", "Airflow 1 reached its end of life in June 2021, and this collection installs Airflow 3 only",
     GUIDE.format("upgrade to Airflow 2.11; ")),
    ("3.0.6", f"Airflow 3.0 is older than {KNOWN}",
     "Use Airflow 3.2.2 or 3.3.2: the migration takes the database of an older Airflow 3 there"),
    ("3.1.8", f"Airflow 3.1 is older than {KNOWN}",
     "Use Airflow 3.2.2 or 3.3.2: the migration takes the database of an older Airflow 3 there"),
    ("3.4.0", f"Airflow 3.4 is newer than {KNOWN}",
     "Use Airflow 3.3.2, or a release of this collection that knows Airflow 3.4"),
    ("3.10.0", f"Airflow 3.10 is newer than {KNOWN}",
     "Use Airflow 3.3.2, or a release of this collection that knows Airflow 3.10"),
    ("4.0.0", f"Airflow 4.0 is newer than {KNOWN}",
     "Use Airflow 3.3.2, or a release of this collection that knows Airflow 4.0"),
])
def test_what_is_said_of_another_version(version, problem, remedy):
    assert airflow_versions.refusal(version) == (problem, remedy)
    assert airflow_versions.refusal(f"v{version}") == (problem, remedy)


@pytest.mark.parametrize(("version", "numbers"), [
    ("3.2.2", (3, 2)), ("v3.10.0", (3, 10)), ("3.3", (3, 3)), ("3", None), ("", None), ("²3.3", None), ("x3.3", None)])
def test_a_release_is_two_numbers(version, numbers):
    assert airflow_versions.release(version) == numbers


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_of_every_version_there_is_an_answer(major, minor, patch):
    refused = airflow_versions.refusal(f"{major}.{minor}.{patch}")
    assert (refused is None) == ((major, minor) in airflow_versions.RELEASES)
    assert refused is None or all(text and not text.endswith(".") for text in refused)


def test_they_are_told_from_the_oldest_to_the_newest():
    assert list(airflow_versions.RELEASES) == sorted(set(airflow_versions.RELEASES))


def test_the_documents_name_them():
    page = (ROOT / "docs" / "airflow_versions.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+\.\d+) \| (\d+\.\d+\.\d+) \|", page, re.MULTILINE) == [
        (".".join(map(str, release)), version)
        for release, version in zip(airflow_versions.RELEASES, airflow_versions.TRIED, strict=True)]
    assert f"{sum(map(len, airflow_options.SINCE[3, 3].values()))} options\n" in page
