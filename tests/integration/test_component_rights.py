# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each right of a component is enough for the call that Airflow makes, and without it the server refuses that call.

The calls are those of the kubernetes library, as Airflow's provider makes them. No node has to run anything: the pods are
for a scheduler that does not exist.
"""

from __future__ import annotations

import functools
import pathlib
import re
import secrets

import kubernetes
import pytest
import yaml
from kubernetes.client.exceptions import ApiException

ROLE = pathlib.Path(__file__).resolve().parents[2] / "roles" / "airflow_prerequisites"
RIGHTS = {
    purpose: [(right["resource"], right["verb"]) for right in rights]
    for purpose, rights in yaml.safe_load((ROLE / "vars" / "main" / "component_rights.yml").read_text(encoding="utf-8"))[
        "__airflow_prerequisites_component_rights"
    ].items()
}
EACH_RIGHT = [(purpose, right) for purpose, rights in RIGHTS.items() for right in rights]
NAMES = [f"{purpose} {verb} {resource}" for purpose, (resource, verb) in EACH_RIGHT]
RBAC = "rbac.authorization.k8s.io/v1"
TASKS = "airflow-worker=1"
FORBIDDEN, BAD_REQUEST = 403, 400
# A WebSocket that runs a command is asked for the right to create from this version on.
FIRST_TO_ASK = (1, 35)
UPGRADE = {
    "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "v4.channel.k8s.io",
}  # fmt: skip


def pod_manifest(account):
    """:returns: a pod that no scheduler looks at."""
    return {
        "metadata": {"generateName": "task-", "labels": {"airflow-worker": "1"}},
        "spec": {
            "schedulerName": "nobody", "serviceAccountName": account,
            "containers": [{"name": "base", "image": "registry.invalid/none:1"}],
        },
    }  # fmt: skip


class Component:
    """Calls the API as the pods of a component do.

    :param cluster: the cluster under test.
    :param namespace: the namespace of the service account.
    :param account: the account's name.
    """

    def __init__(self, cluster, namespace, account):
        self.namespace, self.account = namespace, account
        self.user = f"system:serviceaccount:{namespace}:{account}"
        self.version = tuple(int(number) for number in re.findall(r"\d+", cluster.client.server_version()["gitVersion"])[:2])
        self.client = kubernetes.config.new_client_from_config(cluster.kubeconfig)
        self.client.set_default_header("Impersonate-User", self.user)
        self.core = kubernetes.client.CoreV1Api(self.client)

    def make_pod(self, _pod):
        self.core.create_namespaced_pod(self.namespace, pod_manifest(self.account))

    def watch_pods(self, _pod):
        next(kubernetes.watch.Watch().stream(
            self.core.list_namespaced_pod, self.namespace, label_selector=TASKS, resource_version="0",
            timeout_seconds=30))  # fmt: skip

    def list_pods(self, _pod):
        self.core.list_namespaced_pod(self.namespace, label_selector=TASKS)

    def read_pod(self, pod):
        self.core.read_namespaced_pod(pod, self.namespace)

    def label_pod(self, pod):
        self.core.patch_namespaced_pod(pod, self.namespace, {"metadata": {"labels": {"airflow_executor_done": "True"}}})

    def delete_pod(self, pod):
        self.core.delete_namespaced_pod(pod, self.namespace, body=kubernetes.client.V1DeleteOptions())

    def read_log(self, pod):
        self.core.read_namespaced_pod_log(
            pod, self.namespace, container="base", follow=False, tail_lines=100, _preload_content=False)  # fmt: skip

    def list_events(self, pod):
        self.core.list_namespaced_event(self.namespace, field_selector=f"involvedObject.name={pod}")

    def run_command(self, pod):
        """Ask for a command in a pod, up to the answer to the first request: what follows has nothing to do with rights."""
        return self._run_command(self.core.connect_get_namespaced_pod_exec, pod, UPGRADE)

    def run_command_by_right_to_create(self, pod):
        """The same where the server asks for this right; else the older way, of which every server asks it."""
        if self.version >= FIRST_TO_ASK:
            return self.run_command(pod)
        return self._run_command(self.core.connect_post_namespaced_pod_exec, pod, {})

    def _run_command(self, connect, pod, headers):
        return connect(pod, self.namespace, command=["true"], container="base", stdout=True, _headers=dict(headers))


# The calls that Airflow makes for each purpose, by the right that it needs for them.
CALLS = {
    "executor": {
        ("pods", "create"): Component.make_pod, ("pods", "watch"): Component.watch_pods,
        ("pods", "list"): Component.list_pods, ("pods", "patch"): Component.label_pod,
        ("pods", "delete"): Component.delete_pod,
    },
    "log_reader": {("pods", "list"): Component.list_pods, ("pods/log", "get"): Component.read_log},
    "pod_operator": {
        ("pods", "list"): Component.list_pods, ("pods", "create"): Component.make_pod,
        ("pods", "get"): Component.read_pod, ("pods", "patch"): Component.label_pod,
        ("pods", "delete"): Component.delete_pod, ("pods/log", "get"): Component.read_log,
        ("events", "list"): Component.list_events,
    },
    "pod_operator_xcom": {
        ("pods/exec", "get"): Component.run_command,
        ("pods/exec", "create"): Component.run_command_by_right_to_create,
    },
    "deferred_pod_operator": {
        ("pods", "get"): Component.read_pod, ("pods", "delete"): Component.delete_pod,
        ("pods/log", "get"): Component.read_log, ("events", "list"): Component.list_events,
    },
}  # fmt: skip
ALL_CALLS = {right: call for calls in CALLS.values() for right, call in calls.items()}
# What these answer of a pod that does not run, to whoever may ask.
ANSWERED_BY_THE_POD = {"pods/log", "pods/exec"}


def status(call):
    """:returns: the status that the server refuses a call with, or None."""
    try:
        call()
    except ApiException as error:
        return error.status
    return None


def name_of(purpose, right=None):
    """:returns: the name of the account that has the rights of a purpose, all or without one."""
    missing = ["without", *right[0].split("/"), right[1]] if right else []
    return "-".join([*purpose.split("_"), *missing])


def account_with(namespace, name, rights):
    """:returns: definitions of an account that has these rights and no other."""
    metadata = {"name": name, "namespace": namespace}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {
            "apiVersion": RBAC, "kind": "Role", "metadata": metadata,
            "rules": [{"apiGroups": [""], "resources": [resource], "verbs": [verb]} for resource, verb in rights],
        },
        {
            "apiVersion": RBAC, "kind": "RoleBinding", "metadata": metadata,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
        },
    ]  # fmt: skip


def is_allowed(cluster, namespace, account, right):
    """:returns: whether the server knows of a right already."""
    resource, _slash, subresource = right[0].partition("/")
    asked = {"namespace": namespace, "verb": right[1], "resource": resource, "subresource": subresource}
    review = {
        "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
        "spec": {"user": f"system:serviceaccount:{namespace}:{account}", "resourceAttributes": asked},
    }  # fmt: skip
    return cluster.client.create(review)["status"]["allowed"]


@pytest.fixture(scope="module")
def place(cluster, wait_for):
    """A namespace with an account for every purpose, and one more for every right that it is without."""
    namespace = f"windrose-test-{secrets.token_hex(5)}"
    granted = {name_of(purpose): rights for purpose, rights in RIGHTS.items()}
    granted |= {
        name_of(purpose, right): [other for other in RIGHTS[purpose] if other != right] for purpose, right in EACH_RIGHT
    }
    cluster.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    try:
        for name, rights in granted.items():
            for definition in account_with(namespace, name, rights):
                cluster.client.create(definition)
        # A refusal proves nothing before the server has heard of what the account may do.
        wait_for(
            lambda: all(is_allowed(cluster, namespace, name, right) for name, rights in granted.items() for right in rights),
            lambda: "the server does not learn of the roles",
        )
        yield namespace
    finally:
        cluster.client.delete("v1", "Namespace", namespace)


@pytest.fixture
def component(cluster, place):
    """Callable (purpose, right that it is without) that returns the `Component`."""
    return lambda purpose, right=None: Component(cluster, place, name_of(purpose, right))


@pytest.fixture
def pod(cluster, place):
    """The name of a pod of a task."""
    own = kubernetes.client.CoreV1Api(kubernetes.config.new_client_from_config(cluster.kubeconfig))
    return own.create_namespaced_pod(place, pod_manifest(name_of("executor"))).metadata.name


def test_every_right_has_its_call():
    assert {purpose: set(calls) for purpose, calls in CALLS.items()} == {
        purpose: set(rights) for purpose, rights in RIGHTS.items()}  # fmt: skip


@pytest.mark.parametrize(("purpose", "right"), EACH_RIGHT, ids=NAMES)
def test_with_all_rights_the_call_works(component, pod, purpose, right):
    caller = component(purpose)
    found = status(lambda: CALLS[purpose][right](caller, pod))
    assert found is None or (right[0] in ANSWERED_BY_THE_POD and found == BAD_REQUEST)


@pytest.mark.parametrize(("purpose", "right"), EACH_RIGHT, ids=NAMES)
def test_without_the_right_the_call_is_refused(component, pod, purpose, right):
    caller = component(purpose, right)
    assert status(lambda: CALLS[purpose][right](caller, pod)) == FORBIDDEN


@pytest.mark.parametrize("purpose", RIGHTS)
def test_what_is_not_granted_is_refused(component, pod, purpose):
    caller = component(purpose)
    others = {right: call for right, call in ALL_CALLS.items() if right not in RIGHTS[purpose]}
    found = {right: status(functools.partial(call, caller, pod)) for right, call in others.items()}
    assert found == dict.fromkeys(others, FORBIDDEN)
    assert status(lambda: caller.core.list_namespaced_secret(caller.namespace)) == FORBIDDEN
    assert status(lambda: caller.core.read_namespaced_config_map("airflow-config", caller.namespace)) == FORBIDDEN
    assert status(lambda: caller.core.list_namespaced_pod("kube-system")) == FORBIDDEN


@pytest.mark.parametrize("purpose", RIGHTS)
def test_the_server_knows_of_no_other_right(component, purpose):
    caller = component(purpose)
    review = kubernetes.client.V1SelfSubjectRulesReview(spec={"namespace": caller.namespace})
    answer = kubernetes.client.AuthorizationV1Api(caller.client).create_self_subject_rules_review(review)
    found = {
        (resource, verb)
        for rule in answer.status.resource_rules if rule.api_groups == [""]
        for resource in rule.resources for verb in rule.verbs
    }  # fmt: skip
    assert found == set(RIGHTS[purpose])
