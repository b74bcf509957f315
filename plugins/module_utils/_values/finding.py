# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a value: where, what, and what to write instead."""

from __future__ import annotations

import dataclasses

ERROR, WARNING = "error", "warning"


@dataclasses.dataclass(frozen=True, order=True)
class ValueFinding:
    """One thing that is wrong with chart values or with the specification that they come from.

    :param path: the dotted path of the chart value, such as ``workers.kubernetes.resource``, or the name of a variable, or
        both.
    :param problem: what is wrong there, without the final full stop; it never quotes what may be a secret.
    :param remedy: what to write instead, without the final full stop.
    :param severity: ``error``, which refuses the values, or ``warning``, which does not.
    """

    path: str
    problem: str
    remedy: str
    severity: str = ERROR

    def __str__(self):
        return f"{self.path}: {self.problem}. {self.remedy}."

    def as_dict(self):
        """:returns: {severity, subject, problem, remedy} for machines; problem and remedy are sentences."""
        return {"severity": self.severity, "subject": self.path, "problem": f"{self.problem}.", "remedy": f"{self.remedy}."}
