# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a set of objects belongs to, so that what is no longer named can be found and deleted. Pure functions.

Each object carries the owner in labels. A ConfigMap, the owner's record, names the kinds and namespaces that objects of
the owner may be in, so that looking for them takes one request for each of these.
"""

from __future__ import annotations

import json
import re

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.manifests import identity_of

LABEL, NAMESPACE_LABEL = "windrose.airflow/owner", "windrose.airflow/owner-namespace"
RECORD_LABEL = "windrose.airflow/owner-record"
RECORD_KEY = "collections"
RECORD_PREFIX = "windrose-owner-"
# What they hold cannot be brought back: a namespace and a definition take along all that is in them.
KEPT = frozenset({"PersistentVolumeClaim", "PersistentVolume", "Secret", "Namespace", "CustomResourceDefinition"})

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,46}[a-z0-9])?")


class Owner:
    """The owner of a set of objects.

    :param name: its name, unique in its namespace: at most 48 lower-case letters, digits and hyphens.
    :param namespace: the namespace of its record.
    :raises DefinitionError: the name is not valid.
    """

    def __init__(self, name, namespace):
        if not _NAME.fullmatch(name):
            raise DefinitionError(
                "Could not use", f"owner {name}", "its name would not be valid in a label and in the name of a ConfigMap",
                "Use at most 48 lower-case letters, digits and hyphens, none of them at an end.",
            )  # fmt: skip
        self.name = name
        self.namespace = namespace
        self.labels = {LABEL: name, NAMESPACE_LABEL: namespace}
        self.selector = ",".join(f"{label}={value}" for label, value in self.labels.items())
        self.record_name = RECORD_PREFIX + name

    def __str__(self):
        return f"{self.namespace}/{self.name}"

    def labelled(self, definition):
        """:returns: a copy of a definition with the labels of the owner."""
        metadata = definition["metadata"]
        return {**definition, "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), **self.labels}}}

    def other(self, live):
        """:returns: the name of another owner that an object belongs to, as ``namespace/name``, or None."""
        labels = live["metadata"].get("labels") or {}
        found = labels.get(LABEL)
        other = f"{labels.get(NAMESPACE_LABEL)}/{found}"
        return other if found and other != str(self) else None

    def record(self, collections):
        """Make the record.

        :param collections: set of (apiVersion, kind, namespace); the namespace is empty where the kind has none.
        :returns: the definition of a ConfigMap.
        """
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": self.record_name,
                "namespace": self.namespace,
                "labels": {RECORD_LABEL: self.name, "app.kubernetes.io/managed-by": "windrose.airflow"},
            },
            "data": {RECORD_KEY: json.dumps(sorted(collections))},
        }


def is_record(definition):
    """:returns: whether a definition is an owner's record."""
    return RECORD_LABEL in (definition["metadata"].get("labels") or {})


def recorded(record):
    """Read a record.

    :param record: the ConfigMap as read, or None.
    :returns: set of (apiVersion, kind, namespace); empty where there is no record or none that can be read.
    """
    try:
        found = json.loads(((record or {}).get("data") or {}).get(RECORD_KEY) or "[]")
        return {(str(api_version), str(kind), str(namespace)) for api_version, kind, namespace in found}
    except (TypeError, ValueError):
        return set()


def collections_of(definitions):
    """:returns: the set of (apiVersion, kind, namespace) that definitions belong to."""
    return {identity_of(definition)[:3] for definition in definitions}


def surplus(found, wanted, named):
    """Choose what is to be deleted.

    :param found: objects that carry the labels of the owner.
    :param wanted: definitions that are to stay.
    :param named: list of dicts ``kind``, ``name`` and ``namespace``: objects of the kinds in `KEPT` that may go as well.
    :returns: (objects to delete, objects that are no longer wanted and are kept because of their kind).
    """
    # An object has one name whichever version of its group it is asked for in.
    staying = {_place(definition) for definition in wanted}
    allowed = {(item["kind"], item.get("namespace") or "", item["name"]) for item in named}
    gone = {_place(item): item for item in found if _place(item) not in staying}
    kept = [item for place, item in gone.items() if item["kind"] in KEPT and place[1:] not in allowed]
    return [item for item in gone.values() if item not in kept], kept


def _place(item):
    api_version, kind, namespace, name = identity_of(item)
    return api_version.rpartition("/")[0], kind, namespace, name
