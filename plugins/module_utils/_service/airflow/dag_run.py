# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a DAG and follows it to its end, with the logs of its tasks and the causes of what goes wrong."""

from __future__ import annotations

import base64
import datetime
import secrets as random_source
import time

from ansible_collections.windrose.airflow.plugins.module_utils._airflow import dag_run
from ansible_collections.windrose.airflow.plugins.module_utils._clients.airflow import login
from ansible_collections.windrose.airflow.plugins.module_utils._clients.airflow.api import AirflowApiClient
from ansible_collections.windrose.airflow.plugins.module_utils._clients.airflow.transport import (
    AddressTransport,
    AirflowUnreachableError,
    PortForwardTransport,
)
from ansible_collections.windrose.airflow.plugins.module_utils._errors import AirflowApiError, WaitTimeoutError
from ansible_collections.windrose.airflow.plugins.module_utils._service.airflow.dag_parsing import DagParsing
from ansible_collections.windrose.airflow.plugins.module_utils._service.airflow.dag_run_diagnosis import (
    DagRunDiagnosis,
    DagRunError,
)

# Airflow's API has no watch. The pause grows while nothing changes, and is short again after each change.
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5
PAUSE_GROWTH = 1.2
# A log that a worker uploads at its end may arrive a little after the task's state.
LOG_PATIENCE_SECONDS = 30
LOG_REMEDY = (
    "Keep the logs where the api-server can read them after a task's pod is gone: remote logging, or a "
    "shared volume for logs"
)


class MissingCredentialsError(AirflowApiError):
    """The Secret with the credentials of Airflow's API, or a key of it, does not exist."""


def open_api(kube, params):
    """Make the client of Airflow's API, with the credentials from the cluster.

    The identity of the cluster is checked first: the credentials must not reach another one.

    :param kube: a `KubeClient`.
    :param params: namespace, release_name, api_url, ca_path, credentials; without credentials it asks as anybody.
    :returns: an `AirflowApiClient`.
    :raises MissingCredentialsError: where the Secret or a key of it is missing.
    """
    kube.verify_identity()
    chosen = _login(kube, params["namespace"], params["credentials"])
    if params["api_url"]:
        transport = AddressTransport(params["api_url"], params["ca_path"])
    else:
        transport = PortForwardTransport(kube, params["namespace"], params["release_name"])
    return AirflowApiClient(transport, chosen)


def _login(kube, namespace, wanted):
    """:returns: the `Login` that the module's parameter credentials asks for."""
    if not wanted:
        return login.as_anyone()
    name = f"{namespace}/{wanted['secret']}"
    names = [wanted["token_key"]] if wanted["token_key"] else [wanted["username_key"], wanted["password_key"]]
    secret = kube.get("v1", "Secret", wanted["secret"], namespace) or {}
    found = []
    for key in names:
        if key not in (secret.get("data") or {}):
            raise MissingCredentialsError(
                "Could not find",
                f"key {key} in Secret {name}",
                "the Secret lacks it" if secret else "there is no such Secret",
                "Make the Secret with the credentials of a user of Airflow, or correct the parameter credentials",
            )
        found.append(base64.b64decode(secret["data"][key]).decode())
    return login.by_token(found[0], name) if wanted["token_key"] else login.by_password(*found)


class DagRunService:
    """One DAG of one Airflow.

    :param open_api: callable that returns an `AirflowApiClient`; called where the API is needed.
    :param kube: a `KubeClient` of the cluster that the tasks run in.
    :param progress: a `Progress`.
    :param params: dag_id, run_id, conf, namespace, wait, wait_timeout, read_logs, require_components.
    """

    def __init__(self, open_api, kube, progress, params):
        self._open_api = open_api
        self._api = None
        self._diagnosis = DagRunDiagnosis(kube, params["namespace"], params["dag_id"])
        self._progress = progress
        self._dag_id = params["dag_id"]
        self._run_id = params["run_id"]
        self._conf = params["conf"]
        self._wait = params["wait"]
        self._timeout = params["wait_timeout"]
        self._read_logs = params["read_logs"]
        self._required = params["require_components"]
        self._deadline = time.monotonic() + self._timeout
        self._health = {}
        self._parsing = None

    def predict(self):
        """Say what `ensure` would do, without waiting and without starting anything.

        :returns: the result of the module in check mode.
        """
        run = None
        if self._run_id:
            try:
                run = self._open_api().run(self._dag_id, self._run_id)
            except (AirflowUnreachableError, MissingCredentialsError):
                # Before the first release there is no Airflow to ask, and so no such run.
                run = None
        return {
            "changed": run is None or run["state"] == "failed",
            "run_id": self._run_id or "",
            "run_state": run["state"] if run else "",
            "tasks": [],
            "phases": {},
            "health": {},
        }

    def ensure(self):
        """Trigger the run unless it exists, follow it and read its logs back.

        :returns: the result of the module.
        :raises DagRunError: with the failed tasks, their pods and last log lines.
        :raises WorkloadError: where the pod of a task cannot start.
        :raises WaitTimeoutError: where components, DAG or run take longer than the time given.
        """
        begin = time.monotonic()
        self._api = self._open_api()
        run = self._insist(lambda: self._api.run(self._dag_id, self._run_id)) if self._run_id else None
        triggered = run is None or run["state"] == "failed"
        waited = 0.0
        if triggered:
            self._await_components()
            # Whoever corrects a DAG and runs again wants what is corrected; the run is repeated on what Airflow has parsed last.
            if self._await_dag(must_be_newest=run is not None)["is_paused"]:
                self._insist(lambda: self._api.unpause(self._dag_id))
            waited = round(time.monotonic() - begin, 2)
            run = self._trigger() if run is None else self._repeat(run)
        tasks, reports, log_seconds = [], [], None
        if self._wait:
            run, tasks = self._follow(run)
            begin = time.monotonic()
            if run["state"] != "success":
                remark = self._parsing.remark() if self._parsing else ""
                raise self._diagnosis.failure(run, tasks, lambda task: self._messages(run, task), remark)
            reports = [dag_run.task_report(task, self._required_log(run, task)) for task in tasks]
            log_seconds = round(time.monotonic() - begin, 2)
        return {
            "changed": triggered,
            "run_id": run["dag_run_id"],
            "run_state": run["state"],
            "tasks": reports,
            "phases": {"wait_for_dag": waited, **dag_run.run_phases(run, tasks), "log_read": log_seconds},
            "health": {name: (state or {}).get("status") or "unknown" for name, state in self._health.items()},
        }

    def _insist(self, call):
        """:returns: the answer of a call, which is repeated while no answer comes and time is left."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return call()
            except AirflowUnreachableError as error:
                if time.monotonic() + pause > self._deadline:
                    raise
                self._progress.step(f"waits for the api-server: {error.cause}")
            time.sleep(pause)
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)

    def _until(self, observe, say, give_up):
        """Look again and again until something is as wanted.

        :param observe: callable that returns (whether it is done, what was observed).
        :param say: callable that turns what was observed into one line.
        :param give_up: callable that turns it into the error to raise when the time is over.
        :returns: what was observed when it was done.
        """
        pause, before = FIRST_PAUSE_SECONDS, None
        while True:
            done, observed = self._insist(observe)
            if done:
                return observed
            text = say(observed)
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS) if text == before else FIRST_PAUSE_SECONDS
            before = text
            self._progress.step(text)
            if time.monotonic() + pause > self._deadline:
                raise give_up(observed)
            time.sleep(pause)

    def _await_components(self):
        def observe():
            self._health = self._api.health()
            missing = dag_run.unhealthy(self._health, self._required)
            return not missing, ", ".join(f"{name} {status}" for name, status in sorted(missing.items()))

        self._until(
            observe,
            lambda text: f"waits for {text}",
            lambda text: WaitTimeoutError(
                "Stopped waiting for",
                "the components of Airflow",
                f"after {self._timeout} seconds: {text}",
                "Look at the pods and logs of these components; they report by heartbeats to the database",
            ),
        )

    def _await_dag(self, must_be_newest):
        self._parsing = DagParsing(self._api, self._dag_id, must_be_newest)
        return self._until(self._parsing.observe, self._parsing.say, lambda dag: self._parsing.late(dag, self._timeout))

    def _trigger(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        run_id = self._run_id or dag_run.new_run_id(now, random_source.token_hex(3))
        return self._insist(lambda: self._api.trigger(self._dag_id, run_id, self._conf))

    def _repeat(self, run):
        """Clear a run that failed: what made it fail may have passed, and its id stands for what is to be proved.

        It runs on the version of the DAG that was parsed last, not on the one that failed.
        """
        self._insist(lambda: self._api.clear(self._dag_id, run["dag_run_id"]))
        return self._insist(lambda: self._api.run(self._dag_id, run["dag_run_id"]))

    def _follow(self, run):
        run_id = run["dag_run_id"]

        def observe():
            current = self._api.run(self._dag_id, run_id)
            if current is None:
                raise DagRunError(
                    "Could not follow", dag_run.run_name(run), "somebody deleted the run", "Start another one"
                )
            tasks = self._api.tasks(self._dag_id, run_id)
            finished = current["state"] in dag_run.FINISHED_RUN_STATES
            if not finished:
                self._diagnosis.refuse_hopeless(current, tasks)
            return finished, (current, tasks)

        def give_up(observed):
            current, tasks = observed
            state = dag_run.describe(current, tasks) + self._diagnosis.podless(current, tasks)
            return WaitTimeoutError(
                "Stopped waiting for",
                dag_run.run_name(current),
                f"after {self._timeout} seconds: {state}",
                "Run again with this run_id to follow it further, or give wait_timeout more seconds",
                run_id=run_id,
            )

        return self._until(observe, lambda observed: dag_run.describe(*observed), give_up)

    def _messages(self, run, task):
        """:returns: the messages of the log of the newest try."""
        return self._insist(lambda: self._api.log(self._dag_id, run["dag_run_id"], task))

    def _required_log(self, run, task):
        """:returns: the last lines of a finished task's log.

        :raises DagRunError: where it has none although it ran.
        """
        if not self._read_logs or task["state"] in dag_run.SILENT_TASK_STATES or not task["try_number"]:
            return []
        name = dag_run.task_name(task)
        self._progress.step(f"reads the log of task {name}")
        limit, pause = time.monotonic() + LOG_PATIENCE_SECONDS, FIRST_PAUSE_SECONDS
        while True:
            sources, lines = dag_run.split_log(self._messages(run, task))
            if lines:
                return lines[-dag_run.TAIL_LINES :]
            if time.monotonic() + pause > limit:
                raise DagRunError(
                    "Could not read back",
                    f"the log of task {name} of {dag_run.run_name(run)}",
                    "the task succeeded and its log is gone: " + ("; ".join(sources) or "the api-server found no log"),
                    LOG_REMEDY,
                    run_id=run["dag_run_id"],
                    run_state=run["state"],
                )
            time.sleep(pause)
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
