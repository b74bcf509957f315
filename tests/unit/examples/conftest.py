# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A DAG file as data: it is run with modules in Airflow's place that write down what it says."""

from __future__ import annotations

import dataclasses
import runpy
import sys
import types

import pytest


@dataclasses.dataclass
class Task:
    """A task of a DAG.

    :param task_id: its id.
    :param is_pod: whether it is a KubernetesPodOperator.
    :param arguments: what it is made with.
    :param is_mapped: whether it is expanded.
    :param upstream: ids of the tasks that it follows.
    """

    task_id: str
    is_pod: bool
    arguments: dict
    is_mapped: bool = False
    upstream: set = dataclasses.field(default_factory=set)

    @property
    def output(self):
        """What other tasks are handed."""
        return self

    def __rshift__(self, other):
        other.upstream.add(self.task_id)
        return other

    def follows(self, handed):
        """Note the tasks whose output it is handed."""
        self.upstream |= {value.task_id for value in handed if isinstance(value, Task)}
        return self


@dataclasses.dataclass
class Dag:
    """A DAG.

    :param arguments: what it is made with.
    :param tasks: list of `Task`.
    """

    arguments: dict
    tasks: list = dataclasses.field(default_factory=list)

    def add(self, task):
        """:returns: the task, which is in the DAG now."""
        self.tasks.append(task)
        return task


class _Modules:
    """What a DAG file imports of Airflow."""

    def __init__(self):
        self.dags, recorder = [], self

        class KubernetesPodOperator:
            def __new__(cls, **arguments):
                return recorder.dags[-1].add(Task(arguments["task_id"], True, arguments))

            @staticmethod
            def partial(**arguments):
                task = Task(arguments["task_id"], True, arguments, is_mapped=True)
                return types.SimpleNamespace(expand=lambda **more: recorder.dags[-1].add(task).follows(more.values()))

        self.operator = KubernetesPodOperator

    def dag(self, **arguments):
        def decorate(function):
            def call():
                self.dags.append(Dag(arguments))
                function()

            return call

        return decorate

    def task(self, function=None, **arguments):
        def decorate(decorated):
            def call(*values):
                return self.dags[-1].add(Task(decorated.__name__, False, arguments)).follows(values)

            return call

        return decorate(function) if function else decorate


@pytest.fixture(scope="session")
def recorded():
    """Run a DAG file: ``recorded(path) -> Dag``."""
    return _recorded


def _recorded(path):
    modules = _Modules()
    sdk = types.SimpleNamespace(dag=modules.dag, task=modules.task, Param=lambda default, **schema: {"default": default, **schema})
    there = {
        "airflow.sdk": sdk,
        "airflow.providers.cncf.kubernetes.operators.pod": types.SimpleNamespace(KubernetesPodOperator=modules.operator),
    }
    names = [".".join(name.split(".")[:depth]) for name in there for depth in range(1, name.count(".") + 1)]
    # Only these go away again: of a library that the DAG file is the first to import, a second copy would know none of the first's types.
    with pytest.MonkeyPatch.context() as patch:
        for name, module in {**{name: types.ModuleType(name) for name in names}, **there}.items():
            patch.setitem(sys.modules, name, module)
        runpy.run_path(str(path))
    (dag,) = modules.dags
    return dag
