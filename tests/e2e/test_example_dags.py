# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipelines of examples/dags run as they are, in a namespace that enforces Pod Security "restricted", and on request in one of
"baseline" as well.

Runs on the cluster that test_run.py made, with examples/local.yml. All is as it was at the end.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import secrets
import subprocess
import sys

import pytest
import yaml
from project import CHECKOUT, STATE

NAMESPACE = "airflow"
EXAMPLES = pathlib.Path(CHECKOUT, "examples")
VARIABLES = yaml.safe_load((EXAMPLES / "local.yml").read_text(encoding="utf-8"))
PROFILES = {profile["name"]: profile for profile in VARIABLES["airflow_worker_profiles"]}
GPU = "nvidia.com/gpu"
LIMIT_SECONDS = 600
# Each takes a release and a run of both pipelines.
LEVELS = os.environ.get("WINDROSE_POD_SECURITY_LEVELS", "restricted").split()
SIDECAR = "airflow-xcom-sidecar"
# (DAG, task): the profile of the pod that the task starts, and the parameter that names its image.
STARTED = {
    ("model_training", "extract"): ("small", "data_image"),
    ("model_training", "preprocess"): ("heavy", "data_image"),
    ("model_training", "train"): ("gpu", "train_image"),
    ("daily_orders", "extract"): ("small", "extract_image"),
    ("daily_orders", "load"): ("heavy", "load_image"),
}
DEFERRED = {("model_training", "preprocess"), ("model_training", "train"), ("daily_orders", "load")}
IN_PYTHON = {("daily_orders", "plan"): "small", ("daily_orders", "transform"): "heavy"}


@dataclasses.dataclass(frozen=True)
class Ran:
    """Both pipelines, when they have ended.

    :param level: the Pod Security level that the namespace enforced.
    :param results: {DAG: what the module dag_run returned}.
    :param pods: list of pods, as they were last seen.
    :param images: {parameter: image}.
    :param gpu_node: the node that advertises a GPU.
    """

    level: str
    results: dict
    pods: list
    images: dict
    gpu_node: str

    def of(self, dag_and_task, started):
        """:returns: the pods of a task: those that it started, or those that it ran in."""
        return [
            pod for pod in self.pods
            if (labels := pod["metadata"]["labels"]) and (labels["dag_id"], labels["task_id"]) == dag_and_task
            and ("kubernetes_pod_operator" in labels) == started
        ]  # fmt: skip

    def log(self, dag_id, task_id):
        """:returns: the last lines of the log of a task."""
        return "\n".join(line for task in self.results[dag_id]["tasks"] if task["task_id"] == task_id for line in task["log_tail"])


@pytest.fixture(scope="module")
def gpu_node(project):
    """The name of a node that advertises a GPU, as a device plugin would: by its status."""
    (name, *_others) = [
        node["metadata"]["name"] for node in project.objects("nodes", "--selector", "!node-role.kubernetes.io/control-plane")
    ]

    def patch(operation):
        changes = [{"path": f"/status/{part}/{GPU.replace('/', '~1')}", **operation} for part in ("capacity", "allocatable")]
        project.kubectl("patch", "node", name, "--subresource", "status", "--type", "json", "--patch", json.dumps(changes))

    patch({"op": "add", "value": "1"})
    yield name
    patch({"op": "remove"})


@pytest.fixture(scope="module")
def images():
    """{parameter: image} of a run: two images with a shell, neither made for these pipelines."""
    with open(os.path.join(STATE, "images.yml"), encoding="utf-8") as stream:
        there = yaml.safe_load(stream)
    one, other = (f"{there[name]['repository']}:{there[name]['tag']}" for name in ("postgresql", "airflow"))
    # Where images are pulled, that of PostgreSQL begins as root.
    one = one if one.startswith("localhost:") else other
    return {"data_image": one, "extract_image": one, "train_image": other, "load_image": other}


@contextlib.contextmanager
def watched(project, folder):
    """Watch the pods of tasks for as long as the block lasts.

    :returns: a list that holds them afterwards, each as it was last seen.
    """
    pods, seen = [], folder / "pods.json"
    kubectl = [os.path.join(STATE, "bin", "kubectl"), "--kubeconfig", os.path.join(STATE, "kubeconfig")]
    options = ["--namespace", NAMESPACE, "--selector", "dag_id", "--watch", "--output", "json"]
    with seen.open("w") as stream, subprocess.Popen([*kubectl, "get", "pods", *options], stdout=stream) as watch:
        try:
            yield pods
        finally:
            watch.terminate()
    last, text, decoder = {}, seen.read_text(), json.JSONDecoder()
    while text := text.lstrip():
        try:
            pod, end = decoder.raw_decode(text)
        except ValueError:
            # It was ended while it wrote.
            break
        last[pod["metadata"]["uid"]], text = pod, text[end:]
    pods += last.values()


def run(dag_id, run_id, conf, folder):
    """:returns: the result of the module dag_run."""
    arguments = {
        "kubeconfig": os.path.join(STATE, "kubeconfig"), "namespace": NAMESPACE, "release_name": NAMESPACE,
        "credentials": {"secret": f"{NAMESPACE}-first-user"}, "dag_id": dag_id, "run_id": run_id, "conf": conf,
        "wait_timeout": LIMIT_SECONDS, "_ansible_remote_tmp": str(folder),
    }  # fmt: skip
    module = subprocess.run(
        [sys.executable, "-m", "ansible_collections.windrose.airflow.plugins.modules.dag_run"],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}), capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.path.join(CHECKOUT, "collections")},
    )  # fmt: skip
    return json.loads(module.stdout)


@pytest.fixture(scope="module")
def as_it_was(project):
    """The environment is that of inventories/local again at the end."""
    yield
    deploy(project, airflow_local_cluster_dags_path="")


def deploy(project, *files, **variables):
    """Run the steps that say where DAGs are, what the namespace enforces, and how pods are made."""
    options = [f"@{path}" for path in files] + [json.dumps(variables)]
    project.site("--tags", "local_cluster,prerequisites,release", *[word for option in options for word in ("-e", option)])


@pytest.fixture(scope="module", params=LEVELS)
def ran(project, request, as_it_was, gpu_node, images, tmp_path_factory):
    """A `Ran`."""
    folder, run_id = tmp_path_factory.mktemp("ran"), f"examples-{secrets.token_hex(5)}"
    deploy(
        project, EXAMPLES / "local.yml",
        airflow_prerequisites_pod_security=request.param, airflow_local_cluster_dags_path=str(EXAMPLES / "dags"),
    )  # fmt: skip
    conf = {
        "model_training": {name: images[name] for name in ("data_image", "train_image")},
        "daily_orders": {name: images[name] for name in ("extract_image", "load_image")},
    }
    with watched(project, folder) as pods, concurrent.futures.ThreadPoolExecutor() as pool:
        started = {dag_id: pool.submit(run, dag_id, run_id, conf[dag_id], folder) for dag_id in conf}
        results = {dag_id: future.result() for dag_id, future in started.items()}
    mine = [pod for pod in pods if pod["metadata"]["labels"]["run_id"] == run_id]
    return Ran(request.param, results, mine, images, gpu_node)


def base(pod):
    """:returns: the container that does the work."""
    (container,) = [container for container in pod["spec"]["containers"] if container["name"] == "base"]
    return container


def has_token(pod):
    """:returns: whether a token of the Kubernetes API is in a pod."""
    sources = [source for volume in pod["spec"].get("volumes", []) for source in volume.get("projected", {}).get("sources", [])]
    return any("serviceAccountToken" in source for source in sources)


def test_both_succeed_where_the_level_is_enforced(ran, project):
    (namespace,) = project.objects("namespaces", f"--field-selector=metadata.name={NAMESPACE}")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == ran.level
    for result in ran.results.values():
        assert result.get("run_state") == "success", result.get("msg")


@pytest.mark.parametrize("task", STARTED)
def test_pods_have_the_image_of_the_run_and_the_size_of_their_profile(ran, task):
    (profile, image), pods = STARTED[task], ran.of(task, started=True)
    assert len(pods) == (2 if task == ("daily_orders", "extract") else 1)
    for pod in pods:
        assert pod["status"]["phase"] == "Succeeded"
        assert base(pod)["image"] == ran.images[image]
        assert base(pod)["resources"] == PROFILES[profile]["resources"]
    if profile == "gpu":
        assert pods[0]["spec"]["nodeName"] == ran.gpu_node


@pytest.mark.parametrize("task", IN_PYTHON)
def test_tasks_in_python_have_the_size_of_their_profile(ran, task):
    (pod,) = ran.of(task, started=False)
    assert base(pod)["resources"] == PROFILES[IN_PYTHON[task]]["resources"]
    assert ("/scratch" in [mount["mountPath"] for mount in base(pod)["volumeMounts"]]) == (task == ("daily_orders", "transform"))


def test_nothing_waits_while_a_deferred_pod_runs(ran):
    # A deferred task runs in two pods, one after the other: one starts its pod, the other takes what came of it.
    for task in STARTED:
        each = 2 if task in DEFERRED else 1
        assert len(ran.of(task, started=False)) == each * len(ran.of(task, started=True)), task


def test_only_tasks_that_start_pods_hold_a_token(ran):
    for task in STARTED:
        assert all(has_token(pod) for pod in ran.of(task, started=False))
        assert not any(has_token(pod) for pod in ran.of(task, started=True)), task


def test_pods_are_given_what_restricted_demands_and_nothing_else(ran):
    for task in STARTED:
        for pod in ran.of(task, started=True):
            contexts = [container.get("securityContext", {}) for container in pod["spec"]["containers"]]
            if ran.level == "restricted":
                assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
                assert all(context["allowPrivilegeEscalation"] is False for context in contexts)
            else:
                assert pod["spec"]["securityContext"] == {} and not any(contexts)


def test_results_of_pods_reach_other_tasks(ran):
    assert "accuracy 0.93 on 1200 rows" in ran.log("model_training", "report")
    (pod,) = ran.of(("daily_orders", "load"), started=True)
    assert base(pod)["args"] == ["echo 'loads 80 orders'"]
    for task in (("model_training", "extract"), ("model_training", "train")):
        assert SIDECAR in [container["name"] for container in ran.of(task, started=True)[0]["spec"]["containers"]]
