# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import cluster_facts


def container(cpu, **fields):
    return {"resources": {"requests": {"cpu": cpu}}, **fields}


def pod(*containers, inits=(), owner=None, **spec):
    metadata = {"ownerReferences": [{"kind": owner}]} if owner else {}
    return {"metadata": metadata, "spec": {"containers": list(containers), "initContainers": list(inits), **spec}}


@pytest.mark.parametrize(
    ("pods", "cpu"),
    [
        ([pod(container("100m"), container("1"))], "1.1"),
        ([pod(container("1"), inits=[container("3"), container("2")])], "3"),
        ([pod(container("1"), inits=[container("500m")])], "1"),
        ([pod(container("1"), inits=[container("500m", restartPolicy="Always")])], "1.5"),
        ([pod(container("1"), inits=[container("1", restartPolicy="Always"), container("3")])], "4"),
        ([pod(container("1"), inits=[container("3"), container("1", restartPolicy="Always")])], "3"),
        ([pod(container("1"), overhead={"cpu": "250m"})], "1.25"),
        ([pod(container("1")), pod(container("2"))], "3"),
    ],
)
def test_pods_count_as_the_scheduler_counts_them(pods, cpu):
    assert cluster_facts.requested(pods) == {"cpu": cpu, "pods": str(len(pods))}


def test_pods_without_requests_count_as_pods():
    assert cluster_facts.requested([pod({})]) == {"pods": "1"}
    assert cluster_facts.requested([]) == {"pods": "0"}


def test_a_node():
    item = {
        "metadata": {"name": "a", "labels": {"node-role.kubernetes.io/worker": "", "pool": "core"}},
        "spec": {"unschedulable": True, "taints": [{"key": "pool", "effect": "NoSchedule"}]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}], "allocatable": {"cpu": "2"},
                   "nodeInfo": {"kubeletVersion": "v1.34.0"}},
    }  # fmt: skip
    described = cluster_facts.node(item, [pod(container("1"), owner="DaemonSet"), pod(container("2"), owner="ReplicaSet")])
    assert described == {
        "name": "a", "ready": True, "schedulable": False, "roles": ["worker"], "kubelet_version": "v1.34.0",
        "labels": item["metadata"]["labels"], "taints": [{"key": "pool", "value": "", "effect": "NoSchedule"}],
        "allocatable": {"cpu": "2"}, "requested": {"cpu": "3", "pods": "2"}, "daemon_set_requested": {"cpu": "1", "pods": "1"},
    }  # fmt: skip
    assert not {"requested", "daemon_set_requested"} & set(cluster_facts.node(item))


def test_classes_and_which_is_the_default():
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"}
    item = {"kind": "StorageClass", "metadata": {"name": "fast", "annotations": annotations}, "provisioner": "p"}
    assert cluster_facts.storage_class(item) == {
        "name": "fast", "default": True, "provisioner": "p", "volume_binding_mode": ""}  # fmt: skip
    other = {"kind": "IngressClass", "metadata": {"name": "nginx", "annotations": annotations}, "spec": {"controller": "c"}}
    assert cluster_facts.ingress_class(other) == {"name": "nginx", "default": False, "controller": "c"}


def test_a_namespace_and_what_limits_it():
    quota = {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "2"}}}
    selector = {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}
    counted = {
        "metadata": {"name": "q"}, "spec": {"hard": {"pods": "3"}, "scopes": ["BestEffort"], "scopeSelector": selector},
        "status": {"hard": {"pods": "2"}, "used": {"pods": "1"}},
    }  # fmt: skip
    limits = {"metadata": {"name": "l"}, "spec": {"limits": [{"type": "Container"}]}}
    item = {"metadata": {"deletionTimestamp": "now", "labels": {"a": "b"}}}
    assert cluster_facts.namespace(item, [quota, counted], [limits]) == {
        "exists": True, "terminating": True, "labels": {"a": "b"},
        "quotas": [
            {"name": "q", "hard": {"pods": "2"}, "used": {}, "scopes": []},
            {"name": "q", "hard": {"pods": "2"}, "used": {"pods": "1"}, "scopes": ["BestEffort", "PriorityClass"]},
        ],
        "limit_ranges": [{"name": "l", "limits": [{"type": "Container"}]}],
    }  # fmt: skip
    assert cluster_facts.namespace(None, None, None) == {"exists": False, "terminating": False, "labels": {}}


@pytest.mark.parametrize(
    ("version", "provider_id", "labels", "groups", "name"),
    [
        ("v1.34.2-eks-113cf36", "aws:///eu/i-1", {}, [], "eks"),
        ("v1.33.5-gke.1080000", "gce://p/z/n", {}, [], "gke"),
        ("v1.33.0", "azure:///s", {"kubernetes.azure.com/cluster": "c"}, [], "aks"),
        ("v1.33.0", "azure:///s", {}, [], "other"),
        ("v1.34.4", "kind://docker/k/n", {}, [], "kind"),
        ("v1.33.4", "aws:///eu/i-1", {}, ["config.openshift.io/v1"], "openshift"),
        ("v1.34.4", "", {}, ["apps/v1"], "other"),
    ],
)
def test_whose_cluster_it_is(version, provider_id, labels, groups, name):
    nodes = [{"metadata": {"labels": labels}, "spec": {"providerID": provider_id}}]
    assert cluster_facts.provider(version, nodes, groups) == name
