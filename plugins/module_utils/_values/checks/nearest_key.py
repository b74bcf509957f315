# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which known key a wrong one was meant to be. Pure: no I/O."""

from __future__ import annotations

import difflib
import re

# Below, two keys have little more than an ending in common.
ALIKE = 0.66
NEAR_MISS = 0.85
# A shorter beginning says nothing.
_TELLING = 4
_SEPARATORS = re.compile(r"[\s_-]+")
_PLURALS = (("ies", "y"), ("ses", "s"), ("s", ""))


def _folded(key):
    return _SEPARATORS.sub("", key).casefold()


def _singular(key):
    for ending, instead in _PLURALS:
        if key.endswith(ending):
            return key[:-len(ending)] + instead
    return key


def _begins(one, other):
    return min(len(one), len(other)) >= _TELLING and (one.startswith(other) or other.startswith(one))


def nearest(key, known, alike=ALIKE):
    """The known key that a wrong one is most like.

    Case, hyphens, underscores and the plural do not count; next comes the only one that begins with it, or with which it
    begins; otherwise letters do.

    :param known: the keys that there are.
    :param alike: how much of both must be the same, from 0 to 1.
    :returns: one of them, or None where none is like it.
    """
    ordered = sorted(known)
    folded = _folded(key)
    for same in (lambda other: other == folded, lambda other: _singular(other) == _singular(folded)):
        found = [other for other in ordered if same(_folded(other))]
        if found:
            return found[0]
    begun = [other for other in ordered if _begins(_folded(other), folded)]
    if alike <= ALIKE and len(begun) == 1:
        return begun[0]
    by_form = {_folded(other): other for other in reversed(ordered)}
    close = difflib.get_close_matches(folded, by_form, n=1, cutoff=alike)
    return by_form[close[0]] if close else None


def elsewhere(path, key, places):
    """Where a key that is unknown at its place is known.

    :param path: the place, a tuple of keys.
    :param places: {key: [paths of the places that have it]}.
    :returns: up to two full paths: with the two last names exchanged, else below a parent of the same name, else below
        the same parent or one of its ancestors, else anywhere, if there are no more than two.
    """
    if path and path[:-1] + (key,) in places.get(path[-1], ()):
        return [path[:-1] + (key, path[-1])]
    found = sorted(places.get(key, ()))
    namesakes = [place for place in found if place and place[-1:] == path[-1:]]
    if namesakes:
        return [place + (key,) for place in namesakes[:2]]
    for depth in range(len(path), 0, -1):
        close = [place for place in found if place[:depth] == path[:depth]]
        if close:
            # A place as deep as the wrong one is its sibling.
            distance = min(abs(len(place) - len(path)) for place in close)
            return [place + (key,) for place in close if abs(len(place) - len(path)) == distance][:2]
    return [place + (key,) for place in found] if len(found) <= 2 else []
