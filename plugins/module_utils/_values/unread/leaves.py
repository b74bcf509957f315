# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The single values that raw chart values are made of. Pure: no I/O."""

from __future__ import annotations

import copy
import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import key_text


@dataclasses.dataclass(frozen=True)
class Leaf:
    """One value that holds no others.

    :param path: the keys that lead to it, entries of lists as numbers.
    :param value: a scalar, null, an empty list, or an empty map in a list.
    :param default: what the chart has there; None where it has nothing.
    """

    path: tuple
    value: object
    default: object

    def __hash__(self):
        return hash(self.path)


def differing(raw, defaults):
    """Take raw values apart, without what says the same as the chart's default: of a copy of values.yaml little is left.

    An empty map is left out, too, where helm merges it with others: there it says nothing.

    :param raw: the raw values.
    :param defaults: the chart's own values.
    :returns: list of `Leaf`, in the order of the values.
    """
    return list(_differing((), raw, defaults))


def _differing(path, value, default):
    if isinstance(value, dict) and (value or not any(isinstance(key, int) for key in path)):
        below = default if isinstance(default, dict) else {}
        for key, inner in value.items():
            yield from _differing((*path, key), inner, below.get(key_text(key)))
    elif isinstance(value, list) and value and value != default:
        # helm replaces lists as a whole, so that their entries have no defaults.
        for place, entry in enumerate(value):
            yield from _differing((*path, place), entry, None)
    # In Python True equals 1; in a chart a flag is not a number.
    elif value != default or isinstance(value, bool) != isinstance(default, bool):
        yield Leaf(path, value, default)


def replaced(raw, values):
    """Put other values in the place of leaves.

    :param raw: the raw values.
    :param values: {path of a leaf: its new value}.
    :returns: new raw values; the argument is not changed.
    """
    result = copy.deepcopy(raw)
    for path, value in values.items():
        level = result
        for key in path[:-1]:
            level = level[key]
        level[path[-1]] = copy.deepcopy(value)
    return result


def without(raw, paths):
    """Take leaves away, and the maps and lists that held nothing else.

    :param raw: the raw values.
    :param paths: set of paths of leaves.
    :returns: new raw values; the argument is not changed.
    """
    return _without((), raw, paths) or {}


def _without(path, value, paths):
    """:returns: what is left; None where nothing is, and something was."""
    if isinstance(value, dict):
        kept = dict(_kept(path, value.items(), paths))
        return kept if kept or not value else None
    if isinstance(value, list):
        kept = [entry for unused, entry in _kept(path, enumerate(value), paths)]
        return kept if kept or not value else None
    return value


def _kept(path, entries, paths):
    for key, inner in entries:
        here = (*path, key)
        if here in paths:
            continue
        left = _without(here, inner, paths)
        if left is not None or inner is None:
            yield key, left
