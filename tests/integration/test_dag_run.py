# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module dag_run against the Airflow of this checkout: release airflow in namespace airflow, in real pods."""

from __future__ import annotations

import base64
import contextlib
import json
import pathlib
import secrets
import signal
import time
import urllib.request

import filelock
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMESPACE = "airflow"
RELEASE = "airflow"
DAG = "windrose_canary"
FIRST_USER = f"{RELEASE}-first-user"

# Longer than a module of these tests may run at all: a wait that is not ended early fails them.
ENDLESS_SECONDS = 3600
LIMIT_SECONDS = 300

pytestmark = pytest.mark.usefixtures("real_nodes")


@pytest.fixture
def airflow(cluster, tmp_path_factory):
    """The name of the Secret of Airflow's first user; there is one Airflow, so one test at a time has it."""
    if not cluster.client.get("v1", "Secret", FIRST_USER, NAMESPACE):
        pytest.fail(
            f"These tests need Airflow, and the cluster has no Secret {NAMESPACE}/{FIRST_USER}. Run 'make run' first.",
            pytrace=False,
        )
    with filelock.FileLock(tmp_path_factory.getbasetemp().parent / "airflow.lock"):
        yield FIRST_USER


@pytest.fixture
def dag_run(run_module, airflow):
    """Run the module: ``dag_run(**parameters)``."""

    def run(check=False, diff=False, **parameters):
        arguments = {
            "dag_id": DAG,
            "namespace": NAMESPACE,
            "release_name": RELEASE,
            "credentials": {"secret": airflow},
            "wait_timeout": LIMIT_SECONDS,
            **parameters,
        }
        return run_module("dag_run", arguments, check=check, diff=diff)

    return run


@pytest.fixture
def run_id():
    """An id that no run has yet."""
    return f"windrose-test-{secrets.token_hex(5)}"


@pytest.fixture
def address():
    """The address under which this machine reaches Airflow."""
    kind = yaml.safe_load((ROOT / ".local" / "kind.yml").read_text())
    (port,) = [port for node in kind["nodes"] for port in node.get("extraPortMappings", [])]
    return f"http://127.0.0.1:{port['hostPort']}"


@pytest.fixture
def ask_airflow(address):
    """Send a request as it is: ``ask_airflow(method, path, body, headers)``."""

    def request(method, path, body, headers):
        sent = urllib.request.Request(
            f"{address}/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", **headers},
            method=method,
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sent, timeout=30) as answer:
            return json.load(answer)

    return request


@pytest.fixture
def token(cluster, airflow, ask_airflow):
    """A token of the first user, as somebody else would get it."""
    secret = cluster.client.get("v1", "Secret", airflow, NAMESPACE)["data"]
    user = {name: base64.b64decode(secret[name]).decode() for name in ("username", "password")}
    return ask_airflow("POST", "auth/token", user, {})["access_token"]


@pytest.fixture
def tell_airflow(ask_airflow, token):
    """Use the API as somebody else would: ``tell_airflow(method, path, body)``."""
    headers = {"Authorization": f"Bearer {token}"}
    return lambda method, path, body: ask_airflow(method, f"api/v2/{path}", body, headers)


def assert_succeeded(result, run_id):
    assert (result["run_id"], result["run_state"]) == (run_id, "success")
    assert len(result["tasks"]) == 2
    for task in result["tasks"]:
        assert task["state"] == "success" and task["hostname"].startswith("windrose-canary-")
        assert task["seconds_queued"] >= 0 and task["seconds_running"] >= 0
        wanted = f"windrose canary: {run_id} task {task['task_id']}"
        assert [line for line in task["log_tail"] if wanted in line], task["log_tail"]
    assert len({task["hostname"] for task in result["tasks"]}) == 2
    assert all(seconds >= 0 for seconds in result["phases"].values())
    assert set(result["phases"]) == {"wait_for_dag", "queued", "running", "log_read"}


def test_a_run_is_triggered_once(dag_run, run_id, cluster, wait_for):
    predicted = dag_run(run_id=run_id, check=True)
    assert (predicted["changed"], predicted["run_state"]) == (True, "")
    assert dag_run(run_id=run_id, check=True)["changed"]

    made = dag_run(run_id=run_id, conf={"from": "a test"})
    assert made["changed"]
    assert_succeeded(made, run_id)
    assert set(made["health"].values()) == {"healthy"}

    kept = dag_run(run_id=run_id)
    assert not kept["changed"]
    assert_succeeded(kept, run_id)
    # Where Airflow does not answer immediately, the check says that it does not know.
    wait_for(lambda: dag_run(run_id=run_id, check=True)["run_state"])
    predicted = dag_run(run_id=run_id, check=True)
    assert (predicted["changed"], predicted["run_state"]) == (False, "success")

    password = cluster.client.get("v1", "Secret", FIRST_USER, NAMESPACE)["data"]["password"]
    assert password not in made.output


def test_without_a_run_id_each_run_is_another(dag_run):
    first, second = dag_run(wait=False), dag_run(wait=False)
    assert first["changed"] and second["changed"] and first["run_id"] != second["run_id"]
    for run in (first, second):
        followed = dag_run(run_id=run["run_id"])
        assert not followed["changed"]
        assert_succeeded(followed, run["run_id"])


def test_through_an_address(dag_run, run_id, address):
    assert_succeeded(dag_run(run_id=run_id, release_name=None, api_url=address), run_id)


def test_an_address_that_nobody_serves(dag_run):
    failed = dag_run(api_url="http://127.0.0.1:1", wait_timeout=3)
    assert failed["failed"] and "Could not reach http://127.0.0.1:1" in failed["msg"]


def test_a_release_that_is_not_there(dag_run):
    failed = dag_run(release_name="another", wait_timeout=3)
    assert (
        failed["failed"]
        and "none of its 0 pods (labels component=api-server,release=another) is ready" in failed["msg"]
    )
    assert dag_run(release_name="another", run_id="any", check=True)["changed"]


def test_an_unknown_dag_is_reported_with_those_alike(dag_run):
    failed = dag_run(dag_id="windrose_canari", wait_timeout=15)
    assert failed["failed"] and "alike are windrose_canary" in failed["msg"] and failed["known_dags"] == [DAG]


def test_wrong_credentials_are_reported_immediately(dag_run, cluster, run_id):
    name = f"{run_id}-wrong"
    cluster.client.create(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "stringData": {"username": "admin", "password": "THE-WRONG-ONE"},
        }
    )
    try:
        failed = dag_run(credentials={"secret": name}, wait_timeout=ENDLESS_SECONDS)
        assert failed["failed"] and "it refuses user admin" in failed["msg"]
        assert "THE-WRONG-ONE" not in failed.output
    finally:
        cluster.client.delete("v1", "Secret", name, NAMESPACE)
    missing = dag_run(credentials={"secret": name})
    assert missing["failed"] and "there is no such Secret" in missing["msg"]


def test_a_token_of_a_secret_takes_the_place_of_a_user(dag_run, cluster, token, run_id):
    metadata = {"name": f"{run_id}-token", "namespace": NAMESPACE}
    contents = {"token": f"{token}\n", "stale": f"{token[:-4]}AAAA"}
    cluster.client.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": contents})
    try:
        predicted = dag_run(credentials={"secret": metadata["name"], "token_key": "token"}, run_id=run_id, check=True)
        assert (predicted["changed"], predicted["run_state"]) == (True, "")
        failed = dag_run(credentials={"secret": metadata["name"], "token_key": "stale"}, run_id=run_id)
        assert failed["failed"] and f"it refuses the owner of the token in Secret {NAMESPACE}/{metadata['name']}" in failed["msg"]
        assert token not in predicted.output and contents["stale"] not in failed.output
    finally:
        cluster.client.delete("v1", "Secret", metadata["name"], NAMESPACE)


def test_without_credentials_nobody_is_let_in(dag_run, run_id):
    failed = dag_run(credentials=None, run_id=run_id)
    assert failed["failed"] and "it refuses anyone without credentials" in failed["msg"]


def test_another_cluster_gets_no_credentials(dag_run):
    refused = dag_run(expected_cluster={"uid": "another"})
    assert refused["failed"] and "expected uid 'another'" in refused["msg"]


def test_a_killed_module_leaves_a_run_that_the_next_one_follows(dag_run, run_id, start_module, tmp_path):
    arguments = {
        "dag_id": DAG,
        "run_id": run_id,
        "namespace": NAMESPACE,
        "release_name": RELEASE,
        "credentials": {"secret": FIRST_USER},
    }
    progress = tmp_path / "progress"
    with start_module("dag_run", arguments, WINDROSE_PROGRESS_FILE=str(progress)) as module:
        deadline = time.monotonic() + LIMIT_SECONDS
        while not (progress.exists() and progress.read_text().startswith("run ")):
            assert module.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        module.send_signal(signal.SIGKILL)
    followed = dag_run(run_id=run_id)
    assert not followed["changed"]
    assert_succeeded(followed, run_id)


@contextlib.contextmanager
def no_room(cluster, name):
    """New pods of the namespace ask for something meanwhile that no node has."""
    amount = {"windrose.test/nothing": "1"}
    limits = [{"type": "Container", "default": amount, "defaultRequest": amount}]
    definition = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": name, "namespace": NAMESPACE}}
    cluster.client.create({**definition, "spec": {"limits": limits}})
    try:
        yield
    finally:
        cluster.client.delete("v1", "LimitRange", name, NAMESPACE)


def test_a_task_pod_that_cannot_start_is_reported_early(dag_run, run_id, cluster, tell_airflow, wait_for):
    with no_room(cluster, run_id):
        failed = dag_run(run_id=run_id, wait_timeout=ENDLESS_SECONDS)
        assert failed["failed"] and failed["run_id"] == run_id
        assert "Task give cannot start in pod airflow/windrose-canary-give-" in failed["msg"]
        assert "Unschedulable" in failed["msg"] and "Insufficient windrose.test/nothing" in failed["msg"]
    # Airflow goes on waiting for that pod; giving the task up there ends the run.
    tell_airflow("PATCH", f"dags/{DAG}/dagRuns/{run_id}/taskInstances/give", {"new_state": "failed"})
    wait_for(lambda: dag_run(run_id=run_id, check=True)["run_state"] in ("failed", "success"), lambda: "the run did not end")
    predicted = dag_run(run_id=run_id, check=True)
    assert (predicted["changed"], predicted["run_state"]) == (True, "failed")
    # Airflow does not remove the pod of a task that was given up by hand.
    for pod in cluster.client.list("v1", "Pod", NAMESPACE, label_selector=f"run_id={run_id}"):
        cluster.client.delete("v1", "Pod", pod["metadata"]["name"], NAMESPACE)
    repeated = dag_run(run_id=run_id)
    assert (repeated["changed"], repeated["run_id"], repeated["run_state"]) == (True, run_id, "success")
