# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight refuses, and what it says about it."""

from __future__ import annotations

import pytest

PIN = {"uid": "11111111-2222-3333-4444-555555555555", "ca_sha256": "aa"}


def cluster(version="v1.34.2", **identity):
    """:returns: the variable that holds what was read of the cluster."""
    found = {"identity": {**PIN, **identity}, "server_version": {"git_version": version}}
    return {"__airflow_preflight_cluster": found}


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
}
SOUND = {
    "defaults": {},
    "oldest Kubernetes": cluster(version="v1.30.0"),
    "newest Kubernetes": cluster(version="v1.36.9-gke.1"),
    "PgBouncer, and a way past it": {
        "airflow_pgbouncer": {"enabled": True}, "airflow_database_migration_secret_name": "airflow-metadata-direct"},
    "local cluster without a pin": {"airflow_expected_cluster": {}, "airflow_local_cluster_enabled": True},
    "pin without an authority": {"airflow_expected_cluster": {"uid": PIN["uid"]}},
}
THREE_FAULTS = {**cluster(version="v1.29.0"), "airflow_chart_source": "path", "airflow_image_tag": ""}


@pytest.fixture(scope="session")
def findings(evaluate):
    """The findings of each case."""
    cases = {**SOUND, **{name: variables for name, (variables, told) in FAULTS.items()}, "three faults": THREE_FAULTS}
    return evaluate("airflow_preflight", "__airflow_preflight_rule_findings", {
        name: {"airflow_expected_cluster": PIN, **cluster(), **variables} for name, variables in cases.items()})


@pytest.mark.parametrize("case", SOUND)
def test_what_is_sound_passes(case, findings):
    assert findings[case] == []


@pytest.mark.parametrize("case", FAULTS)
def test_each_fault_is_one_finding(case, findings):
    assert len(findings[case]) == 1
    assert FAULTS[case][1] in findings[case][0]


def test_all_faults_are_told_at_once(findings):
    assert len(findings["three faults"]) == 3
