# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What helm renders of a chart: objects, and which of them differ. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests

try:
    import yaml
except ImportError:
    # It comes with the kubernetes library, whose absence the client reports.
    pass


def objects(manifest, namespace):
    """The objects of a manifest.

    :param manifest: YAML documents, as ``helm template`` prints and helm stores them.
    :param namespace: the namespace of objects that name none.
    :returns: {``Kind namespace/name``: definition}, sorted.
    :raises DefinitionError: where a document is not an object.
    """
    documents = yaml.load_all(manifest, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    definitions = manifests.normalise([document for document in documents if document])
    found = {}
    for definition in definitions:
        metadata = definition["metadata"]
        found[f"{definition['kind']} {metadata.get('namespace') or namespace}/{metadata['name']}"] = definition
    return dict(sorted(found.items()))


def differences(before, after):
    """Compare two sets of rendered objects.

    :param before: {label: definition}.
    :param after: {label: definition}.
    :returns: list of {before, after, before_header, after_header}, one for each object that differs, as Ansible's
        ``--diff`` prints it; the content of Secrets is hidden.
    """
    return [
        manifests.difference(before.get(label), after.get(label), label)
        for label in sorted(set(before) | set(after))
        if before.get(label) != after.get(label)
    ]
