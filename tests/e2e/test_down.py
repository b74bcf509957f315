# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make down` leaves the machine as it was before the first run: test_clean_start.py remembered it."""

from __future__ import annotations

import json

import pytest
from machine_state import snapshot
from test_clean_start import REMEMBERED


@pytest.fixture(scope="module", name="states")
def fixture_states(project):
    """What the machine looked like before the first run, and what it looks like after `make down`, typed twice."""
    with open(REMEMBERED, encoding="utf-8") as stream:
        before = json.load(stream)
    project.run("make", "down")
    project.run("make", "down")
    return before, snapshot()


@pytest.mark.parametrize("part", ["processes", "mounts", "links", "firewall", "control_groups", "files", "forwarding"])
def test_nothing_is_left(states, part):
    before, after = states
    assert sorted(set(after[part]) - set(before[part])) == []
    assert part != "forwarding" or before[part] == after[part]
