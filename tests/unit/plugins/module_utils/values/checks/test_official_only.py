# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import pathlib

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._release import chart
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts, official_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import key_check, official_only
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting, chart_values

CHART = pathlib.Path(__file__).resolve().parents[6] / "roles" / "airflow_release" / "files" / "chart"
LIMIT = {"scheduler": {"revisionHistoryLimit": 3}}
GIT_SYNC = Setting(("dags", "gitSync", "enabled"), True, "airflow_dag_delivery.method", "A sidecar")
REPOSITORY = Setting(("dags", "gitSync", "repo"), "https://git.acme.test/dags.git", "airflow_dag_delivery.git_sync.repository", "The repository")
REPLICAS = Setting(("scheduler", "replicas"), 2, "airflow_components.scheduler.replicas", "How many")


@pytest.fixture(name="bundled", scope="module")
def fixture_bundled():
    """The facts of the bundled chart."""
    return ChartFacts(**chart.contents(str(CHART)))


# {case: (settings, raw values, values that are left, paths that were left out with their variables)}
CASES = {
    "nothing": ([REPLICAS], {"scheduler": {"podAnnotations": {"a": "b"}}}, {"scheduler": {"replicas": 2}}, {}),
    "a raw value": ([REPLICAS], LIMIT, {"scheduler": {"replicas": 2}}, {
        "scheduler.revisionHistoryLimit": "airflow_values_overrides.scheduler.revisionHistoryLimit"}),
    "a part with its switch": ([REPLICAS, GIT_SYNC, REPOSITORY], {}, {"scheduler": {"replicas": 2}}, {
        "dags.gitSync.repo": "airflow_dag_delivery.git_sync.repository"}),
    "what neither chart has": ([REPLICAS], {"schedular": {}}, {"scheduler": {"replicas": 2}}, {}),
}  # fmt: skip


@pytest.mark.parametrize("settings, raw, compiled, told", CASES.values(), ids=CASES)
def test_only_what_the_official_chart_alone_has_is_left_out(settings, raw, compiled, told, bundled):
    before = copy.deepcopy(raw)
    left, over, left_out = official_only.reduced(settings, raw, bundled, None)
    assert chart_values(left) == compiled and raw == before
    assert {entry["path"]: entry["variable"] for entry in left_out} == told
    assert ("revisionHistoryLimit" in str(over), "schedular" in over) == (False, "schedular" in raw)


def test_of_a_setting_that_is_a_map_only_the_key_goes(bundled):
    setting = Setting(("scheduler",), {"replicas": 2, "revisionHistoryLimit": 3}, "airflow_components.scheduler", "As asked for")
    ((left,), unused, told) = official_only.reduced([setting], {}, bundled, None)
    assert left.value == {"replicas": 2} and told == [{"path": "scheduler.revisionHistoryLimit", "variable": "airflow_components.scheduler"}]


def test_the_official_chart_itself_leaves_out_nothing():
    assert official_only.reduced([REPLICAS, GIT_SYNC], LIMIT, official_facts(), None) == ([REPLICAS, GIT_SYNC], LIMIT, [])


def test_what_is_left_has_no_key_of_the_official_chart_alone(bundled):
    settings, raw, unused = official_only.reduced([REPLICAS, GIT_SYNC, REPOSITORY], LIMIT, bundled, None)
    assert key_check.official_paths({**chart_values(settings), **raw}, bundled, "3.3.2") == []


@pytest.mark.parametrize(
    ("value", "path", "left"),
    [
        ({"a": 1, "b": 2}, ("a",), {"b": 2}), ({"a": {"b": 1, "c": 2}}, ("a", "b"), {"a": {"c": 2}}),
        ({"a": [{"b": 1, "c": 2}]}, ("a", 0, "b"), {"a": [{"c": 2}]}),
        ({"a": 1}, ("b",), {"a": 1}), ({"a": 1}, ("a", "b"), {"a": 1}), ({"a": [1]}, ("a", 3, "b"), {"a": [1]}),
    ])  # fmt: skip
def test_what_is_at_a_path_goes_and_the_rest_stays(value, path, left):
    before = copy.deepcopy(value)
    assert official_only.without(value, path) == left and value == before
