# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings as one table for people. Pure: no I/O."""

from __future__ import annotations

import re
import textwrap

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import PAGE
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import ERROR, WARNING

WIDTH = 120
# What is still as it was where a stage ends the run.
STAGES = {"preflight": "Airflow has not been touched.", "probe": "The release has not been touched."}
_HEAD = ("severity", "code", "subject", "finding", "remedy")
_GAP = "  "
_WIDEST_SUBJECT = 32
# A word that is wider than its column is broken behind one of these, if there is one.
_BREAKS = re.compile(r"(?<=[-_./:,=@])")


def report(findings, stage="preflight"):
    """Write findings: a summary in one line, a table with errors first, and below it what is to be copied.

    The summary comes first, because Ansible puts words of its own in front of the first line.

    :param findings: `PreflightFinding`s, in any order.
    :param stage: which of the `STAGES` found them.
    :returns: text of lines of at most 120 characters, texts to copy aside; no line ends in a blank.
    """
    if not findings:
        return f"The {stage} found nothing."
    ordered = sorted(findings, key=lambda finding: finding.rank())
    widths = _widths(ordered)
    lines = [summary(ordered, stage), "", _line(_HEAD, widths), _GAP.join("-" * width for width in widths)]
    for finding in ordered:
        remedy, unused, text = finding.remedy.partition("\n\n")
        lines += _row((finding.severity, finding.code, finding.subject, finding.problem, remedy), widths)
    for finding in ordered:
        remedy, unused, text = finding.remedy.partition("\n\n")
        if text:
            lines += ["", f"{finding.code}, {finding.subject}:", "", *text.splitlines()]
    return "\n".join(lines)


def summary(findings, stage="preflight"):
    """:returns: one line: how many findings of which severity there are, and what comes of it."""
    errors, warnings = (sum(finding.severity == severity for finding in findings) for severity in (ERROR, WARNING))
    told = " and ".join(
        f"{number} {word}{'s' if number > 1 else ''}" for number, word in ((errors, ERROR), (warnings, WARNING)) if number
    )
    outcome = STAGES[stage] if errors else "Nothing stops the run."
    return f"The {stage} found {told}. {outcome} The codes are explained in {PAGE}."


def _widths(findings):
    """:returns: the widths of the columns; finding and remedy share what the others leave."""
    narrow = [
        max(len(word) for word in [head, *[getattr(finding, head) for finding in findings]]) for head in _HEAD[:3]
    ]
    narrow[2] = min(narrow[2], _WIDEST_SUBJECT)
    left = WIDTH - sum(narrow) - len(_GAP) * (len(_HEAD) - 1)
    return [*narrow, left - left // 2, left // 2]


def _row(cells, widths):
    columns = [_wrapped(cell, width) for cell, width in zip(cells, widths)]
    height = max(len(column) for column in columns)
    return [_line([column[place] if place < len(column) else "" for column in columns], widths) for place in range(height)]


def _line(cells, widths):
    return _GAP.join(f"{cell:<{width}}" for cell, width in zip(cells, widths)).rstrip()


def _wrapped(text, width):
    words = [piece for word in text.split() for piece in _pieces(word, width)]
    lines = [[]]
    for word, is_glued in words:
        length = sum(map(len, lines[-1])) + len(word) + (0 if is_glued else 1)
        if lines[-1] and length > width:
            lines.append([word])
        else:
            lines[-1].append(word if is_glued or not lines[-1] else f" {word}")
    return ["".join(line) for line in lines]


def _pieces(word, width):
    """:returns: list of (piece, whether it goes on where the piece before ended); a word that fits is one piece."""
    if len(word) <= width:
        return [(word, False)]
    parts = [part for piece in _BREAKS.split(word) for part in textwrap.wrap(piece, width) if part]
    return [(part, place > 0) for place, part in enumerate(parts)]
