# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest


def test_options_of_components_go_to_the_sections_of_the_components(compiled):
    values = compiled(
        concurrency={"triggerer_capacity": 500},
        components={"api_server": {"workers": 2}, "dag_processor": {"parsing_processes": 4}},
    )  # fmt: skip
    assert values["config"] == {
        "api": {"workers": "2"}, "dag_processor": {"parsing_processes": "4"}, "triggerer": {"capacity": "500"},
    }  # fmt: skip


def test_options_go_to_the_sections_that_airflow_has_for_them(compiled):
    options = {
        "parallelism": 64, "max_active_tasks_per_dag": 16, "max_active_runs_per_dag": 4,
        "default_pool_task_slot_count": 128,
        "max_tis_per_query": 32, "sql_alchemy_pool_size": 5, "sql_alchemy_max_overflow": -1, "worker_concurrency": 8,
        "worker_prefetch_multiplier": 1, "worker_pods_creation_batch_size": 16, "task_publish_max_retries": -1,
    }  # fmt: skip
    found = compiled(executor="CeleryExecutor,KubernetesExecutor", concurrency=options)["config"]
    assert {option: value for section in found.values() for option, value in section.items()} == {
        option: str(value) for option, value in options.items()
    }
    assert {section: set(content) for section, content in found.items()} == {
        "core": {"parallelism", "max_active_tasks_per_dag", "max_active_runs_per_dag", "default_pool_task_slot_count"},
        "scheduler": {"max_tis_per_query"},
        "database": {"sql_alchemy_pool_size", "sql_alchemy_max_overflow"},
        "celery": {"worker_concurrency", "worker_prefetch_multiplier"},
        "kubernetes_executor": {"worker_pods_creation_batch_size", "task_publish_max_retries"},
    }


@pytest.mark.parametrize(
    ("executor", "sections"),
    [("LocalExecutor", set()), ("CeleryExecutor", {"celery"}), ("KubernetesExecutor", {"kubernetes_executor"})],
)
def test_only_what_the_executor_reads_is_set(compiled, executor, sections):
    options = {"worker_concurrency": 8, "worker_pods_creation_batch_size": 16}
    assert set(compiled(executor=executor, concurrency=options).get("config", {})) == sections


def test_airflow_decides_where_nobody_else_does(compiled):
    assert "config" not in compiled()
