# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.plain import plain


class Text(str):
    """A text of a type of its own, which shows itself as something else."""

    def __str__(self):
        return "something else"


class Number(int):
    """A number of a type of its own."""


class Mapping(dict):
    """A mapping of a type of its own."""


def types(value):
    """:returns: the types of all that is in a value."""
    if isinstance(value, dict):
        return {type(value)}.union(*map(types, [*value, *value.values()]))
    return {type(value)}.union(*map(types, value)) if isinstance(value, list) else {type(value)}


def test_nothing_but_pythons_own_types_is_left():
    value = Mapping({Text("a"): [Text("b"), (Number(1), 2.5, True, None)], "c": Mapping()})
    assert plain(value) == {"a": ["b", [1, 2.5, True, None]], "c": {}}
    assert types(plain(value)) == {dict, list, str, int, float, bool, type(None)}


def test_what_is_nothing_of_these_becomes_a_text():
    assert plain(datetime.date(2026, 1, 2)) == "2026-01-02"
