# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import (
    Setting,
    chart_values,
    joined,
    minimal,
    path_of,
)

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=3)
# Every path has the same length, so that none leads through another one's value.
PATHS = st.tuples(*[st.sampled_from("abc")] * 3)
SETTINGS = st.dictionaries(PATHS, LEAVES, max_size=9).map(
    lambda found: [Setting(path, value, "airflow_x", "because") for path, value in found.items()]
)


def setting(path, value, variable="airflow_x", why="because", **fields):
    return Setting(path_of(path), value, variable, why, **fields)


@given(SETTINGS, st.randoms())
def test_the_order_of_settings_does_not_matter(settings, random):
    shuffled = random.sample(settings, len(settings))
    assert joined(shuffled) == joined(settings)
    assert chart_values(shuffled) == chart_values(settings)
    assert list(chart_values(shuffled)) == sorted(chart_values(settings))


@given(SETTINGS)
def test_chart_values_hold_every_setting_and_share_nothing_with_them(settings):
    before, values = copy.deepcopy(settings), chart_values(settings)
    for entry in settings:
        one, two, three = entry.path
        assert values[one][two][three] == entry.value
        values[one][two][three] = "changed"
    assert settings == before


def test_maps_are_sorted_at_every_level():
    values = chart_values([setting("b", {"z": 1, "a": [{"d": 1, "c": 2}]}), setting("a.c", 1), setting("a.b", 2)])
    assert [list(values), list(values["a"]), list(values["b"]), list(values["b"]["a"][0])] == [
        ["a", "b"], ["b", "c"], ["a", "z"], ["c", "d"],
    ]  # fmt: skip


def test_a_setting_may_be_inside_the_map_of_another():
    inner = Setting(("labels", "example.com/team"), "data", "airflow_x", "because")
    assert chart_values([inner, setting("labels", {"a": "b"})]) == {"labels": {"a": "b", "example.com/team": "data"}}


def test_settings_of_one_list_are_added_up():
    one, other = setting("env", [1, 2], "airflow_a", "first"), setting(
        "env", [2, 3], "airflow_b", "second", pinned=True
    )
    assert joined([one, other]) == [setting("env", [1, 2, 3], "airflow_a, airflow_b", "first; second", pinned=True)]
    assert joined([one, one]) == [one]


@pytest.mark.parametrize("values", list(itertools.product([1, "a", {}, None], repeat=2)))
def test_two_settings_of_one_path_are_no_accident(values):
    with pytest.raises(ValueError, match="a.b is set by airflow_x and by airflow_y"):
        joined([setting("a.b", values[0]), setting("a.b", values[1], "airflow_y")])


@pytest.mark.parametrize(
    ("value", "default", "kept"),
    [
        (1, {"a": {"b": 1}}, False),
        (1, {"a": {"b": 2}}, True),
        (True, {"a": {"b": 1}}, True),
        (None, {"a": {"b": 1}}, True),
        (None, {"a": {"b": None}}, False),
        ({}, {"a": {"b": {}}}, False),
        (1, {"a": {}}, True),
        (1, {"a": 1}, True),
        (None, {}, True),
    ],
)
def test_only_what_differs_from_the_default_is_kept(value, default, kept):
    assert minimal([setting("a.b", value)], default) == ([setting("a.b", value)] if kept else [])
    assert minimal([setting("a.b", value, pinned=True)], default) == [setting("a.b", value, pinned=True)]
