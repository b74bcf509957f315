# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions


def options_of(values):
    """:returns: {section: {option: value}} of airflow.cfg, but for the auth manager, which is always there."""
    config = {name: dict(section) for name, section in values["config"].items()}
    del config["core"]["auth_manager"]
    return {name: section for name, section in config.items() if section}


def test_options_of_components_go_to_the_sections_of_the_components(compiled):
    values = compiled(
        executor="LocalExecutor", concurrency={"triggerer_capacity": 500},
        components={"api_server": {"workers": 2}, "dag_processor": {"parsing_processes": 4}},
    )  # fmt: skip
    assert options_of(values) == {
        "api": {"workers": "2"}, "dag_processor": {"parsing_processes": "4"}, "triggerer": {"capacity": "500"},
    }  # fmt: skip


def test_options_go_to_the_sections_that_airflow_has_for_them(compiled):
    options = {
        "parallelism": 64, "max_active_tasks_per_dag": 16, "max_active_runs_per_dag": 4,
        "default_pool_task_slot_count": 128,
        "max_tis_per_query": 32, "sql_alchemy_pool_size": 5, "sql_alchemy_max_overflow": -1, "worker_concurrency": 8,
        "worker_prefetch_multiplier": 1, "worker_pods_creation_batch_size": 16, "task_publish_max_retries": -1,
    }  # fmt: skip
    found = options_of(compiled(version="3.2.2", executor="CeleryExecutor,KubernetesExecutor", concurrency=options))
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
    assert set(options_of(compiled(executor=executor, concurrency=options))) == sections


@pytest.mark.parametrize(("version", "executor", "asked", "config"), [
    # Left out, it is on where the version has it.
    ("3.2.2", "KubernetesExecutor", {}, {}),
    ("3.3.0", "KubernetesExecutor", {}, {"async_pod_creation": "True"}),
    ("3.3.2", "KubernetesExecutor", {}, {"async_pod_creation": "True"}),
    ("3.3.2", "CeleryExecutor,KubernetesExecutor", {}, {"async_pod_creation": "True"}),
    ("3.3.2", "CeleryExecutor", {}, {}),
    ("3.3.2", "LocalExecutor", {}, {}),
    ("3.3.2", "KubernetesExecutor", {"async_pod_creation": True}, {"async_pod_creation": "True"}),
    ("3.3.2", "KubernetesExecutor", {"async_pod_creation": "no"}, {"async_pod_creation": "False"}),
    ("3.3.2", "KubernetesExecutor", {"pod_creation_max_concurrency": 16},
     {"async_pod_creation": "True", "pod_creation_max_concurrency": "16"}),
    # Off is what the earlier provider does anyway.
    ("3.2.2", "KubernetesExecutor", {"async_pod_creation": False}, {}),
    ("3.2.2", "CeleryExecutor", {"async_pod_creation": True, "pod_creation_max_concurrency": 16}, {}),
])
def test_pods_are_asked_for_at_the_same_time_where_the_version_can(compiled, version, executor, asked, config):
    values = compiled(version=version, executor=executor, concurrency=asked)
    assert options_of(values) == ({"kubernetes_executor": config} if config else {})


@pytest.mark.parametrize(("asked", "variables"), [
    ({"async_pod_creation": True}, ["async_pod_creation"]),
    ({"pod_creation_max_concurrency": 16}, ["pod_creation_max_concurrency"]),
    ({"async_pod_creation": True, "pod_creation_max_concurrency": 16},
     ["async_pod_creation", "pod_creation_max_concurrency"]),
])
def test_what_the_provider_of_the_version_does_not_read_is_refused(refused, asked, variables):
    found = refused(version="3.2.2", concurrency=asked)
    assert found == {
        f"airflow_concurrency.{name}": "the provider cncf-kubernetes in images of Airflow before 3.3 does not read it"
        for name in variables}


@pytest.mark.parametrize("most", [0, -1, "many"])
def test_at_least_one_pod_is_asked_for(refused, most):
    found = refused(version="3.3.2", concurrency={"pod_creation_max_concurrency": most})
    assert list(found) == ["airflow_concurrency.pod_creation_max_concurrency"]


@pytest.mark.parametrize("version", airflow_versions.TRIED)
def test_airflow_decides_where_nobody_else_does(compiled, version):
    assert options_of(compiled(version=version, executor="LocalExecutor")) == {}
