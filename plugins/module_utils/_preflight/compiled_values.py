# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module values refused, and the chart that it could not get. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import ERROR, WARNING

# Their findings already say why the chart is not available.
_NO_CHART = frozenset({"WA103", "WA104"})
_INVENTORY = "WA1"
# The code of what the module found, by its severity.
_CODES = {ERROR: "WA113", WARNING: "WA117"}
# A place in a list is written [0] in variables and .0 in chart values.
_STEP = re.compile(r"[^.\[\]]+")


def compiled_values(environment, compiled, told):
    """Find what the module values says against the specification, the raw values and the chart.

    :param environment: an `Environment`.
    :param compiled: what the module values returned; empty, or that of a skipped task, where it was not asked.
    :param told: the findings of all other rules, accepted ones with their severity lowered.
    :returns: list of `PreflightFinding`, without what an error of the same variable in `told` says already.
    """
    if not compiled or compiled.get("skipped"):
        return []
    if "findings" in compiled:
        known = [_steps(finding.subject) for finding in told if finding.code.startswith(_INVENTORY) and finding.severity == ERROR]
        return [
            found(_CODES[told_of["severity"]], told_of["subject"], told_of["problem"], told_of["remedy"])
            for told_of in compiled["findings"] if not _is_known(told_of["subject"], known)
        ]
    if any(finding.code in _NO_CHART for finding in told):
        return []
    subject = "airflow_chart_path" if environment.text("airflow_chart_source") == "path" else "airflow_chart_source"
    return [found("WA114", subject, str(compiled.get("msg") or "The module values returned nothing."))]


def _is_known(subject, known):
    """:returns: whether the variable of a subject, or each of several, lies in one of those that are known."""
    # The path of the chart value may follow in brackets; one chart value may come from several variables.
    variables = [_steps(variable) for variable in subject.partition(" (")[0].split(", ")]
    return all(any(variable[: len(above)] == above for above in known) for variable in variables)


def _steps(path):
    return _STEP.findall(path)
