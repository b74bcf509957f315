# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import provisioners, storage

LOGS = {"airflow_logs_claim_enabled": True, "airflow_logs_claim_storage_class": "files"}
MANY, ONE = "ReadWriteMany", "ReadWriteOnce"


def classes(provisioner, default="ebs.csi.aws.com"):
    """:returns: facts of a cluster with a default class for the database and one for files."""
    return {"storage_classes": [
        {"name": "standard", "default": True, "provisioner": default},
        {"name": "files", "default": False, "provisioner": provisioner}]}  # fmt: skip


@pytest.mark.parametrize(
    ("provisioner", "codes"),
    [
        ("ebs.csi.aws.com", ["WA403"]), ("disk.csi.azure.com", ["WA403"]), ("pd.csi.storage.gke.io", ["WA403"]),
        ("openshift-storage.rbd.csi.ceph.com", ["WA403"]), ("rbd.csi.ceph.com", ["WA403"]),
        ("efs.csi.aws.com", []), ("file.csi.azure.com", []), ("filestore.csi.storage.gke.io", []),
        ("rook-ceph.cephfs.csi.ceph.com", []), ("rancher.io/local-path", ["WA404"]), ("files.acme.io", ["WA404"]),
        ("xrbd.csi.ceph.com", ["WA404"]),
    ],
)  # fmt: skip
def test_a_volume_for_all_nodes(provisioner, codes, judged):
    assert [finding.code for finding in judged(LOGS, classes(provisioner))] == codes


@pytest.mark.parametrize("provisioner", [*provisioners.PROVISIONERS, "files.acme.io"])
def test_a_volume_for_one_node_is_had_everywhere(provisioner, judged):
    assert judged({}, classes("efs.csi.aws.com", default=provisioner)) == []


@pytest.mark.parametrize("provisioner", provisioners.PROVISIONERS)
def test_every_known_provisioner_names_its_source(provisioner):
    assert provisioners.PROVISIONERS[provisioner].source.startswith("https://")


def test_the_local_cluster_makes_its_own_classes(judged):
    local = {"airflow_local_cluster_enabled": True}
    assert judged({**LOGS, **local}, classes("rancher.io/local-path", default="rancher.io/local-path")) == []
    assert [finding.code for finding in judged({**LOGS, **local}, classes("ebs.csi.aws.com"))] == ["WA403"]


def test_the_message_names_claim_class_provisioner_and_source(judged):
    (finding,) = judged(LOGS, classes("ebs.csi.aws.com"))
    assert finding.subject == "airflow_logs_claim_storage_class"
    for word in ("logs", MANY, "files", "ebs.csi.aws.com", "https://"):
        assert word in finding.problem


def test_a_missing_class_is_reported_with_those_that_exist(judged):
    (finding,) = judged({"airflow_database_storage_class": "fast"}, {})
    assert "It has: efs, gp3." in finding.problem


@pytest.mark.parametrize(
    ("variables", "asked"),
    [
        ({"airflow_database_mode": "external"}, []),
        ({}, [("PostgreSQL", "", ONE, "10Gi")]),
        (
            {"airflow_database_mode": "external", "airflow_logs": {"store": "claim"}, "airflow_logs_claim_size": "5Gi"},
            [("logs", "", MANY, "5Gi")],
        ),
        (
            {
                "airflow_database_mode": "external",
                "airflow_dag_delivery": {"method": "claim", "claim": {"name": "dags", "access_mode": "ReadOnlyMany"}},
                "airflow_prerequisites_dags_claim": {"enabled": "true", "storage_class": "efs"},
            },
            [("DAGs", "efs", "ReadOnlyMany", "5Gi")],
        ),
        (
            {
                "airflow_database_mode": "external",
                "airflow_values_overrides": {"dags": {"persistence": {"enabled": True, "size": "2Gi"}}},
            },
            [("DAGs", "", ONE, "2Gi")],
        ),
        (
            {
                "airflow_database_mode": "external",
                "airflow_values_overrides": {"dags": {"persistence": {"enabled": True, "existingClaim": "dags"}}},
            },
            [],
        ),
    ],
)
def test_the_volumes_that_are_asked_for(variables, asked, environment):
    found = storage.claims(environment(variables))
    assert [(claim.what, claim.storage_class, claim.access_mode, claim.size) for claim in found] == asked


@pytest.mark.parametrize(
    ("other", "codes"),
    [({}, ["WA405"]), ({"schedulable": False}, []), ({"taints": [{"key": "control-plane", "effect": "NoSchedule"}]}, [])],
)
def test_a_volume_for_one_node_beside_other_nodes(other, codes, judged, make_node):
    nodes = {"nodes": [make_node("worker-1"), make_node("worker-2", **other)]}
    variables = {"airflow_logs_claim_enabled": True, "airflow_logs_claim_access_mode": ONE}
    assert [finding.code for finding in judged(variables, nodes)] == codes


def claimed(access_modes, storage_class="files", replicas=1):
    """:returns: what the module values returned of a claim that the chart makes."""
    claim = {
        "subject": "airflow_values_overrides.logs.persistence", "what": "logs", "access_modes": access_modes, "storage_class": storage_class,
        "size": "10Gi", "replicas": replicas,
    }  # fmt: skip
    return {"claims": [claim], "findings": []}


@pytest.mark.parametrize(
    ("provisioner", "access_modes", "storage_class", "codes"),
    [
        ("ebs.csi.aws.com", [MANY], "files", ["WA403"]), ("efs.csi.aws.com", [MANY], "files", []), ("ebs.csi.aws.com", [ONE], "files", []),
        ("ebs.csi.aws.com", [ONE, MANY], "files", ["WA403"]), ("files.acme.io", [MANY], "files", ["WA404"]),
        ("efs.csi.aws.com", [MANY], "", ["WA403"]), ("efs.csi.aws.com", [ONE], "fast", ["WA401"]),
    ],
)  # fmt: skip
def test_the_claims_that_the_chart_makes(provisioner, access_modes, storage_class, codes, judged):
    found = judged({}, classes(provisioner), compiled=claimed(access_modes, storage_class))
    assert [finding.code for finding in found] == codes
    assert {finding.subject for finding in found} <= {"airflow_values_overrides.logs.persistence"}


def test_each_replica_has_a_claim(environment):
    environment = environment()
    environment.chart_claims = claimed([ONE], replicas=3)["claims"]
    assert [claim.what for claim in storage.claims(environment)].count("logs") == 3
