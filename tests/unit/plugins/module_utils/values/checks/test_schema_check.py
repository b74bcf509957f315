# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a chart's own schema says of values, told in words, without the values that may be secret."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import schema_check

SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "definitions": {"name": {"type": "object", "additionalProperties": False, "required": ["name"],
                             "properties": {"name": {"type": "string"}}}},
    "properties": {
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "ratio": {"type": ["number", "null"]},
        "text": {"type": "string", "minLength": 2, "maxLength": 40, "pattern": "^[a-z]*$"},
        "password": {"type": "string"},
        "port": {"type": ["integer", "string"]},
        "switch": {"type": "boolean"},
        "kind": {"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
        "fixed": {"const": 1},
        "nothing": {"type": "null"},
        "closed": {"type": "object", "additionalProperties": False, "properties": {"known": {}},
                   "patternProperties": {"^x-": {}}},
        "names": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": True, "items": {
            "oneOf": [{"type": "string"}, {"$ref": "#/definitions/name"}]}},
        "one": {"type": "object", "properties": {"value": {"type": "string"}, "from": {"type": "string"}},
                "anyOf": [{"required": ["value"]}, {"required": ["from"]}]},
        "some": {"type": "object", "minProperties": 1, "maxProperties": 2},
        "step": {"multipleOf": 5},
        "odd": {"not": {"type": "string"}},
        "shapes": {"oneOf": [
            {"type": "object", "required": ["a"]}, {"type": "object", "required": ["b"], "maxProperties": 1}]},
        "both": {"oneOf": [{"type": "string"}, {"type": "string", "maxLength": 50}]},
        "defaulted": {"type": "object", "required": ["needed"], "properties": {"needed": {"type": "integer"}}},
    },
}
FACTS = ChartFacts("demo", "1.0.0", {"defaulted": {"needed": 1, "other": 2}, "count": 3}, SCHEMA)


def told(values):
    findings, unknown = schema_check.check_schema(values, FACTS)
    assert all(finding.path == ".".join(map(str, path)) for path, finding in findings.items())
    return sorted(map(str, findings.values())), unknown


@pytest.mark.parametrize(("values", "message"), [
    ({"count": "2"}, 'count: it is the text "2"; a whole number is expected. Write 2 without quotes.'),
    ({"count": "two"}, 'count: it is the text "two"; a whole number is expected. Write a whole number.'),
    ({"count": 2.5}, "count: it is the number 2.5; a whole number is expected. Write a whole number."),
    ({"count": False}, "count: it is false; a whole number is expected. Write a whole number."),
    ({"count": 0}, "count: it is the number 0; at least 1 is expected. Change the value so that it fits."),
    ({"count": 10}, "count: it is the number 10; at most 9 is expected. Change the value so that it fits."),
    ({"ratio": "1.5"}, 'ratio: it is the text "1.5"; a number is expected. Write 1.5 without quotes.'),
    ({"text": 5}, "text: it is the number 5; a text is expected. Put it in quotes."),
    ({"text": True}, "text: it is true; a text is expected. Put it in quotes."),
    ({"text": {"a": 1}}, "text: it is a map; a text is expected. Write it as a block of text, after `text: |`."),
    ({"text": "a"}, 'text: it is the text "a"; 2 or more characters are expected. Change the value so that it fits.'),
    ({"text": "A B C"}, "text: it is a text; a text that matches ^[a-z]*$ is expected. "
                        "Change the value so that it fits."),
    ({"password": 12345678}, "password: it is a number; a text is expected. Put it in quotes."),
    ({"port": [1]}, "port: it is a list; a whole number or a text is expected. "
                    "Write it as a block of text, after `port: |`."),
    ({"switch": "yes"}, 'switch: it is the text "yes"; true or false is expected. Write true without quotes.'),
    ({"switch": "FALSE"}, 'switch: it is the text "FALSE"; true or false is expected. Write false without quotes.'),
    ({"switch": "maybe"}, 'switch: it is the text "maybe"; true or false is expected. Write true or false.'),
    ({"kind": "clusterIp"}, 'kind: it is the text "clusterIp"; one of ClusterIP, NodePort, LoadBalancer is expected. '
                            "Write ClusterIP."),
    ({"kind": 5}, "kind: it is the number 5; one of ClusterIP, NodePort, LoadBalancer is expected. "
                  "Write one of them."),
    ({"fixed": 2}, "fixed: it is the number 2; one of 1 is expected. Write one of them."),
    ({"nothing": 2}, "nothing: it is the number 2; null is expected. Write null."),
    ({"closed": [1]}, "closed: it is a list; a map is expected. Write a map, each key on a line of its own."),
    ({"names": "a"}, 'names: it is the text "a"; a list is expected. Write a list, each entry after a dash.'),
    ({"names": []}, "names: it is a list; 1 or more entries are expected. Change the value so that it fits."),
    ({"names": ["a", "a"]}, "names: it is a list; each entry may occur only once. Change the value so that it fits."),
    ({"names": [5]}, "names.0: it is the number 5; a text or a map is expected. Put it in quotes."),
    ({"names": [None]}, "names.0: it is null; a text or a map is expected. Put it in quotes."),
    ({"names": ["a", {}]}, "names.1: it lacks name. Add name."),
    ({"names": [{"name": 5}]}, "names.0.name: it is the number 5; a text is expected. Put it in quotes."),
    ({"names": [{"name": ["x"]}]},
     "names.0.name: it is a list; a text is expected. Write it as a block of text, after `name: |`."),
    ({"one": {}}, "one: it lacks from or value. Add from or value."),
    ({"some": {}}, "some: it is a map; 1 or more keys are expected. Change the value so that it fits."),
    ({"step": 3}, "step: it is the number 3; a multiple of 5 is expected. Change the value so that it fits."),
    ({"odd": "a"}, "odd: it breaks the rule not of the chart's schema. "
                   "See the chart's values.schema.json."),
    ({"both": "a"}, "both: it has none of the forms that the chart's schema allows. "
                    "See the chart's values.schema.json."),
    ({"defaulted": {"needed": None}}, "defaulted: it lacks needed. Add needed."),
])
def test_what_is_there_and_what_is_wanted(values, message):
    assert told(values) == ([message], set())


@pytest.mark.parametrize("values", [
    {}, {"count": 2}, {"count": None}, {"ratio": None}, {"unknown": 1}, {"closed": {"known": 1, "x-own": 2}},
    {"names": ["a", {"name": "b"}]}, {"defaulted": {"other": 3}}, {"one": {"value": "a"}}, {"kind": "NodePort"},
])
def test_what_fits(values):
    assert told(values) == ([], set())


def test_keys_that_the_schema_refuses_are_handed_back():
    assert told({"closed": {"known": 1, "other": 2, "x-a": 3}, "names": [{"name": "a", "nam": "b"}]}) == (
        [], {("closed", "other"), ("names", 0, "nam")})


def test_of_several_faults_at_one_place_the_first_is_reported():
    assert len(told({"count": "two", "text": "A"})[0]) == 2
    assert len(told({"shapes": {}})[0]) == 1


@pytest.mark.parametrize(("path", "is_secretive"), [
    ("data.metadataConnection.pass", True), ("redis.password", True), ("fernetKey", True), ("jwtSecret", True),
    ("env.0.value", True), ("registry.connection.user", True), ("kerberos.keytabBase64Content", True),
    ("extraSecrets.a.data", True),
    ("fernetKeySecretName", False), ("scheduler.replicas", False), ("tolerations.0.key", False),
])
def test_names_of_secrets(path, is_secretive):
    keys = tuple(int(key) if key.isdigit() else key for key in path.split("."))
    assert schema_check.is_secretive(keys) == is_secretive


@pytest.mark.parametrize(("value", "shown"), [
    ("8080", 'the text "8080"'), ("two words", "a text"), ("postgresql://user:word@host/db", "a text"),
    ("a" * 25, "a text"), ("", "a text"), (5, "the number 5"), (True, "true"), (None, "null"), ([5], "a list"),
    ({"a": 5}, "a map"),
])
def test_only_short_plain_texts_are_shown(value, shown):
    assert schema_check.what_is_there(value, ("scheduler", "replicas")) == shown


@pytest.mark.parametrize("value", ["word", 12345])
def test_what_may_be_secret_is_not_shown(value):
    assert str(value) not in schema_check.what_is_there(value, ("redis", "password"))
    assert str(value) not in " ".join(schema_check.wrong_type(value, ("redis", "password"), ["boolean"]))


def test_the_dialect_is_that_of_the_schema():
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {
        "a": {"$ref": "#/$defs/a", "maximum": 5}}, "$defs": {"a": {"type": "integer"}}}
    facts = ChartFacts("demo", "1.0.0", {}, schema)
    assert list(schema_check.check_schema({"a": 6}, facts)[0]) == [("a",)]
    # In Draft 7 nothing counts beside a reference.
    older = {**schema, "$schema": "http://json-schema.org/draft-07/schema"}
    assert schema_check.check_schema({"a": 6}, ChartFacts("demo", "1.0.0", {}, older)) == ({}, set())


def test_without_a_schema_nothing_is_said(monkeypatch):
    monkeypatch.setattr(schema_check, "jsonschema", None)
    assert schema_check.check_schema({"count": "two"}, ChartFacts("demo", "1.0.0", {}, None)) == ({}, set())


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(schema_check, "jsonschema", None)
    with pytest.raises(MissingLibraryError) as caught:
        schema_check.check_schema({}, FACTS)
    assert str(caught.value) == (
        "Could not check the chart values: the Python library jsonschema is not installed. "
        "Run `pip install jsonschema` for the Python that runs Ansible.")
