# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys a chart has at each place, going by its default values and its schema together. Pure: no I/O."""

from __future__ import annotations

import dataclasses
import functools

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import official_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    free_form,
    nearest_key,
)

_BRANCHES = ("anyOf", "oneOf", "allOf")
_SETS = ("workers", "celery", "sets")


@dataclasses.dataclass(frozen=True)
class Place:
    """A place in the values.

    :param path: the keys that lead there, entries of lists as numbers.
    :param default: the default value; None where there is none.
    :param schemas: all that the schema says of it, references and alternatives resolved.
    """

    path: tuple
    default: object
    schemas: tuple


class KeyTree:
    """The keys of one chart.

    :param facts: `ChartFacts`.
    """

    def __init__(self, facts):
        self._facts = facts
        self._subcharts = facts.subcharts or (official_facts().subcharts if facts.is_official() else ())
        self.root = Place((), facts.defaults, self._expanded(facts.schema or {}))

    def keys(self, place):
        """:returns: the keys that a map may have, or None where they are free or where nothing is known of them."""
        # Where the schema says what any further key must be like, it leaves the keys to the user.
        others = [schema.get("additionalProperties") for schema in place.schemas]
        if self._is_free(place.path) or any(isinstance(other, dict) and other for other in others):
            return None
        known = set(place.default) if isinstance(place.default, dict) else set()
        for schema in place.schemas:
            known.update(schema.get("properties", ()))
        known |= free_form.more_keys(place.path)
        if not place.path and self._subcharts:
            known |= {"global", *self._subcharts}
        return known or None

    def child(self, place, key):
        """:returns: the `Place` below a key of a map, or below a number of a list."""
        path = place.path + (key,)
        if isinstance(key, int):
            if place.path == _SETS:
                return self._worker_set(path)
            return Place(path, None, self._all(schema.get("items") for schema in place.schemas))
        default = place.default.get(key) if isinstance(place.default, dict) else None
        return Place(path, default, self._all(
            schema.get("properties", {}).get(key, schema.get("additionalProperties")) for schema in place.schemas))

    def is_slip(self, path):
        """:returns: whether a key of a subchart is all but one of those that this chart sets there."""
        if len(path) != 2 or path[0] not in self._subcharts:
            return False
        set_here = self._facts.defaults.get(path[0]) or {}
        return path[1] not in set_here and nearest_key.nearest(path[1], set_here, nearest_key.NEAR_MISS) is not None

    def has(self, path):
        """:returns: whether the chart is known to take a path; of types of Kubernetes nothing is known."""
        place = self.root
        for key in path:
            if isinstance(key, str):
                known = self.keys(place)
                if not self._is_free(place.path) if known is None else key not in known:
                    return False
            place = self.child(place, key)
        return True

    def listed(self, path):
        """:returns: the keys that a map is known to have, be there others or not."""
        place = self.root
        for key in path:
            place = self.child(place, key)
        return self.keys(place) or (set(place.default) if isinstance(place.default, dict) else set())

    @functools.cached_property
    def places(self):
        """{key: [paths of the maps that have it]}, without the sections of airflow.cfg."""
        found = {}

        def collect(place):
            for key in self.keys(place) or ():
                found.setdefault(key, []).append(place.path)
                below = self.child(place, key)
                # Maps of the schema alone, most of them types of Kubernetes, are left out: nobody means those.
                if isinstance(below.default, dict):
                    collect(below)

        collect(self.root)
        return found

    def _is_free(self, path):
        return bool(path) and (path[0] in self._subcharts or free_form.reason(path) is not None)

    def _worker_set(self, path):
        """A set of Celery workers takes what workers and workers.celery take, a name and a queue."""
        workers = self.child(self.root, "workers")
        celery = self.child(workers, "celery")
        default = {**(workers.default or {}), **(celery.default or {}), "name": None, "queue": None}
        for key in ("celery", "kubernetes", "sets", "enableDefault"):
            default.pop(key, None)
        properties = {}
        for schema in workers.schemas + celery.schemas:
            properties.update({key: inner for key, inner in schema.get("properties", {}).items() if key in default})
        return Place(path, default, ({"properties": properties},))

    def _all(self, schemas):
        return tuple(part for schema in schemas if isinstance(schema, dict) for part in self._expanded(schema))

    def _expanded(self, schema):
        parts = [schema]
        if "$ref" in schema:
            parts += self._expanded(self._resolved(schema["$ref"]))
        for branches in _BRANCHES:
            for branch in schema.get(branches, ()):
                parts += self._expanded(branch)
        return tuple(parts)

    def _resolved(self, reference):
        if not reference.startswith("#"):
            return {}
        node = self._facts.schema
        for name in reference.split("/")[1:]:
            node = node[name.replace("~1", "/").replace("~0", "~")]
        return node


@functools.cache
def official_tree():
    """:returns: the `KeyTree` of the official chart."""
    return KeyTree(official_facts())
