# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another value for each leaf, with which whatever reads the leaf renders another text. Pure: no I/O.

The new value is of the same form, valid for the chart's schema, and as true or false to a template as the old one wherever
that is possible: a change that switches something on or off also hides or shows what others are read for. Where it can be,
it is a value that occurs nowhere else, so that the rendered text itself tells by whom it was read.
"""

from __future__ import annotations

import dataclasses
import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import leaves as raw_leaves
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread.leaves import Leaf

# A port and whatever else the schema bounds at 65535 still is one.
_FIRST_NUMBER = 10000
_VERSION = re.compile(r"v?\d+(\.\d+)+")
_DIGITS = re.compile(r"\d+")


@dataclasses.dataclass(frozen=True)
class Change:
    """What to put in the place of a leaf.

    :param leaf: the `Leaf`.
    :param value: the other value.
    :param mark: a text that the rendered one holds only where the value was read and is written there; empty where the value
        may occur for other reasons.
    :param is_switch: whether a template that asks only if there is anything decides otherwise with the other value.
    """

    leaf: Leaf
    value: object
    mark: str = ""
    is_switch: bool = False


def changes(raw, leaves, tree, refused_in):
    """Find another value for each leaf.

    :param raw: the raw values that the leaves are of.
    :param leaves: list of `Leaf`.
    :param tree: the `KeyTree` of the chart.
    :param refused_in: callable that takes raw values and returns the set of the paths at which the chart's schema refuses them.
    :returns: list of `Change`, without leaves for which no other value is valid.
    """
    waiting = {
        leaf: [change for change in _candidates(leaf, number, tree) if change.value != leaf.value] for number, leaf in enumerate(leaves)}
    while True:
        chosen = {leaf.path: candidates[0].value for leaf, candidates in waiting.items() if candidates}
        refused = refused_in(raw_leaves.replaced(raw, chosen))
        asked = [leaf for leaf in waiting if leaf.path in chosen]
        wrong = [leaf for leaf in asked if any(_meet(leaf.path, path) for path in refused)]
        # Where lists are merged, an entry may be at another place of the list.
        wrong = wrong or [leaf for leaf in asked if any(_meet(_list(leaf.path), _list(path)) for path in refused)]
        if not wrong:
            # What is refused where no leaf is leaves nothing to decide by.
            return [] if refused else [candidates[0] for candidates in waiting.values() if candidates]
        for leaf in wrong:
            waiting[leaf].pop(0)


def _meet(one, other):
    """:returns: whether one path leads to the other, be it upwards or downwards."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _list(path):
    """:returns: the path of the list that a path leads into; the path itself where there is none."""
    return next((path[:place] for place, key in enumerate(path) if isinstance(key, int)), path)


def _candidates(leaf, number, tree):
    """Yield changes, the best first."""
    value, mark = leaf.value, f"unread{number:05d}"
    if value is None or value == []:
        yield from _of_the_default(leaf, number, tree)
    elif value == {}:
        yield Change(leaf, {"matchLabels": {mark: mark}}, mark)
        yield Change(leaf, {mark: mark}, mark)
    elif isinstance(value, bool):
        yield Change(leaf, not value, is_switch=True)
    elif isinstance(value, (int, float)):
        yield from _numbers(leaf, number)
    elif isinstance(value, str):
        for other in _choices(leaf.path, tree):
            yield Change(leaf, other)
        yield from _texts(leaf, mark, _FIRST_NUMBER + number)


def _of_the_default(leaf, number, tree):
    """Null takes the chart's default away, and an empty list replaces it: what stands against both is the default, changed."""
    if leaf.default and not isinstance(leaf.default, (dict, list)):
        for change in _candidates(Leaf(leaf.path, leaf.default, None), number, tree):
            yield dataclasses.replace(change, leaf=leaf, is_switch=True)
    if leaf.default:
        yield Change(leaf, leaf.default, is_switch=True)


def _numbers(leaf, number):
    value, marked = leaf.value, _FIRST_NUMBER + number
    is_whole = isinstance(value, int)
    if value < 0:
        marked = -marked
    yield Change(leaf, marked if is_whole else marked + 0.5, str(abs(marked)), is_switch=not value)
    for other in (value + 1, value - 1):
        if other:
            yield Change(leaf, other, is_switch=not value)


def _texts(leaf, mark, number):
    value = leaf.value
    if not value:
        yield Change(leaf, mark, mark, is_switch=True)
        return
    if "\n" in value.strip():
        # YAML, Python, INI and shell take it for a comment, so that the text stays what it is.
        yield Change(leaf, f"{value.rstrip()}\n# {mark}\n", mark)
    elif _VERSION.fullmatch(value):
        # What follows a plus is of no weight where versions are compared.
        yield Change(leaf, f"{value}+{mark}", mark)
    yield Change(leaf, f"{value}-{mark}", mark)
    if _DIGITS.search(value):
        yield Change(leaf, _DIGITS.sub(str(number), value, count=1), str(number))
    yield Change(leaf, value + mark, mark)


def _choices(path, tree):
    """:returns: what the schema offers to choose from at a path, in its order."""
    place = tree.root
    for key in path:
        place = tree.child(place, key)
    return [choice for schema in place.schemas for choice in schema.get("enum", ()) if isinstance(choice, str)]
