# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.windrose.airflow.plugins.filter.preflight_findings import preflight_findings
from ansible_collections.windrose.airflow.plugins.filter.preflight_report import preflight_report


def test_what_is_found_is_written_as_a_table():
    variables = {"airflow_expected_cluster": {"uid": "a"}, "airflow_namespce": "x"}
    lines = preflight_report(preflight_findings(variables, ["airflow_expected_cluster", "airflow_namespace"])).splitlines()
    assert lines[0] == "The preflight found 1 error."
    assert lines[-1].split() == [
        "error", "WA101", "airflow_namespce", "No", "role", "knows", "this", "variable.", "Did", "you", "mean",
        "airflow_namespace?"]  # fmt: skip


def test_the_stage_with_a_pod_speaks_of_itself():
    found = [{"code": "WA801", "severity": "error", "subject": "image a", "problem": "No node gets it.", "remedy": "Push it."}]
    assert preflight_report(found, "probe").startswith("The probe found 1 error.\nThe release has not been touched.")


def test_nothing_found_is_said_so():
    assert preflight_report([]) == "The preflight found nothing."
    assert preflight_report([], "probe") == "The probe found nothing."


def test_the_same_is_written_as_json_and_as_markdown():
    found = [{"code": "WA801", "severity": "error", "subject": "image a", "problem": "No node gets it.", "remedy": "Push it."}]
    assert json.loads(preflight_report(found, "probe", form="json", cluster="prod"))["findings"] == found
    assert preflight_report(found, "probe", form="markdown", cluster="prod").startswith("### The probe of prod\n")


@pytest.mark.parametrize("width", [120, 60])
def test_a_table_is_as_wide_as_it_is_asked_for(width):
    found = [{"code": "WA101", "severity": "error", "subject": "x", "problem": "No. " * 40, "remedy": "Do. " * 40}]
    lines = preflight_report(found, width=width).splitlines()[1:]
    assert width - 5 < max(map(len, lines)) <= width
