# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which classes of the cluster Ingresses and volumes are of. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.catalogue import found, unused
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import (
    NOT_CHECKED,
    NOTHING,
    SIMULATED,
    Row,
    listed,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.nearest_key import ALIKE

INGRESS_CLASSES, STORAGE_CLASSES = "airflow_rehearsal_ingress_classes", "airflow_rehearsal_storage_classes"


def ingress_classes(asked, declared):
    """:param asked: list of {ingress_class, used_by}; an empty name means the cluster's default.
    :param declared: names.
    :returns: (list of `Row`, list of `PreflightFinding`).
    """
    users = {entry["ingress_class"]: entry["used_by"] for entry in asked}
    return _classes("IngressClass", "WR501", users, INGRESS_CLASSES, declared, "a class of this name, without a controller")


def storage_classes(asked, declared):
    """:param asked: list of `storage.Claim`; an empty class means the cluster's default.
    :param declared: names.
    :returns: (list of `Row`, list of `PreflightFinding`).
    """
    users = {}
    for claim in asked:
        users.setdefault(claim.storage_class, set()).add(f"volume of {claim.what}")
    return _classes("StorageClass", "WR502", users, STORAGE_CLASSES, declared, "a class of this name, on this machine")


def _classes(kind, code, users, variable, declared, stand_in):
    rows, findings = [], []
    for name, labels in sorted(users.items()):
        # The local cluster has a default of its own, and the environment names none.
        is_there = not name or name in declared
        subject = f"{kind} {name}" if name else f"default {kind}"
        row = (stand_in if name else "the local cluster's default", SIMULATED) if is_there else (NOTHING, NOT_CHECKED)
        rows.append(Row(subject, listed(labels), *row))
        if not is_there:
            problem = f"{listed(labels)} {'is' if len(labels) == 1 else 'are'} of it, and it is not declared."
            findings.append(found(code, subject, problem, name, declared, ALIKE))
    return rows, findings + unused(variable, sorted(set(declared) - set(users)))
