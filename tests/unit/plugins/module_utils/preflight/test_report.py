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
    lines = text.splitlines()[3:]
    starts = [match.start() for match in re.finditer(r"-+", lines[1])] + [None]
    return squeezed("".join(line[starts[column]:starts[column + 1]] for line in lines[2:]))


@given(st.lists(FINDINGS, min_size=1, max_size=5), st.integers(40, 250))
def test_no_line_is_too_wide_or_ends_in_a_blank(findings, width):
    number, *lines = report.report(findings, width=width).splitlines()
    assert all(len(line) <= width for line in lines)
    assert all(line == line.rstrip() for line in (number, *lines))


@given(st.lists(FINDINGS, min_size=1, max_size=5), st.integers(40, 250))
def test_no_word_is_broken_that_the_terminal_has_room_for(findings, width):
    written = set(report.report(findings, width=width).split())
    told = " ".join(f"{finding.subject} {finding.problem} {finding.remedy}" for finding in findings)
    assert {word for word in told.split() if len(word) <= width} <= written


@given(FINDINGS, st.sampled_from([40, 1000]))
def test_nothing_gets_lost(finding, width):
    text = report.report([finding], width=width)
    told = (finding.severity, finding.code, finding.subject, finding.problem, finding.remedy)
    if text.splitlines()[3].startswith("severity"):
        assert [cells(text, column) for column in range(len(told))] == [squeezed(cell) for cell in told]
    else:
        assert squeezed("".join(told[:3])) + squeezed(f"finding{told[3]}remedy{told[4]}") in squeezed(text)


@given(st.lists(FINDINGS, min_size=2, max_size=6))
def test_the_order_of_findings_does_not_matter_and_errors_come_first(findings):
    text = report.report(findings)
    assert text == report.report(findings[::-1])
    told = [line.split()[0] for line in text.splitlines()[3:] if re.match(r"(error|warning)\s+WA\d", line)]
    assert told == sorted(told)


def test_the_table_looks_as_the_page_shows_it(page):
    shown = re.search(r"```\n(The preflight found.*?)\n```", page, re.DOTALL)[1]
    assert report.report([IDLE, UNKNOWN]) == shown


@pytest.mark.parametrize("width", [39, 1, 0, -7])
def test_a_width_that_no_terminal_has_counts_as_the_narrowest(width):
    assert report.report([IDLE, UNKNOWN], width=width) == report.report([IDLE, UNKNOWN], width=40)


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
    assert " ".join(report.report(findings).splitlines()[:2]) == report.summary(findings)


@pytest.mark.parametrize(
    ("stage", "start"),
    [
        ("probe", "The probe found 1 error. The release has not been touched."),
        ("values", "The check of the chart values found 1 error. No file has been written."),
        ("rehearsal", "The plan of the rehearsal found 1 error. Nothing has been started."),
    ],
)
def test_what_is_still_as_it_was_depends_on_the_stage(stage, start):
    refused = PreflightFinding("WA801", "error", "image a", "No node gets it.", "Push it.")
    assert report.summary([refused], stage).startswith(start)
    assert report.summary([IDLE], stage).startswith(f"{report.STAGES[stage][0]} found 1 warning. Nothing stops the run.")
    assert " ".join(report.report([refused], stage).splitlines()[:2]) == report.summary([refused], stage)


@pytest.mark.parametrize("stage", report.STAGES)
def test_the_page_that_explains_the_codes_is_named(stage):
    page = "docs/rehearsal.md" if stage == "rehearsal" else "docs/preflight.md"
    assert report.summary([IDLE], stage).endswith(f"The codes are explained in {page}.")


def test_nothing_found_is_said_so():
    assert report.report([]) == report.summary([]) == "The preflight found nothing."
    assert report.report([], "probe") == "The probe found nothing."
