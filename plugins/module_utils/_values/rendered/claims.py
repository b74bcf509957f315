# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volumes that a chart asks for. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import (
    at,
    entries,
    label,
    mapping,
    name_of,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.origins import COMPONENTS
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.told import Fault

MANY = "ReadWriteMany"
# The labels of the claims that the chart makes by themselves, and what they are of.
_CLAIMS = {"logs-pvc": ("logs.persistence", "logs"), "dags-pvc": ("dags.persistence", "DAGs")}
# Names that clouds and distributions give to StorageClasses of disks, which one node at a time can mount.
_DISKS = frozenset({
    "gp2", "gp3", "io1", "io2", "ebs-sc", "auto-ebs-sc", "standard-rwo", "premium-rwo", "pd-standard", "pd-ssd", "pd-balanced", "managed",
    "managed-csi", "managed-csi-premium", "managed-premium", "do-block-storage", "hcloud-volumes", "local-path",
})  # fmt: skip


def claims(objects, origins):
    """:param objects: `RenderedObjects`.
    :param origins: `Origins` of the chart values.
    :returns: list of {subject: dotted path of the chart value, what, access_modes, storage_class, size, replicas}, sorted.
    """
    found = []
    for definition in objects.of_kind("PersistentVolumeClaim"):
        path, what = _CLAIMS.get(_component(definition), (name_of(definition), name_of(definition)))
        found.append(_claim(path, what, definition))
    for definition in objects.of_kind("StatefulSet"):
        for template in entries(at(definition, ("spec", "volumeClaimTemplates"))):
            component = _component(definition)
            what = f"{mapping(template.get('metadata')).get('name')} of {label(definition)}"
            replicas = at(definition, ("spec", "replicas"))
            found.append(_claim(origins.of_persistence(COMPONENTS.get(component, str(component))), what, template, 1 if replicas is None else replicas))
    return sorted(found, key=lambda claim: (claim["subject"], claim["what"]))


def _component(definition):
    return mapping(mapping(definition.get("metadata")).get("labels")).get("component")


def _claim(path, what, definition, replicas=1):
    spec = mapping(definition.get("spec"))
    modes = spec.get("accessModes")
    return {
        "subject": path, "what": what, "access_modes": sorted(map(str, modes)) if isinstance(modes, list) else [],
        "storage_class": str(spec.get("storageClassName") or ""),
        "size": str(mapping(mapping(spec.get("resources")).get("requests")).get("storage") or ""), "replicas": replicas,
    }  # fmt: skip


def faults(claimed):
    """What the names of StorageClasses let expect; only a cluster knows what they are.

    :param claimed: what `claims` returns.
    :returns: list of `Fault`.
    """
    return [
        Fault(
            claim["subject"], (), claim["subject"],
            f"the volume of {claim['what']} is to be {MANY}, and StorageClass {claim['storage_class']} is one of disks, going by its name: "
            "one node at a time can mount them",
            "Name a StorageClass of a shared file system as storageClassName, such as NFS, EFS, Filestore or Azure Files", WARNING)
        for claim in claimed if MANY in claim["access_modes"] and claim["storage_class"] in _DISKS
    ]
