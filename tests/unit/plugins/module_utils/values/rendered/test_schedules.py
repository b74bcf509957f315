# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules that the API server refuses and takes: Kubernetes 1.34 was asked about each, by a dry run."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import schedules

JOB = {
    "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "airflow-cleanup", "labels": {"component": "airflow-cleanup-pods"}},
    "spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Never"}}}}},
}  # fmt: skip
TAKEN = [
    "*/15 * * * *", "0 3 * * 0", "0 0 1,15 * ?", "5-20/5 0-23 1-31 JAN-dec Mon-fri", "10/20 * * * *", " 0  0 * * * ", "@daily", "@every 1h30m",
    "1,,2 * * * *", "*-5 * * * *", "0 0 * * SUN-TUE/2",
]
NO_NUMBER = "of its schedule is no number, list or range from"
REFUSED = {
    "every hour": "its schedule has 2 fields, and not 5",
    "": "its schedule has 0 fields, and not 5",
    "0 0 3 * * *": "its schedule has 6 fields, and not 5",
    "60 * * * *": f"the minute {NO_NUMBER} 0 to 59",
    "0 24 * * *": f"the hour {NO_NUMBER} 0 to 23",
    "0 0 0 * *": f"the day of the month {NO_NUMBER} 1 to 31",
    "0 0 * 13 *": f"the month {NO_NUMBER} 1 to 12",
    # Elsewhere 7 is a Sunday, too.
    "0 0 * * 7": f"the day of the week {NO_NUMBER} 0 to 6",
    "0 0 * * sunday": f"the day of the week {NO_NUMBER} 0 to 6",
    "5-1 * * * *": f"the minute {NO_NUMBER} 0 to 59",
    "*/0 * * * *": f"the minute {NO_NUMBER} 0 to 59",
    "@dayly": "its schedule is none of the names that there are",
    "@every 5 minutes": "its schedule is none of the names that there are",
    "TZ=UTC 0 0 * * *": "its schedule names a time zone",
}


@pytest.mark.parametrize("schedule", TAKEN)
def test_what_the_api_server_takes(schedule):
    assert schedules.wrong(schedule) is None


@pytest.mark.parametrize(("schedule", "problem"), REFUSED.items())
def test_what_it_refuses(schedule, problem):
    assert schedules.wrong(schedule) == problem


def test_a_fault_names_where_the_schedule_was_written(told):
    job = {**JOB, "spec": {**JOB["spec"], "schedule": "hourly"}}
    found = told(schedules.faults, [job], {"cleanup": {"schedule": "hourly"}, "databaseCleanup": {"schedule": "hourly"}})
    assert list(found) == ["cleanup.schedule"]
    assert "the API server refuses CronJob airflow-cleanup: its schedule has 1 fields, and not 5" in found["cleanup.schedule"]
    assert told(schedules.faults, [JOB]) == {}
