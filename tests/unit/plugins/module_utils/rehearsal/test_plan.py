# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All rules of a plan together."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.plan import plan

SECRET_KEYS = {"made_keys": [{"secret": "airflow-metadata", "name": "connection", "is_fetched": False}], "findings": []}
IMAGE = {"image": "registry.acme.test/airflow:3.3.2-7", "used_by": ["Deployment airflow-scheduler"]}
COMPILED = {
    "findings": [], "claims": [], "images": [IMAGE], "ingress_classes": [], "addons": [], "left_out": [],
    "secret_references": [
        {"secret": "airflow-metadata", "key": "connection", "is_optional": False, "is_made": False, "used_by": ["Deployment airflow-scheduler"]}],
}  # fmt: skip
VARIABLES = {
    "airflow_database_mode": "external",
    "airflow_rehearsal_images": [{"repository": "registry.acme.test/airflow", "stand_in": "airflow"}],
}
JOB = {
    "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "airflow-migration"},
    "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "registry.acme.test/airflow:3.3.2-7"}], "imagePullSecrets": [{"name": "pull"}]}}},
}  # fmt: skip


@pytest.fixture(name="planned")
def fixture_planned():
    """Callable (variables, compiled, definitions, secret_keys) that returns rows and findings; what is left out is sound."""

    def rows_and_findings(variables=None, compiled=None, definitions=(), secret_keys=None, undeclared=()):
        every = {**VARIABLES, **(variables or {})}
        declared = [name for name in every if name not in undeclared]
        return plan(every, declared, {**COMPILED, **(compiled or {})}, list(definitions), secret_keys or SECRET_KEYS)

    return rows_and_findings


def codes(findings):
    return [finding.code for finding in findings]


def test_a_sound_environment_has_rows_and_no_findings(planned):
    rows, findings = planned()
    assert findings == [] and [row.what for row in rows] == [
        "image registry.acme.test/airflow:3.3.2-7", "Secret airflow-metadata: connection", "address in Secret airflow-metadata: connection"]


def test_what_is_replaced_is_among_the_rows(planned):
    rows, findings = planned({"airflow_network_policies_database_cidrs": ["10.0.0.0/8"]})
    assert findings == [] and rows[-1].what == "network 10.0.0.0/8" and rows[-1].stand_in == "networks of the local cluster"


def test_a_row_says_what_real_nodes_report(planned):
    rows, unused = planned({"airflow_node_pools": [{"name": "core", "allocatable": {"cpu": "4", "memory": "16Gi"}}]})
    assert (rows[-1].what, rows[-1].state) == ("processors of nodes", "simulated")


def test_the_pods_of_roles_count_as_those_of_the_chart(planned):
    rows, findings = planned(definitions=[JOB])
    assert rows[0].asked_by == "Deployment airflow-scheduler and Job airflow-migration"
    assert codes(findings) == ["WR201"] and findings[0].subject == "Secret pull"


@pytest.mark.parametrize(
    ("credentials", "keys"),
    [
        ({"secret": "robot"}, "password, username"), ({"secret": "robot", "username_key": "name"}, "name, password"),
        ({"secret": "robot", "token_key": "token"}, "token"), ({}, None), ({"secret": ""}, None),
    ])  # fmt: skip
def test_what_verify_logs_in_with_has_to_be_there(credentials, keys, planned):
    rows, findings = planned({"airflow_verify_credentials": credentials})
    assert [row.what for row in rows if "robot" in row.what] == ([f"Secret robot: {keys}"] if keys else [])
    assert codes(findings) == (["WR201"] if keys else [])


def test_the_local_environment_is_refused_without_rows(planned):
    rows, (finding,) = planned({"airflow_local_cluster_enabled": True})
    assert (rows, finding.code, finding.remedy) == ([], "WR001", "Run it as it is: make run.")


def test_variables_that_no_role_knows_are_found(planned):
    findings = planned({"airflow_rehearsal_image": []}, undeclared=["airflow_rehearsal_image"])[1]
    assert codes(findings) == ["WA101"] and findings[0].remedy == "Did you mean airflow_rehearsal_images?"


def test_placeholders_are_no_findings(planned):
    compiled = {"images": [{**IMAGE, "image": f"example.com/airflow:3@sha256:{'0' * 64}"}]}
    assert planned({"airflow_rehearsal_images": [{"repository": "example.com/airflow", "stand_in": "airflow"}]}, compiled)[1] == []


def test_what_is_wrong_with_the_chart_values_is_told_with_the_rest(planned):
    told = {"severity": "error", "subject": "airflow_logs.url", "problem": "It is missing.", "remedy": "Write it."}
    rows, findings = planned({"airflow_rehearsal_images": []}, {"findings": [told, {**told, "severity": "warning", "subject": "airflow_url"}]})
    assert rows and codes(findings) == ["WA113", "WR101", "WA117"]


@pytest.mark.parametrize("compiled", [{"images": None, "findings": []}, {"msg": "Could not read chart.", "findings": None, "images": None}])
def test_without_a_rendered_chart_there_are_neither_rows_nor_idle_declarations(compiled, planned):
    compiled = {key: value for key, value in {**COMPILED, **compiled}.items() if value is not None}
    rows, findings = plan(VARIABLES, list(VARIABLES), compiled, [], SECRET_KEYS)
    assert rows == [] and codes(findings) == (["WA114"] if "msg" in compiled else [])


def test_sources_that_are_refused_are_findings(planned):
    finding, = planned(secret_keys={**SECRET_KEYS, "findings": ["The source of key a/b: no such option."]})[1]
    assert (finding.code, finding.problem) == ("WR203", "The source of key a/b: no such option.")


def test_declarations_are_not_called_idle_where_the_chart_leaves_something_out(planned):
    idle = {"airflow_rehearsal_ingress_classes": ["nginx"]}
    assert codes(planned(idle)[1]) == ["WR002"]
    rows, findings = planned(idle, {"left_out": [{"path": "dags.gitSync.repo", "variable": "airflow_dag_delivery"}]})
    assert findings == [] and rows[0].what == "chart value dags.gitSync: repo"


POOLS = [{"name": "core", "labels": {"pool": "core"}, "taints": [{"key": "pool", "value": "core", "effect": "NoSchedule"}]}]


def test_pods_are_compared_with_what_is_declared_also_where_nothing_is_rendered(planned):
    placed = {"airflow_node_pools": POOLS, "airflow_components": {"scheduler": {"node_selector": {"pool": "core"}}}}
    findings = planned(placed, {"images": None})[1]
    assert "airflow_components.scheduler" in [finding.subject for finding in findings if finding.code == "WA701"]


def test_what_autoscalers_and_pgbouncer_need_has_rows(planned):
    scaled = {"addons": [{"addon": "metrics-server", "used_by": ["HorizontalPodAutoscaler airflow-api-server"]}]}
    rows, findings = planned({"airflow_pgbouncer": {"enabled": True}}, scaled)
    assert {"add-on metrics-server", "connections to PgBouncer"} <= {row.what for row in rows} and codes(findings) == ["WR601"]
