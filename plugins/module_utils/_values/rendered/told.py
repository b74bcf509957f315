# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with rendered objects, told once in terms of the chart values. Pure: no I/O."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, ValueFinding

# So many objects are named, where the same is wrong with several.
_NAMED = 2


@dataclasses.dataclass(frozen=True)
class Fault:
    """One thing that is wrong with one rendered object.

    :param label: the object.
    :param path: the path in it, as a tuple.
    :param origin: the dotted path of the chart value that it comes from, or None.
    :param problem: as of a `ValueFinding`; ``{where}`` stands for the object.
    :param remedy: as of a `ValueFinding`.
    :param severity: as of a `ValueFinding`.
    """

    label: str
    path: tuple
    origin: str | None
    problem: str
    remedy: str
    severity: str = ERROR


def findings(faults):
    """:param faults: list of `Fault`.
    :returns: list of `ValueFinding`, sorted: one for all that is cured at one place by one remedy, with the first problem.
    """
    where = {}
    for fault in faults:
        place = fault.origin or f"{fault.label} {dotted(fault.path)}".strip()
        problem, labels = where.setdefault((place, fault.remedy, fault.severity), (fault.problem, []))
        if problem == fault.problem and fault.label not in labels:
            labels.append(fault.label)
    return sorted(
        ValueFinding(place, problem.replace("{where}", _listed(labels)), remedy, severity)
        for (place, remedy, severity), (problem, labels) in where.items()
    )


def _listed(labels):
    if len(labels) <= _NAMED:
        return " and ".join(labels)
    return f"{', '.join(labels[:_NAMED])} and {len(labels) - _NAMED} more"
