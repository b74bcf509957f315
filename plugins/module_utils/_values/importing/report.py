# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told of an import. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.work import DROPPED, OVERRIDE, VARIABLE

_HEADINGS = {
    VARIABLE: ("Variables", "Key of the file", "Variable"),
    OVERRIDE: ("Overrides", "Key of the file", "Override"),
    DROPPED: ("Dropped", "Key of the file", "Why, and what to do"),
}
_EMPTY = {VARIABLE: "Nothing became a variable.", OVERRIDE: "Nothing stays an override.", DROPPED: "Nothing was dropped."}


def markdown(imported, source, findings, unchecked=""):
    """Write the report.

    :param imported: an `Imported`.
    :param source: the name of the values file.
    :param findings: what the check of the result found, as dicts with severity, subject, problem and remedy.
    :param unchecked: why there was no check; empty where there was one.
    :returns: Markdown.
    """
    level = f", below `{'.'.join(imported.detected.level)}`" if imported.detected.level else ""
    parts = [f"# Import of {_cell(source)}", f"The file holds values of {imported.detected.name}{level}.", "## What is left to do"]
    parts.append("\n".join(f"{place}. {_cell(task)}" for place, task in enumerate(imported.tasks, 1)))
    parts += ["## What the check says", _findings(findings, unchecked)]
    for outcome, (title, *columns) in _HEADINGS.items():
        rows = [row for row in imported.rows if row.outcome == outcome]
        parts += [f"## {title}", _table(columns, rows) if rows else _EMPTY[outcome]]
    return "\n\n".join(parts) + "\n"


def _findings(findings, unchecked):
    if unchecked:
        return f"The chart could not be had, so that nothing was checked: {unchecked} Run playbooks/values.yml."
    if not findings:
        return "playbooks/values.yml takes the inventory as it is."
    errors = sum(found["severity"] == ERROR for found in findings)
    told = "playbooks/values.yml says the same. " + (
        "The errors are to be settled before anything is installed." if errors else "Nothing of it stops an installation.")
    rows = ["| Severity | Where | What is wrong | What to do |", "|---|---|---|---|"]
    rows += ["| {severity} | `{subject}` | {problem} | {remedy} |".format(**{key: _cell(text) for key, text in found.items()}) for found in findings]
    return "\n".join([told, "", *rows])


def _table(columns, rows):
    if rows[0].outcome == DROPPED:
        cells = [(f"`{_cell(row.origin)}`", _cell(row.note)) for row in rows]
        heads = columns
    else:
        cells = [(f"`{_cell(row.origin)}`", f"`{_cell(row.target)}`", _cell(row.note) or "–") for row in rows]
        heads = [*columns, "Note"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *(f"| {' | '.join(line)} |" for line in cells)]
    return "\n".join(lines)


def _cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ").replace("`", "'")


def lines(imported, findings, unchecked=""):
    """Write the report for a terminal.

    :returns: list of lines.
    """
    told = [f"It holds values of {imported.detected.name}."]
    for outcome, (title, *_columns) in _HEADINGS.items():
        rows = [row for row in imported.rows if row.outcome == outcome]
        told.append(f"{title}: {len(rows)}")
        width = max((len(row.origin) for row in rows), default=0)
        told += [f"  {row.origin.ljust(width)}  {' '.join(part for part in (row.target, row.note) if part)}".rstrip() for row in rows]
    told.append(f"Findings of the check: {unchecked or len(findings)}")
    told += [f"  {found['severity']}: {found['subject']}: {found['problem']} {found['remedy']}" for found in findings]
    told += ["What is left to do:", *(f"  {place}. {task}" for place, task in enumerate(imported.tasks, 1))]
    return told
