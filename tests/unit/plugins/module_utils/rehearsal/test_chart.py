# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.chart import left_out, told
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import Row

CHART = {"name": "airflow", "version": "1.22.0"}
OFFICIAL = {"airflow_chart_source": "official", "airflow_chart_version": "1.22.0"}
# {case: (variables, chart, package, why there is no other, sentence)}
CASES = {
    "what the inventory names": (OFFICIAL, CHART, "", "", "Chart airflow 1.22.0, as airflow_chart_source says (official)."),
    "the package": (OFFICIAL, CHART, "/a.tgz", "", "Chart airflow 1.22.0, the package that AIRFLOW_CHART_PACKAGE names, /a.tgz."),
    "another version": (
        {**OFFICIAL, "airflow_chart_version": "1.21.0"}, CHART, "/a.tgz", "",
        "Chart airflow 1.22.0, the package that AIRFLOW_CHART_PACKAGE names, /a.tgz. The inventory names version 1.21.0."),
    "the bundled one": (
        OFFICIAL, {"name": "airflow", "version": "0.1.0"}, "", "Could not download chart airflow: no route.",
        "Chart airflow 0.1.0, bundled with this collection, because there is no other. Could not download chart airflow: no route. "
        "The inventory names version 1.22.0."),
    "a bundled one that is meant": (
        {**OFFICIAL, "airflow_chart_source": "bundled"}, {"name": "airflow", "version": "0.1.0"}, "", "",
        "Chart airflow 0.1.0, as airflow_chart_source says (bundled)."),
    "none": (OFFICIAL, None, "/a.tgz", "", "There is no chart to plan with."),
}


@pytest.mark.parametrize("variables, chart, package, unreachable, sentence", CASES.values(), ids=CASES)
def test_which_chart_it_is_and_why(variables, chart, package, unreachable, sentence):
    assert told(variables, chart, package, unreachable) == sentence


def test_what_the_chart_leaves_out_is_one_row_for_each_place():
    asked = [{"path": "dags.gitSync.repo", "variable": "a"}, {"path": "dags.gitSync.depth", "variable": "b"}, {"path": "keda", "variable": "c"}]
    absent = ("nothing: the bundled chart has no such key", "not checked")
    assert left_out(asked) == ([Row("chart value keda", "c", *absent), Row("chart value dags.gitSync: depth, repo", "a and b", *absent)], [])
