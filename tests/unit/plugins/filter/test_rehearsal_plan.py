# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible_collections.windrose.airflow.plugins.filter.rehearsal_plan import rehearsal_plan

VARIABLES = {"airflow_chart_source": "official", "airflow_chart_version": "1.22.0", "airflow_rehearsal_images": []}
COMPILED = {
    "findings": [], "claims": [], "ingress_classes": [], "addons": [], "secret_references": [], "chart": {"name": "airflow", "version": "1.22.0"},
    "images": [{"image": "registry.acme.test/airflow:3", "used_by": ["Deployment airflow-scheduler"]}],
}
NONE = {"made_keys": [], "findings": []}


def test_the_plan_is_plain_data():
    found = rehearsal_plan(VARIABLES, list(VARIABLES), COMPILED, [], NONE)
    assert json.loads(json.dumps(found)) == found
    assert found["chart"] == "Chart airflow 1.22.0, as airflow_chart_source says (official)."
    assert found["rows"][0] == {
        "what": "image registry.acme.test/airflow:3", "asked_by": "Deployment airflow-scheduler", "stand_in": "nothing", "state": "not checked"}
    assert [set(finding) for finding in found["findings"]] == [{"code", "severity", "subject", "problem", "remedy"}]


def test_the_first_line_says_what_was_taken_in_the_place_of_the_chart():
    assert "/a.tgz" in rehearsal_plan(VARIABLES, list(VARIABLES), COMPILED, [], NONE, package="/a.tgz")["chart"]
    assert "no route" in rehearsal_plan(VARIABLES, list(VARIABLES), COMPILED, [], NONE, unreachable="no route")["chart"]


def test_a_chart_that_cannot_be_had_is_a_finding():
    found = rehearsal_plan(VARIABLES, list(VARIABLES), {"msg": "Could not read chart /a.", "failed": True}, [], NONE)
    assert found["chart"] == "There is no chart to plan with." and found["rows"] == []
    assert [finding["code"] for finding in found["findings"]] == ["WA114"]
