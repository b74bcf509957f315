# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw lists that take away what the collection has put there. Pure: no I/O.

Lists are merged by the names of their entries. What is told here is what merging cannot keep.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import list_entries
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import (
    EVERYWHERE,
    added_variables,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import walk
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.overrides import MISSING, at
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, chart_values


def lost_entries(values, context):
    """Refuse lists that drop an entry of a compiled one, or give another entry its name.

    :param values: all values, with the raw ones laid over.
    :param context: ``overrides``: the raw values; ``settings``: the list of `Setting` below them.
    :returns: list of findings.
    """
    if not context.get("overrides"):
        return []
    compiled = _Compiled(context.get("settings") or [])
    return [finding for path, entries in compiled.lists() for finding in compiled.lost(values, path, entries)]


class _Compiled:
    """What was compiled, and of what."""

    def __init__(self, settings):
        self._settings = settings
        self.values = chart_values(settings)

    def lists(self):
        """Yield (path, entries) of each compiled list that is not within another one."""
        for path, value in walk(self.values):
            if isinstance(value, list) and value and not any(isinstance(key, int) for key in path):
                yield path, value

    def variable(self, path):
        """:returns: the variable that something was compiled of."""
        found = [setting.variable for setting in self._settings if path[: len(setting.path)] == setting.path]
        return found[0] if found else COLLECTION

    def lost(self, values, path, entries):
        """:returns: list of findings on a compiled list."""
        found, origin = at(values, path), self.variable(path)
        if found is MISSING or all(entry in (found or []) for entry in entries):
            return []
        if not isinstance(found, list) or not list_entries.is_joined(entries, found, path[-1]):
            problem = f"it takes the place of the list that {_giver(origin)} gives"
            return [ValueFinding(dotted(path), problem, _instead(origin))]
        lost = {list_entries.identity(entry, path[-1]) for entry in entries if entry not in found}
        return [
            ValueFinding(
                dotted((*path, place)), f"it is known by the same name as an entry that {_giver(origin)} gives", _instead(origin))
            for place, entry in enumerate(found)
            if list_entries.identity(entry, path[-1]) in lost
        ]  # fmt: skip


def _giver(origin):
    return "the collection" if origin == COLLECTION else origin


def _instead(origin):
    # Which of its options says what was meant here, the variable's description tells.
    variables = sorted({variable.split(".")[0].split("[")[0] for variable in origin.split(", ")} - {COLLECTION})
    return f"Remove it, and set {' or '.join(variables)}" if variables else "Remove it, or give it another name"


def variables_given_twice(values, context):
    """Refuse environment variables that the collection gives already, in another list that the same container gets.

    The API server refuses two entries of one name, and of those in a template of pods the last one wins.

    :param values: all values, with the raw ones laid over.
    :param context: as above.
    :returns: list of findings.
    """
    if not context.get("overrides"):
        return []
    compiled = _Compiled(context.get("settings") or [])
    own = added_variables(compiled.values)
    return [
        ValueFinding(
            dotted(variable.name_path), f"{_giver(compiled.variable(given.list_path))} gives a variable of this name, too",
            _remedy(compiled.variable(given.list_path), given),
        )
        for variable in added_variables(values)
        for given in own
        if variable.name == given.name and variable.list_path != given.list_path
        and EVERYWHERE in (variable.scope, given.scope) and not _is_own(variable, own)
    ]  # fmt: skip


def _is_own(variable, own):
    return any((variable.name, variable.list_path) == (given.name, given.list_path) for given in own)


def _remedy(origin, given):
    if origin == COLLECTION and given.scope:
        return f"Remove it, or write it for single components other than {dotted(given.scope)}"
    return _instead(origin)
