# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw chart values that are laid over the compiled ones. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import list_entries
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting, chart_values

VARIABLE = "airflow_values_overrides"
MISSING = object()


def merged(values, raw):
    """Lay values over others: maps as helm does, lists by the names of their entries, everything else is replaced.

    :param values: the values below.
    :param raw: the values above; null takes away the chart's default.
    :returns: new values; neither argument is changed.
    """
    result = dict(values)
    for key, value in raw.items():
        result[key] = _laid_over(result.get(key), value, str(key))
    return result


def _laid_over(below, value, key):
    if isinstance(below, dict) and isinstance(value, dict):
        return merged(below, value)
    if isinstance(below, list) and isinstance(value, list):
        return [entry for entry, _place in list_entries.joined(below, value, key)]
    return value


def at(values, path):
    """:returns: what is at a path, a tuple of keys; `MISSING` where there is nothing."""
    for key in path:
        if not isinstance(values, dict) or key not in values:
            return MISSING
        values = values[key]
    return values


def leaves(raw, path=()):
    """Yield (path, value) of everything in values that is no map with keys, sorted as it was written."""
    if not isinstance(raw, dict) or (path and not raw):
        yield path, raw
        return
    for key, entry in raw.items():
        yield from leaves(entry, (*path, str(key)))


def without_copied_defaults(raw, compiled, defaults):
    """Leave out each null, list and template that the chart's own values.yaml has, too, where something is compiled.

    Who copies that file does not mean to take away the name of a Secret, or to add the DAGs in the image to the bundles.

    :param compiled: the compiled values.
    :param defaults: the chart's own values.
    :returns: new values.
    """
    result = {}
    for key, value in raw.items():
        below, default = (level.get(key) if isinstance(level, dict) else None for level in (compiled, defaults))
        if isinstance(value, dict):
            result[key] = without_copied_defaults(value, below, default)
            continue
        is_copied = isinstance(defaults, dict) and key in defaults and value == default
        if not (is_copied and below is not None and _says_nothing(value)):
            result[key] = value
    return result


def _says_nothing(value):
    return value is None or isinstance(value, list) or (isinstance(value, str) and "{{" in value)


def settings_with(settings, raw):
    """Tell of each chart value where it came from, with raw values laid over.

    :param settings: the list of `Setting` below, no two of one path.
    :param raw: the raw values that are laid over.
    :returns: list of `Setting`, sorted by path: those that still hold, and one for each raw value.
    """
    result, values = {setting.path: setting for setting in settings}, chart_values(settings)
    for path, value in leaves(raw):
        if value == {} and any(_is_map(known, result[known].value, path) for known in result):
            continue
        below = at(values, path)
        if isinstance(value, list) and isinstance(below, list) and list_entries.is_joined(below, value, path[-1]):
            result |= _joined(result, path, below, value)
            continue
        replaced = [known for known in result if known[: len(path)] == path or _is_scalar(known, result[known].value, path)]
        variables = sorted({result.pop(known).variable for known in replaced})
        why = f"in place of what {' and '.join(variables)} gave" if variables else "laid over the compiled values"
        result[path] = Setting(path, value, VARIABLE, why)
    return [result[path] for path in sorted(result)]


def _joined(result, path, below, value):
    """:returns: {path: the setting} of a list that raw entries were laid over; none where they add nothing."""
    entries = _laid_over(below, value, path[-1])
    if entries == below:
        return {}
    known = next(result[other] for other in result if path[: len(other)] == other)
    return {path: Setting(path, entries, f"{known.variable}, {VARIABLE}", f"{known.why}; entries laid over", known.pinned)}


def _is_map(known, value, path):
    """:returns: whether the setting `known` makes a map of what is at a path, to which an empty map adds nothing."""
    if known[: len(path)] == path:
        return len(known) > len(path) or isinstance(value, dict)
    return False


def _is_scalar(known, value, path):
    """:returns: whether the setting `known` is above a path and holds no map, so that it gives way to one."""
    return len(known) < len(path) and path[: len(known)] == known and not isinstance(value, dict)
