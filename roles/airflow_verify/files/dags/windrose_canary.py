# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DAG that proves an installation: two tasks in a row, each in a pod of its own, without side effects."""

from __future__ import annotations

import logging

from airflow.sdk import dag, task

log = logging.getLogger(__name__)


@dag(dag_id="windrose_canary", schedule=None, catchup=False, is_paused_upon_creation=False, tags=["windrose"])
def windrose_canary():
    """Hand one number from the first task to the second one, by way of the metadata database."""

    @task
    def give(run_id=None):
        log.info("windrose canary: %s task give", run_id)
        return 42

    @task
    def take(number, run_id=None):
        log.info("windrose canary: %s task take", run_id)
        if number != 42:
            raise ValueError(f"task give returned 42, task take got {number}")

    take(give())


windrose_canary()
