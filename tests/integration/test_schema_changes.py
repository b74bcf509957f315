# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that use a field immediately after their kind was given it."""

from __future__ import annotations

import secrets

from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.manifests import Manifests
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.schema_changes import (
    apply_when_followed,
)

CHANGES = 30


def test_a_new_field_is_there_as_soon_as_it_was_applied(cluster, namespace):
    name = f"w{secrets.token_hex(4)}"
    properties = {}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{name}s.test.windrose.example"},
        "spec": {
            "group": "test.windrose.example", "names": {"kind": name.title(), "plural": f"{name}s"}, "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }  # fmt: skip
    widget = {
        "apiVersion": "test.windrose.example/v1", "kind": name.title(), "metadata": {"name": "one", "namespace": namespace},
        "spec": {},
    }  # fmt: skip
    try:
        Manifests(cluster.client, [definition, widget]).present()
        for number in range(CHANGES):
            properties[f"field{number}"] = {"type": "string"}
            widget["spec"][f"field{number}"] = "x"
            cluster.client.apply(definition)
            apply_when_followed(cluster.client, widget)
            live = cluster.client.get(widget["apiVersion"], widget["kind"], "one", namespace)
            assert live["spec"] == widget["spec"]
    finally:
        cluster.client.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", definition["metadata"]["name"])
