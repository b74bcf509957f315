# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding of the preflight's second stage, provoked with real pods; one run of Ansible probes one namespace for each."""

from __future__ import annotations

import concurrent.futures
import json
import os
import sys
import time

import pytest
from private_registry import ADDRESS, docker_configuration, private_registry
from project import CHECKOUT, STATE

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE

CANARY = "correct-horse-battery"
# Something in every cluster that takes connections.
CONNECTION = f"postgresql://airflow:{CANARY}@kubernetes.default.svc:443/airflow"
GOOD = "good"
# A pull secret that is not there when the kubelet looks for it first.
LATE = "late"
LIMIT_SECONDS = 300
# A log store that speaks S3, elsewhere than at AWS.
STORE = json.dumps({"conn_type": "aws", "password": CANARY, "extra": {"endpoint_url": "https://kubernetes.default.svc"}})
LOGS = {"airflow_logs": {"store": "s3", "url": "s3://logs/airflow", "connection_secret": {"name": "store", "key": "connection"}}}
PULL_SECRET = {"airflow_image_pull_secrets": [{"name": "registry"}]}
# What a case finds besides, because it follows from what provokes it.
BESIDES = {"WA803": {"WA802"}}


def profile(repository, tag):
    """:returns: variables with a worker profile of another image."""
    return {"airflow_worker_profiles": [{"name": "other", "image": {"repository": repository, "tag": tag}}]}


def bundle(repository):
    """:returns: variables with DAGs in a repository."""
    return {"airflow_dag_bundles": [{"name": "dags", "repository": repository}]}


def cases(image):
    """:returns: {code, or GOOD: variables}."""
    tag = image.rpartition(":")[2]
    private = profile(f"{ADDRESS}/{image.rpartition(':')[0].partition('/')[2]}", tag)
    return {
        GOOD: {**private, **PULL_SECRET, **bundle("https://kubernetes.default.svc/dags.git"), **LOGS},
        LATE: {**private, **PULL_SECRET},
        "WA801": profile(f"{image.rpartition(':')[0]}-nonesuch", tag),
        "WA802": private,
        "WA803": {**private, **PULL_SECRET},
        "WA804": bundle("git@git.nonesuch.invalid:data/dags.git"),
        "WA805": bundle("https://127.0.0.1:1/dags.git"),
        "WA806": {},
        "WA807": {},
    }


def namespace_of(case):
    """:returns: the namespace of a case."""
    return f"windrose-probe-{case.lower()}"


def objects(case):
    """:returns: what is in the namespace of a case."""
    def made(api_version, kind, name, **fields):
        return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace_of(case)}, **fields}

    connection = "to be filled in" if case == "WA806" else CONNECTION
    found = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {
            "name": namespace_of(case), "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
        made("v1", "Secret", "airflow-metadata", stringData={"connection": connection}),
    ]
    if case == GOOD:
        found.append(made("v1", "Secret", "store", stringData={"connection": STORE}))
        found.append(pull_secret(case))
    if case == "WA803":
        found.append(made("v1", "Secret", "registry", stringData={"config.json": docker_configuration()}))
    if case == "WA807":
        found.append(made("v1", "ResourceQuota", "none", spec={"hard": {"pods": "0"}}))
    return found


def pull_secret(case):
    """:returns: a pull secret for the private registry."""
    return {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "registry", "namespace": namespace_of(case)},
        "type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": docker_configuration()},
    }  # fmt: skip


class Probes:
    """Runs the probe of chosen cases, and keeps what they found.

    :param folder: where the inventory and the findings are written to.
    """

    def __init__(self, project, folder):
        self.project = project
        self.folder = folder
        kubeconfig = os.path.join(STATE, "kubeconfig")
        self.client = KubeClient.from_parameters({"kubeconfig": kubeconfig})
        images = {
            component: project.kubectl(
                "get", "deployments", "--namespace", "airflow", "--selector", f"component={component}",
                "--output", "jsonpath={.items[0].spec.template.spec.containers[0].image}")
            for component in ("scheduler", "statsd")
        }
        self.cases = cases(images["scheduler"])
        repository, unused, tag = images["scheduler"].rpartition(":")
        statsd, unused, statsd_tag = images["statsd"].rpartition(":")
        self.common = {
            "ansible_connection": "local", "ansible_python_interpreter": sys.executable, "found_folder": str(folder),
            "airflow_kubeconfig": kubeconfig, "airflow_expected_cluster": self.client.identity(),
            "airflow_helm_binary": os.path.join(STATE, "bin", "helm"), "airflow_chart_source": "bundled",
            "airflow_image_repository": repository, "airflow_image_tag": tag,
            "airflow_release_statsd_image_repository": statsd, "airflow_release_statsd_image_tag": statsd_tag,
        }  # fmt: skip

    def run(self, *chosen, options=()):
        """:returns: (what the cases found, what Ansible printed)."""
        hosts = {case: {**self.cases[case], "airflow_namespace": namespace_of(case)} for case in chosen}
        inventory = self.folder / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": self.common}}), encoding="utf-8")
        output = self.project.run(
            "ansible-playbook", f"{CHECKOUT}/tests/e2e/playbooks/preflight_probe.yml", "-i", str(inventory),
            "--forks", str(len(hosts)), *options, check=False)
        return {case: json.loads((self.folder / f"{case}.json").read_text(encoding="utf-8")) for case in chosen}, output


@pytest.fixture(scope="module", name="probes")
def fixture_probes(project, tmp_path_factory):
    """The namespaces of the cases, and the private registry."""
    probes = Probes(project, tmp_path_factory.mktemp("probes"))
    # What a run that was killed has left, or one that ended a moment ago.
    project.kubectl("delete", "namespace", *map(namespace_of, probes.cases), "--ignore-not-found")
    try:
        with private_registry(project, probes.folder):
            for case in probes.cases:
                for definition in objects(case):
                    probes.client.create(definition)
            yield probes
    finally:
        project.kubectl("delete", "namespace", *map(namespace_of, probes.cases), "--ignore-not-found", "--wait=false")


@pytest.fixture(scope="module", name="found")
def fixture_found(probes):
    """What each case found, and what Ansible printed."""
    return probes.run(*[case for case in probes.cases if case != LATE])


def records(probes, case):
    """:returns: {name: resourceVersion} of the ConfigMaps and Jobs that probes left in the namespace of a case."""
    kept = [
        item for api_version, kind in (("v1", "ConfigMap"), ("batch/v1", "Job"))
        for item in probes.client.list(api_version, kind, namespace_of(case))
    ]
    return {item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in kept if "probe" in item["metadata"]["name"]}


def test_every_code_of_the_second_stage_is_provoked(probes):
    assert set(probes.cases) - {GOOD, LATE} == {code for code in CATALOGUE if code.startswith("WA8")}


@pytest.mark.parametrize("code", [code for code in CATALOGUE if code.startswith("WA8")])
def test_what_a_code_is_for_provokes_it(code, found):
    result = found[0][code]
    assert {finding["code"] for finding in result["findings"]} == {code} | BESIDES.get(code, set())
    assert result["failed"] and not result["probe"]["changed"]


def test_what_is_right_is_found_right(found):
    result = found[0][GOOD]
    assert result["findings"] == [] and not result["failed"] and result["probe"]["changed"]
    assert [endpoint["state"] for endpoint in result["probe"]["endpoints"]] == ["reachable"] * 3
    assert [image["image"].partition("/")[0] for image in result["probe"]["images"]].count(ADDRESS) == 1


def test_nothing_of_a_probe_stays_but_the_record_of_a_good_one(probes, found):
    assert {case: list(records(probes, case)) for case in found[0]} == {
        case: ["airflow-preflight-probe"] if case == GOOD else [] for case in found[0]}
    deadline = time.monotonic() + LIMIT_SECONDS
    # The kubelet takes its time to end a pod that was deleted.
    while left := [pod["metadata"]["name"] for case in probes.cases for pod in probes.client.list("v1", "Pod", namespace_of(case))]:
        assert time.monotonic() < deadline, left
        time.sleep(0.5)


def test_no_secret_is_reported(found):
    assert CANARY not in found[1] and CANARY not in json.dumps(found[0])


def test_the_same_is_not_probed_again_and_nothing_is_written(probes, found):
    assert found
    before = records(probes, GOOD)
    for options in ((), ("--check", "--diff")):
        again = probes.run(GOOD, options=options)[0][GOOD]
        assert not again["probe"]["probed"] and not again["probe"]["changed"] and not again["failed"]
    assert records(probes, GOOD) == before


def test_a_kubelet_that_pulled_without_the_pull_secret_may_try_again(probes):
    """As it does on a busy node, where it may not read a secret as early as it wants to."""

    def is_refused():
        pods = probes.client.list("v1", "Pod", namespace_of(LATE))
        states = [status["state"].get("waiting", {}) for pod in pods for status in pod["status"].get("containerStatuses", [])]
        return any(state.get("reason") in ("ErrImagePull", "ImagePullBackOff") for state in states)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = pool.submit(probes.run, LATE)
        while not is_refused() and not running.done():
            time.sleep(0.2)
        probes.client.create(pull_secret(LATE))
        result = running.result()[0][LATE]
    # The secret was missing when the probe began. The image is reported as pulled all the same.
    assert {finding["code"] for finding in result["findings"]} == {"WA803"}
    assert [image["pulled"] for image in result["probe"]["images"]] == [True] * len(result["probe"]["images"])


def test_another_secret_is_probed_again(probes, found):
    assert found
    probes.client.merge({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "airflow-metadata", "namespace": namespace_of(GOOD)},
        "stringData": {"connection": f"{CONNECTION}?sslmode=require"}})
    predicted = probes.run(GOOD, options=("--check",))[0][GOOD]
    assert predicted["probe"]["changed"] and not predicted["probe"]["probed"]
    done = probes.run(GOOD)[0][GOOD]
    assert done["probe"]["changed"] and done["probe"]["probed"]
