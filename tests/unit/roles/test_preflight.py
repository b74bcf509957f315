# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight refuses, and what it says about it, with the variables as Ansible sees them."""

from __future__ import annotations

import functools
import pathlib
import shutil

import pytest

from ansible_collections.windrose.airflow.plugins.modules import cluster_info

ROLES = pathlib.Path(__file__).resolve().parents[3] / "roles"
PIN = {"uid": "11111111-2222-3333-4444-555555555555", "ca_sha256": "aa"}
# The names that are set stand for those that roles declare: only files that are read in the role say which these are.
JUDGED = "__airflow_specification_variables | windrose.airflow.preflight_findings(__airflow_specification_variable_names, {})"
ENVIRONMENTS = ("dev", "staging", "prod")


def cluster(version="v1.34.2", **identity):
    """:returns: the variable that holds what was read of the cluster."""
    found = {"identity": {**PIN, **identity}, "server_version": {"git_version": version}}
    return {"__airflow_preflight_cluster": found}


def values(**result):
    """:returns: the variable that holds what the module values returned."""
    return {"__airflow_specification_values": result}


FAULTS = {
    "no pin": ({"airflow_expected_cluster": {}}, "airflow_expected_cluster names no cluster"),
    "no path": ({"airflow_chart_source": "path"}, "airflow_chart_path is empty"),
    "no chart version": ({"airflow_chart_version": ""}, "airflow_chart_version is empty"),
    "no image": ({"airflow_image_repository": ""}, "airflow_image_repository or airflow_image_tag is empty"),
    "capital letter": ({"airflow_release_name": "Airflow"}, "airflow_release_name is Airflow"),
    "long name": ({"airflow_release_name": "a" * 41}, "at most 40"),
    "two bundles of one name": (
        {"airflow_dag_bundles": [{"name": "a", "repository": "x"}, {"name": "a", "repository": "y"}]}, "same name"),
    "migration through a PgBouncer to come": ({"airflow_pgbouncer": {"enabled": True}}, "airflow_database_migration_secret_name"),
    "old Kubernetes": (cluster(version="v1.29.9-eks-1"), "runs Kubernetes 1.29"),
    "new Kubernetes": (cluster(version="v1.37.0"), "runs Kubernetes 1.37"),
    "other cluster": (cluster(uid="other"), "is not the one"),
    "other authority": (cluster(ca_sha256="other"), "is not the one"),
    "unreachable": ({"__airflow_preflight_cluster": {"msg": "Could not reach it."}}, "Could not reach it."),
    "no answer": ({"__airflow_preflight_cluster": {"failed": True}}, "The cluster did not answer."),
    "refused values": (
        values(msg="Refused.", findings=[{"severity": "error", "subject": "airflow_logs.url", "problem": "it is missing.", "remedy": "Write one."}]),
        "airflow_logs.url it is missing. Write one.",
    ),
    "no chart": (values(msg="Could not read chart x: No such file."), "Could not read chart x: No such file."),
    "password": (
        {"airflow_values_overrides": {"config": {"smtp": {"smtp_password": "hunter2"}}}}, "a password or key in plain text"),
}
SOUND = {
    "defaults": {},
    "values that compile": values(changed=False, chart_values={"executor": "KubernetesExecutor"}, findings=[]),
    "values that nobody asked for": values(changed=False, skipped=True),
    "oldest Kubernetes": cluster(version="v1.30.0"),
    "newest Kubernetes": cluster(version="v1.36.9-gke.1"),
    "PgBouncer, and a way past it": {
        "airflow_pgbouncer": {"enabled": True}, "airflow_database_migration_secret_name": "airflow-metadata-direct"},
    "local cluster without a pin": {"airflow_expected_cluster": {}, "airflow_local_cluster_enabled": True},
    "pin without an authority": {"airflow_expected_cluster": {"uid": PIN["uid"]}},
    "flags as texts": {"airflow_local_cluster_enabled": "yes", "airflow_expected_cluster": {}},
    "password that is looked up": {
        "airflow_values_overrides": {"config": {"smtp": {"smtp_password": "{{ lookup('ansible.builtin.env', 'HOME') }}word"}}}},
}
THREE_FAULTS = {**cluster(version="v1.29.0"), "airflow_chart_source": "path", "airflow_image_tag": ""}
# What kind gives, with the classes that the role airflow_local_cluster makes.
KIND = {
    "server_version": {"git_version": "v1.34.2"},
    "nodes": [
        {
            "name": "windrose-airflow-control-plane", "ready": True, "schedulable": True, "kubelet_version": "v1.34.2",
            "allocatable": {"cpu": "2", "memory": "8Gi", "pods": "110"}, "labels": {"kubernetes.io/os": "linux"},
            "taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}],
        },
        {
            "name": "windrose-airflow-worker", "ready": True, "schedulable": True, "kubelet_version": "v1.34.2",
            "allocatable": {"cpu": "2", "memory": "8Gi", "pods": "110"}, "labels": {"kubernetes.io/os": "linux"}, "taints": [],
        },
    ],
    "api_groups": [
        "v1", "apps/v1", "autoscaling/v2", "batch/v1", "coordination.k8s.io/v1", "networking.k8s.io/v1", "policy/v1",
        "rbac.authorization.k8s.io/v1", "scheduling.k8s.io/v1", "storage.k8s.io/v1",
    ],
    "storage_classes": [
        {"name": "shared", "default": False, "provisioner": "rancher.io/local-path", "volume_binding_mode": "Immediate"},
        {"name": "standard", "default": True, "provisioner": "rancher.io/local-path"},
    ],
    "ingress_classes": [], "priority_classes": ["system-cluster-critical", "system-node-critical"], "provider": "kind",
    "namespace": {"exists": False, "terminating": False, "labels": {}, "quotas": [], "limit_ranges": []},
    "missing_rights": [], "rights_complete": True,
}  # fmt: skip


@pytest.fixture(scope="session")
def findings(evaluate):
    """The findings of each case."""
    cases = {**SOUND, **{name: variables for name, (variables, told) in FAULTS.items()}, "three faults": THREE_FAULTS}
    return evaluate("airflow_preflight", JUDGED.replace("{}", "__airflow_preflight_cluster, __airflow_specification_values"), {
        name: {"airflow_expected_cluster": PIN, **cluster(), **values(), **variables} for name, variables in cases.items()})


@pytest.fixture(scope="session")
def of_inventory(evaluate):
    """Callable that returns the codes that an inventory has: without a cluster, with a namespace alone, on the cluster of kind."""

    @functools.cache
    def found(name):
        facts = {"alone": {}, "namespace": {"namespace": KIND["namespace"]}, "kind": KIND}
        # As Python writes them, because the expression stands in YAML between double quotes.
        expressions = {
            which: JUDGED.replace("{}", f"({some!r} | combine({{'identity': airflow_expected_cluster}} if {bool(some)} else {{}}))")
            for which, some in facts.items()
        }
        told = ", ".join(f"'{which}': {expression}" for which, expression in expressions.items())
        (judged,) = evaluate("airflow_preflight", f"{{{told}}}", f"inventories/{name}").values()
        return {which: {finding["code"] for finding in findings} for which, findings in judged.items()}

    return found


@pytest.mark.parametrize("case", SOUND)
def test_what_is_sound_passes(case, findings):
    assert findings[case] == []


@pytest.mark.parametrize("case", FAULTS)
def test_each_fault_is_one_finding(case, findings):
    (finding,) = findings[case]
    assert finding["severity"] == "error"
    assert FAULTS[case][1] in " ".join(finding.values())


def test_all_faults_are_reported_together(findings):
    assert len(findings["three faults"]) == 3


def test_nothing_is_wrong_with_the_local_inventory_and_its_cluster(of_inventory):
    assert of_inventory("local") == {"alone": set(), "namespace": set(), "kind": set()}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_other_inventories_wait_for_names_and_nothing_else(environment, of_inventory):
    assert of_inventory(environment)["alone"] == {"WA109", "WA201"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_their_quotas_have_room_for_them(environment, of_inventory):
    assert [code for code in of_inventory(environment)["namespace"] if code.startswith("WA6")] == []


def test_another_cluster_than_that_of_prod_is_known_by_what_it_lacks(of_inventory):
    found = of_inventory("prod")["kind"]
    assert found >= {"WA501", "WA503"}
    # Its pools are described in full, so that it makes no difference that none of them has a node.
    assert not {code for code in found if code.startswith("WA7")}


def test_the_preflight_gathers_all_there_is(roles):
    (role,) = [role for role in roles if role.name == "airflow_preflight"]
    assert sorted(role.variables()["__airflow_preflight_gather"]) == sorted(cluster_info.GATHERED)


def test_the_variables_of_every_role_are_known_wherever_the_collection_is_installed(evaluate, roles, tmp_path):
    elsewhere = tmp_path / "a[b]*" / "roles"
    shutil.copytree(ROLES, elsewhere)
    # Which folder a role is in, Ansible tells the tasks of the role alone.
    cases = {folder: {"role_path": str(folder / "airflow_preflight")} for folder in (ROLES, elsewhere)}
    declared = sorted(name for role in roles for name in role.options())
    known = evaluate("airflow_preflight", "__airflow_specification_declared", cases)
    assert {folder: sorted(names) for folder, names in known.items()} == dict.fromkeys(cases, declared)
