# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered objects against Kubernetes' own schema, as the API server judges them under server-side apply. Pure: no I/O.

It refuses a field that it does not know, a value of another type, two entries of one key in a list, and names and numbers out of
their bounds. https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

from __future__ import annotations

import functools

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import schema_check
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.nearest_key import NEAR_MISS, nearest
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import bounds
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import at, label, template_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.origins import DEFAULTS
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.told import Fault

try:
    import jsonschema
except ImportError:
    jsonschema = None

# The newest Kubernetes that is supported: what a cluster of it knows is not refused, whichever there is.
KUBERNETES = "1.36"
_LIST_KEYS = "x-kubernetes-list-map-keys"
# Keywords of a schema that say what type a value has.
_TYPES = frozenset({"type", "oneOf", "anyOf"})
# Lists of a pod whose entries validation wants to differ, however the pod is made.
_UNIQUE = frozenset({"containers", "initContainers", "volumes", "volumeMounts"})


class KubernetesSchema:
    """The kinds of Kubernetes.

    :param definitions: {name: schema} of Kubernetes' OpenAPI document, those of objects closed.
    """

    def __init__(self, definitions):
        self._definitions = bounds.laid_over(definitions)
        self._names = {
            (kind["group"], kind["version"], kind["kind"]): name
            for name, definition in definitions.items()
            for kind in definition.get("x-kubernetes-group-version-kind") or []
        }
        self._validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {_LIST_KEYS: _same_keys})

    @functools.lru_cache(maxsize=None)  # pylint: disable=method-cache-max-size-none
    def _of(self, api_version, kind):
        group, separator, version = api_version.rpartition("/")
        name = self._names.get((group if separator else "", version, kind))
        return name and self._validator({"$ref": f"#/$defs/{name}", "$defs": self._definitions})

    def errors(self, definition):
        """:param definition: an object.
        :returns: iterator of errors of jsonschema; none for a kind that is not of Kubernetes.
        """
        validator = self._of(str(definition.get("apiVersion")), definition.get("kind"))
        if not validator:
            return
        for error in validator.iter_errors(without_nulls(definition)):
            yield from schema_check.leaves(error)

    def is_formed(self, definition):
        """:param definition: an object.
        :returns: whether it has everywhere the types that it should have, so that it can be looked into.
        """
        metadata = definition.get("metadata")
        if not isinstance(metadata, dict) or not isinstance(definition.get("apiVersion"), str):
            return False
        if not all(isinstance(metadata.get(key) or "", str) for key in ("name", "namespace")):
            return False
        return not any(error.validator in _TYPES for error in self.errors(definition))


def without_nulls(value):
    """:returns: what Kubernetes reads: a key that is null is left out."""
    if isinstance(value, dict):
        return {key: without_nulls(entry) for key, entry in value.items() if entry is not None}
    return [without_nulls(entry) for entry in value] if isinstance(value, list) else value


def _same_keys(validator, keys, instance, schema):
    if validator.is_type(instance, "array") and _twice(instance, keys):
        yield jsonschema.ValidationError("duplicate entries")


def _twice(instance, keys):
    """:returns: list of {key: value} that two entries of a list have in common, each once."""
    seen, found = [], []
    for entry in instance:
        if not isinstance(entry, dict):
            continue
        identity = {key: entry.get(key, DEFAULTS.get(key)) for key in keys}
        if identity in seen and identity not in found:
            found.append(identity)
        seen.append(identity)
    return found


def faults(objects, schema, origins):
    """:param objects: `RenderedObjects`.
    :param schema: a `KubernetesSchema`.
    :param origins: `Origins` of the chart values.
    :returns: list of `Fault`.
    """
    found = []
    for definition in objects.definitions:
        found += _of_object(definition, label(definition), schema, origins)
        found += _of_name(definition, origins)
    for config_map, key, text in objects.pod_templates:
        template = template_of(text)
        if isinstance(template, dict) and template.get("kind") == "Pod":
            found += _of_object(template, f"{key} of {label(config_map)}", schema, origins, is_template=True)
    return found


def _of_object(definition, told, schema, origins, is_template=False):
    found, component = [], _component(definition)
    refused = "it cannot be so in {where}" if is_template else "the API server refuses it in {where}"
    for error in schema.errors(definition):
        path = tuple(error.absolute_path)
        if error.validator == _LIST_KEYS:
            # Pods of tasks are not applied but created, where Kubernetes takes the last entry of those that it only lists.
            if not is_template or path[-1] in _UNIQUE:
                found += [_duplicate(identity, path, told, origins, component) for identity in _twice(error.instance, error.validator_value)]
        elif error.validator == "additionalProperties" and error.validator_value is False:
            known = sorted(error.schema.get("properties") or {})
            found += [
                _unknown(path + (key,), known, told, origins.of(path + (key,), error.instance[key], component), refused)
                for key in sorted(schema_check.surplus(error), key=str)
            ]
        elif "propertyNames" in error.absolute_schema_path:
            key = str(error.instance)
            origin = next(iter(origins.keys(key, component)), None)
            found.append(Fault(told, path + (key,), origin, f"{refused}: it is no key for {path[-1]}", f"Write {_form(error)}"))
        elif not (is_template and error.validator == "type" and isinstance(error.instance, (int, float, str))):
            # Airflow reads a number as a text, and a text as a number, where one is wanted.
            problem, remedy = _words(error, path)
            found.append(Fault(told, path, origins.of(path, error.instance, component), f"{refused}: {problem}", remedy))
    return found


def _component(definition):
    component = at(definition, ("metadata", "labels", "component"))
    return component if isinstance(component, str) else None


def _words(error, path):
    if error.validator == "pattern":
        return "it has another form than Kubernetes asks for", f"Write {_form(error)}"
    return schema_check.told(error, path)


def _form(error):
    if error.validator == "maxLength":
        return f"at most {error.validator_value} characters"
    return bounds.WORDS.get(error.validator_value, "what its documentation asks for")


def _unknown(path, known, told, origin, refused):
    meant = nearest(str(path[-1]), known, NEAR_MISS) or nearest(str(path[-1]), known)
    parent = next((str(part) for part in reversed(path[:-1]) if isinstance(part, str)), "the object")
    return Fault(
        told, path, origin, f"{refused}: Kubernetes knows no field {path[-1]} in {parent}",
        f"Write {meant}" if meant else f"Leave it out; {parent} knows {', '.join(known)}")


def _duplicate(identity, path, told, origins, component):
    same = " and ".join(f"{key} {value}" for key, value in identity.items())
    places = origins.of_entry(identity, component, str(path[-1]))
    others = f"; {' and '.join(places[1:])} is the same" if places[1:] else "; another entry of the list, which the chart makes, is the same"
    told_list = f"the API server refuses two entries with {same} in {path[-1]} of {{where}}"
    return Fault(told, path, places[0] if places else None, told_list + (others if places else ""), _keep_one(path[-1], places))


def _keep_one(field, places):
    if field in ("volumes", "containers", "initContainers", "ports"):
        return "Give one of them another name" if field != "ports" else "Keep one of them"
    return "Keep it in one place" if places[1:] else "Leave it out, or set it where the chart takes it from"


def _of_name(definition, origins):
    bound, name = bounds.of_name(definition["kind"]), at(definition, ("metadata", "name"))
    if bound is None or not isinstance(name, str) or jsonschema.Draft202012Validator(bound).is_valid(name):
        return []
    return [Fault(
        label(definition), ("metadata", "name"), origins.named(name), "the API server refuses the name of {where}",
        f"Write at most {bound['maxLength']} {bounds.WORDS[bound['pattern']]}")]
