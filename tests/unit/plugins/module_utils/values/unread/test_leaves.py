# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import leaves

DEFAULTS = {"redis": {"enabled": True, "port": 1, "resources": {}, "tolerations": []}, "env": [{"name": "A"}], "true": 1}


@pytest.mark.parametrize(
    ("raw", "paths"),
    [
        ({}, []),
        ({"redis": {"enabled": True}}, []),
        ({"redis": {"enabled": False}}, [("redis", "enabled")]),
        # A flag is no number.
        ({"redis": {"port": True}}, [("redis", "port")]),
        ({"redis": {"resources": {}, "tolerations": [], "more": None}}, []),
        ({"redis": {"resources": {"limits": {"cpu": 1}}}}, [("redis", "resources", "limits", "cpu")]),
        ({"env": [{"name": "A"}]}, []),
        ({"env": [{"name": "A"}, {"name": "B", "value": ""}]}, [("env", 0, "name"), ("env", 1, "name"), ("env", 1, "value")]),
        ({"env": []}, [("env",)]),
        ({"redis": None}, [("redis",)]),
        ({"from": [{"podSelector": {}}]}, [("from", 0, "podSelector")]),
        ({True: 1}, []),
        ({"new": {"deep": [[1]]}}, [("new", "deep", 0, 0)]),
    ],
)
def test_leaves_are_what_differs_from_the_defaults(raw, paths):
    assert [leaf.path for leaf in leaves.differing(raw, DEFAULTS)] == paths


def test_leaves_are_replaced_in_a_copy():
    raw = {"env": [{"name": "A", "value": "a"}], "redis": {"port": 1}}
    before = copy.deepcopy(raw)
    changed = leaves.replaced(raw, {("env", 0, "value"): "b", ("redis", "port"): 2})
    assert changed == {"env": [{"name": "A", "value": "b"}], "redis": {"port": 2}} and raw == before


@pytest.mark.parametrize(
    ("paths", "left"),
    [
        (set(), {"env": [{"name": "A", "value": "a"}, "x"], "redis": {"port": 1, "off": None}, "empty": {}}),
        ({("redis", "port")}, {"env": [{"name": "A", "value": "a"}, "x"], "redis": {"off": None}, "empty": {}}),
        ({("redis", "port"), ("redis", "off")}, {"env": [{"name": "A", "value": "a"}, "x"], "empty": {}}),
        ({("env", 0, "name"), ("env", 0, "value")}, {"env": ["x"], "redis": {"port": 1, "off": None}, "empty": {}}),
        ({("env", 0, "value"), ("env", 1)}, {"env": [{"name": "A"}], "redis": {"port": 1, "off": None}, "empty": {}}),
    ],
)
def test_what_holds_nothing_else_goes_with_its_leaves(paths, left):
    raw = {"env": [{"name": "A", "value": "a"}, "x"], "redis": {"port": 1, "off": None}, "empty": {}}
    assert leaves.without(raw, paths) == left


def test_nothing_may_be_left():
    assert leaves.without({"redis": {"port": 1}}, {("redis", "port")}) == {}
