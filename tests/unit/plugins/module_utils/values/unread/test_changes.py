# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import KeyTree
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.schema_check import check_schema
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import changes, leaves

SCHEMA = {
    "properties": {
        "choice": {"type": "string", "enum": ["Always", "Never"]},
        "only": {"type": "string", "enum": ["Always"]},
        "percent": {"type": "integer", "minimum": 0, "maximum": 100},
        "period": {"type": ["string", "null"], "pattern": "^[0-9]+s$"},
        "list": {"type": "array", "items": {"type": "string", "maxLength": 3}},
    },
}
FACTS = ChartFacts("demo", "1", {"nothing": 5, "map": {"a": 1}, "many": ["x"], "flag": True}, SCHEMA)


def changed(raw):
    """:returns: {last key: `Change`} for each leaf of raw values."""

    def refused(values):
        found, unknown = check_schema(values, FACTS)
        return set(found) | unknown

    found = changes.changes(raw, leaves.differing(raw, FACTS.defaults), KeyTree(FACTS), refused)
    return {change.leaf.path[-1]: change for change in found}


@pytest.mark.parametrize(
    ("value", "other", "mark", "is_switch"),
    [
        (True, False, "", True),
        (False, True, "", True),
        (3, 10000, "10000", False),
        (10000, 10001, "", False),
        (-1, -10000, "10000", False),
        (0, 10000, "10000", True),
        (0.5, 10000.5, "10000", False),
        ("a name", "a name-unread00000", "unread00000", False),
        ("", "unread00000", "unread00000", True),
        ("3.1.7", "3.1.7+unread00000", "unread00000", False),
        ("v4.4", "v4.4+unread00000", "unread00000", False),
        ("10Gi", "10Gi-unread00000", "unread00000", False),
        ("{{ .Release.Name }}", "{{ .Release.Name }}-unread00000", "unread00000", False),
        ("- name: X\n  value: y\n", "- name: X\n  value: y\n# unread00000\n", "unread00000", False),
        ("one line\n", "one line\n-unread00000", "unread00000", False),
    ],
)
def test_another_value_has_the_same_form_and_says_whom_it_is_of(value, other, mark, is_switch):
    change = changed({"key": value})["key"]
    assert (change.value, change.mark, change.is_switch) == (other, mark, is_switch)


def test_another_value_is_valid_for_the_schema():
    found = changed({"choice": "Always", "percent": 99, "period": "60s", "list": ["abc", "d"], "only": "Always"})
    # For the one that may be nothing else there is nothing to ask; the second entry of the list has no room for a mark.
    assert {key: (change.value, change.mark) for key, change in found.items()} == {
        "choice": ("Never", ""), "percent": (100, ""), "period": ("10002s", "10002")}


@pytest.mark.parametrize(
    ("raw", "other"),
    [({"nothing": None}, 10000), ({"map": None}, {"a": 1}), ({"many": []}, ["x"]), ({"many": None}, ["x"]), ({"flag": None}, False)],
)
def test_what_takes_a_default_away_is_compared_with_the_default(raw, other):
    (change,) = changed(raw).values()
    assert change.value == other and change.is_switch


def test_an_empty_map_of_a_list_selects_something_else():
    assert changed({"from": [{"podSelector": {}}]})["podSelector"].value == {"matchLabels": {"unread00000": "unread00000"}}


def test_each_mark_is_of_one_leaf():
    found = changed({"a": "x", "b": "x", "c": 7, "d": 7})
    assert len({change.mark for change in found.values()}) == 4


SCALARS = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text())


@given(st.dictionaries(st.text(min_size=1), SCALARS, max_size=6))
def test_every_other_value_differs_keeps_its_type_and_switches_only_where_it_says_so(raw):
    for change in changed(raw).values():
        before = change.leaf.value
        assert change.value != before
        assert isinstance(change.value, type(before))
        assert change.is_switch or bool(change.value) == bool(before)


def test_a_refusal_in_a_list_is_of_its_entries_also_where_it_is_merged_with_others():
    raw = {"env": [{"name": "A"}], "key": "x"}

    def refused(values):
        return set() if values["env"] == raw["env"] else {("env", 3, "name")}

    found = changes.changes(raw, leaves.differing(raw, {}), KeyTree(FACTS), refused)
    assert [change.leaf.path for change in found] == [("key",)]


def test_a_refusal_where_no_leaf_is_leaves_nothing_to_decide_by():
    raw = {"key": "x"}
    assert changes.changes(raw, leaves.differing(raw, {}), KeyTree(FACTS), lambda values: {("other",)}) == []
