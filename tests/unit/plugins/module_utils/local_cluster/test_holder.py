# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others are told of the holder of a lock."""

from __future__ import annotations

import datetime
import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster import holder

NOON = datetime.datetime(2026, 11, 30, 12, 0, 5)


def test_who_holds_a_lock_from_where_and_since_when():
    about = json.loads(json.dumps(holder.about((4711, "99"), "/home/me/checkout", NOON)))
    assert holder.told(about) == "which process 4711 of /home/me/checkout has held since 2026-11-30 12:00:05"


@pytest.mark.parametrize("about", [{}, {"process": 4711}])
def test_a_holder_that_has_said_nothing_yet(about):
    assert holder.told(about) == "which another run has just taken"


@pytest.mark.parametrize(("run", "same"), [((4711, "99"), True), ((4711, "100"), False), ((4712, "99"), False)])
def test_a_run_is_known_by_number_and_start(run, same):
    assert holder.is_run(json.loads(json.dumps(holder.about((4711, "99"), "/c", NOON))), run) is same
