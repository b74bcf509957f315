# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of Airflow that variables have, and what is measured. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.former_charts import executors
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import concurrency

_OTHERS = {
    ("triggerer", "capacity"): "concurrency.triggerer_capacity",
    ("api", "workers"): "components.api_server.workers",
    ("dag_processor", "parsing_processes"): "components.dag_processor.parsing_processes",
    ("kubernetes_executor", "async_pod_creation"): "concurrency.async_pod_creation",
    ("kubernetes_executor", "pod_creation_max_concurrency"): "concurrency.pod_creation_max_concurrency",
}
_ENDPOINT = "https://otel.example.com"
_DEAD = {
    ("core", "dags_folder"): "It follows from how DAGs are delivered.",
    ("core", "executor"): "The executor is that of airflow_executor.",
    ("scheduler", "standalone_dag_processor"): "Airflow 3 always has a DAG processor of its own.",
}
# The chart makes these of other keys: what says the same is in every copy of its values.yaml.
_TEMPLATE = "{{"


def placed(work):
    """Make variables of executor, concurrency and monitoring."""
    celery, task_pods = executors(work)
    if work.has("executor"):
        if not work.turn("executor", "executor"):
            work.drop("executor", "This collection has no such executor: choose airflow_executor.")
    if work.get("executor") is None:
        # What the charts of all lines run where nobody says otherwise.
        work.set("executor", "CeleryExecutor")
        work.assume("executor", "executor")
    there = {concurrency.ANY: True, concurrency.CELERY: celery, concurrency.TASK_PODS: task_pods}
    for name, (section, executor, _option) in concurrency.OPTIONS.items():
        path = ("config", section, name)
        if work.left.has(path) and not there[executor]:
            work.drop(path, f"With {work.get('executor')} nothing reads it.")
        else:
            _turned(work, path, f"concurrency.{name}")
    for (section, option), name in _OTHERS.items():
        _turned(work, ("config", section, option), name)
    for (section, option), why in _DEAD.items():
        if work.left.has(("config", section, option)):
            work.drop(("config", section, option), why)
    _statsd(work)
    _collector(work)


def _turned(work, path, name):
    value = work.left.value(path)
    # As a text, helm leaves a number as it is; a template is kept for helm.
    if isinstance(value, str) and _TEMPLATE in value or isinstance(value, (dict, list)):
        return
    work.turn(path, name, int(value) if isinstance(value, str) and value.strip().lstrip("-").isdigit() else value)


def _statsd(work):
    if work.value("statsd.enabled") is False:
        work.set("monitoring.statsd.enabled", False)
        work.told("statsd.enabled", PREFIX + "monitoring.statsd.enabled")
        if work.has("statsd"):
            work.drop("statsd", "It is off.")
    elif work.has("statsd.enabled"):
        work.turn("statsd.enabled", "monitoring.statsd.enabled")


def _collector(work):
    is_on = False
    for kind in ("traces", "metrics"):
        path = f"otelCollector.{kind}Enabled"
        if work.value(path) is True:
            is_on = True
            work.turn(path, f"monitoring.open_telemetry.{kind}")
        elif work.has(path):
            work.drop(path, "It is off.")
    if not is_on:
        if work.has("otelCollector"):
            work.drop("otelCollector", "It is off.")
        return
    work.set("monitoring.open_telemetry.endpoint", _ENDPOINT)
    work.task("Write the URL that the collector sends to into airflow_monitoring.open_telemetry.endpoint.")
