# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a chart leaves out that is in the place of the official one. Pure: no I/O."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.attribution import Attribution
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import key_check
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import KeyTree
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import chart_values

_SWITCH = {"enabled"}


def reduced(settings, raw, facts, airflow_version):
    """Leave out what the chart has no key for and the official chart has. What neither has stays, to be refused.

    :param settings: list of `Setting`.
    :param raw: the raw values that are laid over.
    :param facts: `ChartFacts` of the chart.
    :param airflow_version: the version of Airflow, or None.
    :returns: (settings, raw values, list of {path, variable} of what was left out).
    """
    merged = overrides.merged(chart_values(settings), raw)
    unknown = key_check.official_paths(merged, facts, airflow_version or airflow_versions.TRIED[-1])
    parts = sorted({_part(path, KeyTree(facts)) for path in unknown}, key=dotted)
    told, attribution = [], Attribution(raw, settings)
    for path in unknown:
        # What only says where a variable is written goes without the path that follows in brackets.
        written = attribution.written_as(dotted(path)).partition(" (")[0]
        told.append({"path": dotted(path), "variable": written})
    for path in parts:
        settings = [setting for setting in (_setting(setting, path) for setting in settings) if setting]
        raw = without(raw, path)
    return settings, raw, told


def _part(path, tree):
    """:returns: the path, or that of the whole part where the chart has but its switch, and refuses it switched on."""
    place = tree.root
    for key in path[:-1]:
        place = tree.child(place, key)
    return path[:-1] if tree.keys(place) == _SWITCH else path


def _setting(setting, path):
    """:returns: a `Setting` without what is at a path; None where that is all of it."""
    length = len(setting.path)
    if setting.path[:len(path)] == path:
        return None
    return dataclasses.replace(setting, value=without(setting.value, path[length:])) if path[:length] == setting.path else setting


def without(value, path):
    """:returns: new values without what is at a path."""
    key, *below = path
    if isinstance(value, dict) and key in value:
        others = {name: inner for name, inner in value.items() if name != key}
        return {**others, key: without(value[key], below)} if below else others
    if isinstance(value, list) and isinstance(key, int) and key < len(value) and below:
        return [without(entry, below) if place == key else entry for place, entry in enumerate(value)]
    return value
