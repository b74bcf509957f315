# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells of leaves that nothing reads: of all below one key at once where that is so. Pure: no I/O."""

from __future__ import annotations

import os.path

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING, ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.overrides import VARIABLE
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread.reasons import UNKNOWN

# More lines than these hide all others.
MOST = 20


def findings(unread, leaves, reason_of):
    """Tell of leaves.

    :param unread: list of the paths of leaves that nothing reads.
    :param leaves: list of the paths of all leaves that differ from the chart's defaults.
    :param reason_of: callable that takes a path and returns a `Reason` or None.
    :returns: list of `ValueFinding`, which are warnings: at most `MOST`, the last of which counts the others.
    """
    reasons = {path: reason_of(path) or UNKNOWN for path in unread}
    found = [_told(group, reasons[group[0]]) for group in _groups(leaves, reasons)]
    if len(found) <= MOST:
        return found
    others = found[MOST - 1:]
    return [*found[: MOST - 1], ValueFinding(
        VARIABLE, f"{len(others)} further keys change nothing in what the chart renders", "Remove them; these are shown first", WARNING)]


def _groups(leaves, reasons):
    """:returns: list of lists of paths: those below one key that are all unread, and for one reason."""
    groups, taken = [], set()
    for path in reasons:
        if path in taken:
            continue
        group = next(filter(None, (_whole(path[:length], leaves, reasons) for length in range(1, len(path)))), [path])
        groups.append(group)
        taken.update(group)
    return groups


def _whole(key, leaves, reasons):
    """:param key: what leads to a leaf that nothing reads.

    :returns: all leaves below the key where nothing reads any of them, for one reason; otherwise an empty list.
    """
    below = [path for path in leaves if path[: len(key)] == key]
    return below if len({reasons.get(path) for path in below}) == 1 else []


def _told(group, reason):
    shared = os.path.commonprefix(group)
    while len(group) > 1 and isinstance(shared[-1], int):
        # A list is one value to whoever writes it.
        shared = shared[:-1]
    because = f": {reason.why}" if reason.why else ""
    what = "it changes nothing" if len(group) == 1 else "nothing below it changes anything"
    return ValueFinding(f"{VARIABLE}.{dotted(shared)}", f"{what} in what the chart renders{because}", reason.remedy, WARNING)
