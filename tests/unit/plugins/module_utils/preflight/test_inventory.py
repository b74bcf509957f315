# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import inventory
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.removed import MEANT

DECLARED = ["airflow_namespace", "airflow_release_name", "airflow_version", "airflow_url"]


def told(names, declared=None):
    """:returns: {name: (code, remedy)} of what is said of names."""
    findings = inventory.unknown_variables(names, DECLARED if declared is None else declared)
    return {finding.subject: (finding.code, finding.remedy) for finding in findings}


def test_declared_names_are_fine():
    assert told(DECLARED) == {}


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("airflow_namspace", "airflow_namespace"), ("airflow_namespce", "airflow_namespace"),
        ("airflow_Version", "airflow_version"), ("airflow_releasename", "airflow_release_name"),
        ("airflow_releasenames", "airflow_release_name"),
    ],
)  # fmt: skip
def test_a_misspelt_name_gets_the_nearest_declared_one(name, nearest):
    assert told([name]) == {name: ("WA101", f"Did you mean {nearest}?")}


@pytest.mark.parametrize("name", ["airflow_zzz", "airflow_my_own_thing"])
def test_a_name_near_to_nothing_gets_a_remedy(name):
    assert "another prefix" in told([name])[name][1]


def test_every_unknown_name_is_reported_once_and_sorted():
    assert list(told(["airflow_b", "airflow_a", "airflow_b"], [])) == ["airflow_a", "airflow_b"]


def test_a_name_that_is_meant_otherwise_gets_the_variable_that_is_meant():
    assert told(["airflow_kube_context"]) == {"airflow_kube_context": ("WA102", "Use airflow_context.")}


def test_no_name_that_is_meant_otherwise_is_a_variable_and_all_that_are_meant_are(declared_by_roles):
    assert set(MEANT).isdisjoint(declared_by_roles)
    meant = {word.rstrip(",").partition(".")[0] for text in MEANT.values() for word in text.split()}
    roles = {"airflow_secrets"}
    assert {name for name in meant if name.startswith("airflow_")} - roles <= set(declared_by_roles)


@pytest.mark.parametrize(
    ("variables", "subject"),
    [
        ({"airflow_logs_claim_storage_class": "efs"}, "airflow_logs_claim_storage_class"),
        ({"airflow_database_mode": "external", "airflow_database_storage_class": "gp3"}, "airflow_database_storage_class"),
        ({"airflow_chart_path": "chart"}, "airflow_chart_path"),
        ({"airflow_components": {"redis": {"resources": {"requests": {"cpu": "1"}}}}}, "airflow_components.redis"),
        ({"airflow_executor": "LocalExecutor"}, "airflow_components.worker"),
    ],
)
def test_settings_that_nothing_reads(variables, subject, judged):
    assert [(finding.code, finding.subject) for finding in judged(variables)] == [("WA111", subject)]


@pytest.mark.parametrize(
    "variables",
    [
        {"airflow_logs_claim_storage_class": "efs", "airflow_logs_claim_enabled": "yes"},
        {"airflow_logs_claim_storage_class": "efs", "airflow_logs": {"store": "claim"}},
        {"airflow_database_storage_class": "gp3"},
    ],
)
def test_settings_that_something_reads(variables, judged):
    assert judged(variables) == []


@pytest.mark.parametrize("variable", ["airflow_job_pods", "airflow_database_pods", "airflow_image_prepull_pods"])
def test_an_annotation_of_pods_that_is_no_text_is_told(variable, judged):
    (finding,) = judged({variable: {"annotations": {"sidecar.istio.io/inject": False}}})
    assert (finding.code, finding.subject) == ("WA113", f"{variable}.annotations.sidecar.istio.io/inject")
    assert "in quotes" in finding.remedy
    assert judged({variable: {"annotations": {"sidecar.istio.io/inject": "false"}}}) == []


@pytest.mark.parametrize(
    ("pools", "subject"),
    [
        ([{"name": "core"}, {"name": "core", "labels": {"pool": "core"}}], "airflow_node_pools[core]"),
        ([{"name": "core", "minimum_nodes": 2, "maximum_nodes": 1}], "airflow_node_pools[core].minimum_nodes"),
        ([{"name": "core", "zones": ["a", "a"]}], "airflow_node_pools[core].zones"),
        ([{"name": "core", "taints": [{"key": "a", "effect": "Never"}]}], "airflow_node_pools[core].taints[0].effect"),
        ([{"name": "core", "allocatable": {"cpu": "two"}}], "airflow_node_pools[core].allocatable.cpu"),
    ],
)
def test_pools_that_cannot_be_right_are_told_without_a_cluster_and_once(pools, subject, judged, compiled):
    variables = {"airflow_node_pools": pools}
    # Where no chart values are compiled, the preflight is the only one to look.
    for answer in (None, compiled(variables)):
        (finding,) = judged(variables, {"nodes": None}, compiled=answer)
        assert (finding.code, finding.subject) == ("WA113", subject)


def test_all_faults_are_reported_together(judged):
    variables = {"airflow_chart_source": "path", "airflow_image_repository": "", "airflow_release_name": "a" * 41}
    found = judged(variables, compiles=False)
    assert [finding.code for finding in found] == ["WA103", "WA105", "WA106"]
    assert "at most 40" in found[2].remedy
