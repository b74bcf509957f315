# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import report
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import SEVERITIES, PreflightFinding

WORDS = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=150)
SENTENCES = st.lists(WORDS, min_size=1, max_size=30).map(" ".join)
FINDINGS = st.builds(
    PreflightFinding, st.sampled_from(sorted(CATALOGUE)), st.sampled_from(SEVERITIES), SENTENCES, SENTENCES, SENTENCES)

UNKNOWN = PreflightFinding(
    "WA101", "error", "airflow_namespce", "No role knows this variable.", "Did you mean airflow_namespace?")
IDLE = PreflightFinding(
    "WA111", "warning", "airflow_components.celery_worker", "This environment has no such component.",
    "Remove it, or switch on what it is for.")  # fmt: skip
RIGHTS = PreflightFinding(
    "WA301", "error", "cluster", "Rights are missing.", "Apply the manifest.\n\nkind: Role\nrules:\n  - verbs: [get]")


def squeezed(text):
    """:returns: a text without blanks, for comparison across lines."""
    return re.sub(r"\s", "", text)


def cells(text, column):
    """:returns: what stands in a column of a table of one row, lines put together."""
    lines = text.splitlines()[2:]
    starts = [match.start() for match in re.finditer(r"-+", lines[1])] + [None]
    return squeezed("".join(line[starts[column]:starts[column + 1]] for line in lines[2:]))


@given(st.lists(FINDINGS, min_size=1, max_size=5))
def test_no_line_is_too_wide_or_ends_in_a_blank(findings):
    lines = report.report(findings).splitlines()
    assert all(len(line) <= report.WIDTH for line in lines)
    assert all(line == line.rstrip() for line in lines)


@given(FINDINGS)
def test_nothing_gets_lost(finding):
    text = report.report([finding])
    for column, cell in enumerate((finding.severity, finding.code, finding.subject, finding.problem, finding.remedy)):
        assert cells(text, column) == squeezed(cell)


@given(st.lists(FINDINGS, min_size=2, max_size=6))
def test_the_order_of_findings_does_not_matter_and_errors_come_first(findings):
    text = report.report(findings)
    assert text == report.report(findings[::-1])
    told = [line.split()[0] for line in text.splitlines()[4:] if re.match(r"(error|warning)\s+WA\d", line)]
    assert told == sorted(told)


def test_the_table_looks_as_the_page_shows_it(page):
    shown = re.search(r"```\n(The preflight found.*?)\n```", page, re.DOTALL)[1]
    assert report.report([IDLE, UNKNOWN]) == shown


def test_a_word_that_fits_into_its_column_is_never_broken():
    name = "airflow_database_migration_secret_name"
    text = report.report([PreflightFinding("WA108", "error", "cluster", "Too early.", f"Set {name[:33]} to a Secret.")])
    assert name[:33] in text


def test_a_long_word_is_broken_behind_its_separators():
    finding = PreflightFinding("WA109", "error", "airflow_values_overrides.config.smtp.smtp_password", "It is.", "Do.")
    assert [line.split()[2 if line.startswith("error") else 0] for line in report.report([finding]).splitlines()[4:]] == [
        "airflow_values_overrides.config.", "smtp.smtp_password"]  # fmt: skip


def test_a_long_word_is_kept_apart_from_the_words_around_it():
    text = report.report([PreflightFinding("WA109", "error", "x", f"See a-{'b' * 60} there.", "Do.")])
    assert "See a-" in text
    assert "b there." in text


def test_what_is_to_be_copied_stands_below_the_table_as_it_is():
    table, below = report.report([RIGHTS, UNKNOWN]).split("\n\nWA301, cluster:\n\n")
    assert below == "kind: Role\nrules:\n  - verbs: [get]"
    assert "verbs" not in table


@pytest.mark.parametrize(
    ("findings", "start"),
    [
        ([UNKNOWN], "The preflight found 1 error. Airflow has not been touched."),
        ([UNKNOWN, RIGHTS, IDLE], "The preflight found 2 errors and 1 warning. Airflow has not been touched."),
        ([IDLE], "The preflight found 1 warning. Nothing stops the run."),
    ],
)
def test_the_summary_says_how_many_and_what_comes_of_it(findings, start):
    assert report.summary(findings).startswith(start)
    assert report.report(findings).splitlines()[0] == report.summary(findings)


def test_what_is_still_as_it_was_depends_on_the_stage():
    refused = PreflightFinding("WA801", "error", "image a", "No node gets it.", "Push it.")
    assert report.summary([refused], "probe").startswith("The probe found 1 error. The release has not been touched.")
    assert report.summary([IDLE], "probe").startswith("The probe found 1 warning. Nothing stops the run.")
    assert report.report([refused], "probe").splitlines()[0] == report.summary([refused], "probe")


def test_nothing_found_is_said_so():
    assert report.report([]) == "The preflight found nothing."
    assert report.report([], "probe") == "The probe found nothing."
