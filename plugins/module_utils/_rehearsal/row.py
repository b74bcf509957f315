# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of one thing in a rehearsal. Pure: no I/O."""

from __future__ import annotations

import dataclasses

REAL, SIMULATED, NOT_CHECKED = ("real", "simulated", "not checked")
NOTHING = "nothing"
# So many who ask for the same are named without counting.
_FEW = 2


@dataclasses.dataclass(frozen=True, order=True)
class Row:
    """One line of the plan.

    :param what: what the environment asks for, kind and name.
    :param asked_by: the objects or the variable that ask for it.
    :param stand_in: what there is in the rehearsal.
    :param state: ``real`` where that is what a run makes anyway, ``simulated`` where something stands in for the real thing,
        ``not checked`` where nothing does.
    """

    what: str
    asked_by: str
    stand_in: str
    state: str


def listed(labels):
    """:returns: who asks for something, as words: all of them where they are few, else the first one and how many more there are."""
    ordered = sorted(set(labels))
    return " and ".join(ordered) if len(ordered) <= _FEW else f"{ordered[0]} and {len(ordered) - 1} more"
