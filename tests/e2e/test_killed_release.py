# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills a playbook around every write, and where helm starts and ends, and expects a plain run to finish the work.

The bundled chart is installed, upgraded and rolled back on simulated nodes, each time in a namespace of its own.
WINDROSE_KILL_POINTS is the number of points that a fixed seed chooses for each of the three, or ``all``.
"""

from __future__ import annotations

import concurrent.futures
import difflib
import itertools
import json
import os
import random
import re
import secrets
import subprocess
import sys
import time

import pytest
from api_proxy import ApiProxy, Observation
from processes import descendants, kill, program
from project import CHECKOUT, STATE

SAMPLE = os.environ.get("WINDROSE_KILL_POINTS", "4")
# More would wait for the two processors of a small machine, and not for the cluster.
AT_ONCE = 3
ENDS_SECONDS = 30
CHART = f"{CHECKOUT}/roles/airflow_release/files/chart"
SECRETS = ["airflow-metadata"]
FIRST = {
    "nodeSelector": {"windrose.airflow/simulated": "true"},
    "tolerations": [{"key": "windrose.airflow/simulated", "operator": "Exists"}],
    "triggerer": {"persistence": {"enabled": False}},
}
# Objects change, come (Ingress, PodDisruptionBudget) and go (all of statsd).
SECOND = {
    **FIRST,
    "config": {"core": {"parallelism": "8"}},
    "scheduler": {"replicas": 2, "podDisruptionBudget": {"enabled": True}},
    "ingress": {"apiServer": {"enabled": True, "hosts": [{"name": "airflow.example.com"}]}},
    "statsd": {"enabled": False},
}
INSTALL, UPGRADE = {"chart_values": FIRST}, {"chart_values": SECOND}
ROLLBACK = {"chart_values": {}, "state": "rolled_back", "revision": 1}
# What there is before, and what is killed.
OPERATIONS = {"install": ([], INSTALL), "upgrade": ([INSTALL], UPGRADE), "rollback": ([INSTALL, UPGRADE], ROLLBACK)}
KINDS = (
    "configmaps", "deployments", "horizontalpodautoscalers", "ingresses", "jobs", "poddisruptionbudgets", "rolebindings",
    "roles", "secrets", "serviceaccounts", "services", "statefulsets",
)
# helm's revisions, the key and the ledger show how it came to be, and the root certificate comes from Kubernetes.
RECORDS = re.compile(r"sh\.helm\.release\.v1\..*|airflow-fingerprint|airflow-ledger|kube-root-ca\.crt")
# Every namespace has a key of its own for the first, and the second is a hash of what names the namespace.
HASHED = re.compile(r'("(?:windrose\.airflow/[a-z-]+-hmac|checksum/airflow-config)": )"[0-9a-f]+"')


class Laboratory:
    """Namespaces to release to, each seen through one proxy."""

    def __init__(self, project, proxy, folder):
        self.project = project
        self._proxy = proxy
        self._folder = folder
        self._environment = {**os.environ, "KUBECACHEDIR": f"{folder}/kubectl", "HELM_CACHE_HOME": f"{folder}/helm"}

    def namespace(self):
        """:returns: the name of a new namespace with the Secrets that the release is made from."""
        name = f"windrose-kill-{secrets.token_hex(5)}"
        self.project.kubectl("create", "namespace", name)
        for secret in SECRETS:
            self.project.kubectl("create", "secret", "generic", secret, "--namespace", name, "--from-literal=connection=any")
        return name

    def remove(self, namespace):
        """Remove a namespace, without waiting for its end."""
        self.project.kubectl("delete", "namespace", namespace, "--wait=false")

    def _arguments(self, namespace, operation):
        return {
            "kubeconfig": self._proxy.kubeconfig, "name": "airflow", "namespace": namespace, "state": "present",
            "chart": {"path": CHART}, "secrets": SECRETS, "helm_binary": f"{STATE}/bin/helm", "wait_timeout": 300, **operation,
        }

    def module(self, namespace, operation):
        """Run the module alone, which is faster than a playbook.

        :returns: (its result, what it wrote).
        """
        observation = Observation()
        self._proxy.watch(namespace, observation)
        arguments = {**self._arguments(namespace, operation), "_ansible_remote_tmp": f"{self._folder}/remote"}
        ended = subprocess.run(
            [sys.executable, "-m", "ansible_collections.windrose.airflow.plugins.modules.release"],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
            env={**self._environment, "PYTHONPATH": f"{CHECKOUT}/collections"}, cwd=self._folder, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return json.loads(ended.stdout), observation.writes

    def playbook(self, namespace, operation, point=None):
        """Run the playbook, and kill it at a point.

        :returns: its `Observation`.
        """
        variables = self._folder / f"{namespace}.json"
        variables.write_text(json.dumps({"release": self._arguments(namespace, operation)}), encoding="utf-8")
        with open(self._folder / f"{namespace}.log", "w+", encoding="utf-8") as log:
            with subprocess.Popen(
                ["ansible-playbook", "-i", "localhost,", "-c", "local", "-e", f"@{variables}",
                 "-e", f"ansible_python_interpreter={sys.executable}", "tests/e2e/playbooks/release.yml"],
                cwd=CHECKOUT, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            ) as running:
                victims = []

                def end():
                    victims.extend(descendants(running.pid))
                    # helm is not killed: it has to end by itself when its module is gone.
                    kill(process for process in victims if program(process) != "helm")

                observation = Observation(point, end)
                self._proxy.watch(namespace, observation)
                running.wait()
            log.seek(0)
            told = log.read()
        if point is None:
            assert running.returncode == 0, told
        else:
            assert observation.killed, f"the run ended before it came to {point}:\n{told}"
            await_end(victims)
        return observation

    def state(self, namespace):
        """:returns: {kind and name: object} of all that was released, without what differs from namespace to namespace."""
        found = self.project.objects(",".join(KINDS), "--namespace", namespace)
        kept = [item for item in found if not RECORDS.fullmatch(item["metadata"]["name"])]
        text = json.dumps({f"{item['kind']} {item['metadata']['name']}": content(item) for item in kept}, sort_keys=True)
        return json.loads(HASHED.sub(r'\1"HASH"', text.replace(namespace, "NAMESPACE")))

    def records(self, namespace):
        """:returns: (helm's statuses, sorted; the outcomes in the ledger)."""
        revisions = self.project.objects("secrets", "--namespace", namespace, "--selector", "owner=helm")
        (ledger,) = self.project.objects("configmaps", "--namespace", namespace, "--field-selector", "metadata.name=airflow-ledger")
        entries = json.loads(ledger["data"]["ledger.json"])
        return sorted(item["metadata"]["labels"]["status"] for item in revisions), [entry["outcome"] for entry in entries]


def await_end(processes):
    """Wait until processes have ended, which those that were killed do immediately."""
    deadline = time.monotonic() + ENDS_SECONDS
    while left := [program(process) for process in processes if program(process)]:
        assert time.monotonic() < deadline, f"{left} outlived the playbook that was killed"
        time.sleep(0.05)


def content(item):
    """:returns: what an object is, without what the server counts and chooses."""
    metadata = item["metadata"]
    annotations = {
        name: value for name, value in (metadata.get("annotations") or {}).items()
        if name != "deployment.kubernetes.io/revision"
    }
    chosen = {"clusterIP", "clusterIPs"}
    spec = {name: value for name, value in (item.get("spec") or {}).items() if name not in chosen}
    rest = {name: value for name, value in item.items() if name not in ("metadata", "spec", "status")}
    return {**rest, "labels": metadata.get("labels"), "annotations": annotations, "spec": spec}


@pytest.fixture(scope="module")
def laboratory(project, local_up, tmp_path_factory):
    """Two simulated nodes, and a proxy before the API server."""
    local_up(2)
    folder = tmp_path_factory.mktemp("laboratory")
    with ApiProxy(f"{STATE}/kubeconfig", folder).running() as proxy:
        yield Laboratory(project, proxy, folder)


def lines(state):
    """:returns: the lines of a state as text."""
    return json.dumps(state, indent=1, sort_keys=True).splitlines()


def prepared(laboratory, before):
    """:returns: a namespace in which the operations before have been done."""
    namespace = laboratory.namespace()
    for operation in before:
        laboratory.module(namespace, operation)
    return namespace


def differences(laboratory, before, operation, point, expected):
    """Kill a run and let a plain one follow.

    :returns: what is not as it is without a kill; empty where all is.
    """
    namespace = prepared(laboratory, before)
    laboratory.playbook(namespace, operation, point)
    laboratory.playbook(namespace, operation)
    found = laboratory.state(namespace)
    told = list(difflib.unified_diff(lines(expected), lines(found), "without a kill", "after it", n=1))
    statuses, outcomes = laboratory.records(namespace)
    if statuses.count("deployed") != 1 or any(status.startswith(("pending", "uninstall")) for status in statuses):
        told.append(f"helm's revisions are {statuses}")
    if outcomes[-1] != "deployed" or "started" in outcomes:
        told.append(f"the outcomes in the ledger are {outcomes}")
    result, writes = laboratory.module(namespace, operation)
    if result["changed"] or writes:
        told.append(f"a third run was {result['operation']} and wrote {writes}")
    laboratory.remove(namespace)
    return told


def sample(every, number, chance):
    """:returns: points of every kind in turn, as far as there are any: only few of them are about helm's start and end."""
    shuffled = sorted(chance.sample(every, len(every)), key=lambda point: point.kind)
    kinds = [list(points) for unused, points in itertools.groupby(shuffled, key=lambda point: point.kind)]
    in_turn = [point for turn in itertools.zip_longest(*kinds) for point in turn if point]
    return sorted(in_turn[:number])


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_plain_run_reaches_the_same_state_from_every_point(laboratory, name, capsys):
    before, operation = OPERATIONS[name]
    namespace = prepared(laboratory, before)
    every = laboratory.playbook(namespace, operation).points()
    expected = laboratory.state(namespace)
    laboratory.remove(namespace)
    assert {point.kind for point in every} == {"write lost", "answer lost", "helm starts", "helm ends"}

    points = every if SAMPLE == "all" else sample(every, int(SAMPLE), random.Random(name))
    told = {}
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        killed = {pool.submit(differences, laboratory, before, operation, point, expected): point for point in points}
        for done, future in enumerate(concurrent.futures.as_completed(killed), 1):
            point = killed[future]
            try:
                told[point] = future.result()
            except AssertionError as error:
                told[point] = [str(error)]
            with capsys.disabled():
                outcome = "recovered" if not told[point] else "DIFFERS"
                print(f"  {name} {done}/{len(points)} of {len(every)}: {point.kind} {point.number} {outcome}", flush=True)
    faults = [f"{point.kind} {point.number}:\n" + "\n".join(found) for point, found in sorted(told.items()) if found]
    assert not faults, "\n\n".join(faults)
