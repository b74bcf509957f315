# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_versions


@pytest.mark.parametrize(("values", "version"), [
    ({}, None), ({"airflowVersion": 3}, None), ({"airflowVersion": "3.3.2"}, None), ({"airflowVersion": "main"}, None),
    ({"airflowVersion": "2.11.0"}, "2.11.0"), ({"airflowVersion": "3.1.8"}, "3.1.8"),
])
def test_raw_values_ask_for_an_airflow_that_is_installed(values, version):
    found = [(finding.path, finding.problem, finding.remedy) for finding in semantic_versions.other_airflow(values)]
    assert found == ([("airflowVersion", *airflow_versions.refusal(version))] if version else [])


def origins(value, version="3.3.2"):
    return {"airflowVersion": version, "config": {"api": {"access_control_allow_origins": value}}}


@pytest.mark.parametrize(("values", "told"), [
    (origins("*"), True),
    (origins("https://a.example.com, *"), True),
    (origins("*", version="latest"), True),
    ({"env": [{"name": "AIRFLOW__API__ACCESS_CONTROL_ALLOW_ORIGINS", "value": "*"}]}, True),
    (origins("*", version="3.2.2"), False),
    (origins("https://*.example.com"), False),
    (origins("https://a.example.com"), False),
    (origins(None), False),
    ({}, False),
])
def test_any_origin_keeps_the_api_server_from_starting(values, told):
    found = semantic_versions.wildcard_origin(values)
    assert [finding.path for finding in found] == (["config.api.access_control_allow_origins"] if told else [])
    assert all("from Airflow 3.3 on" in finding.problem for finding in found)
