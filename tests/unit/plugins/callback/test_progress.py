# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of steps that the callback plugin prints."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.callback.progress import Steps


def table(*tasks):
    steps = Steps()
    for step, seconds, changed, failed in tasks:
        steps.add(step, seconds, changed, failed)
    return steps.table()


def test_each_step_has_a_row_in_the_order_of_the_run():
    assert table(
        ("local_cluster", 100.04, 1, False),
        ("preflight", 0.2, 0, False),
        ("local_cluster", 1.0, 1, False),
        ("database", 3.0, 1, False),
        ("release", 30.0, 0, True),
    ) == [
        "step           changed    seconds",
        "local_cluster  2 tasks      101.0",
        "preflight      no             0.2",
        "database       1 task         3.0",
        "release        FAILED        30.0",
        "total          3 tasks      134.2",
    ]


def test_a_step_that_failed_once_has_failed():
    assert table(("release", 1.0, 0, True), ("release", 1.0, 1, False))[1].split() == ["release", "FAILED", "2.0"]


def test_a_run_that_changed_nothing():
    rows = table(("verify", 2.5, 0, False))[1:]
    assert [row.split() for row in rows] == [["verify", "no", "2.5"], ["total", "no", "2.5"]]


def test_without_steps_there_is_a_total():
    assert table() == ["step   changed    seconds", "total  no             0.0"]


def test_columns_stay_in_line():
    lines = table(*[("local_cluster", 10.0, 1, False)] * 120, ("x", 0.1, 0, False))
    assert len({len(line) for line in lines}) == 1
