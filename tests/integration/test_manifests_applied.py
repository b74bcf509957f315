# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this machine calls unchanged, the API server calls unchanged as well: compared on objects of many kinds."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import FIELD_MANAGER
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.applied import is_applied

LABELS = {"app": "web"}
RBAC = "rbac.authorization.k8s.io"


def thing(kind, api_version="v1", **fields):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a", "labels": LABELS}, **fields}


CONTAINER = {
    "name": "web",
    "image": "registry.invalid/none:1",
    "command": ["run"],
    "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 81, "protocol": "UDP"}],
    "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "a", "key": "password"}}}],
    "resources": {"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
    "volumeMounts": [{"name": "work", "mountPath": "/work"}, {"name": "config", "mountPath": "/config"}],
    "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
POD = {
    "serviceAccountName": "a",
    "containers": [CONTAINER, {"name": "side", "image": "registry.invalid/none:2"}],
    "volumes": [{"name": "work", "emptyDir": {}}, {"name": "config", "configMap": {"name": "a"}}],
    "tolerations": [{"key": "pool", "operator": "Equal", "value": "core", "effect": "NoSchedule"}],
    "nodeSelector": {"pool": "core"},
}
OBJECTS = {
    "ConfigMap": thing("ConfigMap", data={"a": "1", "b": "2"}),
    "Secret": thing("Secret", type="Opaque", data={"password": "c2VjcmV0", "user": "YQ=="}),
    "ServiceAccount": thing("ServiceAccount", imagePullSecrets=[{"name": "x"}, {"name": "y"}]),
    "Role": thing("Role", f"{RBAC}/v1", rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]),
    "RoleBinding": thing(
        "RoleBinding", f"{RBAC}/v1", roleRef={"apiGroup": RBAC, "kind": "Role", "name": "a"},
        subjects=[{"kind": "ServiceAccount", "name": "a"}]),
    "NetworkPolicy": thing(
        "NetworkPolicy", "networking.k8s.io/v1",
        spec={"podSelector": {"matchLabels": LABELS}, "policyTypes": ["Ingress"],
              "ingress": [{"from": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": 80}]}]}),
    "Service": thing("Service", spec={"selector": LABELS, "ports": [{"port": 80, "targetPort": 80, "name": "a"}, {"port": 81, "name": "b"}]}),
    "ResourceQuota": thing("ResourceQuota", spec={"hard": {"pods": "10", "requests.cpu": "4"}}),
    "LimitRange": thing("LimitRange", spec={"limits": [{"type": "Container", "max": {"memory": "4Gi"}}]}),
    "PodDisruptionBudget": thing(
        "PodDisruptionBudget", "policy/v1", spec={"maxUnavailable": 1, "selector": {"matchLabels": LABELS}}),
    "HorizontalPodAutoscaler": thing(
        "HorizontalPodAutoscaler", "autoscaling/v2",
        spec={"minReplicas": 1, "maxReplicas": 2, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"},
              "metrics": [{"type": "Resource", "resource": {
                  "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]}),
    "PersistentVolumeClaim": thing(
        "PersistentVolumeClaim", spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}),
    "Deployment": thing(
        "Deployment", "apps/v1",
        spec={"replicas": 0, "selector": {"matchLabels": LABELS}, "template": {"metadata": {"labels": LABELS}, "spec": POD}}),
    "CronJob": thing(
        "CronJob", "batch/v1",
        spec={"schedule": "0 3 * * *", "suspend": True, "jobTemplate": {"spec": {"template": {
            "spec": {"restartPolicy": "Never", "containers": [CONTAINER], "volumes": POD["volumes"]}}}}}),
    "Ingress": thing(
        "Ingress", "networking.k8s.io/v1",
        spec={"rules": [{"host": "a.example", "http": {"paths": [{
            "path": "/", "pathType": "Prefix", "backend": {"service": {"name": "a", "port": {"number": 80}}}}]}}]}),
}
# Server defaults inside of what an apply owns as a whole are for the server to judge.
JUDGED_BY_THE_SERVER = {"LimitRange"}


def places(item, path=()):
    """Yield the path of every value of an object, of the inner ones too."""
    for name in item if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ():
        yield (*path, name)
        yield from places(item[name], (*path, name))


def variants(definition):
    """Yield (what was done, definition): each value left out once, each text and number changed once, each list reversed."""
    for path in places({name: value for name, value in definition.items() if name not in ("apiVersion", "kind")}):
        if path in (("metadata",), ("metadata", "name"), ("metadata", "namespace")):
            continue
        for change in ("left out", "changed", "reversed"):
            copied = copy.deepcopy(definition)
            parent = copied
            for name in path[:-1]:
                parent = parent[name]
            value = parent[path[-1]]
            if change == "left out":
                del parent[path[-1]]
            elif change == "reversed" and isinstance(value, list) and len(value) > 1:
                value.reverse()
            elif change == "changed" and not isinstance(value, (dict, list)):
                parent[path[-1]] = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}x"
            else:
                continue
            yield f"{'.'.join(map(str, path))} {change}", copied


@pytest.mark.parametrize("kind", OBJECTS)
def test_what_is_called_unchanged_is_so_for_the_server(cluster, namespace, kind):
    definition = copy.deepcopy(OBJECTS[kind])
    definition["metadata"]["namespace"] = namespace
    cluster.client.apply(definition)
    live = cluster.client.get(definition["apiVersion"], kind, "a", namespace)
    assert is_applied(definition, live, FIELD_MANAGER) is (kind not in JUDGED_BY_THE_SERVER)
    wrong, changes = [], 0
    for change, variant in variants(definition):
        changes += 1
        if not is_applied(variant, live, FIELD_MANAGER):
            continue
        predicted = cluster.client.apply(variant, dry_run=True)
        if not manifests.is_same(live, predicted, FIELD_MANAGER):
            wrong.append(change)
    assert changes and wrong == []


@pytest.mark.parametrize("kind", OBJECTS)
def test_what_others_change_is_seen(cluster, namespace, kind):
    definition = copy.deepcopy(OBJECTS[kind])
    definition["metadata"]["namespace"] = namespace
    cluster.client.apply(definition)
    label = {**definition, "metadata": {"name": "a", "namespace": namespace, "labels": {"app": "other"}}}
    cluster.client.merge({name: label[name] for name in ("apiVersion", "kind", "metadata")})
    live = cluster.client.get(definition["apiVersion"], kind, "a", namespace)
    assert not is_applied(definition, live, FIELD_MANAGER)
