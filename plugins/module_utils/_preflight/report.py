# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings for people, as one table. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import PAGE
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import ERROR, WARNING
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.layout import filled, laid_out

# Where there is no terminal: as much as a page that shows the output of a job has room for.
WIDTH = 120
# No terminal that people read at is narrower.
NARROWEST = 40
# What found something, what is still as it was where that ends the run, and the page with the codes.
STAGES = {
    "preflight": ("The preflight", "Airflow has not been touched.", PAGE),
    "probe": ("The probe", "The release has not been touched.", PAGE),
    "values": ("The check of the chart values", "No file has been written.", PAGE),
    "rehearsal": ("The plan of the rehearsal", "Nothing has been started.", "docs/rehearsal.md"),
}
HEAD = ("severity", "code", "subject", "finding", "remedy")


def report(findings, stage="preflight", width=WIDTH):
    """Write findings: a summary, a table with errors first, and below it what is to be copied.

    How many there are comes first and has a line of its own, because Ansible puts words of its own in front of it.

    :param findings: `PreflightFinding`s, in any order.
    :param stage: which of the `STAGES` found them.
    :param width: how many characters a line may have, texts to copy aside; less than 40 counts as 40.
    :returns: text of several lines, none of which ends in a blank.
    """
    width = max(width, NARROWEST)
    number, *outcome = sentences(findings, stage)
    if not findings:
        return number
    ordered = sorted(findings, key=lambda finding: finding.rank())
    rows = [(finding.severity, finding.code, finding.subject, finding.problem, finding.parts()[0]) for finding in ordered]
    lines = [number, *filled(" ".join(outcome), width), "", *laid_out(HEAD, rows, width)]
    for finding in ordered:
        text = finding.parts()[1]
        if text:
            lines += ["", f"{finding.code}, {finding.subject}:", "", *text.splitlines()]
    return "\n".join(lines)


def summary(findings, stage="preflight"):
    """:returns: one line: how many findings of which severity there are, and what comes of it."""
    return " ".join(sentences(findings, stage))


def sentences(findings, stage):
    """:returns: list of sentences: how many findings of which severity there are, what comes of it, where codes are explained."""
    name, untouched, page = STAGES[stage]
    if not findings:
        return [f"{name} found nothing."]
    errors, warnings = (sum(finding.severity == severity for finding in findings) for severity in (ERROR, WARNING))
    told = " and ".join(
        f"{number} {word}{'s' if number > 1 else ''}" for number, word in ((errors, ERROR), (warnings, WARNING)) if number
    )
    outcome = untouched if errors else "Nothing stops the run."
    return [f"{name} found {told}.", outcome, f"The codes are explained in {page}."]
