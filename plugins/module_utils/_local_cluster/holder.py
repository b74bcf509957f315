# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a lock of the cache, as others are told. Pure."""

from __future__ import annotations


def about(run, checkout, now):
    """:param run: the run that holds the lock: (process identifier, start of the process).
    :param checkout: the folder that it works in.
    :param now: the time, as a `datetime`.

    :returns: JSON data to be kept in the lock's file.
    """
    number, started = run
    return {"process": number, "started": started, "checkout": checkout, "since": now.strftime("%Y-%m-%d %H:%M:%S")}


def is_run(found, run):
    """:returns: whether the run holds the lock whose file says `found`."""
    return (found.get("process"), found.get("started")) == run


def told(found):
    """:returns: who holds the lock whose file says `found`, as the end of a sentence; the file of a new lock is empty."""
    if not {"process", "checkout", "since"} <= set(found):
        return "which another run has just taken"
    return f"which process {found['process']} of {found['checkout']} has held since {found['since']}"
