# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be installed in a cluster beside Kubernetes. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.catalogue import found, unused
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import (
    NOT_CHECKED,
    NOTHING,
    REAL,
    Row,
    listed,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.needs import METRICS_SERVER

VARIABLE = "airflow_rehearsal_addons"
# What there is of those that are declared; of others there is nothing.
_THERE = {METRICS_SERVER: ("metrics-server of the local cluster", REAL)}
_MISSING = (NOTHING, NOT_CHECKED)


def addons(asked, declared):
    """:param asked: list of {addon, used_by}, as `needs.needs` has them.
    :param declared: names.
    :returns: (list of `Row`, list of `PreflightFinding`).
    """
    rows, findings = [], []
    for entry in asked:
        name, users = entry["addon"], entry["used_by"]
        subject, is_there = f"add-on {name}", name in declared
        rows.append(Row(subject, listed(users), *(_THERE.get(name, _MISSING) if is_there else _MISSING)))
        if not is_there:
            problem = f"{listed(users)} {'needs' if len(users) == 1 else 'need'} it, and it is not declared."
            findings.append(found("WR601", subject, problem, name, declared))
    return rows, findings + unused(VARIABLE, sorted(set(declared) - {entry["addon"] for entry in asked}))
