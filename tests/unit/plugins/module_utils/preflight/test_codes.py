# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each code is provoked by what it is for, and by nothing that is as near to it as can be."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE
from ansible_collections.windrose.airflow.plugins.modules import cluster_info

# What no role declares.
UNDECLARED = ("airflow_namespce", "airflow_helm_values")
# What the compiler of chart values refuses as well.
REFUSED = ("WA106", "WA107", "WA113", "WA115")
NO_EXECUTOR = {"airflow_executor": "SequentialExecutor"}
REFUSAL = {"severity": "error", "subject": "airflow_executor", "problem": "it is not one of the choices.", "remedy": "Choose LocalExecutor."}
OTHER_UID = "99999999-2222-3333-4444-555555555555"
NO_CLUSTER = {"identity": None, "msg": "Could not reach the API server."}
LOGS = {"airflow_logs_claim_enabled": True, "airflow_logs_claim_storage_class": "efs"}
HPA = {"airflow_autoscaling": {"api_server": {"maximum": 3}}}
KEDA = {"airflow_autoscaling": {"triggerer": {"maximum": 3}}}
PRIORITY = {"airflow_components": {"scheduler": {"priority_class": "core"}}}
ON_POOL = {"airflow_components": {"worker": {"node_selector": {"pool": "tasks"}}}}
TASKS = {"labels": {"pool": "tasks"}}
SIZE = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}
ONE_TASK = {"airflow_concurrency": {"parallelism": 1}}
LARGE_TASK = {**ONE_TASK, "airflow_components": {"worker": None}, "airflow_worker_profiles": [
    {"name": "small", "default": True, "resources": SIZE},
    {"name": "large", "resources": {**SIZE, "requests": {"cpu": "1", "memory": "1Gi"}}}]}
CELERY = {"airflow_executor": "CeleryExecutor", "airflow_components": {"celery_worker": {"resources": SIZE}, "worker": None}}
NO_POLICIES = {"airflow_network_policies_enabled": False}
EVERYONE = {"airflow_auth": {"method": "simple"}}
IN_ONE_ZONE = [{"labels": {"topology.kubernetes.io/zone": "a"}}] * 2
NO_FIRST_USER = {"airflow_auth": {"first_user": False}}


def reading(provisioner, name="files"):
    """:returns: facts with one more StorageClass."""
    classes = [{"name": "gp3", "default": True, "provisioner": "ebs.csi.aws.com"}]
    return {"storage_classes": [*classes, {"name": name, "default": False, "provisioner": provisioner}]}


def spread_over(zones):
    """:returns: variables with two schedulers that have to be in so many zones."""
    return {"airflow_components": {"scheduler": {"replicas": 2, "topology_spread_constraints": [{
        "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule", "minDomains": zones,
        "labelSelector": {"matchLabels": {"component": "scheduler"}}}]}}}


def quota(hard, used=None):
    """:returns: facts with a ResourceQuota."""
    return {"namespace": {"quotas": [{"name": "team", "hard": hard, "used": used or {}}]}}


def limit_range(**item):
    """:returns: facts with a LimitRange for containers."""
    return {"namespace": {"limit_ranges": [{"name": "sizes", "limits": [{"type": "Container", **item}]}]}}


def lacking(resource, *verbs, api_group="", namespace="airflow"):
    """:returns: facts with a missing right."""
    return {"missing_rights": [
        {"api_group": api_group, "resource": resource, "verbs": list(verbs), "namespace": namespace, "names": []}]}


def nodes(*several):
    """:returns: facts with these nodes beside that of the sound cluster."""
    sound = {"name": "worker-1", "allocatable": {"cpu": "4", "memory": "16Gi", "pods": "110"}, "kubelet_version": "v1.34.2"}
    sizes = {"allocatable": sound["allocatable"], "kubelet_version": "v1.34.2"}
    return {"nodes": [sound, *[{"name": f"extra-{place}", **sizes, **one} for place, one in enumerate(several)]]}


def served(*missing):
    """:returns: facts of a cluster without some APIs."""
    every = [
        "v1", "apps/v1", "batch/v1", "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1", "coordination.k8s.io/v1",
        "policy/v1", "autoscaling/v2", "metrics.k8s.io/v1beta1", "keda.sh/v1alpha1",
    ]  # fmt: skip
    return {"api_groups": [api for api in every if api not in missing]}


# {code: (what provokes it, what does not)}, each as (variables, facts), as the third what the module values returned, and as the
# fourth where values come from.
CASES = {
    "WA101": (({"airflow_namespce": "data"}, {}), ({"airflow_namespace": "data"}, {})),
    "WA102": (({"airflow_helm_values": {}}, {}), ({"airflow_values_overrides": {}}, {})),
    "WA103": (({"airflow_chart_source": "path"}, {}), ({"airflow_chart_source": "path", "airflow_chart_path": "chart"}, {})),
    "WA104": (({"airflow_chart_version": ""}, {}), ({"airflow_chart_version": "", "airflow_chart_source": "bundled"}, {})),
    "WA105": (({"airflow_image_tag": ""}, {}), ({"airflow_image_tag": "latest"}, {})),
    "WA106": (({"airflow_release_name": "Airflow"}, {}), ({"airflow_release_name": "a" * 40}, {})),
    "WA107": (
        ({"airflow_dag_bundles": [{"name": "a", "repository": "git@acme.io:x"}, {"name": "a", "repository": "git@acme.io:y"}]}, {}),
        ({"airflow_dag_bundles": [{"name": "a", "repository": "git@acme.io:x"}, {"name": "b", "repository": "git@acme.io:x"}]}, {}),
    ),
    "WA108": (
        ({"airflow_pgbouncer": {"enabled": True}}, {}),
        ({"airflow_pgbouncer": {"enabled": True}, "airflow_database_migration_secret_name": "direct"}, {}),
    ),
    "WA109": (({"airflow_url": "https://airflow.example.com"}, {}), ({"airflow_url": "https://airflow.acme.io"}, {})),
    "WA110": (
        ({"airflow_values_overrides": {"config": {"smtp": {"smtp_password": "hunter2"}}}}, {}),
        ({"airflow_values_overrides": {"config": {"smtp": {"smtp_user": "hunter2"}}}}, {}),
    ),
    "WA111": (
        ({"airflow_components": {"celery_worker": {"replicas": 2}}}, {}), ({"airflow_components": {"celery_worker": {}}}, {})),
    "WA112": (({"airflow_preflight_accepted": ["WA999"]}, {}), ({"airflow_preflight_accepted": ["WA404"]}, {})),
    "WA113": (
        (NO_EXECUTOR, {}, {"msg": "Refused the specification.", "findings": [REFUSAL]}),
        ({}, {}, {"changed": False, "chart_values": {"executor": "KubernetesExecutor"}, "findings": []}),
    ),
    "WA114": (
        ({}, {}, {"msg": "Could not download chart airflow: no such host."}),
        ({}, {}, {"changed": False, "skipped": True, "skip_reason": "Conditional result was False"}),
    ),
    "WA115": (({"airflow_version": "2.11.0"}, {}), ({"airflow_version": "3.2.1"}, {})),
    "WA116": (({}, {}, None, None), ({}, {}, None, {})),
    "WA117": (
        ({}, {}, {"changed": False, "chart_values": {}, "findings": [{**REFUSAL, "severity": "warning"}]}),
        ({}, {}, {"changed": False, "chart_values": {}, "findings": []}),
    ),
    "WA121": (
        (NO_FIRST_USER, {}), ({**NO_FIRST_USER, "airflow_verify_credentials": {"secret": "robot", "token_key": "token"}}, {})),
    "WA122": ((EVERYONE, {}), ({**EVERYONE, "airflow_local_cluster_enabled": True}, {})),
    "WA201": (
        ({"airflow_expected_cluster": {"uid": None, "ca_sha256": None}}, {}),
        (
            {"airflow_expected_cluster": {"uid": None, "ca_sha256": None}, "airflow_local_cluster_enabled": True}, {}),
    ),
    "WA202": (({"airflow_expected_cluster": {"uid": OTHER_UID}}, {}), ({"airflow_expected_cluster": {"ca_sha256": None}}, {})),
    "WA203": (({}, NO_CLUSTER), ({}, {})),
    "WA204": (
        ({}, {"server_version": {"git_version": "v1.29.9-eks-1"}, "nodes": None}),
        ({}, {"server_version": {"git_version": "v1.30.0"}, "nodes": None}),
    ),
    "WA205": (({}, nodes({"kubelet_version": "v1.30.9"})), ({}, nodes({"kubelet_version": "v1.31.0"}))),
    "WA206": (({}, {"identity": None, "forbidden": ["Namespace"]}), ({}, {"forbidden": ["Namespace"]})),
    "WA301": (({}, lacking("secrets", "create")), ({}, lacking("namespaces", "create", namespace=None))),
    "WA302": (({}, lacking("nodes", "list", namespace=None)), ({}, {"missing_rights": []})),
    "WA303": (({}, {"rights_complete": False}), ({}, {"rights_complete": None})),
    "WA304": (({}, served("coordination.k8s.io/v1")), ({}, served("policy/v1"))),
    "WA401": (({"airflow_database_storage_class": "fast"}, {}), ({"airflow_database_storage_class": "gp3"}, {})),
    "WA402": (
        ({}, {"storage_classes": [{"name": "gp3", "default": False, "provisioner": "ebs.csi.aws.com"}]}),
        ({"airflow_database_mode": "external"}, {"storage_classes": []}),
    ),
    "WA403": (({**LOGS, "airflow_logs_claim_storage_class": "gp3"}, {}), (LOGS, {})),
    "WA404": (
        ({**LOGS, "airflow_logs_claim_storage_class": "files"}, reading("files.acme.io")),
        ({**LOGS, "airflow_logs_claim_storage_class": "files"}, reading("nfs.csi.k8s.io")),
    ),
    "WA405": (
        ({**LOGS, "airflow_logs_claim_access_mode": "ReadWriteOnce"}, nodes({})),
        ({**LOGS, "airflow_logs_claim_access_mode": "ReadWriteOnce"}, {}),
    ),
    "WA501": (
        ({"airflow_ingress": {"enabled": True, "host": "a.acme.io", "class": "traefik"}}, {}),
        ({"airflow_ingress": {"enabled": True, "host": "a.acme.io", "class": "nginx"}}, {}),
    ),
    "WA502": (
        ({"airflow_ingress": {"enabled": True, "host": "a.acme.io"}}, {}),
        ({"airflow_ingress": {"enabled": True, "host": "a.acme.io"}}, {"provider": "gke"}),
    ),
    "WA503": ((HPA, served("metrics.k8s.io/v1beta1")), ({}, served("metrics.k8s.io/v1beta1"))),
    "WA504": ((KEDA, served("keda.sh/v1alpha1")), (KEDA, served())),
    "WA505": ((PRIORITY, {}), (PRIORITY, {"priority_classes": ["core"]})),
    "WA506": (
        (CELERY, {}),
        ({**CELERY, **NO_POLICIES}, {}),
    ),
    "WA601": (({}, {"namespace": {"terminating": True}}), ({}, {"namespace": {"exists": False}})),
    # Seven pods with 500m each, three of them with a sidecar of the same size: 5 cores; a task wants 500m more, a large one 1 core.
    "WA602": (({}, quota({"requests.cpu": "4999m"})), (ONE_TASK, quota({"requests.cpu": "5500m"}))),
    "WA603": ((LARGE_TASK, quota({"requests.cpu": "5999m"})), (LARGE_TASK, quota({"requests.cpu": "6"}))),
    "WA604": (({}, limit_range(max={"memory": "2047Mi"})), ({}, limit_range(max={"memory": "2Gi"}))),
    # The migration has no limit for cpu.
    "WA605": (
        ({}, quota({"limits.cpu": "100"})),
        ({}, {"namespace": {**quota({"limits.cpu": "100"})["namespace"], **limit_range(default={"cpu": "1"})["namespace"]}}),
    ),
    # 32 tasks with 500m each.
    "WA606": (({}, quota({"requests.cpu": "20999m"})), ({}, quota({"requests.cpu": "21"}))),
    "WA701": ((ON_POOL, {}), (ON_POOL, nodes(TASKS))),
    "WA702": (
        ({"airflow_components": {"worker": {"resources": {"requests": {"cpu": "5"}, "limits": {"cpu": "5"}}}}}, {}),
        ({"airflow_components": {"worker": {"resources": {"requests": {"cpu": "4"}, "limits": {"cpu": "4"}}}}}, {}),
    ),
    "WA703": (
        ({**ON_POOL, "airflow_node_pools": [TASKS]}, {}),
        ({**ON_POOL, "airflow_node_pools": [{**TASKS, "allocatable": {"cpu": "2", "memory": "4Gi", "pods": "20"}}]}, {}),
    ),
    # 32 tasks with 500m each.
    "WA704": (
        ({**ON_POOL, "airflow_node_pools": [{**TASKS, "maximum_nodes": 3}]}, nodes(TASKS)),
        ({**ON_POOL, "airflow_node_pools": [{**TASKS, "maximum_nodes": 4}]}, nodes(TASKS)),
    ),
    "WA705": (
        (ON_POOL, nodes({**TASKS, "schedulable": False})),
        (ON_POOL, nodes({**TASKS, "schedulable": False}, TASKS)),
    ),
    "WA706": (
        (spread_over(2), nodes(*IN_ONE_ZONE)),
        (spread_over(1), nodes(*IN_ONE_ZONE)),
    ),
}  # fmt: skip


def arguments(case):
    """:returns: the arguments of `judged` for a case."""
    return dict(zip(("variables", "facts", "compiled", "sources"), case))


def test_every_code_of_the_catalogue_has_a_case():
    # What a pod finds out has its cases in test_probe.py.
    assert set(CASES) == {code for code in CATALOGUE if not code.startswith("WA8")}


def test_every_fact_of_a_case_is_one_that_is_read(sound_facts):
    facts = {fact for pair in CASES.values() for _variables, facts, *_compiled in pair for fact in facts} | set(sound_facts)
    # What a module says that failed.
    assert facts - {"msg"} <= set(yaml.safe_load(cluster_info.RETURN))


@pytest.mark.parametrize("code", CASES)
def test_what_a_code_is_for_provokes_it_and_nothing_else(code, judged):
    found = judged(**arguments(CASES[code][0]), undeclared=UNDECLARED, compiles=code not in REFUSED)
    assert [finding.code for finding in found] == [code]


@pytest.mark.parametrize("code", CASES)
def test_what_is_nearly_the_same_provokes_nothing(code, judged):
    assert judged(**arguments(CASES[code][1]), undeclared=UNDECLARED) == []


@pytest.mark.parametrize("code", CASES)
def test_a_finding_says_all_it_has_to(code, judged):
    (finding,) = judged(**arguments(CASES[code][0]), undeclared=UNDECLARED, compiles=code not in REFUSED)
    assert finding.severity == CATALOGUE[code].severity
    assert finding.subject
    assert finding.problem.endswith(".")
    assert finding.remedy.partition("\n\n")[0].endswith((".", "?"))


def test_nothing_is_wrong_with_what_is_sound(judged):
    assert judged() == []
