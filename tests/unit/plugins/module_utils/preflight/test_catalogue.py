# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue, and the page that explains it."""

from __future__ import annotations

import pathlib
import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import catalogue, finding

PAGE = (pathlib.Path(__file__).resolve().parents[5] / catalogue.PAGE).read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!^## ).*\n)*)", PAGE, re.MULTILINE))


def rows(text):
    """:returns: {code: [severity, title, explanation, whether it may be accepted]} of the tables in a text."""
    found = re.findall(r"^\| (WA\d+) \| (.+?) \| (.+?) \| (.+) \| (yes|no) \|$", text, re.MULTILINE)
    return {code: rest for code, *rest in found}


@pytest.mark.parametrize("code", catalogue.CATALOGUE)
def test_every_code_is_explained_where_the_catalogue_says(code):
    page, heading = catalogue.documented(code)
    entry = catalogue.CATALOGUE[code]
    severity, title, explanation, acceptable = rows(SECTIONS[heading])[code]
    assert page == catalogue.PAGE
    assert (severity, title, acceptable) == (entry.severity, entry.title, "yes" if entry.is_acceptable else "no")
    assert explanation.strip()


def test_the_page_explains_no_other_codes():
    assert set(re.findall(r"WA\d{3}", PAGE)) == set(catalogue.CATALOGUE)


@pytest.mark.parametrize("code", catalogue.CATALOGUE)
def test_codes_and_entries_have_the_form_that_inventories_rely_on(code):
    entry = catalogue.CATALOGUE[code]
    assert re.fullmatch(r"WA[1-8]\d\d", code)
    assert entry.severity in finding.SEVERITIES
    assert entry.remedy.endswith(".")
    assert entry.severity == finding.ERROR or entry.is_acceptable


def test_titles_distinguish_codes():
    titles = [entry.title for entry in catalogue.CATALOGUE.values()]
    assert len(set(titles)) == len(titles)
