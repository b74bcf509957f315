# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw chart values that are laid over the compiled ones, and whose words a finding speaks of. Pure: no I/O."""

from __future__ import annotations

VARIABLE = "airflow_values_overrides"


def merged(chart_values, raw):
    """Lay values over others as helm does: maps are merged, everything else is replaced.

    :param chart_values: the values below.
    :param raw: the values above; null takes away the chart's default.
    :returns: new values; neither argument is changed.
    """
    result = dict(chart_values)
    for key, value in raw.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def attributed(finding, raw, settings):
    """Tell where a value that is wrong was written.

    :param finding: a `Finding`, whose path is that of a chart value.
    :param raw: the raw values that were laid over.
    :param settings: the list of `Setting` below.
    :returns: the finding as a sentence that begins with the variable, where one is known.
    """
    keys = finding.path.split(".")
    if _holds(raw, keys):
        return f"{VARIABLE}.{finding}"
    for setting in settings:
        shared = min(len(setting.path), len(keys))
        if tuple(keys[:shared]) == setting.path[:shared]:
            return f"{setting.variable} ({finding.path}): {finding.problem}. {finding.remedy}."
    return str(finding)


def _holds(raw, keys):
    for key in keys:
        if not isinstance(raw, dict):
            return True
        if key not in raw:
            return False
        raw = raw[key]
    return True
