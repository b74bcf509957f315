# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An import under way: what is still to be placed, what became a variable, and what is told of it. Pure: no I/O."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, declaration, role_variables
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.leaves import Leaves, joined, shown
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX

VARIABLE, OVERRIDE, DROPPED = OUTCOMES = ("variable", "override", "dropped")
_DECLARED = {**role_variables.VARIABLES, **compiler.VARIABLES}
_FALLBACK = "It fits no variable"


@dataclasses.dataclass(frozen=True, order=True)
class Row:
    """What became of one key of the file.

    :param origin: its path in the file, with dots.
    :param outcome: one of `OUTCOMES`.
    :param target: the variable, or the path of the override; empty for what was dropped.
    :param note: why, and what to do; sentences, none of which quotes what may be a secret.
    """

    origin: str
    outcome: str
    target: str
    note: str

    def as_dict(self):
        """:returns: the row for machines."""
        return dataclasses.asdict(self)


class Work:
    """An import under way.

    :param values: nested chart values.
    :param level: the keys of the file that lead to them.
    """

    def __init__(self, values, level=()):
        self.left = Leaves(values, level)
        self.variables = {}
        self.rows = []
        self.tasks = []

    def value(self, dotted, default=None):
        """:returns: what stands at a path that is written with dots."""
        return self.left.value(path_of(dotted), default)

    def has(self, dotted):
        """:returns: whether anything stands at a path that is written with dots."""
        return self.left.has(path_of(dotted))

    def told(self, dotted, target, note="", outcome=VARIABLE):
        """Say what becomes of the values at a path, and take them away."""
        path = _path(dotted)
        notes = joined(*(self.left.leaf(place).note for place in self.left.below(path)), note)
        for origin in self.left.origins(path):
            self.rows.append(Row(shown(origin), outcome, target, notes))
        self.left.remove(path)

    def drop(self, dotted, note):
        """Leave the values at a path out, with the reason and what to do."""
        self.told(dotted, "", note, DROPPED)

    def rename(self, old, new, note=""):
        """Give values another path; where that is taken already, they are dropped."""
        for leaf in self.left.move(_path(old), _path(new), note):
            told = f"The file also holds {shown(_path(new))}, which is the one that counts."
            self.rows.append(Row(shown(leaf.origin), DROPPED, "", joined(told)))

    def set(self, name, value):
        """Set a variable, or an option inside one.

        :param name: the variable without its prefix, and the options below it, with dots.
        """
        level = self.variables
        *above, last = name.split(".")
        for key in above:
            level = level.setdefault(key, {})
        level[last] = value

    def get(self, name, default=None):
        """:returns: what a variable, or an option inside one, was set to."""
        level = self.variables
        for key in name.split("."):
            if not isinstance(level, dict) or key not in level:
                return default
            level = level[key]
        return level

    def turn(self, dotted, name, value=None, note=""):
        """Make the values at a path a variable, if they fit its declaration.

        :param dotted: the path.
        :param name: the variable without its prefix, and the options below it, with dots.
        :param value: what the variable is set to; the value itself if left out.
        :returns: whether it became one. What does not fit stays where it is.
        """
        path = _path(dotted)
        if not self.left.has(path):
            return False
        value = self.left.value(path) if value is None else value
        if value is None or value == "":
            self.drop(path, "It is empty, which is as if it were not there.")
            return True
        problem = misfit(name, value)
        if problem:
            for place in self.left.below(path):
                leaf = self.left.leaf(place)
                self.left.put(place, leaf.value, leaf.origin, joined(leaf.note, f"{_FALLBACK} ({PREFIX}{name}): {problem}."))
            return False
        self.set(name, value)
        self.told(path, PREFIX + name, note)
        return True

    def assume(self, dotted, name):
        """Say that a variable was set to what the chart does where the file says nothing."""
        self.rows.append(Row(dotted, VARIABLE, PREFIX + name, "The file leaves it out: this is the chart's default."))

    def task(self, sentence):
        """Add something that is to be done by hand, once."""
        if sentence not in self.tasks:
            self.tasks.append(sentence)

    def keep(self):
        """Make overrides of all that is left.

        :returns: them, nested.
        """
        for path in self.left.paths():
            leaf = self.left.leaf(path)
            self.rows.append(Row(shown(leaf.origin), OVERRIDE, f"{PREFIX}values_overrides.{shown(path)}", leaf.note))
        return self.left.nested()


def misfit(name, value):
    """:returns: why a value is none for a variable, by its declaration; None where it is one."""
    option = _declared(name)
    if option is None:
        return None
    _read, findings = declaration.read(value, option, PREFIX + name)
    return findings[0].problem if findings else None


def _declared(name):
    variable, *inner = name.split(".")
    option = _DECLARED.get(variable)
    for key in inner:
        option = option and (option.options or {}).get(key)
    return option


def _path(path):
    return path_of(path) if isinstance(path, str) else path
