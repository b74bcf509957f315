# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example DAGs keep to today's interfaces, name no registry, and are what examples/README.md says."""

from __future__ import annotations

import ast
import pathlib
import re

import pytest
import yaml

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples"
FILES = sorted((EXAMPLES / "dags").glob("*.py"))
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")
LOCAL = yaml.safe_load((EXAMPLES / "local.yml").read_text(encoding="utf-8"))
PROFILE_LABEL = "windrose.airflow/worker-profile"
# What DAGs may import of Airflow from 3.0 on: https://airflow.apache.org/docs/task-sdk/stable/api.html
INTERFACES = {"airflow.sdk", "airflow.providers.cncf.kubernetes.operators.pod", "kubernetes.client"}
# Of KubernetesPodOperator, in operators/pod.py of apache-airflow-providers-cncf-kubernetes 10.25.0.
DEPRECATED = {"is_delete_operator_pod", "reattach_on_restart"}
# Runs that somebody starts need have no logical date, and these templates have no value then.
OF_LOGICAL_DATE = re.compile(r"{{[^}]*\b(ds|ds_nodash|ts|ts_nodash|logical_date|data_interval_start|data_interval_end)\b")
IMAGE = re.compile(r"{{ params\.(\w+) or var\.value\.(\w+) }}")


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def path(request):
    """The path of a DAG file."""
    return request.param


@pytest.fixture
def dag(path, recorded):
    """What the file makes."""
    return recorded(path)


def profile_of(task):
    """:returns: the worker profile that a task names; that of tasks which name none is called default."""
    if task.is_pod:
        return task.arguments["labels"][PROFILE_LABEL]
    template = task.arguments.get("executor_config", {}).get("pod_template_file")
    return pathlib.PurePosixPath(template).stem if template else "default"


def rows(name):
    """:returns: {task: its row of the table of a DAG in the README}."""
    section = README.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    table = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")]
    return {row[0]: row[1:4] for row in table}


def edges(name):
    """:returns: the arrows of the drawing of a DAG in the README."""
    section = README.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^  (\w+)(?:\[.*?\])? --> (\w+)", section, re.MULTILINE))


def test_there_are_two():
    assert len(FILES) == 2


def test_only_interfaces_of_today_are_imported(path):
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else name.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in node.names
    }  # fmt: skip
    assert {name for name in imported if name.startswith(("airflow", "kubernetes"))} <= INTERFACES
    assert "airflow.sdk" in imported


def test_nothing_deprecated_is_said(dag):
    for task in dag.tasks:
        assert not DEPRECATED & (set(task.arguments) | set(dag.arguments["default_args"])), task.task_id
        assert not OF_LOGICAL_DATE.search(repr(task.arguments)), task.task_id


def test_a_run_starts_without_anything_being_said(dag):
    assert dag.arguments["schedule"] is None and dag.arguments["catchup"] is False
    parameters = list(dag.arguments["params"].values())
    assert all("default" in parameter for parameter in parameters)
    # Airflow writes what a run says into them: one that is there twice would have the last value at both places.
    assert len({id(parameter) for parameter in parameters}) == len(parameters)


def test_images_are_named_by_variables_and_by_runs(dag):
    name, set_locally = dag.arguments["dag_id"], {entry["name"] for entry in LOCAL["airflow_values_overrides"]["env"]}
    for task in [task for task in dag.tasks if task.is_pod]:
        parameter, variable = IMAGE.fullmatch(task.arguments["image"]).groups()
        assert parameter in dag.arguments["params"] and variable == f"{name}_{parameter}"
        assert f"AIRFLOW_VAR_{variable.upper()}" in set_locally
        assert rows(name)[task.task_id][0] == variable


def test_the_table_says_what_the_tasks_are(dag):
    told = rows(dag.arguments["dag_id"])
    assert set(told) == {task.task_id for task in dag.tasks}
    for task in dag.tasks:
        _image, profile, kind = told[task.task_id]
        is_deferred = task.arguments.get("deferrable", False)
        assert profile == profile_of(task)
        assert kind == ("pod, deferred" if is_deferred else "pod" if task.is_pod else "task") + (", mapped" if task.is_mapped else "")


def test_the_drawing_shows_the_order_of_the_tasks(dag):
    assert edges(dag.arguments["dag_id"]) == {(name, task.task_id) for task in dag.tasks for name in task.upstream}


def test_the_local_profiles_are_those_that_are_used(recorded):
    used = {profile_of(task) for path in FILES for task in recorded(path).tasks} - {"default"}
    assert {profile["name"] for profile in LOCAL["airflow_worker_profiles"]} == used


def test_together_they_show_each_way_to_size_a_task(recorded):
    tasks = [task for path in FILES for task in recorded(path).tasks]
    assert {profile_of(task) for task in tasks if task.is_pod} >= {"small", "heavy", "gpu"}
    assert {profile_of(task) for task in tasks if not task.is_pod} >= {"default", "small", "heavy"}
    assert any(task.arguments.get("deferrable") for task in tasks) and any(task.is_mapped for task in tasks)
