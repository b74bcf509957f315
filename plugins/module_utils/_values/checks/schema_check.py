# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chart values against the chart's own schema, explained in words. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import coalesced, dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import nearest_key
from ansible_collections.windrose.airflow.plugins.module_utils._values.differences import (
    CONNECTION_NAME,
    POINTER,
    SECRET_NAME,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

try:
    import jsonschema
except ImportError:
    jsonschema = None

_WORDS = {
    "string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "array": "a list", "object": "a map", "null": "null",
}
_LIMITS = {
    "minimum": "at least {0} is expected", "maximum": "at most {0} is expected",
    "exclusiveMinimum": "more than {0} is expected", "exclusiveMaximum": "less than {0} is expected",
    "minLength": "{0} or more characters are expected", "maxLength": "no more than {0} characters are expected",
    "minItems": "{0} or more entries are expected", "maxItems": "no more than {0} entries are expected",
    "minProperties": "{0} or more keys are expected", "maxProperties": "no more than {0} keys are expected",
    "pattern": "a text that matches {0} is expected", "multipleOf": "a multiple of {0} is expected",
    "uniqueItems": "each entry may occur only once",
}
_SEE_SCHEMA = "See the chart's values.schema.json"
# A longer text, or one with other characters, may be anything.
_HARMLESS = re.compile(r"[A-Za-z0-9.%/-]{1,24}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SWITCH = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
# Beside names of secrets: the values of environment variables, and the keytab.
_SECRETIVE = re.compile(r"^value$|keytab", re.IGNORECASE)


def check_schema(chart_values, facts):
    """Validate values, laid over the chart's defaults, as helm does.

    :param chart_values: the values, without the chart's defaults.
    :param facts: `ChartFacts` of the chart.
    :returns: (findings, unknown): {path: `ValueFinding`} of values that have the wrong form, and the set of the paths
        that the schema refuses as keys. A path is a tuple of keys, and of numbers for entries of lists.
    :raises MissingLibraryError: the chart has a schema, and the library jsonschema is not installed.
    """
    if facts.schema is None:
        return {}, set()
    if jsonschema is None:
        raise MissingLibraryError(
            "Could not check", "the chart values", "the Python library jsonschema is not installed",
            "Run `pip install jsonschema` for the Python that runs Ansible")
    validator = jsonschema.validators.validator_for(facts.schema, default=jsonschema.Draft7Validator)(facts.schema)
    findings, unknown = {}, set()
    for error in validator.iter_errors(coalesced(facts.defaults, chart_values)):
        for leaf in leaves(error):
            path = tuple(leaf.absolute_path)
            if leaf.validator == "additionalProperties" and leaf.validator_value is False:
                unknown |= {path + (key,) for key in surplus(leaf)}
            else:
                # The first one names the value; further ones at the same place follow from it.
                findings.setdefault(path, ValueFinding(dotted(path), *told(leaf, path)))
    return findings, unknown


def is_secretive(path):
    """:returns: whether what stands at a path may be a secret, going by the names."""
    names = [part for part in path if isinstance(part, str)]
    return any(
        _SECRETIVE.search(name)
        or (SECRET_NAME.search(name) or CONNECTION_NAME.search(name)) and not POINTER.search(name)
        for name in names)


def what_is_there(value, path):
    """:returns: a value in words: its type, and the value itself where it is short and no secret."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    kind = "text" if isinstance(value, str) else "number"
    if is_secretive(path) or isinstance(value, str) and not _HARMLESS.fullmatch(value):
        return f"a {kind}"
    return f'the text "{value}"' if isinstance(value, str) else f"the number {value}"


def wrong_type(value, path, types):
    """:param types: the expected types, by their names in JSON Schema.

    :returns: (problem, remedy) of a value of another type.
    """
    wanted = [name for name in types if name != "null"] or ["null"]
    words = " or ".join(_WORDS[name] for name in wanted)
    return f"it is {what_is_there(value, path)}; {words} is expected", _type_remedy(value, path, wanted, words)


def _type_remedy(value, path, wanted, words):
    if isinstance(value, str):
        if {"integer", "number"} & set(wanted) and _NUMBER.fullmatch(value):
            return "Write the number without quotes" if is_secretive(path) else f"Write {value} without quotes"
        if "boolean" in wanted and value.lower() in _SWITCH:
            return f"Write {_SWITCH[value.lower()]} without quotes"
    if "string" in wanted:
        if not isinstance(value, (dict, list)):
            return "Put it in quotes"
        return "Write it as a block of text" + (f", after `{path[-1]}: |`" if isinstance(path[-1], str) else "")
    if "array" in wanted:
        return "Write a list, each entry after a dash"
    return "Write a map, each key on a line of its own" if "object" in wanted else f"Write {words}"


def leaves(error):
    """Follow an error through anyOf and oneOf to what is wrong in the branch that was meant.

    :param error: an error of jsonschema.
    :returns: iterator of errors.
    """
    if error.validator not in ("anyOf", "oneOf") or not error.context:
        yield error
        return
    branches = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    # A branch that wants another type altogether was not meant.
    meant = [
        inner for inner in branches.values()
        if not any(one.validator == "type" and not one.relative_path for one in inner)]
    if len(meant) == 1:
        for inner in meant[0]:
            yield from leaves(inner)
    else:
        yield error


def surplus(error):
    """:returns: set of the keys that an error of ``additionalProperties`` is about."""
    patterns = error.schema.get("patternProperties", {})
    return {
        key for key in error.instance
        if key not in error.schema.get("properties", {}) and not any(re.search(pattern, key) for pattern in patterns)}


def told(error, path):
    """:param error: an error of jsonschema; not one about keys that are unknown.
    :param path: where it is, as a tuple.
    :returns: (problem, remedy).
    """
    keyword, limit = error.validator, error.validator_value
    if keyword == "type":
        return wrong_type(error.instance, path, _listed(limit))
    if keyword == "required":
        return _lacks([name for name in limit if name not in error.instance], "and")
    if keyword in ("enum", "const"):
        return _choice(error.instance, path, limit if keyword == "enum" else [limit])
    if keyword in ("anyOf", "oneOf"):
        return _alternatives(error, path)
    if keyword in _LIMITS:
        there = what_is_there(error.instance, path)
        return f"it is {there}; {_LIMITS[keyword].format(limit)}", "Change the value so that it fits"
    return f"it breaks the rule {keyword} of the chart's schema", _SEE_SCHEMA


def _lacks(names, joined_by):
    listed = f" {joined_by} ".join(sorted(names))
    return f"it lacks {listed}", f"Add {listed}"


def _choice(value, path, choices):
    listed = ", ".join(map(str, choices))
    texts = [choice for choice in choices if isinstance(choice, str)]
    near = nearest_key.nearest(value, texts) if isinstance(value, str) else None
    return f"it is {what_is_there(value, path)}; one of {listed} is expected", f"Write {near or 'one of them'}"


def _alternatives(error, path):
    here = [inner for inner in error.context if not inner.relative_path]
    if here and all(inner.validator == "required" for inner in here):
        return _lacks({name for inner in here for name in inner.validator_value if name not in error.instance}, "or")
    types = [name for inner in here if inner.validator == "type" for name in _listed(inner.validator_value)]
    if types:
        return wrong_type(error.instance, path, list(dict.fromkeys(types)))
    return "it has none of the forms that the chart's schema allows", _SEE_SCHEMA


def _listed(types):
    return [types] if isinstance(types, str) else types
