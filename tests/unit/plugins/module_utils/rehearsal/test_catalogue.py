# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pathlib
import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE as PREFLIGHT
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.report import STAGES
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.catalogue import CATALOGUE, found, unused

ROOT = pathlib.Path(__file__).resolve().parents[5]


def test_the_page_explains_every_code_as_the_catalogue_has_it():
    page = (ROOT / STAGES["rehearsal"][2]).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (WR\d+) \| (\w+) \| (.+?) \|", page, re.MULTILINE)
    assert rows == [(code, entry.severity, entry.title) for code, entry in CATALOGUE.items()]


def test_no_code_is_one_of_the_preflight():
    assert not set(CATALOGUE) & set(PREFLIGHT)


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_remedy_is_a_sentence(code):
    remedy = CATALOGUE[code].remedy
    assert remedy.endswith(".") and "{" not in remedy


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [("airflow-gti", ["airflow-git", "airflow-tls"], "airflow-git"), ("airflow-git", ["airflow-first-user"], None), ("a", [], None)])
def test_the_known_name_that_is_meant_is_told(name, known, near):
    remedy = found("WR201", f"Secret {name}", "Nothing makes it.", name, known).remedy
    assert remedy == CATALOGUE["WR201"].remedy + (f" Did you mean {near}?" if near else "")


def test_what_is_declared_in_vain_is_a_warning():
    (finding,) = unused("airflow_rehearsal_images", ["a:1"])
    assert (finding.severity, finding.subject, finding.problem) == (
        "warning", "airflow_rehearsal_images", "a:1 is declared, and nothing asks for it.")
