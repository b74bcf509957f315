# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings: single chart values, each with the variable that it came from. Pure: no I/O."""

from __future__ import annotations

import copy
import dataclasses

# The origin of what this collection sets whatever the inventory says.
COLLECTION = "collection"


@dataclasses.dataclass(frozen=True)
class Setting:
    """One chart value.

    :param path: the keys that lead to it.
    :param value: a scalar, a list, or a map that is free-form in the chart; null takes the chart's default away.
    :param variable: the variable that it came from, with the option in it, or ``collection``.
    :param why: one short sentence for people, without the final full stop.
    :param pinned: whether it stays even where the chart's default says the same today.
    """

    path: tuple[str, ...]
    value: object
    variable: str
    why: str
    pinned: bool = False


def path_of(dotted):
    """:returns: the path of a chart value that is written with dots; no key in it may hold one."""
    return tuple(dotted.split("."))


def joined(settings):
    """Make one setting of those that add to the same list, and sort by path.

    :param settings: settings in any order.
    :returns: list of settings, no two of one path.
    :raises ValueError: two settings of one path are not lists: whoever made them did not refuse a contradiction.
    """
    found = {}
    for setting in settings:
        known = found.get(setting.path)
        found[setting.path] = setting if known is None else _both(known, setting)
    return [found[path] for path in sorted(found)]


def _both(one, other):
    if not (isinstance(one.value, list) and isinstance(other.value, list)):
        raise ValueError(f"{'.'.join(one.path)} is set by {one.variable} and by {other.variable}")
    added = [entry for entry in other.value if entry not in one.value]
    return dataclasses.replace(
        one,
        value=one.value + added,
        variable=_listed(one.variable, other.variable, ", "),
        why=_listed(one.why, other.why, "; "),
        pinned=one.pinned or other.pinned,
    )


def _listed(one, other, separator):
    return one if other in one.split(separator) else f"{one}{separator}{other}"


def chart_values(settings):
    """Put settings together.

    :param settings: settings, no two of one path.
    :returns: chart values; at every level the keys are sorted, so that the same settings give the same text.
    """
    result = {}
    for setting in sorted(settings, key=lambda setting: setting.path):
        level = result
        for key in setting.path[:-1]:
            level = level.setdefault(key, {})
        level[setting.path[-1]] = copy.deepcopy(setting.value)
    return _sorted(result)


def _sorted(value):
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(entry) for entry in value] if isinstance(value, list) else value


def minimal(settings, defaults):
    """Leave out what the chart's defaults say already.

    :param settings: list of settings.
    :param defaults: the chart's default values.
    :returns: the settings that make a difference, and those that are pinned.
    """
    return [setting for setting in settings if setting.pinned or not _is_default(setting, defaults)]


def _is_default(setting, defaults):
    level = defaults
    for key in setting.path:
        if not isinstance(level, dict) or key not in level:
            return False
        level = level[key]
    # In Python True equals 1; in a chart a flag is not a number.
    return isinstance(level, bool) == isinstance(setting.value, bool) and level == setting.value
