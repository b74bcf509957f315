# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module manifests against a real API server."""

from __future__ import annotations

import copy
import secrets

import kubernetes
import pytest

LIMIT_SECONDS = 300


def config_map(namespace, name="settings", **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data}


def secret(namespace, **string_data):
    metadata = {"name": "credentials", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": string_data}


def deployment(namespace, replicas=0, image="registry.invalid/none:1", **pod):
    labels = {"app": "web"}
    container = {"name": "web", "image": image, "resources": {"requests": {"cpu": "100m", "memory": "1024Mi"}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container], **pod}},
        },
    }


def job(namespace, *arguments):
    pod = {
        "restartPolicy": "Never",
        "containers": [{"name": "work", "image": "registry.invalid/none:1", "args": arguments}],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "work", "namespace": namespace},
        "spec": {"suspend": True, "template": {"spec": pod}},
    }


def everything(namespace):
    """Objects of many ranks, in an order that cannot be written as it stands."""
    return [
        deployment(namespace),
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "reader", "namespace": namespace},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": namespace}],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "reader", "namespace": namespace},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
        },
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "reader", "namespace": namespace}},
        config_map(namespace, a="1", b="2"),
        secret(namespace, password="first-password"),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
    ]


def operations(result):
    return {f"{item['kind']}/{item['name']}": item["operation"] for item in result["objects"]}


def all_are(result, operation):
    return set(operations(result).values()) == {operation}


def test_create_change_delete_each_checked_run_checked_and_run_again(
    run_module, resource_versions, cluster, namespace_name
):
    definitions = everything(namespace_name)
    arguments = {"definitions": definitions, "wait_timeout": LIMIT_SECONDS}

    predicted = run_module("manifests", arguments, check=True, diff=True)
    assert predicted["changed"] and all_are(predicted, "created")
    assert set(resource_versions(definitions).values()) == {None}
    created = run_module("manifests", arguments, diff=True)
    assert operations(created) == operations(predicted) and created["diff"] == predicted["diff"]
    versions = resource_versions(definitions)
    assert None not in versions.values()
    for check in (True, False):
        unchanged = run_module("manifests", arguments, check=check, diff=True)
        assert not unchanged["changed"] and all_are(unchanged, "unchanged") and not unchanged["diff"]
        assert resource_versions(definitions) == versions

    changed = copy.deepcopy(definitions)
    changed[4]["data"] = {"a": "1"}
    changed[5]["stringData"] = {"password": "second-password", "more": "third-password"}
    # Another spelling of the same quantity is no change.
    changed[0]["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"] = {"cpu": "0.1", "memory": "1Gi"}
    arguments["definitions"] = changed
    expected = {"ConfigMap/settings": "updated", "Secret/credentials": "updated"}
    for check in (True, False):
        result = run_module("manifests", arguments, check=check, diff=True)
        assert {name: done for name, done in operations(result).items() if done != "unchanged"} == expected
        by_subject = {entry["after_header"]: entry for entry in result["diff"]}
        assert by_subject[f"ConfigMap {namespace_name}/settings"]["before"]["data"] == {"a": "1", "b": "2"}
        assert by_subject[f"ConfigMap {namespace_name}/settings"]["after"]["data"] == {"a": "1"}
        masked = by_subject[f"Secret {namespace_name}/credentials"]["after"]["data"]
        assert masked == {"password": "(hidden, changed)", "more": "(hidden)"}
        if check:
            assert resource_versions(definitions) == versions
    written = {name for name, version in resource_versions(definitions).items() if version != versions[name]}
    assert written == set(expected)
    assert cluster.client.get("v1", "ConfigMap", "settings", namespace_name)["data"] == {"a": "1"}
    versions = resource_versions(definitions)
    for check in (True, False):
        assert not run_module("manifests", arguments, check=check)["changed"]
        assert resource_versions(definitions) == versions

    arguments["state"] = "absent"
    predicted = run_module("manifests", arguments, check=True)
    assert predicted["changed"] and all_are(predicted, "deleted")
    assert resource_versions(definitions) == versions
    assert all_are(run_module("manifests", arguments), "deleted")
    assert set(resource_versions(definitions).values()) == {None}
    for check in (True, False):
        result = run_module("manifests", arguments, check=check)
        assert not result["changed"] and all_are(result, "absent")


def test_no_output_of_ansible_holds_a_secret(run_module, namespace):
    value = secrets.token_hex(16)
    arguments = {"definitions": [secret(namespace, password=value)]}
    for run in (
        run_module("manifests", arguments, check=True, diff=True),
        run_module("manifests", arguments, diff=True),
    ):
        assert run["changed"] and value not in run.output
    # What the server refuses it quotes, but not to the user.
    refused = run_module("manifests", {"definitions": [{**secret(namespace, password=value), "unknown": value}]})
    assert (
        refused["failed"] and ".unknown: field not declared in schema" in refused["msg"] and value not in refused.output
    )


def test_a_kind_of_the_same_list_and_its_objects(run_module, cluster, namespace):
    name = f"w{secrets.token_hex(4)}"
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
    kind = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{name}s.test.windrose.example"},
        "spec": {
            "group": "test.windrose.example",
            "names": {"kind": name.title(), "plural": f"{name}s"},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    widget = {
        "apiVersion": "test.windrose.example/v1",
        "kind": name.title(),
        "metadata": {"name": "one", "namespace": namespace},
        "spec": {"size": 1},
    }
    arguments = {"definitions": [widget, kind], "wait_timeout": LIMIT_SECONDS}
    try:
        assert all_are(run_module("manifests", arguments, check=True), "created")
        assert all_are(run_module("manifests", arguments), "created")
        assert not run_module("manifests", arguments)["changed"]
        schema["properties"]["spec"]["properties"]["colour"] = {"type": "string"}
        widget["spec"]["colour"] = "red"
        assert all_are(run_module("manifests", arguments, check=True), "updated")
        assert all_are(run_module("manifests", arguments), "updated")
        assert not run_module("manifests", arguments, check=True)["changed"]
        arguments["state"] = "absent"
        assert all_are(run_module("manifests", arguments), "deleted")
        assert all_are(run_module("manifests", arguments), "absent")
    finally:
        cluster.client.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", kind["metadata"]["name"])


def test_fields_of_other_managers_are_named_and_nothing_is_written(run_module, cluster, namespace):
    theirs = kubernetes.client.CoreV1Api(kubernetes.config.new_client_from_config(cluster.kubeconfig))
    theirs.create_namespaced_config_map(namespace, config_map(namespace, a="theirs"), field_manager="somebody-else")
    arguments = {"definitions": [config_map(namespace, "another", x="1"), config_map(namespace, a="ours")]}
    taken = run_module("manifests", arguments, check=True)
    refused = run_module("manifests", arguments)
    for result in (taken, refused):
        assert result["failed"] and not result["changed"]
        assert result["conflicts"] == [{"field": ".data.a", "manager": "somebody-else"}]
        assert ".data.a belongs to 'somebody-else'" in result["msg"]
    assert cluster.client.get("v1", "ConfigMap", "another", namespace) is None


def test_an_object_that_is_there_already_is_adopted_once(run_module, cluster, namespace, resource_versions):
    definition = config_map(namespace, a="1")
    cluster.client.create(definition)
    adopted = run_module("manifests", {"definitions": [definition]}, diff=True)
    assert operations(adopted) == {"ConfigMap/settings": "updated"}
    assert adopted["diff"][0]["after"] == {"fields owned by windrose.airflow": [".data.a"]}
    versions = resource_versions([definition])
    assert not run_module("manifests", {"definitions": [definition]})["changed"]
    assert resource_versions([definition]) == versions


def test_a_job_is_left_as_it_is(run_module, namespace, resource_versions):
    assert run_module("manifests", {"definitions": [job(namespace, "true")]})["changed"]
    versions = resource_versions([job(namespace)])
    result = run_module("manifests", {"definitions": [job(namespace, "false")]})
    assert operations(result) == {"Job/work": "unchanged"}
    assert resource_versions([job(namespace)]) == versions


def test_a_failed_job_is_made_again(run_module, namespace, cluster, real_nodes):
    failing = job(namespace, "-no-such-option")
    failing["spec"] = {**failing["spec"], "suspend": False, "backoffLimit": 0}
    failing["spec"]["template"]["spec"]["containers"][0]["image"] = cluster.image_at_hand("coredns")
    assert run_module("manifests", {"definitions": [failing], "wait_timeout": LIMIT_SECONDS})["failed"]
    first = cluster.client.get("batch/v1", "Job", "work", namespace)["metadata"]["uid"]
    predicted = run_module("manifests", {"definitions": [failing]}, check=True)
    assert operations(predicted) == {"Job/work": "created"}
    assert run_module("manifests", {"definitions": [failing], "wait_timeout": LIMIT_SECONDS})["failed"]
    assert cluster.client.get("batch/v1", "Job", "work", namespace)["metadata"]["uid"] != first


def test_the_wrong_cluster_is_refused_before_the_first_write(run_module, cluster, namespace):
    definition = config_map(namespace, a="1")
    arguments = {"definitions": [definition], "expected_cluster": {"uid": "not-this-one"}}
    result = run_module("manifests", arguments)
    assert result["failed"] and "not-this-one" in result["msg"] and "playbooks/pin_cluster.yml" in result["msg"]
    for told in (cluster.client.identity()["uid"], cluster.client.context, cluster.client.server):
        assert told in result["msg"]
    assert cluster.client.get("v1", "ConfigMap", "settings", namespace) is None
    arguments["expected_cluster"] = cluster.client.identity()
    assert run_module("manifests", arguments)["changed"]


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}, "it has no metadata.namespace"),
        ({"apiVersion": "v1", "kind": "Nonesuch", "metadata": {"name": "a"}}, "does not serve kind Nonesuch in v1"),
        (config_map("windrose-test-none", a="1"), 'namespaces "windrose-test-none" not found'),
        ({**config_map("default"), "date": {}}, ".date: field not declared in schema"),
    ],
)
def test_what_cannot_be_written_is_explained(run_module, definition, told):
    result = run_module("manifests", {"definitions": [definition]})
    assert result["failed"] and told in result["msg"] and not result["changed"]


def test_a_wait_stops_at_a_pod_that_fits_nowhere(run_module, namespace):
    definition = deployment(namespace, 1, nodeSelector={"windrose.example/none": "such"})
    result = run_module("manifests", {"definitions": [definition], "wait_timeout": LIMIT_SECONDS})
    assert result["failed"] and result["reason"] == "Unschedulable" and result["pod"].startswith("web-")
    assert result["changed"] and operations(result) == {"Deployment/web": "created"}


def test_a_wait_stops_at_a_quota(run_module, cluster, namespace, wait_for):
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "none", "namespace": namespace},
        "spec": {"hard": {"pods": "0"}},
    }
    cluster.client.create(quota)
    # Until the controller has counted once, the quota stops nobody.
    wait_for(lambda: cluster.client.get("v1", "ResourceQuota", "none", namespace).get("status", {}).get("used"))
    result = run_module("manifests", {"definitions": [deployment(namespace, 1)], "wait_timeout": LIMIT_SECONDS})
    assert result["failed"] and result["reason"] == "FailedCreate" and "exceeded quota" in result["msg"]


def test_a_wait_follows_a_rollout_to_its_end(run_module, cluster, namespace):
    arguments = {"definitions": [deployment(namespace, 2, image=cluster.image_at_hand("pause"))], "wait_timeout": LIMIT_SECONDS}
    assert operations(run_module("manifests", arguments)) == {"Deployment/web": "created"}
    status = cluster.client.get("apps/v1", "Deployment", "web", namespace)["status"]
    assert status["availableReplicas"] == 2
    assert not run_module("manifests", arguments)["changed"]


@pytest.mark.usefixtures("real_nodes")
def test_a_wait_stops_at_a_crash_loop_and_shows_the_log(run_module, cluster, namespace):
    definition = deployment(namespace, 1, image=cluster.image_at_hand("coredns"))
    # Without a probe, a pod counts as ready for as long as it lives.
    definition["spec"]["minReadySeconds"] = 60
    definition["spec"]["template"]["spec"]["containers"][0]["args"] = ["-conf", "/nonesuch"]
    result = run_module("manifests", {"definitions": [definition], "wait_timeout": LIMIT_SECONDS})
    assert result["failed"] and result["reason"] == "CrashLoopBackOff" and result["container"] == "web"
    assert "/nonesuch" in " ".join(result["log_tail"]) and "/nonesuch" in result["msg"]


@pytest.mark.usefixtures("real_nodes")
def test_a_wait_follows_a_job_to_its_end_and_stops_when_it_fails(run_module, cluster, namespace):
    definition = job(namespace)
    definition["spec"].update(suspend=False, backoffLimit=0)
    container = definition["spec"]["template"]["spec"]["containers"][0]
    container.update(image=cluster.image_at_hand("coredns"), args=["-version"])
    done = run_module("manifests", {"definitions": [definition], "wait_timeout": LIMIT_SECONDS})
    assert done["changed"] and not done["failed"]
    definition["metadata"]["name"] = "fails"
    container["args"] = ["-conf", "/nonesuch"]
    result = run_module("manifests", {"definitions": [definition], "wait_timeout": LIMIT_SECONDS})
    assert result["failed"] and result["reason"] == "BackoffLimitExceeded" and result["pod"].startswith("fails-")
    assert "/nonesuch" in " ".join(result["log_tail"])


@pytest.mark.usefixtures("real_nodes")
def test_a_wait_stops_at_an_image_that_cannot_be_pulled(run_module, namespace):
    result = run_module("manifests", {"definitions": [deployment(namespace, 1)], "wait_timeout": LIMIT_SECONDS})
    assert (
        result["failed"] and result["reason"] in ("ErrImagePull", "ImagePullBackOff") and result["container"] == "web"
    )
    assert "registry.invalid/none:1" in result["msg"]
