# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chart values as single leaves, each of which remembers where it stood in the file. Pure: no I/O."""

from __future__ import annotations

import dataclasses
import json

ABSENT = object()


@dataclasses.dataclass(frozen=True)
class Leaf:
    """A value that holds no further keys.

    :param value: a scalar, a list, or an empty map.
    :param origin: the keys that led to it in the file.
    :param note: what was changed on its way, as sentences for people; empty where nothing was.
    """

    value: object
    origin: tuple
    note: str = ""


class Leaves:
    """The values that are still to be placed.

    :param values: nested chart values.
    :param level: the keys of the file that lead to them.
    """

    def __init__(self, values, level=()):
        self._leaves = {}
        self._add((), values, level)

    def _add(self, path, value, origin, note=""):
        if isinstance(value, dict) and (value or not path):
            for key, inner in value.items():
                self._add((*path, key), inner, (*origin, key), note)
        else:
            self._leaves[path] = Leaf(value, origin, note)

    def paths(self):
        """:returns: the paths of all leaves, sorted."""
        return sorted(self._leaves)

    def leaf(self, path):
        """:returns: the `Leaf` at a path, or None."""
        return self._leaves.get(path)

    def below(self, path):
        """:returns: the paths of the leaves at a path and below it, sorted."""
        return sorted(found for found in self._leaves if found[: len(path)] == path)

    def has(self, path):
        """:returns: whether there is anything at a path or below it."""
        return bool(self.below(path))

    def value(self, path, default=None):
        """:returns: the value at a path, nested where there are leaves below it."""
        found = self.below(path)
        if not found:
            return default
        if found == [path]:
            return self._leaves[path].value
        result = {}
        for place in found:
            level = result
            for key in place[len(path):-1]:
                level = level.setdefault(key, {})
            if place != path:
                level[place[-1]] = self._leaves[place].value
        return result

    def children(self, path):
        """:returns: the keys of the map at a path, sorted."""
        return sorted({found[len(path)] for found in self.below(path) if len(found) > len(path)})

    def put(self, path, value, origin, note=""):
        """Set a value, in place of what is there, below, and of a single value above."""
        self.remove(path)
        for length in range(1, len(path)):
            self._leaves.pop(path[:length], None)
        self._add(path, value, origin, note)

    def remove(self, path):
        """:returns: the leaves that were at a path and below it, as {path: Leaf}."""
        return {found: self._leaves.pop(found) for found in self.below(path)}

    def move(self, old, new, note=""):
        """Give values another path; those that stand there already stay.

        :returns: the leaves that gave way, as a list of `Leaf`.
        """
        beaten = []
        for path, leaf in self.remove(old).items():
            place = (*new, *path[len(old):])
            if self.has(place) or any(place[:length] in self._leaves for length in range(1, len(place))):
                beaten.append(leaf)
            else:
                self._leaves[place] = dataclasses.replace(leaf, note=joined(leaf.note, note))
        return beaten

    def origins(self, path):
        """:returns: where the values at a path stood in the file: sorted list of paths, as short as they can be."""
        found = set()
        for place in self.below(path):
            rest, origin = place[len(path):], self._leaves[place].origin
            is_below = rest and len(origin) > len(rest) and origin[-len(rest):] == rest
            found.add(origin[: len(origin) - len(rest)] if is_below else origin)
        return sorted(found)

    def nested(self):
        """:returns: all values, nested."""
        return self.value((), {})


def joined(*sentences):
    """:returns: sentences one after the other, each once."""
    told = ""
    for sentence in sentences:
        told += f" {sentence}" if sentence not in told else ""
    return told.strip()


def shown(path):
    """:returns: a path with dots; keys that hold a dot are in quotes."""
    return ".".join(json.dumps(key) if isinstance(key, str) and "." in key else str(key) for key in path)
