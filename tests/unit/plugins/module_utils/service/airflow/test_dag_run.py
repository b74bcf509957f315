# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credentials the module dag_run takes from the cluster, and what it makes of a run that failed."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.airflow import login
from ansible_collections.windrose.airflow.plugins.module_utils._service.airflow import dag_run

GOOD, BETTER, BROKEN = "good", "better", "broken"
KEYS = {"username_key": "username", "password_key": "password", "token_key": None}


class Cluster:
    """A cluster with Secrets; ``asked`` says what was done, in its order."""

    def __init__(self, **secrets):
        self._secrets, self.asked = secrets, []

    def verify_identity(self):
        self.asked.append("identity")

    def get(self, _api_version, _kind, name, namespace):
        self.asked.append(f"{namespace}/{name}")
        if name not in self._secrets:
            return None
        return {"data": {key: base64.b64encode(text.encode()).decode() for key, text in self._secrets[name].items()}}


@pytest.fixture
def opened(monkeypatch):
    """Callable (cluster, credentials) that returns the `Login` that the client is made with."""
    monkeypatch.setattr(dag_run, "AirflowApiClient", lambda _transport, chosen: chosen)

    def open_with(cluster, credentials):
        params = {"namespace": "data", "api_url": "http://127.0.0.1", "ca_path": None, "credentials": credentials}
        return dag_run.open_api(cluster, params)

    return open_with


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        ({"secret": "user", **KEYS}, login.by_password("ada", "pw")),
        ({"secret": "user", **KEYS, "password_key": "other"}, login.by_password("ada", "pw-2")),
        ({"secret": "user", **KEYS, "token_key": "token"}, login.by_token("jwt", "data/user")),
        (None, login.as_anyone()),
    ],
    ids=["user", "other key", "token", "nobody"],
)
def test_the_credentials_come_from_the_secret(opened, credentials, expected):
    cluster = Cluster(user={"username": "ada", "password": "pw", "other": "pw-2", "token": "jwt"})
    assert opened(cluster, credentials) == expected
    assert cluster.asked[0] == "identity"


@pytest.mark.parametrize(
    ("secrets", "credentials", "told"),
    [
        ({}, {"secret": "user", **KEYS}, "key username in Secret data/user: there is no such Secret"),
        ({"user": {"username": "a"}}, {"secret": "user", **KEYS}, "key password in Secret data/user: the Secret lacks it"),
        ({"user": {"token": "a"}}, {"secret": "user", **KEYS, "token_key": "jwt"}, "key jwt in Secret data/user: the Secret lacks"),
    ],
)
def test_missing_credentials_are_named(opened, secrets, credentials, told):
    with pytest.raises(dag_run.MissingCredentialsError, match=told):
        opened(Cluster(**secrets), credentials)


class NoPods:
    """A cluster in which the pods of the tasks are gone."""

    def list(self, *arguments, **options):
        return []


class Steps:
    def step(self, text):
        """Report nothing."""


@pytest.fixture
def ensure(airflow, monkeypatch):
    """Callable that runs the module on a run that failed; it waits for nobody."""
    monkeypatch.setattr(dag_run.time, "sleep", lambda seconds: None)
    params = {
        "dag_id": "canary", "run_id": "once", "conf": {}, "namespace": "n", "wait": True, "wait_timeout": 60, "read_logs": False,
        "require_components": [],
    }  # fmt: skip
    airflow.trigger("canary", "once", {})["state"] = "failed"
    return lambda: dag_run.DagRunService(lambda: airflow, NoPods(), Steps(), params).ensure()


def test_a_failed_run_is_started_again_on_the_version_of_the_bundle(airflow, ensure):
    airflow.bundle = BETTER
    result = ensure()
    assert (result["changed"], result["run_state"], airflow.cleared) == (True, "success", [BETTER])


def test_a_failed_run_whose_dag_cannot_be_imported_now_is_left_alone(airflow, ensure):
    airflow.finish(GOOD)
    airflow.bundle = BROKEN
    with pytest.raises(dag_run.DagRunError, match="cannot be imported"):
        ensure()
    assert airflow.cleared == []


def test_a_run_that_fails_is_told_by_state_reason_and_last_lines(airflow, ensure, forbidden):
    airflow.refuses = forbidden
    with pytest.raises(dag_run.DagRunError) as caught:
        ensure()
    assert str(caught.value).splitlines() == [
        "Could not complete run once of DAG canary: it failed: ",
        "  task load failed on load-0, try 1: ApiException: (409) Conflict: in use; last log lines:",
        "    Task failed with exception",
        "    ApiException: (409) Conflict: in use",
        "What ran may be an older version of the DAG: the file of DAG canary could not be parsed again, the api-server answered 403: "
        "Forbidden. Fix the cause and run again; under the same run_id a failed run is started again, with the DAG as it is then.",
    ]
    assert airflow.cleared == [GOOD]
