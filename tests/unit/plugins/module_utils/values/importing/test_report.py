# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told of an import."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import report
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.detection import OFFICIAL, Detected
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.importer import Imported
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.work import (
    DROPPED,
    OVERRIDE,
    VARIABLE,
    Row,
)

ROWS = [
    Row("a.b", DROPPED, "", "Nothing reads it."),
    Row("executor", VARIABLE, "airflow_executor", ""),
    Row("labels", OVERRIDE, "airflow_values_overrides.labels", "It is | a `note`."),
]
ERROR = {"severity": "error", "subject": "airflow_logs.url", "problem": "it is wrong.", "remedy": "Write another."}
WARNING = {**ERROR, "severity": "warning"}


def made(rows=(), level=()):
    """:returns: an import."""
    return Imported(Detected(OFFICIAL, level, ()), {}, list(rows), ["Name the cluster."])


def test_each_outcome_has_a_table():
    text = report.markdown(made(ROWS), "values.yaml", [])
    assert "| `executor` | `airflow_executor` | – |" in text
    assert "| `labels` | `airflow_values_overrides.labels` | It is \\| a 'note'. |" in text
    assert "| `a.b` | Nothing reads it. |" in text
    assert "1. Name the cluster." in text


def test_an_outcome_without_rows_is_told():
    text = report.markdown(made(), "values.yaml", [])
    assert all(told in text for told in ("Nothing became a variable.", "Nothing stays an override.", "Nothing was dropped."))


@pytest.mark.parametrize("findings, told", [
    ([], "playbooks/values.yml takes the inventory as it is."),
    ([WARNING], "Nothing of it stops an installation."),
    ([ERROR, WARNING], "The errors are to be settled before anything is installed."),
])  # fmt: skip
def test_the_findings_are_those_of_the_check(findings, told):
    text = report.markdown(made(), "values.yaml", findings)
    assert told in text and text.count("`airflow_logs.url`") == len(findings)


def test_without_a_check_the_report_says_why():
    assert "nothing was checked: No chart. Run playbooks/values.yml." in report.markdown(made(), "values.yaml", [], "No chart.")


def test_the_level_of_an_umbrella_chart_is_told():
    assert "below `airflow`." in report.markdown(made(level=("airflow",)), "values.yaml", [])


def test_the_terminal_is_told_all_of_it():
    told = "\n".join(report.lines(made(ROWS), [ERROR]))
    assert all(text in told for text in (
        "executor  airflow_executor", "Nothing reads it.", "error: airflow_logs.url: it is wrong. Write another.", "1. Name the cluster."))
