# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places whose keys no list can name are listed, every one of them, and each is there."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import official_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import free_form

# What the facts do not show: types of Kubernetes, what helm itself adds, and lists of which the schema says nothing.
BEYOND_THE_FACTS = {
    "**.matchLabels", "**.resources.limits", "**.resources.requests", "**.volumeAttributes", "global",
    "limits.*.default", "limits.*.defaultRequest", "limits.*.max", "limits.*.maxLimitRequestRatio", "limits.*.min",
    "statsd.extraMappings.*", "statsd.overrideMappings.*", "ingress.*.precedingPaths.*", "ingress.*.succeedingPaths.*",
}


def maps(schema, path=()):
    """Every map of a schema: (path, schema)."""
    if "object" in schema.get("type", ()):
        yield path, schema
    for key, inner in schema.get("properties", {}).items():
        yield from maps(inner, path + (key,))
    if "items" in schema:
        yield from maps(schema["items"], path + (0,))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from maps(schema["additionalProperties"], path + ("any",))


MAPS = dict(maps(official_facts().schema))


def test_every_map_whose_keys_the_schema_leaves_to_the_user_is_listed():
    left = {path for path, schema in MAPS.items() if schema.get("additionalProperties")}
    assert len(left) > 100
    assert {path for path in left if free_form.reason(path) is None} == set()


def test_no_map_with_keys_of_the_chart_is_listed():
    own = {path for path, schema in MAPS.items() if schema.get("properties") and path[:1] != ("config",)}
    assert len(own) > 200
    assert {path for path in own if free_form.reason(path)} == set()


@pytest.mark.parametrize("pattern", sorted(set(free_form.FREE_FORM) - BEYOND_THE_FACTS))
def test_every_pattern_is_of_some_map(pattern):
    assert [path for path in MAPS if free_form._matches(path, pattern)]


@pytest.mark.parametrize(("path", "is_free"), [
    ("labels", True), ("scheduler.labels", True), ("scheduler.podAnnotations", True), ("config", True),
    ("config.core", True), ("workers.celery.sets.0.nodeSelector", True),
    ("scheduler.topologySpreadConstraints.0.labelSelector.matchLabels", True),
    ("ingress.apiServer.precedingPaths.0", True), ("extraSecrets", True), ("limits.0.default", True),
    ("scheduler", False), ("extraSecrets.a", False), ("config.core.a", False), ("scheduler.resources", False),
    ("limits", False), ("limits.0", False), ("scheduler.config", False), ("quotas.a", False), ("", False),
])
def test_places(path, is_free):
    keys = tuple(int(key) if key.isdigit() else key for key in path.split(".")) if path else ()
    assert bool(free_form.reason(keys)) == is_free


def test_keys_that_the_chart_takes_and_does_not_name():
    assert free_form.more_keys(("scheduler", "strategy")) == {"type", "rollingUpdate"}
    assert free_form.more_keys(("triggerer", "updateStrategy", "rollingUpdate")) == {"maxUnavailable", "partition"}
    assert free_form.more_keys(("scheduler",)) == set()
