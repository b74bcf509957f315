# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that is told of chart values, with where it was written and what to do. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    key_check,
    override_limits,
    semantics,
)


def check_values(chart_values, facts, context, below, rendered=None):
    """:param chart_values: the values, with the raw ones laid over, without the chart's defaults.
    :param facts: `ChartFacts` of the chart.
    :param context: as for `semantics.check_semantics`; ``overrides`` and ``airflow_version`` are needed.
    :param below: list of `Setting` that the raw values were laid over.
    :param rendered: callable that returns the list of `ValueFinding` in what helm renders of the values. It is called where keys and
        types are right: helm refuses the others as well. Of one place it tells nothing that was found without it.

    :returns: list of `ValueFinding`, sorted by the path of the chart value.
    """
    raw = context["overrides"]
    found = key_check.check_keys(chart_values, facts, context["airflow_version"])
    in_rendered = rendered() if rendered and not found else []
    found += semantics.check_semantics(chart_values, context)
    known = {finding.path for finding in found}
    found += [finding for finding in in_rendered if finding.path not in known]
    # What is limited names a variable, and that is more than that the value may go.
    relieved = [overrides.relieved(finding, raw, below) for finding in found]
    return [overrides.attributed(finding, raw, below) for finding in override_limits.judged(relieved, chart_values, context)]
