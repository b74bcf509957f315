# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of pods, as the kubernetes library has them; tests/integration/test_pod_mutation.py has Airflow make them."""

from __future__ import annotations

import copy
import sys
import types

import pytest
from kubernetes.client import ApiClient, models

from ansible_collections.windrose.airflow.plugins.module_utils._values.pod_mutation import PodMutation

NAMESPACE, ALPINE, SIDECAR = "data", "alpine:3", "airflow-xcom-sidecar"
RESTRICTED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
OF_POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
OWN_LABELS = {"windrose.airflow/component": "pod-operator", "windrose.airflow/release": "airflow"}
NVIDIA = {"key": "nvidia.com/gpu", "operator": "Exists"}
SPOT = {"key": "spot", "operator": "Equal", "value": "true", "effect": "NoExecute", "toleration_seconds": 60}
GPU = {
    "labels": {"team": "ml"}, "annotations": {"note": "gpu"}, "node_selector": {"pool": "gpu", "zone": "a"},
    "tolerations": [NVIDIA, SPOT], "priority_class_name": "batch", "service_account_name": "gpu",
    "resources": {"requests": {"cpu": "2"}, "limits": {"nvidia.com/gpu": "1"}},
}  # fmt: skip
EMPTY = {
    "labels": {}, "annotations": {}, "node_selector": {}, "tolerations": [], "priority_class_name": None,
    "service_account_name": None, "resources": {},
}  # fmt: skip
SETTINGS = {
    "release": "airflow", "pod_operator": True, "pod_security": "restricted", "labels": OWN_LABELS,
    "annotations": {"karpenter.sh/do-not-disrupt": "true"}, "pull_secrets": ["registry"], "worker_profile": None,
    "worker_profiles": {"gpu": GPU, "empty": EMPTY}, "xcom_sidecar_image": "example.com/airflow:1", "xcom_sidecar_user": 50000,
}  # fmt: skip
OF_EXECUTOR = {
    "tier": "airflow", "component": "worker", "release": "airflow", "kubernetes_executor": "True", "airflow-worker": "1",
}  # fmt: skip
PROFILE = "windrose.airflow/worker-profile"


def container(name="base", **fields):
    return models.V1Container(name=name, image=fields.pop("image", "example.com/own:1"), **fields)


def pod(*containers, labels=None, annotations=None, namespace=NAMESPACE, **spec):
    return models.V1Pod(
        metadata=models.V1ObjectMeta(name="p", namespace=namespace, labels=labels, annotations=annotations),
        spec=models.V1PodSpec(containers=list(containers) or [container()], **spec),
    )


def mutated(given, **settings):
    """:returns: what the API server is sent; the second time nothing may change."""
    mutation = PodMutation(NAMESPACE, {**SETTINGS, **settings})
    mutation.mutate(given)
    once = ApiClient().sanitize_for_serialization(copy.deepcopy(given))
    mutation.mutate(given)
    assert ApiClient().sanitize_for_serialization(given) == once
    return once


@pytest.fixture(autouse=True)
def provider(monkeypatch):
    """Stands for Airflow's provider: the module of its sidecar, and that which waits for a pod to start."""
    root = "airflow.providers.cncf.kubernetes.utils"
    for name in [root.rsplit(".", count)[0] for count in range(4, -1, -1)]:
        module = types.ModuleType(name)
        module.__path__ = []
        monkeypatch.setitem(sys.modules, name, module)
    sidecar = types.ModuleType(f"{root}.xcom_sidecar")
    sidecar.PodDefaults = types.SimpleNamespace(SIDECAR_CONTAINER=container(SIDECAR, image=ALPINE))
    monkeypatch.setitem(sys.modules, sidecar.__name__, sidecar)
    return sidecar


def test_every_container_gets_what_restricted_demands():
    found = mutated(pod(container(), container(SIDECAR, image=ALPINE), init_containers=[container("init")]))["spec"]
    assert found["securityContext"] == OF_POD
    contexts = {entry["name"]: entry["securityContext"] for entry in found["initContainers"] + found["containers"]}
    assert contexts == {"init": RESTRICTED, "base": RESTRICTED, SIDECAR: {**RESTRICTED, "runAsUser": 50000}}


@pytest.mark.parametrize("level", ["baseline", "privileged"])
def test_elsewhere_the_image_decides_what_it_runs_as(level):
    found = mutated(pod(container(), container(SIDECAR, image=ALPINE)), pod_security=level)["spec"]
    assert "securityContext" not in found
    assert [entry.get("securityContext") for entry in found["containers"]] == [None, None]


def test_the_cluster_may_choose_the_users():
    assert mutated(pod(container(SIDECAR)), xcom_sidecar_user=None)["spec"]["containers"][0]["securityContext"] == RESTRICTED


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (models.V1SecurityContext(run_as_user=7), {**RESTRICTED, "runAsUser": 7}),
        ({"runAsUser": 7}, {**RESTRICTED, "runAsUser": 7}),
        (models.V1SecurityContext(allow_privilege_escalation=True), {**RESTRICTED, "allowPrivilegeEscalation": True}),
        ({"allowPrivilegeEscalation": True}, {**RESTRICTED, "allowPrivilegeEscalation": True}),
        (
            models.V1SecurityContext(capabilities=models.V1Capabilities(add=["NET_BIND_SERVICE"])),
            {**RESTRICTED, "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}},
        ),
        (
            {"capabilities": {"add": ["NET_BIND_SERVICE"]}},
            {**RESTRICTED, "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}},
        ),
        (
            models.V1SecurityContext(capabilities=models.V1Capabilities(drop=["NET_RAW"])),
            {**RESTRICTED, "capabilities": {"drop": ["NET_RAW"]}},
        ),
        (models.V1SecurityContext(privileged=True), {"privileged": True, "capabilities": {"drop": ["ALL"]}}),
    ],
)
def test_the_context_that_a_container_has_stays(given, wanted):
    assert mutated(pod(container(security_context=given)))["spec"]["containers"][0]["securityContext"] == wanted


@pytest.mark.parametrize(
    "given",
    [
        models.V1PodSecurityContext(run_as_user=7, run_as_non_root=False, seccomp_profile=models.V1SeccompProfile(type="Localhost")),
        {"runAsUser": 7, "runAsNonRoot": False, "seccompProfile": {"type": "Localhost"}},
    ],
)
def test_the_context_that_a_pod_has_stays(given):
    found = mutated(pod(container(), container(SIDECAR), security_context=given))["spec"]
    assert found["securityContext"] == {"runAsUser": 7, "runAsNonRoot": False, "seccompProfile": {"type": "Localhost"}}
    # Its user is that of the sidecar, too.
    assert [entry["securityContext"] for entry in found["containers"]] == [RESTRICTED, RESTRICTED]


@pytest.mark.parametrize(
    ("labels", "may_start", "given", "wanted"),
    [
        ({}, True, None, False), ({}, False, None, False), ({}, True, True, True), ({}, False, True, True),
        (OF_EXECUTOR, True, None, None), (OF_EXECUTOR, False, None, False), (OF_EXECUTOR, False, True, True),
    ],
)  # fmt: skip
def test_only_what_may_start_pods_has_a_token(labels, may_start, given, wanted):
    found = mutated(pod(labels=dict(labels), automount_service_account_token=given), pod_operator=may_start)
    assert found["spec"].get("automountServiceAccountToken") == wanted


def test_a_pod_that_a_task_starts_is_a_component_of_its_own():
    copied = {"tier": "airflow", "component": "worker", "release": "airflow", "dag_id": "d", **dict.fromkeys(OWN_LABELS, "mine")}
    assert mutated(pod(labels=copied))["metadata"]["labels"] == {"dag_id": "d", **OWN_LABELS}


@pytest.mark.parametrize("labels", [{"component": "model"}, {"tier": "airflow", "component": "scheduler", "release": "other"}])
def test_labels_that_make_it_no_component_of_this_release_stay(labels):
    assert mutated(pod(labels=dict(labels)))["metadata"]["labels"] == {**labels, **OWN_LABELS}


def test_the_pod_of_a_task_keeps_its_labels():
    assert mutated(pod(labels=dict(OF_EXECUTOR)))["metadata"]["labels"] == OF_EXECUTOR


@pytest.mark.parametrize("labels", [{}, OF_EXECUTOR])
def test_no_node_is_taken_from_it_unless_its_author_allows_that(labels):
    assert mutated(pod(labels=dict(labels)))["metadata"]["annotations"] == {"karpenter.sh/do-not-disrupt": "true"}
    allowed = {"karpenter.sh/do-not-disrupt": "false"}
    assert mutated(pod(labels=dict(labels), annotations=dict(allowed)))["metadata"]["annotations"] == allowed


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, ["registry"]),
        ([models.V1LocalObjectReference(name="own")], ["own", "registry"]),
        ([{"name": "own"}, {"name": "registry"}], ["own", "registry"]),
    ],
)
def test_it_may_pull_what_airflow_may_pull(given, wanted):
    found = mutated(pod(image_pull_secrets=given))["spec"]["imagePullSecrets"]
    assert [entry["name"] for entry in found] == wanted


def test_without_pull_secrets_it_gets_none():
    assert "imagePullSecrets" not in mutated(pod(), pull_secrets=[])["spec"]


@pytest.mark.parametrize(("image", "wanted"), [(ALPINE, "example.com/airflow:1"), ("example.com/shell:1", "example.com/shell:1")])
def test_the_sidecar_runs_an_image_that_the_nodes_have(image, wanted):
    found = mutated(pod(container(image=ALPINE), container(SIDECAR, image=image)))["spec"]["containers"]
    assert [entry["image"] for entry in found] == [ALPINE, wanted]


def test_a_provider_without_a_sidecar_changes_no_image(provider, monkeypatch):
    monkeypatch.setitem(sys.modules, provider.__name__, None)
    assert mutated(pod(container(SIDECAR, image=ALPINE)))["spec"]["containers"][0]["image"] == ALPINE


@pytest.mark.parametrize(
    "labels", [{PROFILE: "gpu"}, {**OF_EXECUTOR, PROFILE: "gpu"}], ids=["of a task's own", "of the executor"]
)
def test_a_worker_profile_fills_in_what_is_not_set(labels):
    found = mutated(pod(container(), container(SIDECAR), labels=dict(labels)))
    spec = found["spec"]
    assert spec["containers"][0]["resources"] == {"requests": {"cpu": "2"}, "limits": {"nvidia.com/gpu": "1"}}
    assert "resources" not in spec["containers"][1]
    assert spec["nodeSelector"] == {"pool": "gpu", "zone": "a"}
    assert spec["tolerations"] == [
        NVIDIA, {"key": "spot", "operator": "Equal", "value": "true", "effect": "NoExecute", "tolerationSeconds": 60},
    ]  # fmt: skip
    assert (spec["priorityClassName"], spec["serviceAccountName"]) == ("batch", "gpu")
    assert found["metadata"]["labels"]["team"] == "ml" and found["metadata"]["annotations"]["note"] == "gpu"


@pytest.mark.parametrize("as_mapping", [False, True])
def test_what_the_author_set_stays_beside_a_profile(as_mapping):
    resources, tolerations = {"limits": {"memory": "1Gi"}}, [{"key": "nvidia.com/gpu", "operator": "Exists"}]
    found = mutated(
        pod(
            container(resources=resources if as_mapping else models.V1ResourceRequirements(**resources)),
            labels={PROFILE: "gpu", "team": "own"}, annotations={"note": "own"}, node_selector={"zone": "b"},
            tolerations=tolerations if as_mapping else [models.V1Toleration(**entry) for entry in tolerations],
            priority_class_name="urgent", service_account_name="own",
        )
    )  # fmt: skip
    spec = found["spec"]
    assert spec["containers"][0]["resources"] == resources
    assert spec["nodeSelector"] == {"pool": "gpu", "zone": "b"}
    assert [entry["key"] for entry in spec["tolerations"]] == ["nvidia.com/gpu", "spot"]
    assert (spec["priorityClassName"], spec["serviceAccountName"]) == ("urgent", "own")
    assert found["metadata"]["labels"]["team"] == "own" and found["metadata"]["annotations"]["note"] == "own"


def test_empty_resources_are_none():
    found = mutated(pod(container(resources=models.V1ResourceRequirements()), labels={PROFILE: "gpu"}))
    assert found["spec"]["containers"][0]["resources"]["limits"] == {"nvidia.com/gpu": "1"}


def test_an_empty_profile_sets_nothing():
    found = mutated(pod(labels={PROFILE: "empty"}))["spec"]
    assert {"nodeSelector", "tolerations", "priorityClassName", "serviceAccountName"}.isdisjoint(found)
    assert "resources" not in found["containers"][0]


@pytest.mark.parametrize(
    ("labels", "wanted"), [({}, {"pool": "gpu", "zone": "a"}), ({PROFILE: "empty"}, None), (OF_EXECUTOR, None)]
)
def test_a_profile_may_be_that_of_all_pods_that_tasks_start(labels, wanted):
    assert mutated(pod(labels=dict(labels)), worker_profile="gpu")["spec"].get("nodeSelector") == wanted


def test_an_unknown_profile_is_named_with_those_that_there_are():
    with pytest.raises(ValueError, match=r"worker-profile names the worker profile large, .* has: empty, gpu\."):
        mutated(pod(labels={PROFILE: "large"}))
    with pytest.raises(ValueError, match=r"has: none\."):
        mutated(pod(labels={PROFILE: "large"}), worker_profiles={})


@pytest.mark.parametrize(
    "fields", [{"namespace": "other"}, {"labels": {"airflow_kpo_in_cluster": "False"}}], ids=["namespace", "cluster"]
)
def test_what_is_for_elsewhere_is_left_alone(fields):
    before = ApiClient().sanitize_for_serialization(pod(**copy.deepcopy(fields)))
    found = mutated(pod(**fields))
    assert found["spec"] == before["spec"]
    assert found["metadata"].get("labels", {}) == fields.get("labels", {})


def test_a_pod_without_a_namespace_is_for_here():
    assert mutated(pod(namespace=None))["spec"]["securityContext"] == OF_POD


def state(reason, message):
    waiting = models.V1ContainerStateWaiting(reason=reason, message=message)
    return models.V1ContainerStatus(
        name="base", image="example.com/root:1", image_id="", ready=False, restart_count=0,
        state=models.V1ContainerState(waiting=waiting),
    )  # fmt: skip


ROOT = "container has runAsNonRoot and image will run as root (pod: ...)"
REFUSED = [
    ROOT, "container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root (pod: ...)",
    "container's runAsUser breaks non-root policy (pod: ...)",
]  # fmt: skip


def in_status(reason, message, field="container_statuses"):
    return models.V1Pod(status=models.V1PodStatus(phase="Pending", **{field: [state(reason, message)]}))


@pytest.mark.parametrize("message", REFUSED)
@pytest.mark.parametrize("field", ["container_statuses", "init_container_statuses"])
def test_an_image_that_runs_as_root_is_named_with_the_remedy(message, field):
    told = PodMutation.cannot_start(in_status("CreateContainerConfigError", message, field))
    assert "example.com/root:1" in told and message in told
    assert "USER" in told and "run_as_user=1000" in told


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("CreateContainerConfigError", 'secret "x" not found'), ("CreateContainerConfigError", None),
        ("ContainerCreating", ROOT), ("ContainerCreating", None),
    ],
)  # fmt: skip
def test_other_trouble_is_not_taken_for_it(reason, message):
    assert PodMutation.cannot_start(in_status(reason, message)) is None


def test_a_container_that_does_not_wait_is_fine():
    running = models.V1ContainerStatus(name="base", image="i", image_id="", ready=True, restart_count=0)
    assert PodMutation.cannot_start(models.V1Pod(status=models.V1PodStatus(container_statuses=[running]))) is None
    assert PodMutation.cannot_start(models.V1Pod(status=models.V1PodStatus())) is None
