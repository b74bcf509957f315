# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a DAG run does not get on, or has failed: from its tasks, their logs and their pods."""

from __future__ import annotations

import datetime

from ansible_collections.windrose.airflow.plugins.module_utils._airflow import dag_run, plain_text
from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError, WorkloadError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.pods import diagnose
from ansible_collections.windrose.airflow.plugins.module_utils._service.explaining import Explaining

# A task pod needs some seconds to start; one that is queued longer than this may be unable to.
QUEUED_SUSPICIOUS_SECONDS = 30
NO_LOG = "\n    (none; if the task never started, the scheduler's log says why)"
UNREAD_LOG = "\n    (none could be read)"


class DagRunError(WindroseError):
    """A DAG run did not succeed, or its logs cannot be read."""


class DagRunDiagnosis:
    """Looks behind the states that Airflow reports.

    :param kube: a `KubeClient` of the cluster that the tasks run in.
    :param namespace: the namespace of the task pods.
    :param dag_id: the DAG.
    """

    def __init__(self, kube, namespace, dag_id):
        self._kube = kube
        self._namespace = namespace
        self._dag_id = dag_id

    def refuse_hopeless(self, run, tasks):
        """Stop where a task stays in the queue because its pod cannot start.

        :param run: the run, as Airflow reports it.
        :param tasks: its task instances.
        :raises WorkloadError: with the pod, the reason and the remedy.
        """
        now, explaining = datetime.datetime.now(datetime.timezone.utc), Explaining()
        for task in dag_run.stuck(tasks, now, QUEUED_SUSPICIOUS_SECONDS):
            for pod in self._pods_of(run, task, explaining):
                diagnosis = self._diagnosis(pod, explaining)
                if diagnosis and dag_run.stuck([task], now, diagnosis.grace_seconds):
                    raise explaining.complete(
                        WorkloadError(
                            f"Task {dag_run.task_name(task)} cannot start in",
                            f"pod {self._namespace}/{pod['metadata']['name']}",
                            _told(diagnosis),
                            diagnosis.remedy,
                            run_id=run["dag_run_id"],
                        )
                    )

    def podless(self, run, tasks):
        """:returns: a remark on tasks that stay in the queue without a pod; empty where there are none.

        :param run: the run, as Airflow reports it.
        :param tasks: its task instances.
        """
        now, explaining = datetime.datetime.now(datetime.timezone.utc), Explaining()
        stuck = dag_run.stuck(tasks, now, QUEUED_SUSPICIOUS_SECONDS)
        names = [dag_run.task_name(task) for task in stuck if not self._pods_of(run, task, explaining)]
        if not names:
            return ""
        if not explaining.is_complete:
            return f"; whether {', '.join(names)} has a pod is not known: {explaining.gaps()}"
        return f"; {', '.join(names)} has no pod (with KubernetesExecutor the scheduler's log says why)"

    def failure(self, run, tasks, read_log, remark=""):
        """:returns: the error that says why a run failed.

        :param run: the run, as Airflow reports it.
        :param tasks: its task instances.
        :param read_log: callable that returns the messages of a task instance's log, or raises why it cannot be read.
        :param remark: a sentence that the reader has to know besides.
        """
        told, reports, explaining = [], [], Explaining()
        for task in tasks:
            if task["state"] != "failed":
                continue
            place, tail, why = self._last_words(run, task, read_log, explaining)
            reports.append(dag_run.task_report(task, tail))
            lines = "".join(f"\n    {line}" for line in tail) or (NO_LOG if explaining.is_complete else UNREAD_LOG)
            name = dag_run.task_name(task)
            told.append(f"\n  task {name} failed {place}, try {task['try_number']}{why}; last log lines:{lines}")
        cause = "".join(told) or "no task failed; the run timed out or its tasks block one another"
        cause += f"\n{remark}" if remark else ""
        if not explaining.is_complete:
            cause += "\n"
        return explaining.complete(
            DagRunError(
                "Could not complete",
                dag_run.run_name(run),
                f"it failed: {cause}",
                "Fix the cause and run again; under the same run_id a failed run is started again, with the DAG as it is then",
                run_id=run["dag_run_id"],
                run_state=run["state"],
                tasks=reports,
            )
        )

    def _last_words(self, run, task, read_log, explaining):
        """:returns: (place, last log lines, how its pod ended and why) of a failed task, from wherever they can be read."""
        messages = explaining.read(lambda: read_log(task), []) if task["try_number"] else []
        place, ended = f"on {task['hostname'] or 'no host'}", None
        for pod in self._pods_of(run, task, explaining):
            name = pod["metadata"]["name"]
            diagnosis = self._diagnosis(pod, explaining)
            place = f"in pod {name}"
            ended = dag_run.ended_badly(pod) or (diagnosis and _told(diagnosis))
            if not dag_run.split_log(messages)[1]:
                messages = explaining.read(lambda name=name: self._log(name), [])
        messages = dag_run.plain_messages(messages)
        reason = dag_run.reason(messages)
        why = (f" ({ended.rstrip('.')})" if ended else "") + (f": {reason.rstrip('.')}" if reason else "")
        return place, dag_run.split_log(messages)[1][-dag_run.TAIL_LINES :], why

    def _log(self, name):
        return dag_run.parse_pod_log(self._kube.pod_log(self._namespace, name, tail_lines=dag_run.TAIL_LINES))

    def _pods_of(self, run, task, explaining):
        # The user of this kubeconfig may trigger DAGs and yet not read pods; then the API's word has to do.
        selector = dag_run.pod_selector(run["dag_run_id"])
        pods = explaining.read(lambda: self._kube.list("v1", "Pod", self._namespace, label_selector=selector), [])
        return [pod for pod in pods if dag_run.is_pod_of(pod, self._dag_id, run["dag_run_id"], task)]

    def _diagnosis(self, pod, explaining):
        selector = f"involvedObject.name={pod['metadata']['name']}"
        events = explaining.read(lambda: self._kube.list("v1", "Event", self._namespace, field_selector=selector), [])
        return diagnose(pod, events)


def _told(diagnosis):
    return f"{diagnosis.reason}: {plain_text.without_dumps(diagnosis.message)}"
