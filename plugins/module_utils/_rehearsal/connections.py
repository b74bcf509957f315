# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What PgBouncer has to accept. That it accepts too little is found with the chart values. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import (
    NOT_CHECKED,
    NOTHING,
    SIMULATED,
    Row,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.semantic_connections import SIZE, count


def pgbouncer(environment):
    """:param environment: a `_preflight` `Environment`.
    :returns: (list of `Row`, no findings).
    """
    options, values = environment.specification["pgbouncer"], environment.chart_values
    if values is None or not options["enabled"]:
        return [], []
    opened, accepted = count(values).total, options["max_client_connections"]
    told = (f"{NOTHING}: {SIZE} does not say how many it accepts", NOT_CHECKED)
    if accepted is not None:
        told = (f"PgBouncer with max_client_conn {accepted}, of {options['replicas']} pods each", SIMULATED)
    return [Row("connections to PgBouncer", f"up to {opened} of components" if opened else "components, without a limit", *told)], []
