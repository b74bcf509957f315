# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan for people: the chart, and what becomes of each thing. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.layout import filled, laid_out

HEAD = ("state", "what", "asked for by", "in the rehearsal")
# References to images are wider than half of a terminal; nobody copies them from here.
_WIDEST_WORD = 30


def table(chart, rows, width):
    """:param chart: a sentence about the chart.
    :param rows: list of `Row`, in the order to show them in.
    :param width: how many characters a line may have.
    :returns: text of several lines; the first one begins with the chart.
    """
    lines = filled(chart, width)
    if rows:
        lines += ["", *laid_out(HEAD, [(row.state, row.what, row.asked_by, row.stand_in) for row in rows], width, _WIDEST_WORD)]
    return "\n".join(lines)
