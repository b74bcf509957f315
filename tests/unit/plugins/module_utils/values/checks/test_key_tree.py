# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys a chart has at each place."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts, official_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import key_tree

SCHEMA = {
    "properties": {
        "scheduler": {"$ref": "#/definitions/component"},
        "hosts": {"items": {"anyOf": [{"type": "string"}, {"properties": {"name": {}}}]}},
        "own": {"properties": {"a": {}}, "additionalProperties": {"type": "string"}},
        "nested": {"allOf": [{"$ref": "#/definitions/component"}, {"properties": {"b": {}}}]},
        "remote": {"$ref": "https://example.com/schema.json"},
    },
    "definitions": {"component": {"properties": {"replicas": {}, "odd/name": {"properties": {"c": {}}}}}},
}
DEFAULTS = {
    "scheduler": {"enabled": True, "strategy": None}, "labels": {}, "anything": {}, "hosts": [], "cache": {"size": 1}}
TREE = key_tree.KeyTree(ChartFacts("demo", "1.0.0", DEFAULTS, SCHEMA, ("cache",)))


def keys(tree, path):
    place = tree.root
    for key in path.split(".") if path else ():
        place = tree.child(place, int(key) if key.isdigit() else key)
    return tree.keys(place)


@pytest.mark.parametrize(("path", "known"), [
    ("", {"scheduler", "labels", "anything", "hosts", "own", "nested", "remote", "cache", "global"}),
    ("scheduler", {"enabled", "strategy", "replicas", "odd/name"}),
    ("scheduler.strategy", {"type", "rollingUpdate"}),
    ("scheduler.odd/name", {"c"}),
    ("nested", {"replicas", "odd/name", "b"}),
    ("hosts.0", {"name"}),
    ("labels", None), ("anything", None), ("own", None), ("cache", None), ("cache.size", None), ("remote", None),
    ("global", None), ("scheduler.unknown", None),
])
def test_the_keys_of_a_place(path, known):
    assert keys(TREE, path) == known


@pytest.mark.parametrize(("path", "has"), [
    ("scheduler.replicas", True), ("scheduler.replica", False), ("labels.team", True), ("cache.any.thing", True),
    ("anything.at.all", False), ("hosts.0.name", True), ("hosts.0.nam", False), ("", True),
])
def test_what_a_chart_is_known_to_take(path, has):
    parts = [int(key) if key.isdigit() else key for key in path.split(".")] if path else []
    assert TREE.has(tuple(parts)) == has


def test_a_slip_in_a_subchart_is_all_but_a_key_that_is_set_there():
    assert TREE.is_slip(("cache", "sizes"))
    assert not any(TREE.is_slip(path) for path in [("cache", "size"), ("cache", "replicas"), ("labels", "sizes")])


def test_the_keys_of_a_subchart_are_those_that_are_set_there():
    assert TREE.listed(("cache",)) == {"size"}


def test_a_set_of_celery_workers_takes_what_workers_take():
    found = keys(key_tree.official_tree(), "workers.celery.sets.0")
    assert {"name", "queue", "replicas", "resources", "persistence", "keda", "serviceAccount"} <= found
    assert not {"sets", "celery", "kubernetes", "enableDefault"} & found
    assert keys(key_tree.official_tree(), "workers.celery.sets.0.persistence") >= {"size", "storageClassName"}


def test_places_of_keys():
    places = key_tree.official_tree().places
    assert set(places["gitSync"]) == {("images",), ("dags",)}
    assert ("scheduler",) in places["replicas"] and "parallelism" not in places


def test_the_official_chart_has_a_subchart_even_if_nobody_says_so():
    facts = official_facts()
    tree = key_tree.KeyTree(ChartFacts(facts.name, facts.version, facts.defaults, facts.schema))
    assert keys(tree, "postgresql") is None and "global" in keys(tree, "")
