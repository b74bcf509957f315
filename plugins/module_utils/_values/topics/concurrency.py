# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much Airflow does at a time. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import integer, mapping
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named

ANY, CELERY, TASK_PODS = "any", "celery", "task pods"
# Our option, which has the name that airflow.cfg has for it: its section there, and the executors that read it.
_OPTIONS = {
    "parallelism": ("core", ANY, integer("Tasks at a time, for each scheduler.", 1)),
    "max_active_tasks_per_dag": ("core", ANY, integer("Tasks of one DAG at a time.", 1)),
    "max_active_runs_per_dag": ("core", ANY, integer("Runs of one DAG at a time.", 1)),
    "default_pool_task_slot_count": ("core", ANY, integer("Slots of the default pool of a new database.", 1)),
    "max_tis_per_query": ("scheduler", ANY, integer("Tasks that a scheduler queues in one go.", 1)),
    "sql_alchemy_pool_size": ("database", ANY, integer("Connections to the database that each process keeps.", 1)),
    "sql_alchemy_max_overflow": (
        "database", ANY, integer("Connections that each process opens beyond those; -1 for no limit.", -1),
    ),
    "worker_concurrency": ("celery", CELERY, integer("Tasks at a time, for each Celery worker.", 1)),
    "worker_prefetch_multiplier": ("celery", CELERY, integer("Tasks that a Celery worker reserves ahead.", 1)),
    "worker_pods_creation_batch_size": (
        "kubernetes_executor", TASK_PODS, integer("Pods of tasks that a scheduler starts in one go.", 1),
    ),
    "task_publish_max_retries": (
        "kubernetes_executor", TASK_PODS,
        integer("How often the start of a pod is tried again where the quota is exceeded; -1 for no limit.", -1),
    ),
}  # fmt: skip
VARIABLES = {
    "concurrency": mapping(
        "How much Airflow does at a time, by the names that airflow.cfg has for it. What is left out is Airflow's "
        "default.",
        **{name: option for name, (_section, _executor, option) in _OPTIONS.items()},
        triggerer_capacity=integer("Triggers at a time, for each triggerer.", 1),
    )
}


def settings(specification):
    """:returns: the list of Setting of this topic."""
    executors = {ANY: True, CELERY: specification.has_celery, TASK_PODS: specification.has_task_pods}
    options = specification["concurrency"]
    wanted = [
        (section, name, options[name], named("concurrency", name), option.description.removesuffix("."))
        for name, (section, executor, option) in _OPTIONS.items()
        if executors[executor]
    ]
    found = wanted + _of_components(specification)
    return airflow_settings_are_texts(entry for entry in found if entry[2] is not None)


def _of_components(specification):
    capacity = specification["concurrency"]["triggerer_capacity"]
    workers = specification.component("api_server")["workers"]
    processes = specification.component("dag_processor")["parsing_processes"]
    return [
        (
            "triggerer", "capacity", capacity,
            named("concurrency", "triggerer_capacity"), "Triggers at a time, for each triggerer",
        ),
        (
            "api", "workers", workers,
            named("components", "api_server", "workers"), "Worker processes of each pod",
        ),
        (
            "dag_processor", "parsing_processes", processes,
            named("components", "dag_processor", "parsing_processes"), "Files that it parses at a time",
        ),
    ]  # fmt: skip


def airflow_settings_are_texts(entries):
    """Write settings of Airflow as texts: helm prints a large number as 1e+06, which Airflow does not take.

    :param entries: (section, option, value, variable, why) each.
    :returns: list of Setting.
    """
    return [
        Setting(("config", section, option), str(value), variable, why)
        for section, option, value, variable, why in entries
    ]


def findings(_specification):
    """:returns: the list of Finding of this topic."""
    return []
