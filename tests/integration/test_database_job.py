# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module database_job against a real API server."""

from __future__ import annotations

import pytest

LABELS = {"component": "migration"}


@pytest.fixture(name="arguments")
def fixture_arguments(cluster, namespace, real_nodes):
    """Parameters of a Job that prints a version and ends."""
    image = cluster.image_at_hand("coredns")
    container = {"name": "main", "image": image, "args": ["-version"], "imagePullPolicy": "IfNotPresent"}
    pod = {"restartPolicy": "Never", "containers": [container]}
    definition = {
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migration", "namespace": namespace, "labels": LABELS},
        "spec": {"backoffLimit": 0, "template": {"metadata": {"labels": LABELS}, "spec": pod}},
    }  # fmt: skip
    return {"definition": definition, "made_of": ["1"], "connection": {"secret": "metadata"}, "wait_timeout": 120}


@pytest.fixture(name="point_to")
def fixture_point_to(cluster, namespace):
    """Callable that lets the Secret lead to a host."""

    def point(host):
        cluster.client.apply({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "metadata", "namespace": namespace},
            "stringData": {"connection": f"postgresql://somebody:geheim@{host}/airflow"}}, force=True)  # fmt: skip

    return point


def test_a_job_runs_once_for_each_database(run_module, arguments, point_to, cluster, namespace):
    def jobs():
        return {item["metadata"]["name"]: item["metadata"]["uid"] for item in cluster.client.list("batch/v1", "Job", namespace)}

    predicted = run_module("database_job", arguments, check=True)
    assert (predicted["changed"], predicted["name"], jobs()) == (True, "", {})
    missing = run_module("database_job", arguments)
    assert missing["failed"] and "there is no such Secret" in missing["msg"]

    point_to("one")
    first = run_module("database_job", arguments, check=True)
    assert (first["operation"], jobs()) == ("created", {})
    assert run_module("database_job", arguments, diff=True)["name"] == first["name"]
    there = jobs()
    assert list(there) == [first["name"]]
    for check in (True, False):
        again = run_module("database_job", arguments, check=check, diff=True)
        assert not again["changed"] and again["operation"] == "unchanged" and jobs() == there

    point_to("two")
    for check in (True, False):
        second = run_module("database_job", arguments, check=check, diff=True)
        assert (second["operation"], second["removed"]) == ("created", [first["name"]])
        assert "somebody" not in second.output and "geheim" not in second.output
    assert first["name"] != second["name"]
    there = jobs()
    assert second["name"] in there

    for check in (True, False):
        gone = run_module("database_job", {**arguments, "state": "absent"}, check=check)
        assert gone["changed"] and second["name"] in gone["removed"]
    assert jobs() == {}
    for check in (True, False):
        assert not run_module("database_job", {**arguments, "state": "absent"}, check=check)["changed"]


def test_a_job_that_cannot_start_is_replaced_by_the_one_that_can(run_module, arguments, point_to):
    point_to("one")
    pod = arguments["definition"]["spec"]["template"]["spec"]
    pod["nodeSelector"] = {"windrose.airflow/nowhere": "true"}
    stuck = run_module("database_job", {**arguments, "wait_timeout": 5})
    assert stuck["failed"]
    del pod["nodeSelector"]
    found = run_module("database_job", arguments)
    assert found["operation"] == "replaced" and "has not started" in found["reason"]


def test_a_pod_that_has_failed_since_is_a_reason_to_run_it_again(run_module, arguments, point_to, cluster, namespace, wait_for):
    point_to("one")
    labels = {"component": "scheduler"}
    arguments["witnesses"] = [{"component": "api-server"}, labels]
    name = run_module("database_job", arguments)["name"]
    since = cluster.client.get("batch/v1", "Job", name, namespace)["status"]["completionTime"]
    (container,) = arguments["definition"]["spec"]["template"]["spec"]["containers"]
    cluster.client.create({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "scheduler", "namespace": namespace, "labels": labels},
        "spec": {"containers": [{**container, "args": ["-no-such-option"]}]}})  # fmt: skip

    def has_failed_since():
        statuses = cluster.client.get("v1", "Pod", "scheduler", namespace)["status"].get("containerStatuses") or [{}]
        ended = (statuses[0].get("lastState") or {}).get("terminated") or {}
        return (ended.get("finishedAt") or "") > since

    wait_for(has_failed_since)
    found = run_module("database_job", arguments)
    assert (found["name"], found["operation"]) == (name, "replaced")
    assert found["reason"] == "pod scheduler is not ready, and has failed after it"
