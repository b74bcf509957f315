# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings as files: JSON for programs, Markdown for the comment on a change. Pure: no I/O.

The same findings give the same bytes: no time is in them.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import ERROR, WARNING
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.report import HEAD, STAGES, sentences

# What Markdown would take for markup in the text of a cell: CommonMark 0.31.2, "Backslash escapes", and the bar between cells,
# GitHub Flavored Markdown 0.29, "Tables". An underscore inside a word is none.
_MARKUP = re.compile(r"[\\`*\[\]<>|~#&]|(?<!\w)_|_(?!\w)")


def paths(path, stage):
    """Say which files a report is written to.

    :param path: what the user asked for; a path that ends in neither .json nor .md means both.
    :param stage: which of the `STAGES` is reported; what is not the preflight itself gets a name of its own, so that one
        report does not replace the other within a run.
    :returns: {format: path}
    """
    base, extension = os.path.splitext(path)
    formats = {name: suffix for name, suffix in SUFFIXES.items() if suffix == extension} or SUFFIXES
    stem = base if extension in SUFFIXES.values() else path
    name = stem if stage == "preflight" else f"{stem}-{stage}"
    return {kind: name + suffix for kind, suffix in formats.items()}


def as_json(findings, stage, cluster):
    """:returns: the findings as a JSON object of one key a line, errors first, in the order of their fields."""
    ordered = sorted(findings, key=lambda finding: finding.rank())
    counts = {severity: sum(finding.severity == severity for finding in findings) for severity in (ERROR, WARNING)}
    told = {
        "cluster": cluster, "stage": stage, "passed": not counts[ERROR], "errors": counts[ERROR], "warnings": counts[WARNING],
        "findings": [dataclasses.asdict(finding) for finding in ordered],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def as_markdown(findings, stage, cluster):
    """:returns: the findings as a page: heading, summary, a table with errors first, and below it what is to be copied."""
    ordered = sorted(findings, key=lambda finding: finding.rank())
    name = STAGES[stage][0]
    lines = [f"### {name} of {_text(cluster)}", "", " ".join(map(_text, sentences(findings, stage)))]
    if ordered:
        lines += ["", _row(head.capitalize() for head in HEAD), _row("---" for unused in HEAD)]
    for finding in ordered:
        told = (finding.severity, finding.code, finding.subject, finding.problem, finding.parts()[0])
        lines.append(_row(_code(cell) if head == "subject" else _text(cell) for head, cell in zip(HEAD, told)))
    for finding in ordered:
        text = finding.parts()[1]
        if text:
            # Longer than any fence inside.
            fence = "`" * max(3, 1 + max((len(ticks) for ticks in re.findall("`+", text)), default=0))
            lines += ["", f"{finding.code}, {_text(finding.subject)}:", "", fence, *text.splitlines(), fence]
    return "\n".join(lines) + "\n"


def _row(cells):
    return f"| {' | '.join(cells)} |"


def _text(text):
    return _MARKUP.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))


def _code(text):
    text = " ".join(text.split())
    # A backtick would end the code; a bar would end the cell in spite of it.
    return _text(text) if "`" in text or "\\" in text else f"`{text.replace('|', chr(92) + '|')}`"


# How each is written, and what its file's name ends with.
WRITERS = {"json": as_json, "markdown": as_markdown}
SUFFIXES = {"json": ".json", "markdown": ".md"}
