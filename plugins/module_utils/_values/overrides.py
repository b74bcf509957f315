# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw chart values that are laid over the compiled ones, and whose words a finding speaks of. Pure: no I/O."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting

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


def settings_with(settings, raw):
    """Tell of each chart value where it came from, with raw values laid over.

    :param settings: the list of `Setting` below, no two of one path.
    :param raw: the raw values that are laid over.
    :returns: list of `Setting`, sorted by path: those that still hold, and one for each raw value.
    """
    result = {setting.path: setting for setting in settings}
    for path, value in _leaves((), raw):
        if value == {} and any(_is_map(known, result[known].value, path) for known in result):
            continue
        replaced = [known for known in result if known[: len(path)] == path or _is_scalar(known, result[known].value, path)]
        variables = sorted({result.pop(known).variable for known in replaced})
        why = f"in place of what {' and '.join(variables)} gave" if variables else "laid over the compiled values"
        result[path] = Setting(path, value, VARIABLE, why)
    return [result[path] for path in sorted(result)]


def _is_map(known, value, path):
    """:returns: whether the setting `known` makes a map of what is at a path, to which an empty map adds nothing."""
    if known[: len(path)] == path:
        return len(known) > len(path) or isinstance(value, dict)
    return False


def _is_scalar(known, value, path):
    """:returns: whether the setting `known` is above a path and holds no map, so that it gives way to one."""
    return len(known) < len(path) and path[: len(known)] == known and not isinstance(value, dict)


def _leaves(path, value):
    if not isinstance(value, dict) or (path and not value):
        yield path, value
        return
    for key, entry in value.items():
        yield from _leaves((*path, str(key)), entry)


def attributed(finding, raw, settings):
    """Tell where a value that is wrong was written.

    :param finding: a `ValueFinding`, whose path is that of a chart value.
    :param raw: the raw values that were laid over.
    :param settings: the list of `Setting` below.
    :returns: the finding, with a path that begins with the variable where one is known: below the variable of the raw values
        it goes on with the keys, after any other variable the path of the chart value follows in brackets.
    """
    keys = finding.path.split(".")
    if _holds(raw, keys):
        return dataclasses.replace(finding, path=f"{VARIABLE}.{finding.path}")
    for setting in settings:
        shared = min(len(setting.path), len(keys))
        if tuple(keys[:shared]) == setting.path[:shared]:
            return dataclasses.replace(finding, path=f"{setting.variable} ({finding.path})")
    return finding


def _holds(raw, keys):
    for key in keys:
        if not isinstance(raw, dict):
            return True
        if key not in raw:
            return False
        raw = raw[key]
    return True
