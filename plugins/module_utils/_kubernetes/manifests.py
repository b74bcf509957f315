# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions of Kubernetes objects: checked, ordered, compared and shown. Pure functions."""

from __future__ import annotations

import base64
import binascii

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError

HIDDEN = "(hidden)"
HIDDEN_CHANGED = "(hidden, changed)"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_SERVER_METADATA = (
    "managedFields",
    "resourceVersion",
    "uid",
    "generation",
    "creationTimestamp",
    "selfLink",
    "deletionTimestamp",
)

# What others refer to comes first; what only makes sense once others work comes last.
_ORDER = (
    {"Namespace"},
    {"CustomResourceDefinition"},
    {"PriorityClass", "StorageClass", "RuntimeClass", "IngressClass", "PersistentVolume"},
    {"ServiceAccount"},
    {"ClusterRole", "Role", "SecurityContextConstraints"},
    {"ClusterRoleBinding", "RoleBinding"},
    {"ResourceQuota", "LimitRange", "ConfigMap", "Secret", "NetworkPolicy", "PersistentVolumeClaim"},
    {"Service"},
)
_LAST = {"HorizontalPodAutoscaler", "APIService", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"}
CUSTOM_RESOURCE_DEFINITION = "CustomResourceDefinition"
# What other objects stand on: they cannot exist without.
GROUND = frozenset({"Namespace", CUSTOM_RESOURCE_DEFINITION})


def _refuse(subject, cause):
    return DefinitionError("Could not use", subject, cause, "Correct the definition.")


def _flatten(definitions):
    for index, definition in enumerate(definitions):
        kind = definition.get("kind")
        if isinstance(kind, str) and kind.endswith("List") and isinstance(definition.get("items"), list):
            yield from (
                (f"item {number} of definition {index}", item) for number, item in enumerate(definition["items"])
            )
        else:
            yield f"definition {index}", definition


def _secret_data(secret, subject):
    """Return ``data`` with ``stringData`` merged in, as the server does: what is write-only cannot be compared."""
    data = dict(secret.get("data") or {})
    for name, value in data.items():
        try:
            base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error):
            raise _refuse(subject, f"data.{name} is not base64 text (stringData takes plain text)") from None
    for name, value in (secret.get("stringData") or {}).items():
        if not isinstance(value, str):
            raise _refuse(subject, f"stringData.{name} is a {type(value).__name__}, not a string; quote it")
        data[name] = base64.b64encode(value.encode()).decode()
    return data


def _normalise_one(place, definition):
    if not isinstance(definition, dict):
        raise _refuse(place, "it is not a mapping")
    metadata = definition.get("metadata")
    for name in ("apiVersion", "kind"):
        if not isinstance(definition.get(name), str) or not definition[name]:
            raise _refuse(place, f"it has no {name}")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str) or not metadata["name"]:
        raise _refuse(f"{place}, a {definition['kind']}", "it has no metadata.name")
    wanted = {name: value for name, value in definition.items() if name not in ("status", "stringData")}
    wanted["metadata"] = {name: value for name, value in metadata.items() if name not in _SERVER_METADATA}
    if definition["kind"] == "Secret" and definition["apiVersion"] == "v1":
        data = _secret_data(definition, f"Secret {metadata['name']}")
        if data or "data" in definition or "stringData" in definition:
            wanted["data"] = data
    return wanted


def identity_of(definition):
    """Identify an object: (apiVersion, kind, namespace, name)."""
    metadata = definition["metadata"]
    return definition["apiVersion"], definition["kind"], metadata.get("namespace") or "", metadata["name"]


def normalise(definitions):
    """Check definitions and bring them into the form in which they are sent and compared.

    Lists are flattened, what only the server sets is left out, and ``stringData`` becomes ``data``.

    :param definitions: list of mappings, as from YAML.
    :returns: new list of definitions, in the same order.
    :raises DefinitionError: one is incomplete, or two describe the same object.
    """
    wanted, seen = [], set()
    for place, definition in _flatten(definitions):
        normal = _normalise_one(place, definition)
        identity = identity_of(normal)
        if identity in seen:
            raise _refuse(place, f"{normal['kind']} {normal['metadata']['name']} is defined twice")
        seen.add(identity)
        wanted.append(normal)
    return wanted


def rank(definition):
    """Return the place in the order of writing; objects of one rank do not depend on each other."""
    kind, group = definition["kind"], definition["apiVersion"].rpartition("/")[0]
    for place, kinds in enumerate(_ORDER):
        if kind in kinds:
            return place
    if kind in _LAST:
        return len(_ORDER) + 3
    # The groups of Kubernetes itself have no dot or end in .k8s.io; the others hold custom resources.
    if "." in group and not group.endswith(".k8s.io"):
        return len(_ORDER) + 2
    return len(_ORDER) + (1 if kind == "Job" else 0)


def in_ranks(items, definition_of, backwards=False):
    """Group items by the rank of their definition, first ranks first.

    :param definition_of: callable from an item to its definition.
    """
    groups = {}
    for item in items:
        groups.setdefault(rank(definition_of(item)), []).append(item)
    return [groups[place] for place in sorted(groups, reverse=backwards)]


def provided_kinds(definitions):
    """Return what CustomResourceDefinitions among the definitions provide: ``{(apiVersion, kind): namespaced}``."""
    provided = {}
    for definition in definitions:
        if definition["kind"] == CUSTOM_RESOURCE_DEFINITION:
            spec = definition.get("spec") or {}
            kind = (spec.get("names") or {}).get("kind")
            for version in spec.get("versions") or []:
                if version.get("served", True):
                    provided[f"{spec.get('group')}/{version.get('name')}", kind] = spec.get("scope") != "Cluster"
    return provided


def comparable(item):
    """Return an object without its status and without what the server counts and stamps."""
    shown = {name: value for name, value in item.items() if name != "status"}
    shown["metadata"] = {
        name: value for name, value in item.get("metadata", {}).items() if name not in _SERVER_METADATA
    }
    return shown


def owned_fields(item, manager):
    """Return the ``fieldsV1`` that a manager owns by server-side apply."""
    for entry in item.get("metadata", {}).get("managedFields") or []:
        if entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource"):
            return entry.get("fieldsV1") or {}
    return {}


def is_managed(item, manager):
    """:returns: whether a field manager has set fields of an object."""
    return any(entry.get("manager") == manager for entry in item["metadata"].get("managedFields") or [])


def is_same(live, predicted, manager):
    """Tell whether an apply would change nothing, neither content nor the ownership that later removals depend on.

    :param live: the object as it is.
    :param predicted: the object as the server's dry run answers it.
    """
    return comparable(live) == comparable(predicted) and owned_fields(live, manager) == owned_fields(predicted, manager)


def is_within(wanted, live):
    """Tell whether everything that a definition says is true of an object already.

    Only for objects that the server cannot judge yet; it knows neither defaults nor other spellings of one quantity.
    """
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(
            name in live and is_within(value, live[name]) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(live, list) and len(wanted) == len(live) and all(map(is_within, wanted, live))
    return wanted == live


def overlay(live, wanted):
    """Lay a definition over an object: mappings are merged, everything else is replaced."""
    if isinstance(wanted, dict) and isinstance(live, dict):
        return {**live, **{name: overlay(live.get(name), value) for name, value in wanted.items()}}
    return wanted


def _shown(item, other, changed):
    """Prepare one side of a diff: nothing secret, nothing that only the server counts."""
    if item is None:
        return {}
    shown = comparable(item)
    annotations = {
        name: value for name, value in (shown["metadata"].get("annotations") or {}).items() if name != _LAST_APPLIED
    }
    if "annotations" in shown["metadata"]:
        shown["metadata"]["annotations"] = annotations
    if item.get("kind") == "Secret":
        others = (other or {}).get("data") or {}
        shown.pop("stringData", None)
        shown["data"] = {
            name: changed if name in others and others[name] != value else HIDDEN
            for name, value in (item.get("data") or {}).items()
        }
    return shown


def _leaves(fields, path=""):
    if not fields:
        return {path}
    found = set()
    for name, below in fields.items():
        found |= {path} if name == "." else _leaves(below, f"{path}.{name.removeprefix('f:')}")
    return found


def difference(before, after, subject, manager=None):
    """Make one entry of a module's ``diff``; values of Secrets appear only as hidden and, where so, changed.

    :param before: the object before, or None.
    :param after: the object after, or None.
    :param manager: when given and only the ownership of fields differs, the entry shows that.
    """
    left, right = _shown(before, after, HIDDEN), _shown(after, before, HIDDEN_CHANGED)
    if manager and left == right:
        owned = [_leaves(owned_fields(item, manager)) - {""} for item in (before, after)]
        left, right = ({f"fields owned by {manager}": sorted(mine - other)} for mine, other in (owned, reversed(owned)))
    return {"before_header": subject, "after_header": subject, "before": left, "after": right}
