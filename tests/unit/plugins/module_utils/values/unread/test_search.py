# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The search, in charts that are functions of Python."""

from __future__ import annotations

import base64
import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import KeyTree
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import value_at
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import changes, leaves
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread.search import Search

TREE = KeyTree(ChartFacts("demo", "1", {}, None))
MOST = 11


class Chart:
    """A chart that renders lines.

    :param lines: callables that take values and return a line, or None for none; one that raises makes the chart fail.
    """

    def __init__(self, *lines):
        self._lines = lines
        self.renderings = 0

    def render(self, values):
        """:returns: the text, or None where the chart fails."""
        self.renderings += 1
        try:
            return "\n".join(filter(None, (line(values) for line in self._lines)))
        except ValueError:
            return None

    def unread(self, raw, expected=()):
        """:returns: (dotted paths that the search finds, how often it rendered)."""
        asked = changes.changes(raw, leaves.differing(raw, {}), TREE, lambda values: set())
        base = self.render(raw)
        self.renderings = 0
        found = Search(raw, self.render, MOST, base).unread(asked, lambda path: ".".join(map(str, path)).startswith(tuple(expected)))
        return [".".join(map(str, path)) for path in found], self.renderings

    def reads(self, raw):
        """:returns: the dotted paths of the leaves each of which alone makes a difference."""
        asked = changes.changes(raw, leaves.differing(raw, {}), TREE, lambda values: set())
        base = self.render(raw)
        return {
            ".".join(map(str, change.leaf.path)) for change in asked
            if self.render(leaves.replaced(raw, {change.leaf.path: change.value})) != base}


def prints(path, switch=None):
    """A line with a value, where another value is true."""
    return lambda values: f"{path}: {value_at(values, path)}" if switch is None or value_at(values, switch) else None


def encodes(path):
    """A line with an encoded value."""
    return lambda values: f"{path}: " + base64.b64encode(str(value_at(values, path)).encode()).decode()


def hashes(path):
    """A line in which a value cannot be recognised."""
    return lambda values: f"{path}: " + hashlib.md5(str(value_at(values, path)).encode()).hexdigest()[:7]


def asks(path):
    """A line where a value is true."""
    return lambda values: f"{path} is on" if value_at(values, path) else None


def prefers(path, other):
    """A line with the first of two values that is there."""
    return lambda values: f"{path}: {value_at(values, path) or value_at(values, other)}"


def compares(path, other):
    """A line with the second value where the first one is `b`."""
    return lambda values: f"{other}: {value_at(values, other)}" if value_at(values, path) == "b" else None


PATHS = tuple(f"{part}.{key}" for part in ("a", "b", "c") for key in ("enabled", "create", "name", "size", "port"))
LEAF = st.one_of(st.booleans(), st.sampled_from(["", "x", "b", "10Gi", "two words"]), st.integers(0, 9))
LINES = st.one_of(
    st.builds(prints, st.sampled_from(PATHS), st.one_of(st.none(), st.sampled_from(PATHS))),
    *(st.builds(kind, st.sampled_from(PATHS)) for kind in (encodes, hashes, asks)),
    *(st.builds(kind, st.sampled_from(PATHS), st.sampled_from(PATHS)) for kind in (prefers, compares)),
)
VALUES = st.dictionaries(st.sampled_from(PATHS), LEAF, min_size=1, max_size=len(PATHS))


def nested(flat):
    result = {}
    for path, value in flat.items():
        part, key = path.split(".")
        result.setdefault(part, {})[key] = value
    return result


@given(st.lists(LINES, max_size=12), VALUES)
def test_no_leaf_that_is_read_is_found_and_the_budget_holds(lines, flat):
    raw, chart = nested(flat), Chart(*lines)
    found, renderings = chart.unread(raw)
    assert renderings <= MOST
    assert not set(found) & chart.reads(raw)
    assert chart.unread(raw) == (found, renderings)
    # Each of them and all of them together can be left out.
    assert chart.render(leaves.without(raw, {tuple(path.split(".")) for path in found})) == chart.render(raw)


@given(st.sets(st.sampled_from(PATHS), max_size=len(PATHS)))
def test_all_values_are_found_where_those_that_are_read_are_printed(read):
    raw = nested({path: f"value of {path}" for path in PATHS})
    found, renderings = Chart(*map(prints, sorted(read))).unread(raw)
    assert found == [path for path in PATHS if path not in read]
    assert renderings <= 3


@pytest.mark.parametrize("unread", list(itertools.combinations(PATHS[:5], 2)))
def test_two_are_found_among_values_that_cannot_be_recognised(unread):
    raw = nested(dict.fromkeys(PATHS[:5], "x"))
    found, unused = Chart(*(hashes(path) for path in PATHS[:5] if path not in unread)).unread(raw)
    assert found == list(unread)


def test_thousands_of_values_take_as_many_renderings():
    raw = {"a": {f"key{number}": number + 1 for number in range(3000)}}
    chart = Chart(*(prints(f"a.key{number}") for number in range(2990)))
    assert chart.unread(raw) == ([f"a.key{number}" for number in range(2990, 3000)], 3)


OFF = {"redis": {"enabled": False, "port": 1, "claim": {"enabled": True, "size": "1Gi"}}, "name": "x"}
REDIS = (asks("redis.enabled"), prints("redis.port", "redis.enabled"), prints("redis.claim.size", "redis.enabled"), prints("name"))


def test_a_switch_is_not_asked_for_together_with_what_it_switches():
    found, unused = Chart(*REDIS).unread(OFF)
    assert found == ["redis.port", "redis.claim.enabled", "redis.claim.size"]


def test_two_switches_that_undo_each_other_are_read():
    raw = {"a": {"enabled": True}, "b": {"enabled": False}}
    both = Chart(lambda values: "shown" if raw_and(values) else None)
    assert both.reads(raw) == {"b.enabled"}
    assert both.unread(raw)[0] == ["a.enabled"]


def raw_and(values):
    return value_at(values, "a.enabled") and value_at(values, "b.enabled")


def test_switches_are_asked_for_together_where_a_reason_is_known():
    raw = {"a": {f"key{number}": True for number in range(20)}, "b": {"enabled": True}}
    chart = Chart(asks("b.enabled"))
    found, renderings = chart.unread(raw, expected=["a."])
    assert len(found) == 20 and renderings == 3
    # Without one, each takes a rendering of its own.
    found, renderings = chart.unread(raw)
    assert len(found) == MOST - 1 and renderings == MOST


def test_the_switch_of_something_that_is_read_is_not_asked_for():
    raw = {"a": {"enabled": True, "name": "x"}}
    assert Chart(prints("a.name", "a.enabled")).unread(raw) == ([], 1)


def test_what_is_switched_on_in_vain_is_asked_for_first():
    raw = {**{f"part{number}": {"enabled": False} for number in range(20)}, "last": {"enabled": True, "size": "1Gi"}}
    chart = Chart(*(asks(f"part{number}.enabled") for number in range(20)))
    assert chart.unread(raw)[0] == ["last.enabled", "last.size"]


def test_what_the_chart_does_not_render_with_is_halved():
    def refuses(values):
        if value_at(values, "a.name") != "x":
            raise ValueError
        return "fine"

    found, unused = Chart(refuses).unread({"a": {"name": "x", "size": "1Gi", "port": 5}})
    assert found == ["a.size", "a.port"]


def test_of_two_that_say_the_same_only_one_can_be_left_out():
    raw = {"a": {"enabled": True}, "b": {"enabled": True}}
    either = Chart(lambda values: "shown" if value_at(values, "a.enabled") or value_at(values, "b.enabled") else None)
    assert either.unread(raw)[0] == ["a.enabled"]


def test_a_text_that_is_parsed_and_loses_its_mark_is_read():
    parsed = Chart(lambda values: value_at(values, "text", "").split("#")[0].strip())
    assert parsed.unread({"text": "- a\n- b\n"})[0] == []


def test_a_number_that_occurs_anyway_is_no_mark():
    chart = Chart(lambda values: "limit: 10000", prints("name"))
    assert chart.unread({"port": 7, "name": "x"})[0] == ["port"]


def test_what_the_chart_requires_cannot_be_left_out():
    def requires(values):
        if not value_at(values, "a.name"):
            raise ValueError
        return "fine"

    assert Chart(requires).unread({"a": {"name": "x", "size": "1Gi"}})[0] == ["a.size"]


def test_what_follows_from_other_renderings_is_not_rendered():
    # All, the first half, and at last without it: the second half is of one that somebody reads.
    assert Chart(hashes("b")).unread({"a": "x", "b": "x"}) == (["a"], 3)


def test_what_was_put_off_for_switches_is_asked_for_at_last():
    raw = {"a": dict.fromkeys("klmnp", "x"), "b": {"enabled": True, "name": "y"}, "c": {"create": True, "name": "y"}}
    read = [f"a.{key}" for key in "klmn"]
    chart = Chart(*map(hashes, read), prints("b.name"), prints("c.name"))
    assert chart.unread(raw)[0] == ["a.p"]


def test_nothing_is_rendered_where_there_is_nothing_to_ask():
    assert Chart().unread({}) == ([], 0)
