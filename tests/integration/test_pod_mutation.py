# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Airflow's own code with the local settings that this checkout has installed: what it makes, the API server takes and nodes run.

The programs run in the pods of the release airflow: its scheduler may start pods, as tasks may.
"""

from __future__ import annotations

import json
import secrets

import kubernetes
import pytest
from kubernetes.client.exceptions import ApiException

NAMESPACE = "airflow"
FORBIDDEN = 403
RESTRICTED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
OPERATOR = """
import json, sys
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator
from airflow.settings import pod_mutation_hook
from kubernetes.client import models

given = json.loads(sys.argv[1])
operator = KubernetesPodOperator(task_id="test-pod-mutation", random_name_suffix=True, in_cluster=True, **given)

def told(error):
    # What Airflow writes into the task's log: the error and those before it.
    return f"{type(error).__name__}: {error}" + ("\\n" + told(error.__context__) if error.__context__ else "")
"""
BUILD = OPERATOR + """
once = operator.build_pod_request_obj()
print("FOUND", json.dumps(PodGenerator.serialize_pod(once)))
pod_mutation_hook(once)
print("FOUND", json.dumps(PodGenerator.serialize_pod(once)))
"""
OF_EXECUTOR = """
import json
from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator
from kubernetes.client import models

template = PodGenerator.deserialize_model_file("/opt/airflow/pod_templates/pod_template_file.yaml")
sidecar = models.V1Container(name="sidecar", image="example.com/sidecar:1")
override = models.V1Pod(spec=models.V1PodSpec(containers=[models.V1Container(name="base"), sidecar]))
pod = PodGenerator.construct_pod(
    dag_id="d", task_id="t", pod_id="test-pod-mutation", try_number=1, kube_image=template.spec.containers[0].image, date=None,
    args=["true"], pod_override_object=override, base_worker_pod=template, namespace=template.metadata.namespace or "airflow",
    scheduler_job_id="1", run_id="r", with_mutation_hook=True)
print("FOUND", json.dumps(PodGenerator.serialize_pod(pod)))
"""
START = OPERATOR + """
pod = operator.build_pod_request_obj()
try:
    operator.pod_manager.create_pod(pod)
    operator.await_pod_start(pod)
    if operator.do_xcom_push:
        operator.pod_manager.await_xcom_sidecar_container_start(pod)
        operator.pod_manager.await_container_completion(pod, "base")
        print("FOUND", json.dumps(operator.extract_xcom(pod)))
except Exception as error:
    print("FOUND", json.dumps(told(error)))
finally:
    operator.pod_manager.delete_pod(pod)
"""
DEFER = OPERATOR + """
import asyncio, datetime
from airflow.providers.cncf.kubernetes.triggers.pod import KubernetesPodTrigger

async def first(events):
    async for event in events:
        return event.payload

pod = operator.build_pod_request_obj()
operator.pod_manager.create_pod(pod)
try:
    trigger = KubernetesPodTrigger(
        pod_name=pod.metadata.name, pod_namespace=pod.metadata.namespace, base_container_name="base", in_cluster=True,
        trigger_start_time=datetime.datetime.now(tz=datetime.timezone.utc), startup_timeout=3600, schedule_timeout=3600)
    operator.trigger_reentry({}, asyncio.run(first(trigger.run())))
except Exception as error:
    print("FOUND", json.dumps(told(error)))
finally:
    operator.pod_manager.delete_pod(pod)
"""

pytestmark = pytest.mark.usefixtures("real_nodes")


@pytest.fixture(scope="module")
def core(cluster):
    """The kubernetes library's client of the cluster."""
    return kubernetes.client.CoreV1Api(kubernetes.config.new_client_from_config(cluster.kubeconfig))


@pytest.fixture(scope="module")
def pods(core):
    """Callable (component) that returns a running pod of it."""

    def running(component):
        found = core.list_namespaced_pod(NAMESPACE, label_selector=f"tier=airflow,component={component}").items
        ready = [pod for pod in found if pod.status.phase == "Running" and not pod.metadata.deletion_timestamp]
        if not ready:
            pytest.fail(f"These tests need Airflow, and no pod of {NAMESPACE}/{component} runs. Run 'make run' first.", pytrace=False)
        return ready[0]

    return running


@pytest.fixture(scope="module")
def run(cluster, pods):
    """Run a program in a pod of a component: ``run(program, given=None, component="scheduler")`` returns what it found."""

    def in_pod(program, given=None, component="scheduler"):
        # The library turns the call of a client into a WebSocket's for good, so this one has a client of its own.
        client = kubernetes.client.CoreV1Api(kubernetes.config.new_client_from_config(cluster.kubeconfig))
        answer = kubernetes.stream.stream(
            client.connect_get_namespaced_pod_exec, pods(component).metadata.name, NAMESPACE, container=component,
            command=["python", "-c", program, json.dumps(given or {})], stdout=True, stderr=True,
        )  # fmt: skip
        found = [json.loads(line.removeprefix("FOUND ")) for line in answer.splitlines() if line.startswith("FOUND ")]
        assert found, answer
        return found

    return in_pod


@pytest.fixture(scope="module")
def image(pods):
    """Airflow's image, which has a user with a number."""
    return pods("scheduler").spec.containers[0].image


def test_an_article_s_pod_is_admitted_and_twice_is_as_once(core, run):
    given = {"image": "example.com/own:1", "do_xcom_push": True, "init_containers": [{"name": "init", "image": "example.com/own:1"}]}
    once, twice = run(BUILD, given)
    assert once == twice
    bare = {"metadata": once["metadata"], "spec": {"containers": [{"name": "base", "image": "example.com/own:1"}]}}
    with pytest.raises(ApiException) as refused:
        core.create_namespaced_pod(NAMESPACE, bare, dry_run="All")
    assert refused.value.status == FORBIDDEN and "PodSecurity" in refused.value.body
    core.create_namespaced_pod(NAMESPACE, once, dry_run="All")
    assert once["spec"]["automountServiceAccountToken"] is False
    assert once["metadata"]["labels"]["windrose.airflow/component"] == "pod-operator"
    contexts = [entry["securityContext"] for entry in once["spec"]["initContainers"] + once["spec"]["containers"]]
    assert contexts == [RESTRICTED, RESTRICTED, {**RESTRICTED, "runAsUser": 50000}]


def test_what_the_author_set_stays(core, run):
    given = {
        "image": "example.com/own:1", "automount_service_account_token": True, "security_context": {"runAsUser": 7},
        "annotations": {"karpenter.sh/do-not-disrupt": "false"}, "container_resources": {"limits": {"memory": "64Mi"}},
    }  # fmt: skip
    made = run(BUILD, given)[0]
    core.create_namespaced_pod(NAMESPACE, made, dry_run="All")
    assert made["spec"]["automountServiceAccountToken"] is True and made["spec"]["securityContext"]["runAsUser"] == 7
    assert made["metadata"]["annotations"]["karpenter.sh/do-not-disrupt"] == "false"
    assert made["spec"]["containers"][0]["resources"] == {"limits": {"memory": "64Mi"}}


def test_the_pod_of_a_task_is_admitted_with_what_its_author_added(core, run):
    [made] = run(OF_EXECUTOR)
    core.create_namespaced_pod(NAMESPACE, made, dry_run="All")
    assert made["spec"]["containers"][1]["securityContext"] == RESTRICTED
    # Tasks of this inventory may start pods.
    assert "automountServiceAccountToken" not in made["spec"]
    assert "windrose.airflow/component" not in made["metadata"]["labels"]


def test_a_pod_hands_back_its_result(run, image):
    script = "echo '{\"answer\": 42}' > /airflow/xcom/return.json"
    assert run(START, {"image": image, "do_xcom_push": True, "cmds": ["sh", "-c", script]}) == [{"answer": 42}]


@pytest.mark.parametrize(
    ("program", "component"), [(START, "scheduler"), (DEFER, "triggerer")], ids=["task", "deferred task"]
)
def test_an_image_that_runs_as_root_is_named_at_once(cluster, core, run, program, component):
    image, name = cluster.image_at_hand("kube-proxy"), f"test-{secrets.token_hex(5)}"
    # The provider would wait for longer than the test may take.
    given = {"image": image, "name": name, "startup_timeout_seconds": 3600, "schedule_timeout_seconds": 3600}
    [found] = run(program, given, component)
    assert "PodLaunchFailedException" in found
    assert f"The image {image} of container base runs as root" in found and "Write USER" in found
    left = [pod for pod in core.list_namespaced_pod(NAMESPACE).items if pod.metadata.name.startswith(name)]
    assert all(pod.metadata.deletion_timestamp for pod in left)


def test_an_unknown_profile_is_named(run):
    program = OPERATOR + """
try:
    operator.build_pod_request_obj()
except ValueError as error:
    print("FOUND", json.dumps(str(error)))
"""
    [message] = run(program, {"image": "example.com/own:1", "labels": {"windrose.airflow/worker-profile": "none-such"}})
    assert "none-such" in message and "airflow_worker_profiles" in message
