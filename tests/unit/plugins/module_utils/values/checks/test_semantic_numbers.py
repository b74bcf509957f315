# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_numbers


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (1_000_000, '"1000000"'),
        (1e6, '"1000000"'),
        (-2_000_000, '"-2000000"'),
        (12_345_678_901, '"12345678901"'),
        (1_000_000.5, '"…"'),
        (10**400, '"…"'),
        (float("inf"), '"…"'),
        (999_999, None),
        (0.00001, None),
        ("1000000", None),
        (True, None),
        (None, None),
    ],
)
def test_large_numbers_are_written_as_text(value, remedy):
    found = semantic_numbers.large_numbers({"config": {"core": {"some_option": value}}})
    assert [finding.path for finding in found] == (["config.core.some_option"] if remedy else [])
    assert not remedy or remedy in found[0].remedy


def test_numbers_that_the_chart_writes_into_texts():
    values = {
        "databaseCleanup": {"batchSize": 1_000_000},
        "dags": {"gitSync": {"depth": 10}},
        "ports": {"x": 5_000_000},
        "config": {"a": 5},
    }
    assert [finding.path for finding in semantic_numbers.large_numbers(values)] == ["databaseCleanup.batchSize"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("x", False),
        ("true", False),
        ("", False),
        (True, True),
        (False, True),
        (0, True),
        (1, True),
        (1.5, True),
        (None, True),
        ([], True),
    ],
)
def test_environment_variables_are_texts(value, told):
    values = {
        "env": [{"name": "A", "value": value}],
        "workers": {"kubernetes": {"env": [{"name": "B", "value": value}]}},
        "scheduler": {"extraContainers": [{"env": [{"name": "C", "value": value}]}]},
    }
    assert sorted(finding.path for finding in semantic_numbers.environment_types(values)) == (
        ["env.0.value", "scheduler.extraContainers.0.env.0.value", "workers.kubernetes.env.0.value"] if told else []
    )


def test_other_lists_may_hold_numbers():
    values = {
        "priorityClasses": [{"name": "a", "value": 1000}],
        "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"value": 1}}}],
    }
    assert semantic_numbers.environment_types(values) == []
