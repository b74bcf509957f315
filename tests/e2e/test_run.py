# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make run` from nothing to a DAG that ran in real pods, and a second run that writes nothing."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from itertools import pairwise

import pytest
from login_program import LoginProgram
from project import STATE, changed

NAMESPACE = "airflow"
# Written by controllers and by Airflow all the time, whether or not anybody runs a playbook.
RESTLESS = {"events", "events.events.k8s.io", "leases.coordination.k8s.io"}
CONTROLLERS = {"kube-controller-manager", "kube-scheduler", "kubelet"}
LIMIT_SECONDS = 300
# A run that finds nothing to do takes longer than a few of these.
SHORT_LIFETIME_SECONDS = 5


@pytest.fixture(scope="module", name="first", autouse=True)
def fixture_first(project):
    """The output of `make run`."""
    return project.run("make", "run")


class Login:
    """The user of the local cluster, who logs in by a program as those of EKS, GKE and AKS do."""

    def __init__(self, project, folder):
        self._program = LoginProgram(folder / "program")
        config = json.loads(project.kubectl("config", "view", "--raw", "--flatten", "--output", "json"))
        self._user = config["users"][0]["user"]
        config["users"][0]["user"] = self._program.user()
        path = folder / "kubeconfig"
        path.write_text(json.dumps(config), encoding="utf-8")
        self.options = ("--extra-vars", json.dumps({"airflow_kubeconfig": str(path)}))

    def starts_during(self, lifetime, run):
        """Do something while credentials live for a number of seconds.

        :returns: what that returned, and when the program was started during it.
        """
        before = len(self._program.starts())
        self._program.answer_as(self._user, lifetime)
        result = run()
        return result, [start["time"] for start in self._program.starts()[before:]]


def last_writes(project):
    """:returns: of every object in Airflow's namespace its identity, and what was written last by whom but the controllers.

    Where a pod is late to answer a probe, the controllers change the resource versions of its Deployment and of others.
    """
    kinds = set(project.kubectl("api-resources", "--namespaced", "--verbs=list", "--output=name").split()) - RESTLESS
    return {
        (entry["kind"], entry["metadata"]["name"], entry["metadata"]["uid"]): [
            written for written in entry["metadata"].get("managedFields", [])
            if written["manager"] not in CONTROLLERS and written.get("subresource") != "status"
        ]
        for entry in project.objects(",".join(sorted(kinds)), "--namespace", NAMESPACE, "--show-managed-fields")
        # The pods of Airflow's own runs come and go with them.
        if "dag_id" not in entry["metadata"].get("labels", {})
    }


def test_the_run_ends_with_a_table_and_what_to_do_next(first):
    assert re.search(r"^step +changed +seconds$", first, re.MULTILINE)
    for step in ("local_cluster", "database", "release", "verify", "total"):
        assert re.search(rf"^{step} +(no|1 task|\d+ tasks) +\d+\.\d$", first, re.MULTILINE), step
    assert re.search(r"^URL: +http://127.0.0.1:\d+$", first, re.MULTILINE)
    assert re.search(r"^Password: +\S+kubectl ", first, re.MULTILINE)


def test_a_second_run_writes_nothing_and_logs_in_at_most_twice(project, tmp_path):
    before, login = last_writes(project), Login(project, tmp_path)
    output, starts = login.starts_during(3600, lambda: project.site(*login.options))
    assert changed(output) == 0 and 1 <= len(starts) <= 2
    assert last_writes(project) == before
    output, starts = login.starts_during(SHORT_LIFETIME_SECONDS, lambda: project.site("--check", *login.options))
    assert changed(output) == 0
    # Each start after the first one has an expiry before it: in whole seconds, and a tenth of the lifetime earlier.
    shortest = (SHORT_LIFETIME_SECONDS - 1) * 0.9
    assert len(starts) > 1 and all(later - earlier >= shortest for earlier, later in pairwise(starts))


def test_the_tasks_ran_on_a_real_kubelet(project):
    nodes = {node["metadata"]["name"]: node["status"]["nodeInfo"]["kubeletVersion"] for node in project.objects("nodes")}
    started = [
        event for event in project.objects("events", "--namespace", NAMESPACE, "--field-selector=reason=Started")
        if event["involvedObject"]["name"].startswith("windrose-canary")
    ]
    pods = {event["involvedObject"]["name"] for event in started}
    assert len(pods) >= 2, "the canary has two tasks, each in a pod of its own"
    assert {event["source"]["component"] for event in started} == {"kubelet"}
    assert {event["source"]["host"] for event in started} <= set(nodes)
    assert all(version.startswith("v1.34") for version in nodes.values())


def test_airflow_answers_on_loopback():
    with urllib.request.urlopen("http://127.0.0.1:8080/api/v2/monitor/health", timeout=60) as answer:
        health = json.load(answer)
    assert {part: state["status"] for part, state in health.items()} == {
        "metadatabase": "healthy", "scheduler": "healthy", "triggerer": "healthy", "dag_processor": "healthy"}


def test_the_ledger_names_the_schema_that_the_database_has(project):
    (ledger,) = project.objects("configmaps", "--namespace", NAMESPACE, "--field-selector", "metadata.name=airflow-ledger")
    told = json.loads(ledger["data"]["ledger.json"])[-1]["migration_head"]
    query = 'psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --tuples-only --no-align --command "SELECT version_num FROM alembic_version"'
    found = project.kubectl("exec", "--namespace", NAMESPACE, "airflow-postgresql-0", "--", "sh", "-c", query)
    assert found.strip() == told


@pytest.mark.parametrize("port", [6443, 5000, 8080])
def test_ports_are_open_on_loopback_only(port):
    with open("/proc/net/tcp", encoding="utf-8") as stream:
        rows = [line.split() for line in stream.readlines()[1:]]
    listening = {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}
    assert listening == {"0100007F"}


def test_there_is_one_default_storage_class(project):
    marked = [
        entry["metadata"]["name"] for entry in project.objects("storageclasses")
        if entry["metadata"].get("annotations", {}).get("storageclass.kubernetes.io/is-default-class") == "true"
    ]
    assert marked == ["standard"]


def test_every_pod_satisfies_pod_security_restricted(project):
    labels = project.objects("namespaces", f"--field-selector=metadata.name={NAMESPACE}")[0]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    running = [pod for pod in project.objects("pods", "--namespace", NAMESPACE) if pod["status"]["phase"] == "Running"]
    assert running
    assert all(pod["spec"]["securityContext"].get("runAsNonRoot") for pod in running)


def test_pods_of_different_nodes_reach_each_other(project):
    """A pod on one node fetches a page from a pod on the other, by its address and by a Service."""
    with open(os.path.join(STATE, "images.yml"), encoding="utf-8") as stream:
        image = re.search(r"reference: (\S+/airflow:\S+)", stream.read()).group(1)
    nodes = [node["metadata"]["name"] for node in project.objects("nodes")]
    assert len(nodes) >= 2
    project.kubectl("create", "namespace", "reachability")
    try:
        project.kubectl("wait", "--namespace", "reachability", "--for=create", "serviceaccount/default", f"--timeout={LIMIT_SECONDS}s")

        def pod(name, node, script):
            overrides = {"spec": {"nodeName": node, "restartPolicy": "Never", "terminationGracePeriodSeconds": 0}}
            project.kubectl("run", name, "--namespace", "reachability", "--image", image, "--labels", f"app={name}",
                            "--overrides", json.dumps(overrides), "--command", "--", "python", "-c", script)
        pod("server", nodes[0], "import http.server as s; s.test(s.SimpleHTTPRequestHandler, port=8000, bind='0.0.0.0')")
        project.kubectl("expose", "pod", "server", "--namespace", "reachability", "--port", "8000")
        project.kubectl("wait", "--namespace", "reachability", "--for=condition=Ready", "pod/server", f"--timeout={LIMIT_SECONDS}s")
        address = project.objects("pods", "--namespace", "reachability")[0]["status"]["podIP"]
        pod("client", nodes[1], f"""
import time, urllib.request
def status(host):
    # The Service reaches the pod a moment after the pod is ready.
    for attempt in range(60):
        try:
            return urllib.request.urlopen("http://" + host + ":8000/", timeout=10).status
        except OSError as error:
            failure = error
            time.sleep(1)
    raise failure
for host in ("{address}", "server.reachability.svc.cluster.local"):
    print(status(host))
""")
        project.kubectl("wait", "--namespace", "reachability", "--for=jsonpath={.status.phase}=Succeeded", "pod/client",
                        f"--timeout={LIMIT_SECONDS}s")
        assert project.kubectl("logs", "--namespace", "reachability", "client").split() == ["200", "200"]
    finally:
        project.kubectl("delete", "namespace", "reachability", "--wait=true")
