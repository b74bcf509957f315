# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much Airflow does at a time. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import boolean, integer, mapping
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named

ANY, CELERY, TASK_PODS = "any", "celery", "task pods"
# Our option, which has the name that airflow.cfg has for it: its section there, and the executors that read it.
OPTIONS = {
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
# Both came with apache-airflow-providers-cncf-kubernetes 10.21.0; images of earlier releases of Airflow have 10.17.1.
ASYNC, MOST_AT_A_TIME = "async_pod_creation", "pod_creation_max_concurrency"
FIRST_WITH_ASYNC = (3, 3)
VARIABLES = {
    "concurrency": mapping(
        "How much Airflow does at a time, by the names that airflow.cfg has for it. What is left out is Airflow's "
        "default.",
        **{name: option for name, (_section, _executor, option) in OPTIONS.items()},
        triggerer_capacity=integer("Triggers at a time, for each triggerer.", 1),
        async_pod_creation=boolean(
            "Whether a scheduler asks for all pods of a batch at the same time. On from Airflow 3.3 on, where it is left "
            "out.",
            default=None,
        ),
        pod_creation_max_concurrency=integer(
            "Pods that a scheduler asks for at the same time, from Airflow 3.3 on. The whole batch if left out.", 1
        ),
    )
}


def settings(specification):
    """:returns: the list of Setting of this topic."""
    executors = {ANY: True, CELERY: specification.has_celery, TASK_PODS: specification.has_task_pods}
    options = specification["concurrency"]
    wanted = [
        (section, name, options[name], named("concurrency", name), option.description.removesuffix("."))
        for name, (section, executor, option) in OPTIONS.items()
        if executors[executor]
    ]
    found = wanted + _of_components(specification) + pods_are_asked_for_at_the_same_time(specification)
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


def pods_are_asked_for_at_the_same_time(specification):
    """Let a scheduler ask for all pods of a batch at once, where its provider can: else each waits for the one before.

    The provider's own default is off. Once it is on, what bounds the burst is the size of the batch, as long as nobody
    says less (get_provider_info.py of apache-airflow-providers-cncf-kubernetes 10.25.0).
    """
    if not specification.has_task_pods or specification.version < FIRST_WITH_ASYNC:
        return []
    options = specification["concurrency"]
    asked, most = options[ASYNC], options[MOST_AT_A_TIME]
    variable = COLLECTION if asked is None else named("concurrency", ASYNC)
    return [
        ("kubernetes_executor", ASYNC, asked is not False, variable, "Asks for all pods of a batch at the same time"),
        (
            "kubernetes_executor", MOST_AT_A_TIME, most, named("concurrency", MOST_AT_A_TIME),
            "Pods that it asks for at the same time",
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


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    if not specification.has_task_pods:
        return []
    return provider_reads_what_is_asked_for(specification) + a_bound_has_something_to_bound(specification)


def provider_reads_what_is_asked_for(specification):
    """Refuse what the provider in the image of an earlier Airflow would ignore without a word."""
    if specification.version >= FIRST_WITH_ASYNC:
        return []
    first = "{0}.{1}".format(*FIRST_WITH_ASYNC)
    return [
        ValueFinding(
            named("concurrency", name),
            f"the provider cncf-kubernetes in images of Airflow before {first} does not read it",
            f"Set airflow_version to {first} or later; or, for an image with apache-airflow-providers-cncf-kubernetes "
            f"10.21 or later, write config.kubernetes_executor.{name} in airflow_values_overrides",
        )
        for name in (ASYNC, MOST_AT_A_TIME)
        if specification["concurrency"][name]
    ]


def a_bound_has_something_to_bound(specification):
    """Refuse a bound of what is switched off beside it."""
    options = specification["concurrency"]
    if options[ASYNC] is not False or not options[MOST_AT_A_TIME]:
        return []
    switch = named("concurrency", ASYNC)
    problem = f"{switch} is false, so that pods are asked for one after the other"
    return [ValueFinding(named("concurrency", MOST_AT_A_TIME), problem, f"Remove it, or {switch}")]
