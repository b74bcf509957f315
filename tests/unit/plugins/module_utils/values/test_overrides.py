# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw values over compiled ones."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting, chart_values

NAMED = st.lists(st.fixed_dictionaries({"name": st.sampled_from("xyz"), "value": st.integers(0, 1)}))
TREES = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        st.integers() | st.none() | st.lists(st.integers()) | NAMED, lambda inner: st.dictionaries(st.sampled_from("abc"), inner)))
SETTINGS = [Setting(("scheduler", "replicas"), 2, "airflow_components.scheduler.replicas", "as asked for")]


@pytest.mark.parametrize(
    ("below", "above", "result"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({}, {"a": {"b": None}}, {"a": {"b": None}}),
        ({"a": [{"name": "x"}]}, {"a": [{"name": "y"}]}, {"a": [{"name": "x"}, {"name": "y"}]}),
        ({"a": [{"name": "x", "value": 1}]}, {"a": [{"name": "x"}]}, {"a": [{"name": "x"}]}),
        ({"a": [{"name": "x"}]}, {"a": []}, {"a": [{"name": "x"}]}),
        ({"a": [{"name": "x"}]}, {"a": None}, {"a": None}),
    ],
)
def test_maps_and_named_lists_are_merged_and_everything_else_is_replaced(below, above, result):
    assert overrides.merged(below, above) == result


@given(TREES, TREES)
def test_what_is_laid_over_wins_and_neither_is_changed(below, above):
    before = copy.deepcopy((below, above))
    merged = overrides.merged(below, above)
    assert (below, above) == before
    assert overrides.merged(merged, above) == merged and overrides.merged(below, {}) == below


def leaves(tree, path=()):
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*path, key))
        else:
            yield Setting((*path, key), value, "airflow_compiled", "as asked for")


@given(TREES, TREES)
def test_the_settings_that_explain_the_values_give_the_values(below, above):
    explaining = overrides.settings_with(list(leaves(below)), above)
    assert chart_values(explaining) == overrides.merged(below, above)


def test_an_override_is_explained_and_names_what_it_takes_the_place_of():
    raw = {"scheduler": {"replicas": 3, "labels": {"a": "b"}}}
    assert overrides.settings_with(SETTINGS, raw) == [
        Setting(("scheduler", "labels", "a"), "b", "airflow_values_overrides", "laid over the compiled values"),
        Setting(
            ("scheduler", "replicas"), 3, "airflow_values_overrides", "in place of what airflow_components.scheduler.replicas gave"),
    ]


def test_a_list_is_explained_by_both_of_its_origins():
    settings = [Setting(("env",), [{"name": "A", "value": "1"}], "airflow_logs.store", "opens the log store")]
    (explained,) = overrides.settings_with(settings, {"env": [{"name": "B", "value": "2"}]})
    assert explained.value == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    assert (explained.variable, explained.why) == (
        "airflow_logs.store, airflow_values_overrides", "opens the log store; entries laid over")
    assert overrides.settings_with(settings, {"env": []}) == settings


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        ({"secretName": None}, {}),
        ({"bundles": [{"name": "dags-folder"}]}, {}),
        ({"bundles": [{"name": "mine"}]}, {"bundles": [{"name": "mine"}]}),
        ({"data": {"host": True, "url": "{{ .Values.x }}"}}, {"data": {"host": True}}),
        # Whoever writes the chart's default of a single value means it.
        ({"executor": "CeleryExecutor"}, {"executor": "CeleryExecutor"}),
        # Nothing is compiled of these.
        ({"idle": None, "other": None}, {"idle": None, "other": None}),
        # helm does not know this null, and refuses it.
        ({"unknown": None}, {"unknown": None}),
        ({"data": {"secretName": None, "host": "a"}}, {"data": {"host": "a"}}),
    ],
)
def test_a_copy_of_the_charts_values_takes_nothing_away(raw, left):
    compiled = {
        "secretName": "a", "bundles": [{"name": "core"}], "executor": "KubernetesExecutor", "unknown": {"a": 1},
        "data": {"secretName": "a", "url": "b"},
    }  # fmt: skip
    defaults = {
        "secretName": None, "bundles": [{"name": "dags-folder"}], "executor": "CeleryExecutor", "idle": None,
        "data": {"secretName": None, "url": "{{ .Values.x }}", "host": True},
    }  # fmt: skip
    assert overrides.without_copied_defaults(raw, compiled, defaults) == left
