# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how many task pods per second the scheduler creates with async_pod_creation off and on, and prints a table in Markdown.

    pod_creation.py [--repeats N] [--tasks N]

It needs the local cluster that `make run` made, adds simulated nodes and a DAG to it, and takes both away again. The table goes to
standard output; what the measured commands print goes to standard error. README.md says what each figure is.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import time
import uuid

import yaml
from local_run import CHECKOUT, NAMESPACE, SITE, STATE, Row, run, table

DAG = "windrose_many_pods"
SIMULATED_NODES = 10
# The slots of the default pool of a new database, which is what keeps a run from having more tasks at a time.
TASKS = 120
WAIT_SECONDS = 600
KUBECTL = [f"{STATE}/bin/kubectl", "--kubeconfig", f"{STATE}/kubeconfig", "--namespace", NAMESPACE]
AIRFLOW = [*KUBECTL, "exec", "deployment/airflow-scheduler", "--container", "scheduler", "--", "airflow"]


def variables(tasks, is_asynchronous):
    """:returns: the variables of an environment that makes as many pods at a time as it can."""
    return {
        "airflow_local_cluster_simulated_nodes": SIMULATED_NODES,
        "airflow_local_cluster_dags_path": str(CHECKOUT / "benchmarks" / "dags"),
        "airflow_concurrency": {
            "parallelism": tasks + 8,
            "max_active_tasks_per_dag": tasks + 8,
            "max_tis_per_query": tasks,
            "worker_pods_creation_batch_size": tasks,
            "async_pod_creation": is_asynchronous,
        },
    }


def await_dag():
    """Wait until Airflow knows the DAG, which it forgets after each run.

    :raises SystemExit: it does not come in time.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while subprocess.run([*AIRFLOW, "dags", "details", DAG], capture_output=True, check=False).returncode:
        if time.monotonic() > deadline:
            raise SystemExit(f"Airflow did not know the DAG {DAG} within {WAIT_SECONDS} seconds")


class PodWatch:
    """Notes when each pod of a run of the DAG came.

    The API server ends the watch of whoever does not keep up with a burst, so a watch that ended is begun again until the time is over.
    """

    def __init__(self, run_id):
        """:param run_id: the run whose tasks' pods are noted."""
        self.moments = {}
        self._deadline = time.monotonic() + WAIT_SECONDS
        self._selector = f"dag_id={DAG},run_id={run_id},task_id=nothing"
        self._watch = self._begin()

    def _begin(self):
        limit = max(1, int(self._deadline - time.monotonic()))
        return subprocess.Popen(
            ["timeout", str(limit), *KUBECTL, "get", "pods", "--watch", "--output=name", f"--selector={self._selector}"],
            stdout=subprocess.PIPE, text=True)

    def await_pods(self, count):
        """Wait until as many pods came, or until the time is over.

        :param count: how many pods are waited for.
        """
        while time.monotonic() < self._deadline:
            for name in self._watch.stdout:
                self.moments.setdefault(name, time.monotonic())
                if len(self.moments) == count:
                    return
            self.end()
            self._watch = self._begin()

    def end(self):
        """Stop watching."""
        self._watch.terminate()
        self._watch.wait()


def pods_per_second(tasks):
    """Run the DAG once and watch its pods come.

    :param tasks: how many tasks the run has.
    :returns: pods per second, from the first of them to the last.
    :raises SystemExit: they did not all come in time.
    """
    await_dag()
    run_id = f"benchmark-{uuid.uuid4().hex[:8]}"
    pods = PodWatch(run_id)
    try:
        run([*AIRFLOW, "dags", "trigger", DAG, "--run-id", run_id, "--conf", json.dumps({"tasks": tasks})])
        pods.await_pods(tasks)
    finally:
        pods.end()
        # Nothing runs on simulated nodes, so no task ends by itself. Without their records none is started again.
        run([*AIRFLOW, "dags", "delete", "--yes", DAG])
        run([*KUBECTL, "delete", "pods", f"--selector=dag_id={DAG}", "--wait=false"])
    if len(pods.moments) < tasks:
        raise SystemExit(f"{len(pods.moments)} of {tasks} pods of run {run_id} came within {WAIT_SECONDS} seconds")
    moments = sorted(pods.moments.values())
    return (tasks - 1) / (moments[-1] - moments[0])


def measure(repeats, tasks):
    """Take all figures, off and on in turn.

    :returns: list of `Row`.
    """
    rates = {False: [], True: []}
    before = yaml.safe_load((STATE / "dags.yml").read_text(encoding="utf-8"))["folder"]
    try:
        for is_asynchronous in [False, True] * repeats:
            run([*SITE, "--tags", "local_cluster,release", "-e", json.dumps(variables(tasks, is_asynchronous))])
            rates[is_asynchronous].append(pods_per_second(tasks))
    finally:
        run([*SITE, "-e", json.dumps({"airflow_local_cluster_dags_path": before})])
    off, on = (statistics.median(rates[is_asynchronous]) for is_asynchronous in (False, True))
    return [Row(f"Pods per second, `async_pod_creation` off, {off:.1f}, over on, {on:.1f}", off / on, 1, "")]


def main():
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="Measures how many task pods per second the scheduler creates.")
    parser.add_argument("--repeats", type=int, default=3, help="how often each is measured")
    parser.add_argument("--tasks", type=int, default=TASKS, help="how many tasks each run has")
    arguments = parser.parse_args()
    print("\n".join(table(measure(arguments.repeats, arguments.tasks))))


if __name__ == "__main__":
    main()
