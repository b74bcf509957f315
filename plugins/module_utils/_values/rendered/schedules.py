# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules of rendered CronJobs, as the API server reads them. Pure: no I/O.

Sources: `ParseStandard` of github.com/robfig/cron v3, and `validateScheduleFormat` of `pkg/apis/batch/validation` of Kubernetes 1.36.
"""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import at, label
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.told import Fault

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# What the fields are called, the least and the greatest number, and the names that stand for numbers from the least on.
_FIELDS = (("minute", 0, 59, ()), ("hour", 0, 23, ()), ("day of the month", 1, 31, ()), ("month", 1, 12, _MONTHS), ("day of the week", 0, 6, _DAYS))
_NAMED = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
# A duration as Go writes it.
_EVERY = re.compile(r"@every (?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+")
_ZONE = re.compile(r"TZ=")
_RANGE = re.compile(r"(?:(?P<all>[*?])(?:-\w+)?|(?P<low>\w+)(?:-(?P<high>\w+))?)(?:/(?P<step>\d+))?")


def faults(objects, origins):
    """:param objects: `RenderedObjects`.
    :param origins: `Origins` of the chart values.
    :returns: list of `Fault`.
    """
    found = []
    for job in objects.of_kind("CronJob"):
        schedule = at(job, ("spec", "schedule"))
        problem = wrong(schedule) if isinstance(schedule, str) else None
        if problem:
            path = ("spec", "schedule")
            component = at(job, ("metadata", "labels", "component"))
            found.append(Fault(
                label(job), path, origins.of(path, schedule, component), f"the API server refuses {{where}}: {problem}",
                "Write minute, hour, day of the month, month and day of the week, such as 0 3 * * 0, or a name such as @daily"))
    return found


def wrong(schedule):
    """:param schedule: the text of a schedule.
    :returns: what the API server has against it, in words; None where it takes it.
    """
    if _ZONE.search(schedule):
        return "its schedule names a time zone"
    if schedule.startswith("@"):
        return None if schedule in _NAMED or _EVERY.fullmatch(schedule) else "its schedule is none of the names that there are"
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        return f"its schedule has {len(fields)} fields, and not 5"
    for text, field in zip(fields, _FIELDS):
        if not all(_is_range(part, *field[1:]) for part in text.split(",") if part):
            return f"the {field[0]} of its schedule is no number, list or range from {field[1]} to {field[2]}"
    return None


def _is_range(text, least, greatest, names):
    found = _RANGE.fullmatch(text)
    if not found or (found["step"] and int(found["step"]) == 0):
        return False
    if found["all"]:
        return True
    low = _number(found["low"], least, names)
    high = _number(found["high"], least, names) if found["high"] else low
    return low is not None and high is not None and least <= low <= high <= greatest


def _number(text, least, names):
    if text.lower() in names:
        return names.index(text.lower()) + least
    return int(text) if text.isascii() and text.isdigit() else None
