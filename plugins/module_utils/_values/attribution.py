# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where chart values were written, so that a finding speaks of what people have before them. Pure: no I/O."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._values import list_entries
from ansible_collections.windrose.airflow.plugins.module_utils._values.overrides import VARIABLE
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, chart_values


class Attribution:
    """Tells where each chart value was written.

    :param raw: the raw values that were laid over the compiled ones.
    :param settings: the list of `Setting` below.
    """

    def __init__(self, raw, settings):
        self._raw = raw
        self._settings = settings
        self._below = chart_values(settings)

    def attributed(self, finding):
        """:param finding: a `ValueFinding`, whose path is that of a chart value.
        :returns: the finding, with its path as `written_as` has it.
        """
        return dataclasses.replace(finding, path=self.written_as(finding.path))

    def written_as(self, path):
        """Tell where a chart value was written.

        :param path: its dotted path.
        :returns: a path that begins with the variable where one is known: below the variable of the raw values it goes on with the
            keys, after any other variable the path of the chart value follows in brackets.
        """
        keys = path.split(".")
        written = _written(self._raw, keys, self._below)
        if written:
            return f"{VARIABLE}.{'.'.join(written)}"
        for setting in self._settings:
            shared = min(len(setting.path), len(keys))
            if tuple(keys[:shared]) == setting.path[:shared]:
                return f"{setting.variable} ({path})"
        return path

    def relieved(self, finding):
        """Tell that it is enough to remove a raw value that took the place of a compiled one which is right.

        :param finding: a `ValueFinding`, whose path is that of a chart value.
        :returns: the finding, with this remedy if its own is to set the value to another one.
        """
        keys = finding.path.split(".")
        below = next((setting for setting in self._settings if setting.path == tuple(keys)), None)
        if below is None or not _written(self._raw, keys, self._below) or not finding.remedy.startswith(f"Set {finding.path} "):
            return finding
        source = "this collection" if below.variable == COLLECTION else below.variable
        return dataclasses.replace(finding, remedy=f"Remove it, so that what {source} gives holds")


def _written(raw, keys, below):
    """:returns: the keys that lead to the same in the raw values, where entries have other places; None where they do not."""
    for depth, key in enumerate(keys):
        if isinstance(raw, list) and isinstance(below, list) and key.isdigit():
            entries = list_entries.joined(below, raw, keys[depth - 1])
            place = entries[int(key)][1] if int(key) < len(entries) else None
            return None if place is None else [*keys[:depth], str(place), *keys[depth + 1:]]
        if not isinstance(raw, dict):
            return keys
        if key not in raw:
            return None
        raw, below = raw[key], below.get(key) if isinstance(below, dict) else None
    return keys
