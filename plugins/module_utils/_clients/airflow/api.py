# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Airflow's REST API v2 (Airflow 3), with whatever auth manager gives tokens at /auth/token."""

from __future__ import annotations

import collections
import http.client
import json
import ssl
import urllib.parse

from ansible_collections.windrose.airflow.plugins.module_utils._airflow import dag_run, plain_text
from ansible_collections.windrose.airflow.plugins.module_utils._clients.airflow.transport import AirflowUnreachableError
from ansible_collections.windrose.airflow.plugins.module_utils._errors import AirflowApiError

PAGE = 100
# What a proxy or a starting server answers: it passes.
PASSING_STATUSES = frozenset({429, 502, 503, 504})
REACH_REMEDY = "Check that the api-server runs and can be reached from here, then run again"
# An auth manager that gives no tokens has no such page, or not with this method.
NO_TOKEN_REMEDY = (
    "Name a Secret with credentials that its auth manager takes, or with a token (token_key), and check that the address "
    "is that of Airflow 3"
)

Answer = collections.namedtuple("Answer", ["status", "content_type", "body"])


class AirflowApiClient:
    """One user of one Airflow.

    Every method raises AirflowUnreachableError where no answer comes, and AirflowApiError where it is a refusal.

    :param transport: an `AddressTransport` or a `PortForwardTransport`.
    :param login: a `Login`.
    """

    def __init__(self, transport, login):
        self._transport = transport
        self._login = login
        self._token = login.token

    def login(self):
        """Fetch a token; the other methods do it by themselves when they need one."""
        body = self._login.body
        answer = self._exchange("GET" if body is None else "POST", "/auth/token", body, {})
        if answer.status in (400, 401, 403, 404, 405, 422):
            raise self._refused(answer)
        self._token = self._parsed(answer, "Could not log in to", self._transport.label)["access_token"]

    def _refused(self, answer):
        text = f"{answer.status}: {plain_text.of_answer(answer.body)}"
        return AirflowApiError(
            "Could not log in to",
            self._transport.label,
            f"it refuses {self._login.who} ({text})",
            NO_TOKEN_REMEDY if answer.status in (404, 405) else self._login.remedy,
            http_status=answer.status,
        )

    def health(self):
        """:returns: {component: {status, …}} of the answer to /monitor/health."""
        return self._json("GET", "/api/v2/monitor/health", "Could not read", "the health")

    def dag(self, dag_id):
        """:returns: the DAG, or None where Airflow does not know it (yet)."""
        return self._json("GET", f"/api/v2/dags/{_quote(dag_id)}", "Could not read", f"DAG {dag_id}", missing=True)

    def unpause(self, dag_id):
        """Let the scheduler run the DAG."""
        path = f"/api/v2/dags/{_quote(dag_id)}"
        self._json("PATCH", path, "Could not unpause", f"DAG {dag_id}", {"is_paused": False})

    def trigger(self, dag_id, run_id, conf):
        """Start a run; where a run of this id exists, that one is returned.

        :param conf: the run's configuration.
        :returns: the run.
        """
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        path = f"/api/v2/dags/{_quote(dag_id)}/dagRuns"
        answer = self._authorised("POST", path, body)
        # The first try of a repeated request may have arrived although its answer did not.
        existing = self.run(dag_id, run_id) if answer.status == 409 else None
        return existing or self._parsed(answer, "Could not trigger", f"DAG {dag_id}")

    def run(self, dag_id, run_id):
        """:returns: the run, or None."""
        return self._json(
            "GET",
            f"/api/v2/dags/{_quote(dag_id)}/dagRuns/{_quote(run_id)}",
            "Could not read",
            f"run {run_id} of DAG {dag_id}",
            missing=True,
        )

    def clear(self, dag_id, run_id):
        """Start a finished run again, with all of its tasks, on the version of the DAG that Airflow knows last.

        Without the option a run keeps the version of its bundle that it began with (`DAGRunClearBody` of Airflow 3.2 and 3.3).
        """
        path = f"/api/v2/dags/{_quote(dag_id)}/dagRuns/{_quote(run_id)}/clear"
        body = {"dry_run": False, "run_on_latest_version": True}
        self._json("POST", path, "Could not clear", f"run {run_id} of DAG {dag_id}", body)

    def parse_again(self, dag):
        """Ask for the DAG's bundle to be refreshed and its file to be parsed before all others; the dag-processor does it later.

        :param dag: the DAG, as Airflow reports it.
        """
        answer = self._authorised("PUT", f"/api/v2/parseDagFile/{_quote(dag['file_token'])}")
        # Somebody has asked already, and the dag-processor has not yet taken it up.
        if answer.status != 409:
            self._check(answer, "Could not have parsed again", f"the file of DAG {dag['dag_id']}")

    def tasks(self, dag_id, run_id):
        """:returns: all task instances of a run."""
        path = f"/api/v2/dags/{_quote(dag_id)}/dagRuns/{_quote(run_id)}/taskInstances"
        return self._pages(path, "task_instances", f"the tasks of run {run_id} of DAG {dag_id}")

    def import_errors(self):
        """:returns: all import errors of DAG files."""
        return self._pages("/api/v2/importErrors", "import_errors", "the import errors")

    def dag_ids(self):
        """:returns: the ids of all DAGs."""
        return [dag["dag_id"] for dag in self._pages("/api/v2/dags", "dags", "the DAGs")]

    def log(self, dag_id, run_id, task):
        """Read the log of a task instance's newest try to its end.

        :param task: the task instance.
        :returns: list of messages, each a dict with at least ``event``.
        """
        path = (
            f"/api/v2/dags/{_quote(dag_id)}/dagRuns/{_quote(run_id)}/taskInstances/{_quote(task['task_id'])}"
            f"/logs/{task['try_number']}"
        )
        subject = f"the log of task {dag_run.task_name(task)}"
        query, messages = {"map_index": task["map_index"]}, []
        while True:
            answer = self._authorised("GET", f"{path}?{urllib.parse.urlencode(query)}")
            self._check(answer, "Could not read", subject)
            found, token = dag_run.parse_log(answer.body, answer.content_type)
            messages += found
            # A token without further messages means that the task has not ended; the caller comes again.
            if not token or not found:
                return messages
            query["token"] = token

    def _pages(self, path, name, subject):
        found = []
        while True:
            query = urllib.parse.urlencode({"limit": PAGE, "offset": len(found)})
            page = self._json("GET", f"{path}?{query}", "Could not list", subject)
            found += page[name]
            if not page[name] or len(found) >= (page["total_entries"] or 0):
                return found

    def _json(self, method, path, tried, subject, body=None, missing=False):
        answer = self._authorised(method, path, body)
        if missing and answer.status == 404:
            return None
        return self._parsed(answer, tried, subject)

    def _parsed(self, answer, tried, subject):
        self._check(answer, tried, subject)
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise AirflowApiError(
                tried,
                subject,
                f"{self._transport.label} did not answer with JSON but with {answer.content_type}",
                "Check that the address is that of Airflow 3 itself, and not of a login page before it",
            ) from error

    def _check(self, answer, tried, subject):
        if 200 <= answer.status <= 299:
            return
        text = f"{self._transport.label} answered {answer.status}: {plain_text.of_answer(answer.body)}"
        if answer.status in PASSING_STATUSES:
            raise AirflowUnreachableError(tried, subject, text, REACH_REMEDY, http_status=answer.status)
        if answer.status == 403:
            remedy = f"Give {self._login.who} a role that may do this"
        elif answer.status in (404, 405):
            remedy = "Check that the address is that of Airflow 3: older releases have no API v2"
        else:
            remedy = "Fix what the answer names; the api-server's log says more"
        raise AirflowApiError(tried, subject, text, remedy, http_status=answer.status)

    def _authorised(self, method, path, body=None):
        if self._token is None:
            self.login()
        answer = self._exchange(method, path, body, self._bearer())
        if dag_run.is_token_refused(answer.status, answer.body):
            if self._login.token is not None:
                raise self._refused(answer)
            # During a long run the token may have expired, or the key that signed it may have changed.
            self.login()
            answer = self._exchange(method, path, body, self._bearer())
        return answer

    def _bearer(self):
        return {"Authorization": f"Bearer {self._token}"}

    def _exchange(self, method, path, body, headers):
        headers = {"Accept": "application/json", **headers}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection = self._transport.connect()
            try:
                connection.request(
                    method, self._transport.prefix + path, None if body is None else json.dumps(body).encode(), headers
                )
                answer = connection.getresponse()
                return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read())
            finally:
                connection.close()
        except ssl.SSLCertVerificationError as error:
            raise AirflowApiError(
                "Could not trust",
                self._transport.label,
                error.verify_message,
                "Set ca_path to the certificate authority that signed its certificate",
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise AirflowUnreachableError(
                "Could not reach", self._transport.label, str(error) or type(error).__name__, REACH_REMEDY
            ) from error


def _quote(name):
    return urllib.parse.quote(name, safe="")
