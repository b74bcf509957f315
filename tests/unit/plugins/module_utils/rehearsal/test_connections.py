# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.connections import pgbouncer
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import Row

UNKNOWN = "nothing: airflow_pgbouncer.max_client_connections does not say how many it accepts"


# Scheduler, dag-processor, triggerer and one worker of the api-server, 15 connections each.
@pytest.mark.parametrize(
    ("options", "concurrency", "rest"),
    [
        ({"max_client_connections": 200}, {}, ("up to 60 of components", "PgBouncer with max_client_conn 200, of 2 pods each", "simulated")),
        ({}, {"sql_alchemy_max_overflow": 0}, ("up to 20 of components", UNKNOWN, "not checked")),
        ({}, {"sql_alchemy_max_overflow": -1}, ("components, without a limit", UNKNOWN, "not checked")),
    ],
)  # fmt: skip
def test_what_pgbouncer_has_to_accept_is_a_row(options, concurrency, rest):
    environment = Environment({"airflow_pgbouncer": {"enabled": True, **options}, "airflow_concurrency": concurrency})
    assert pgbouncer(environment) == ([Row("connections to PgBouncer", *rest)], [])


@pytest.mark.parametrize("variables", [{}, {"airflow_pgbouncer": {"enabled": True}, "airflow_executor": "SequentialExecutor"}])
def test_without_pgbouncer_and_without_values_there_is_none(variables):
    assert pgbouncer(Environment(variables)) == ([], [])
