# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight has to say about one thing: how bad it is, what is wrong, and what to do. Pure: no I/O."""

from __future__ import annotations

import dataclasses

ERROR, WARNING = SEVERITIES = ("error", "warning")


@dataclasses.dataclass(frozen=True)
class PreflightFinding:
    """One thing that is wrong with an inventory or with the cluster that it means.

    :param code: its code in the catalogue, such as ``WA101``.
    :param severity: ``error``, which ends the run, or ``warning``, which does not.
    :param subject: what it is about: a variable, with the path of the value inside it, or an object of the cluster.
    :param problem: what is wrong, in whole sentences; it never quotes what may be a secret.
    :param remedy: what to do, in whole sentences. What follows the first empty line is text to copy, such as a manifest.
    """

    code: str
    severity: str
    subject: str
    problem: str
    remedy: str

    def rank(self):
        """:returns: what findings are sorted by: errors first, then by code and subject."""
        return SEVERITIES.index(self.severity), self.code, self.subject, self.problem, self.remedy

    def parts(self):
        """:returns: the remedy in whole sentences, and the text to copy, which may be empty."""
        sentences, unused, text = self.remedy.partition("\n\n")
        return sentences, text
