# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What provokes each finding of the preflight: variables of an inventory, and objects of an API server that has nothing else."""

from __future__ import annotations

from other_api_server import UNDECIDED_USER

SIZE = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}
COMPONENTS = {
    name: {"resources": SIZE} for name in ("api_server", "scheduler", "dag_processor", "triggerer", "worker", "statsd")
}
OTHER_UID = "99999999-2222-3333-4444-555555555555"
RBAC = "rbac.authorization.k8s.io"
# Who may do everything in one namespace and nothing in the cluster, and who may do nothing.
BY_NAMESPACE, NOBODY = "windrose-by-namespace", "windrose-nobody"
LOGS = {"airflow_logs_claim_enabled": True}
INGRESS = {"enabled": True, "host": "airflow.acme.io"}


def worker(**fields):
    """:returns: variables with pods of tasks that are like this."""
    return {"airflow_components": {**COMPONENTS, "worker": {"resources": SIZE, **fields}}}


def on_pool(pool):
    """:returns: variables with pods of tasks on the nodes of a pool."""
    return worker(node_selector={"pool": pool})


# {code: variables}; ``user`` is whom the kubeconfig impersonates, and the namespace is the code in small letters.
CASES = {
    "WA101": {"airflow_namespce": "data"},
    "WA102": {"airflow_helm_values": {}},
    "WA103": {"airflow_chart_source": "path", "airflow_chart_path": ""},
    "WA104": {"airflow_chart_source": "official", "airflow_chart_version": ""},
    "WA105": {"airflow_image_tag": ""},
    "WA106": {"airflow_release_name": "Airflow"},
    "WA107": {"airflow_dag_bundles": [{"name": "a", "repository": "git@acme.io:x"}, {"name": "a", "repository": "git@acme.io:y"}]},
    "WA108": {"airflow_pgbouncer": {"enabled": True}},
    "WA109": {"airflow_url": "https://airflow.example.com"},
    "WA110": {"airflow_values_overrides": {"config": {"smtp": {"smtp_password": "hunter2"}}}},
    "WA111": {"airflow_components": {**COMPONENTS, "celery_worker": {"replicas": 2}}},
    "WA112": {"airflow_preflight_accepted": ["WA999"]},
    "WA113": {"airflow_values_overrides": {"scheduler": {"replicaCount": 2}}},
    "WA114": {"airflow_chart_source": "path", "airflow_chart_path": "/nonesuch/chart"},
    "WA115": {"airflow_version": "2.11.0"},
    "WA117": {"airflow_logs": {}},
    "WA121": {"airflow_auth": {"first_user": False}},
    "WA122": {"airflow_auth": {"method": "simple"}},
    "WA201": {"airflow_expected_cluster": {}},
    "WA202": {"airflow_expected_cluster": {"uid": OTHER_UID}},
    "WA203": {"airflow_kubeconfig": "/nonesuch/kubeconfig"},
    "WA204": {"airflow_preflight_kubernetes_maximum": "1.31"},
    "WA205": {},
    "WA206": {"user": NOBODY},
    "WA301": {"user": NOBODY},
    "WA302": {"user": BY_NAMESPACE},
    "WA303": {"user": UNDECIDED_USER},
    "WA304": {
        "airflow_platform": "openshift", "airflow_prerequisites_openshift_route": {"enabled": True, "host": "airflow.acme.io"}},
    "WA401": {"airflow_database_storage_class": "fast"},
    "WA402": {},
    "WA403": {**LOGS, "airflow_logs_claim_storage_class": "blocks"},
    "WA404": {**LOGS, "airflow_logs_claim_storage_class": "files"},
    "WA405": {**LOGS, "airflow_logs_claim_storage_class": "blocks", "airflow_logs_claim_access_mode": "ReadWriteOnce"},
    "WA501": {"airflow_ingress": {**INGRESS, "class": "traefik"}},
    "WA502": {"airflow_ingress": INGRESS},
    "WA503": {"airflow_autoscaling": {"api_server": {"minimum": 1, "maximum": 2}}},
    "WA504": {"airflow_autoscaling": {"triggerer": {"maximum": 3}}},
    "WA505": {"airflow_components": {**COMPONENTS, "scheduler": {"resources": SIZE, "priority_class": "core"}}},
    "WA506": {"airflow_dag_bundles": [{"name": "a", "repository": "git://git.acme.io/dags.git"}]},
    "WA601": {},
    "WA602": {},
    "WA603": {
        "airflow_components": {name: options for name, options in COMPONENTS.items() if name != "worker"},
        "airflow_worker_profiles": [
            {"name": "small", "default": True, "resources": SIZE},
            {"name": "large", "resources": {"requests": {"cpu": "60"}, "limits": {"memory": "2Gi"}}}],
    },
    "WA604": {},
    "WA605": {},
    "WA606": {},
    "WA701": on_pool("none"),
    "WA702": worker(resources={"requests": {"cpu": "5"}, "limits": {"memory": "2Gi"}}),
    "WA703": {**on_pool("zero"), "airflow_node_pools": [{"labels": {"pool": "zero"}}]},
    "WA704": {**on_pool("open"), "airflow_node_pools": [{"labels": {"pool": "open"}, "maximum_nodes": 1}]},
    "WA705": on_pool("cordoned"),
    "WA706": {
        "airflow_components": {**COMPONENTS, "scheduler": {
            "resources": SIZE, "replicas": 2, "node_selector": {"pool": "zonal"}, "topology_spread_constraints": [{
                "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule", "minDomains": 2,
                "labelSelector": {"matchLabels": {"component": "scheduler"}}}]}},
        "airflow_node_pools": [{"name": "zonal", "labels": {"pool": "zonal"}, "zones": ["a"]}, {"name": "others"}],
    },
}  # fmt: skip


def namespace_of(code):
    """:returns: the namespace of a case."""
    return code.lower()


def _thing(api_version, kind, name, namespace=None, **fields):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def _node(name, version="v1.34.4", labels=None, **spec):
    node = _thing("v1", "Node", name, spec=spec)
    node["metadata"]["labels"] = labels or {}
    node["status"] = {
        "allocatable": {"cpu": "4", "memory": "16Gi", "pods": "110"}, "capacity": {"cpu": "4", "memory": "16Gi", "pods": "110"},
        "nodeInfo": {**dict.fromkeys(
            ("architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion", "machineID",
             "operatingSystem", "osImage", "systemUUID"), ""), "kubeletVersion": version},
    }  # fmt: skip
    return node


def _binding(name, user, role, namespace):
    return _thing(
        f"{RBAC}/v1", "RoleBinding", name, namespace, roleRef={"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        subjects=[{"kind": "User", "apiGroup": RBAC, "name": user}])


def objects():
    """:returns: definitions of what the API server has to have."""
    return [
        *(_thing("v1", "Namespace", namespace_of(code)) for code in CASES),
        _node("worker-1"), _node("worker-2"), _node("old", "v1.30.9"),
        _node("open", labels={"pool": "open"}), _node("cordoned", labels={"pool": "cordoned"}, unschedulable=True),
        _thing("storage.k8s.io/v1", "StorageClass", "blocks", provisioner="ebs.csi.aws.com"),
        _thing("storage.k8s.io/v1", "StorageClass", "files", provisioner="files.acme.io"),
        _thing("v1", "ResourceQuota", "small", namespace_of("WA602"), spec={"hard": {"requests.cpu": "1"}}),
        _thing("v1", "ResourceQuota", "small", namespace_of("WA603"), spec={"hard": {"requests.cpu": "50"}}),
        # 32 tasks of 500m are 16 cores, beside those of the components.
        _thing("v1", "ResourceQuota", "small", namespace_of("WA606"), spec={"hard": {"requests.cpu": "16"}}),
        _thing("v1", "ResourceQuota", "small", namespace_of("WA605"), spec={"hard": {"limits.cpu": "100"}}),
        _thing("v1", "LimitRange", "small", namespace_of("WA604"), spec={"limits": [{"type": "Container", "max": {"memory": "1Gi"}}]}),
        _binding("all", BY_NAMESPACE, "cluster-admin", namespace_of("WA302")),
    ]  # fmt: skip
