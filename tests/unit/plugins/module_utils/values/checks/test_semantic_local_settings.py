# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_local_settings

HOOK = "def pod_mutation_hook(pod):\n    pass"


@pytest.mark.parametrize(
    ("values", "wanted", "is_refused"),
    [
        ({}, HOOK, False), ({"airflowLocalSettings": HOOK}, HOOK, False), ({"airflowLocalSettings": HOOK}, None, False),
        ({"airflowLocalSettings": "X = 1"}, HOOK, True), ({"airflowLocalSettings": ""}, HOOK, True),
        ({"airflowLocalSettings": None}, HOOK, True),
    ],
)  # fmt: skip
def test_the_specification_alone_writes_the_local_settings(values, wanted, is_refused):
    found = semantic_local_settings.other_local_settings(values, {"local_settings": wanted})
    assert [finding.path for finding in found] == ["airflowLocalSettings"] * is_refused
    assert all("airflow_local_settings" in finding.remedy for finding in found)


def test_what_the_remedy_says_is_taken(compiled):
    wanted = compiled(local_settings=HOOK)["airflowLocalSettings"]
    assert HOOK in wanted
    values = compiler.chart_values(compiler.compile_settings({"local_settings": HOOK}))
    assert semantic_local_settings.other_local_settings(values, {"local_settings": wanted}) == []


@pytest.mark.parametrize(
    ("values", "wanted", "told"),
    [
        ({}, True, None), ({"allowPodLaunching": True}, True, None), ({"allowPodLaunching": False}, None, None),
        ({"allowPodLaunching": False}, False, None), ({"allowPodLaunching": False}, True, "enabled to false"),
        ({"allowPodLaunching": True}, False, "enabled to true"), ({"allowPodLaunching": None}, False, "enabled to true"),
    ],
)  # fmt: skip
def test_the_specification_alone_says_who_starts_pods(values, wanted, told):
    found = semantic_local_settings.other_pod_launching(values, {"pod_launching": wanted})
    assert [finding.path for finding in found] == ["allowPodLaunching"] * bool(told)
    assert all(told in finding.remedy for finding in found)
