# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role airflow_prerequisites against a real API server: several environments in one run, and what is asked for no more."""

from __future__ import annotations

import secrets

import kubernetes
import pytest

ROLE = "airflow_prerequisites"
RBAC = "rbac.authorization.k8s.io/v1"


@pytest.fixture
def environments(cluster):
    """Names of two namespaces and of a priority class, of which nothing is left afterwards."""
    mark = secrets.token_hex(5)
    names = [f"windrose-test-{mark}-dev", f"windrose-test-{mark}-prod", f"windrose-test-{mark}"]
    yield names
    cluster.client.delete("scheduling.k8s.io/v1", "PriorityClass", names[2])
    for name in names[:2]:
        cluster.client.delete("v1", "Namespace", name)


def variables(dev, prod, priority_class):
    return {
        "airflow_namespace": prod, "airflow_service_account_source": "prerequisites",
        "airflow_prerequisites_limit_range": {"default_request": {"cpu": "50m"}, "max": {"memory": "2048Mi"}},
        "airflow_prerequisites_environments": [
            {"namespace": dev, "quota": {"pods": 10, "requests.cpu": "2000m"}, "pod_security": "baseline"},
            {"namespace": prod, "quota": {"pods": 100}, "namespace_labels": {"stage": "prod"}},
        ],
        "airflow_prerequisites_priority_classes": [{"name": priority_class, "value": 10, "description": "Of a test"}],
    }  # fmt: skip


def everything(dev, prod, priority_class):
    """:returns: the objects of these variables, as (apiVersion, kind, namespace, name)."""
    accounts = ["api-server", "dag-processor", "scheduler", "statsd", "triggerer", "worker-kubernetes"]
    found = [("scheduling.k8s.io/v1", "PriorityClass", None, priority_class)]
    for namespace in (dev, prod):
        found += [("v1", "Namespace", None, namespace), ("v1", "ResourceQuota", namespace, "airflow-quota")]
        found += [("v1", "LimitRange", namespace, "airflow-limits")]
        found += [("v1", "ServiceAccount", namespace, f"airflow-{account}") for account in accounts]
        found += [
            (RBAC, kind, namespace, f"airflow-{account}")
            for account in ("api-server", "scheduler") for kind in ("Role", "RoleBinding")
        ]  # fmt: skip
    return found


def read(cluster, places):
    """:returns: {place: object or None}."""
    return {place: cluster.client.get(place[0], place[1], place[3], place[2]) for place in places}


def used(cluster, namespace):
    """:returns: what the controller has counted for the quota of a namespace."""
    quota = cluster.client.get("v1", "ResourceQuota", "airflow-quota", namespace)
    return quota.get("status", {}).get("used")


def versions(objects):
    return {place: item and item["metadata"]["resourceVersion"] for place, item in objects.items()}


def test_environments_are_prepared_once_and_what_is_not_asked_for_goes(run_role, cluster, environments, wait_for):
    dev, prod, priority_class = environments
    asked, places = variables(*environments), everything(*environments)

    predicted = run_role(ROLE, asked, check=True)
    assert (predicted.failed, predicted.changed) == (False, 1), predicted.output
    assert set(read(cluster, places).values()) == {None}
    assert run_role(ROLE, asked).changed == 1
    for namespace in (dev, prod):
        # What the controller writes to it changes its resource version, too.
        wait_for(lambda namespace=namespace: used(cluster, namespace), lambda: "a quota was not counted")
    made = read(cluster, places)
    assert None not in made.values()
    labels = made["v1", "Namespace", None, prod]["metadata"]["labels"]
    assert (labels["pod-security.kubernetes.io/enforce"], labels["stage"]) == ("restricted", "prod")
    assert made["v1", "ResourceQuota", dev, "airflow-quota"]["spec"]["hard"]["pods"] == "10"
    for check in (True, False):
        again = run_role(ROLE, asked, check=check)
        assert (again.failed, again.changed) == (False, 0), again.output
        assert versions(read(cluster, places)) == versions(made)

    # The environment dev, all accounts and the priority class are asked for no more.
    rest = {
        **asked, "airflow_prerequisites_environments": asked["airflow_prerequisites_environments"][1:],
        "airflow_service_account_source": "chart", "airflow_prerequisites_priority_classes": [],
    }  # fmt: skip
    assert run_role(ROLE, rest).changed == 1
    left = {place for place, item in read(cluster, places).items() if item}
    assert left == {
        ("v1", "Namespace", None, dev), ("v1", "Namespace", None, prod),
        ("v1", "ResourceQuota", prod, "airflow-quota"), ("v1", "LimitRange", prod, "airflow-limits"),
    }  # fmt: skip
    assert run_role(ROLE, rest).changed == 0

    assert run_role(ROLE, rest, tasks="absent").changed == 1
    left = {place for place, item in read(cluster, places).items() if item}
    assert left == {("v1", "Namespace", None, dev), ("v1", "Namespace", None, prod)}
    assert run_role(ROLE, rest, tasks="absent").changed == 0


def test_accounts_of_a_running_release_change_hands(run_role, cluster, namespace):
    own = kubernetes.client.CoreV1Api(kubernetes.config.new_client_from_config(cluster.kubeconfig))
    arn = {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/airflow"}
    metadata = {
        "name": "airflow-scheduler", "labels": {"app.kubernetes.io/managed-by": "Helm", "tier": "airflow"},
        "annotations": {"meta.helm.sh/release-name": "airflow", **arn},
    }  # fmt: skip
    made = own.create_namespaced_service_account(
        namespace, {"metadata": metadata, "automountServiceAccountToken": True}, field_manager="helm")  # fmt: skip
    asked = {
        "airflow_namespace": namespace, "airflow_service_account_source": "prerequisites",
        "airflow_identity": {"provider": "aws_irsa", "principal": arn["eks.amazonaws.com/role-arn"]},
    }  # fmt: skip
    run = run_role(ROLE, asked)
    assert not run.failed, run.output
    account = cluster.client.get("v1", "ServiceAccount", "airflow-scheduler", namespace)
    assert account["metadata"]["uid"] == made.metadata.uid
    assert account["metadata"]["annotations"].items() >= {**metadata["annotations"], "helm.sh/resource-policy": "keep"}.items()
    assert account["metadata"]["labels"].items() >= {**metadata["labels"], "app.kubernetes.io/part-of": "airflow"}.items()
    assert run_role(ROLE, asked).changed == 0


def test_what_contradicts_itself_is_refused_before_anything_is_made(run_role, cluster, namespace_name):
    run = run_role(ROLE, {"airflow_prerequisites_environments": [{"namespace": namespace_name}]})
    assert run.failed and "has no entry for airflow_namespace, airflow" in " ".join(run.output.split())
    assert cluster.client.get("v1", "Namespace", namespace_name) is None


def test_two_inventories_do_not_share_a_priority_class(run_role, environments):
    dev, prod, priority_class = environments
    asked = {"airflow_prerequisites_priority_classes": [{"name": priority_class, "value": 10}]}
    assert not run_role(ROLE, {**asked, "airflow_namespace": dev}).failed
    refused = run_role(ROLE, {**asked, "airflow_namespace": prod})
    assert refused.failed and f"{dev}/airflow-prerequisites" in refused.output
