# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of the official chart, how they are written down, and how helm lays values over defaults."""

from __future__ import annotations

import copy
import json
import os
import re
import runpy
import tarfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import (
    chart_facts,
    official_keys,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import airflow_options, former_options

ROOT = Path(__file__).resolve().parents[5]
PACKAGE = os.environ.get("AIRFLOW_CHART_PACKAGE", "")
GENERATOR = runpy.run_path(str(ROOT / "scripts" / "value_facts.py"))
TREES = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(st.integers() | st.lists(st.integers()), lambda inner: st.dictionaries(st.sampled_from("abc"), inner)))


def paths(values, path=""):
    for key, value in values.items():
        yield f"{path}{key}"
        if isinstance(value, dict):
            yield from paths(value, f"{path}{key}.")


@pytest.mark.parametrize(("below", "above", "result"), [
    ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
    ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
    ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
    ({"a": {"b": 1}}, {"a": {"b": None}}, {"a": {}}),
    ({}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
    ({"a": None}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ({"a": {"b": 1}}, {"a": 2}, {"a": 2}),
    ({}, {1: 2, None: 4, 1.5: 5}, {"1": 2, "null": 4, "1.5": 5}),
    ({"true": 1}, {True: 2}, {"true": 2}),
])
def test_values_are_laid_over_defaults_as_helm_does(below, above, result):
    assert chart_facts.coalesced(below, above) == result


@given(TREES, TREES)
def test_values_laid_over_defaults_win_and_neither_is_changed(below, above):
    before = copy.deepcopy((below, above))
    result = chart_facts.coalesced(below, above)
    assert (below, above) == before
    assert chart_facts.coalesced(result, above) == result and chart_facts.coalesced(below, {}) == below
    assert set(paths(above)) <= set(paths(result))


def test_the_generator_keeps_keys_types_and_closed_levels():
    values = {
        "a": 1, "b": {"c": "x", "new": {"d": True}}, "labels": {"team": "x"}, "affinity": {}, "hosts": ["x"],
        "names": ["x"], "config": {"core": {"e": 1}}, "unset": None,
    }
    schema = {
        "properties": {
            "a": {"type": "integer"},
            "b": {"type": "object", "additionalProperties": False,
                  "properties": {"c": {"type": ["string", "null"]}, "hidden": {"type": "string"}}},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "affinity": {"$ref": "#/definitions/io.k8s.Affinity"},
            "hosts": {"type": "array", "items": {"oneOf": [
                {"type": "object", "additionalProperties": False, "properties": {"name": {"type": "string"}}},
                {"type": "string"},
            ]}},
            "names": {"type": "array", "items": {"type": "string"}},
            "config": {"type": "object", "additionalProperties": {
                "type": "object", "additionalProperties": {"type": ["string", "boolean"]}}},
            "open": {"type": "object", "additionalProperties": True},
            "unset": {"type": ["string", "null"]},
        },
        "definitions": {"io.k8s.Affinity": {"type": "object", "properties": {"nodeAffinity": {"type": "object"}}}},
    }
    defaults, facts = GENERATOR["chart_facts"](values, schema)
    assert defaults == {
        "a": 0, "affinity": {}, "b": {"c": None, "new": {"d": False}}, "config": {"core": {"e": 0}}, "hosts": [],
        "labels": {"team": ""}, "names": [], "unset": None,
    }
    assert facts["properties"] == {
        "a": {"type": ["integer"]},
        "affinity": {"type": ["object"]},
        "b": {"type": ["object"], "additionalProperties": False,
              "properties": {"c": {"type": ["null", "string"]}, "hidden": {"type": ["string"]}}},
        "config": {"type": ["object"], "properties": {}, "additionalProperties": {
            "type": ["object"], "additionalProperties": {"type": ["boolean", "string"]}}},
        "hosts": {"type": ["array"], "items": {
            "type": ["object", "string"], "additionalProperties": False, "properties": {"name": {"type": ["string"]}}}},
        "labels": {"type": ["object"], "properties": {}, "additionalProperties": {"type": ["string"]}},
        "names": {"type": ["array"]},
        "open": {"type": ["object"]},
        "unset": {"type": ["null", "string"]},
    }


@pytest.mark.parametrize(("text", "indent", "tree"), [
    (official_keys.DEFAULTS, "  ", chart_facts.official_facts().defaults),
    (official_keys.SCHEMA, "    ", chart_facts.official_facts().schema["properties"]),
], ids=["defaults", "schema"])
def test_each_key_has_a_line_of_its_own(text, indent, tree):
    assert re.findall(rf'^{indent}"([^"]+)": ', text, re.MULTILINE) == sorted(tree)


def test_the_facts_of_the_official_chart_are_those_of_its_default_values():
    facts = chart_facts.official_facts()
    text = (ROOT / "tests" / "fixtures" / "official_chart" / "value_paths.txt").read_text(encoding="utf-8")
    known = {line for line in text.splitlines() if not line.startswith("#")}
    assert facts.is_official() and set(paths(facts.defaults)) <= known
    # Types of Kubernetes are not taken apart.
    beyond = known - set(paths(facts.defaults))
    assert all(".strategy.rollingUpdate" in path or ".containerLifecycleHooks." in path for path in beyond)


@pytest.mark.parametrize(("path", "is_closed"), [
    ("scheduler", True), ("dags.gitSync", True), ("data", True), ("ingress.apiServer", True),
    ("logs.persistence", True), ("ingress", False), ("rbac", False), ("workers.celery", False),
    ("workers.kubernetes", False), ("postgresql", False), ("scheduler.serviceAccount", False),
    ("scheduler.securityContexts", False), ("scheduler.podDisruptionBudget", False),
    ("kerberos", False), ("pgbouncer.ssl", False), ("dags.gitSync.livenessProbe", False),
])
def test_the_levels_that_the_official_schema_leaves_open(path, is_closed):
    node = chart_facts.official_facts().schema
    for key in path.split("."):
        node = node["properties"][key]
    assert (node.get("additionalProperties") is False) == is_closed


@pytest.mark.official_chart
@pytest.mark.skipif(not PACKAGE, reason="AIRFLOW_CHART_PACKAGE names no package of the official chart")
def test_the_facts_are_those_of_the_package():
    assert GENERATOR["chart_module"](PACKAGE) == Path(official_keys.__file__).read_text(encoding="utf-8")
    with tarfile.open(PACKAGE, "r:gz") as archive:
        defaults = yaml.safe_load(archive.extractfile("airflow/values.yaml").read())
        schema = json.loads(archive.extractfile("airflow/values.schema.json").read())
    facts = chart_facts.official_facts()
    assert set(facts.schema["properties"]) == set(schema["properties"]) and set(facts.defaults) == set(defaults)


def test_generated_files_say_so():
    for module in (official_keys, airflow_options, former_options):
        assert "Generated by scripts/value_facts.py" in module.__doc__
