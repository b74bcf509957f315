# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pods of a release need, read from manifests as helm renders them."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._probe.needs import needs
from ansible_collections.windrose.airflow.plugins.module_utils._release import rendered

AIRFLOW, STATSD, GIT_SYNC = "registry.acme.io/airflow:3.2.2", "quay.io/prometheus/statsd-exporter:v0.28.0", "registry.k8s.io/git-sync:v4"
POD_TEMPLATE = """
apiVersion: v1
kind: Pod
metadata: {name: placeholder}
spec:
  imagePullSecrets: [{name: tasks}]
  containers: [{name: base, image: registry.acme.io/tasks:7}]
"""


def container(image, name="main", **fields):
    return {"name": name, "image": image, **fields}


def thing(kind, name="airflow-x", component="x", **fields):
    metadata = {"name": name, "labels": {"tier": "airflow", "component": component}}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **fields}


def workload(kind, *containers, name="airflow-x", component="x", **pod):
    spec = {"template": {"spec": {"containers": list(containers), **pod}}}
    return thing(kind, name, component, spec={"jobTemplate": {"spec": spec}} if kind == "CronJob" else spec)


def config_map(**data):
    return thing("ConfigMap", "airflow-config", "config", data=data)


def read(*objects):
    """:returns: the `Needs` of a rendered manifest."""
    return needs(rendered.objects(yaml.safe_dump_all(objects), "data"))


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"])
def test_the_images_of_every_kind_of_workload_are_found(kind):
    found = read(workload(kind, container(AIRFLOW), container(STATSD, "metrics"), initContainers=[container(GIT_SYNC, "init")]))
    assert found.images == dict.fromkeys(sorted([AIRFLOW, STATSD, GIT_SYNC]), [f"{kind} data/airflow-x"])


def test_a_pod_and_a_template_of_one_count_as_well():
    found = read(thing("Pod", spec={"containers": [container(STATSD)]}), config_map(**{"pod_template_file.yaml": POD_TEMPLATE}))
    assert found.images == {
        STATSD: ["Pod data/airflow-x"], "registry.acme.io/tasks:7": ["ConfigMap data/airflow-config (pod_template_file.yaml)"]}
    assert found.pull_secrets == ["tasks"]


def test_several_templates_of_one_config_map_are_told_apart():
    found = read(config_map(a=POD_TEMPLATE, b=POD_TEMPLATE, c="x: 1"))
    assert found.images == {
        "registry.acme.io/tasks:7": ["ConfigMap data/airflow-config (a)", "ConfigMap data/airflow-config (b)"]}


@pytest.mark.parametrize(
    "text",
    [
        "", "[core]\nexecutor = LocalExecutor", "kind: Pod", "kind: Pod\nspec: later", "kind: PodTemplate\nspec: {containers: []}",
        "# kind: Pod\nkind: Role\nspec: {containers: [{image: x}]}", "- kind: Pod",
        # Not YAML, several documents, and a template that is not filled in.
        "kind: Pod\nspec: [}", POD_TEMPLATE + "---" + POD_TEMPLATE, "kind: Pod\nspec: {containers: {{ containers }}}",
        "kind: Pod\nspec: {}", "kind: Pod\nspec: {containers: null}",
    ],
)  # fmt: skip
def test_what_is_no_pod_is_passed_over(text):
    found = read(config_map(key=text), thing("ConfigMap", "empty"), thing("Service", spec={"ports": []}))
    assert (found.images, found.pull_secrets) == ({}, [])


def test_a_template_may_leave_the_image_to_airflow():
    found = read(config_map(key="kind: Pod\nspec: {containers: [{name: base}, {name: sidecar, image: x}]}"))
    assert list(found.images) == ["x"]


def test_one_image_of_several_users_is_reported_once():
    found = read(workload("Deployment", container(AIRFLOW), name="b"), workload("Deployment", container(AIRFLOW), name="a"))
    assert found.images == {AIRFLOW: ["Deployment data/a", "Deployment data/b"]}


def test_pull_secrets_of_all_pods_are_put_together():
    found = read(
        workload("Deployment", container(AIRFLOW), name="a", imagePullSecrets=[{"name": "two"}, {"name": "one"}]),
        workload("Job", container(AIRFLOW), name="b", imagePullSecrets=[{"name": "two"}, {"name": ""}, {}]),
        workload("Job", container(AIRFLOW), name="c", imagePullSecrets=None),
    )  # fmt: skip
    assert found.pull_secrets == ["one", "two"]


@pytest.mark.parametrize(
    ("policies", "is_loaded"),
    [
        (["Never"], True), (["Never", "Never"], True), (["Never", "IfNotPresent"], False), (["IfNotPresent"], False),
        (["Always"], False), (["Never", None], False),
    ],
)  # fmt: skip
def test_only_what_nobody_pulls_is_loaded(policies, is_loaded):
    asked = [{"imagePullPolicy": policy} if policy else {} for policy in policies]
    found = read(*[workload("Deployment", container(AIRFLOW, **fields), name=f"x{place}") for place, fields in enumerate(asked)])
    assert found.loaded == ({AIRFLOW} if is_loaded else set())


PROXIES = [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}, {"name": "no_proxy", "value": ".svc"}]
PLACE = {
    "nodeSelector": {"pool": "core"}, "tolerations": [{"key": "pool", "operator": "Exists"}], "dnsPolicy": "None",
    "priorityClassName": "core", "runtimeClassName": "gvisor", "schedulerName": "own",
    "dnsConfig": {"nameservers": ["10.0.0.10"]}, "affinity": {"nodeAffinity": {"preferred": []}}, "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["db"]}],
}  # fmt: skip


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_the_scheduler_says_where_and_through_which_proxies(kind):
    environment = [{"name": "AIRFLOW_HOME", "value": "/opt"}, *PROXIES]
    scheduler = workload(
        kind, container(AIRFLOW, env=environment), container(AIRFLOW, "log-groomer", env=[{"name": "http_proxy", "value": "x"}]),
        name="airflow-scheduler", component="scheduler",
        **{**PLACE, "affinity": {**PLACE["affinity"], "podAntiAffinity": {}}})
    worker = workload("Deployment", container(AIRFLOW), nodeSelector={"pool": "tasks"})
    found = read(worker, scheduler, thing("ServiceAccount", component="scheduler"), thing("PodDisruptionBudget", component="scheduler"))
    assert (found.place, found.proxies) == (PLACE, PROXIES)


def test_a_priority_class_that_comes_with_the_release_is_not_there_yet():
    scheduler = workload("Deployment", container(AIRFLOW), component="scheduler", priorityClassName="airflow-core", nodeSelector={"a": "b"})
    assert read(scheduler).place == {"priorityClassName": "airflow-core", "nodeSelector": {"a": "b"}}
    assert read(scheduler, thing("PriorityClass", "airflow-core")).place == {"nodeSelector": {"a": "b"}}


def test_without_a_scheduler_the_pod_may_run_anywhere():
    found = read(workload("Deployment", container(AIRFLOW, env=PROXIES), nodeSelector={"pool": "tasks"}), {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"}, "spec": {"containers": []}})
    assert (found.place, found.proxies) == ({}, [])


def test_empty_fields_of_the_scheduler_are_left_out():
    scheduler = workload("Deployment", container(AIRFLOW), component="scheduler", nodeSelector={}, tolerations=[], dnsPolicy=None)
    assert (read(scheduler).place, read(scheduler).proxies) == ({}, [])
