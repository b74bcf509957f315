# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flows become policies: both ends of a flow allow it, and nothing else is allowed."""

from __future__ import annotations

import pytest

ENDS = {"ingress": "from", "egress": "to"}


CASES = {
    "defaults": {},
    "git": {
        "airflow_dag_bundles": [{"name": "core", "repository": "ssh://git@git.example.com/dags.git"}],
        "airflow_network_policies_git_cidrs": ["10.1.0.0/16"], "airflow_network_policies_git_ports": [22],
    },
    "external database": {
        "airflow_database_mode": "external", "airflow_network_policies_database_cidrs": ["10.9.8.0/24"],
    },
    "PgBouncer": {
        "airflow_database_mode": "external", "airflow_network_policies_database_cidrs": ["10.9.8.0/24"],
        "airflow_pgbouncer": {"enabled": True}, "airflow_network_policies_monitoring_namespaces": ["monitoring"],
    },
    "single sign-on": {
        "airflow_auth": {"method": "keycloak"}, "airflow_network_policies_identity_provider_cidrs": ["10.7.0.0/16"],
        "airflow_network_policies_identity_provider_ports": [8443],
    },
    "local executor": {"airflow_executor": "LocalExecutor"},
    "pod operator": {
        "airflow_pod_operator": {"enabled": True}, "airflow_network_policies_kubernetes_api_cidrs": ["10.3.0.0/16"],
        "airflow_network_policies_extra_flows": [{"from": ["pod-operator"], "to_cidrs": ["10.20.0.0/16"], "ports": [443]}],
    },
    "pod operator with local executor": {
        "airflow_executor": "LocalExecutor", "airflow_pod_operator": {"enabled": True},
        "airflow_network_policies_kubernetes_api_cidrs": ["10.3.0.0/16"],
    },
    "extra flow": {"airflow_network_policies_extra_flows": [
        {"from": ["worker"], "to_cidrs": ["10.20.0.0/16"], "to_namespaces": ["store"], "ports": [443, 9000]},
        {"from": ["worker"], "to": ["scheduler"], "ports": [7000]},
        {"from": ["worker"], "to": ["scheduler"], "to_cidrs": ["10.30.0.0/16"], "ports": [7001]},
        {"from_cidrs": ["10.40.0.0/16"], "to": ["worker"], "ports": [7002]}]},
}


@pytest.fixture(scope="session")
def policies(evaluate):
    """The specs of the policies by case and name."""
    found = evaluate("airflow_network_policies", "__airflow_network_policies_definitions", CASES)
    return {case: {_component(item): item["spec"] for item in items} for case, items in found.items()}


@pytest.fixture(scope="session")
def possible(evaluate):
    """The names of the policies that are removed where none are wanted, by case."""
    found = evaluate("airflow_network_policies", "__airflow_network_policies_possible", CASES)
    return {case: {item["metadata"]["name"] for item in items} for case, items in found.items()}


def test_whatever_was_made_with_other_variables_is_removed(policies, possible):
    made = {f"airflow-{component}" for found in policies.values() for component in found}
    assert {"airflow-pgbouncer", "airflow-pod-operator"} <= made
    assert all(names == made for names in possible.values())


def _component(policy):
    return policy["metadata"]["name"].removeprefix("airflow-")


@pytest.fixture
def standard(policies):
    """The policies of the defaults."""
    return policies["defaults"]


def allowed(spec, direction):
    """:returns: set of (peer, port): the peer is a component, an address range or a namespace."""
    return {
        (_peer(peer), port["port"])
        for rule in spec[direction] for peer in rule[ENDS[direction]] for port in rule["ports"]
    }


def _peer(peer):
    if "ipBlock" in peer:
        return peer["ipBlock"]["cidr"]
    labels = next(iter(peer.values()))["matchLabels"]
    return labels.get("component") or labels.get("app.kubernetes.io/component") or labels["kubernetes.io/metadata.name"]


def test_everything_is_denied_first(standard):
    assert standard["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_no_rule_is_open_to_everyone(standard):
    for name, spec in standard.items():
        for direction, end in ENDS.items():
            assert all(rule.get(end) and rule.get("ports") for rule in spec.get(direction, [])), name


def test_every_flow_between_components_is_allowed_at_both_ends(standard):
    components = {name: spec for name, spec in standard.items() if name not in ("dns", "default-deny")}
    going = {(name, peer, port) for name, spec in components.items() for peer, port in allowed(spec, "egress")}
    coming = {(peer, name, port) for name, spec in components.items() for peer, port in allowed(spec, "ingress")}
    assert {flow for flow in going if flow[1] in components} == coming


def test_tasks_reach_the_api_server_and_metrics_only(standard):
    assert allowed(standard["worker"], "egress") == {("api-server", 8080), ("statsd", 9125)}


def test_tasks_with_git_bundles_reach_the_git_servers(policies):
    for component in ("worker", "dag-processor", "triggerer", "preflight-probe"):
        assert ("10.1.0.0/16", 22) in allowed(policies["git"][component], "egress")


def test_the_api_server_alone_reaches_the_identity_provider(policies, standard):
    found = {name: allowed({"egress": [], **spec}, "egress") for name, spec in policies["single sign-on"].items()}
    assert {name for name, flows in found.items() if ("10.7.0.0/16", 8443) in flows} == {"api-server", "preflight-probe"}
    assert ("0.0.0.0/0", 8443) not in allowed(standard["api-server"], "egress")


def test_the_database_is_reached_by_those_who_need_it(standard):
    assert {peer for peer, port in allowed(standard["postgresql"], "ingress")} == {
        "api-server", "scheduler", "dag-processor", "triggerer", "migration", "first-user", "preflight-probe"}


def test_an_external_database_is_reached_by_its_address(policies):
    for component in ("migration", "preflight-probe"):
        assert ("10.9.8.0/24", 5432) in allowed(policies["external database"][component], "egress")


def test_with_local_executor_the_scheduler_runs_the_tasks(policies):
    found = policies["local executor"]
    assert ("api-server", 8080) in allowed(found["scheduler"], "egress")
    assert allowed(found["worker"], "egress") == {("statsd", 9125)}


def _kubernetes_clients(found, cidr):
    return {name for name, spec in found.items() if (cidr, 6443) in allowed({"egress": [], **spec}, "egress")}


def test_only_where_tasks_start_pods_they_and_the_triggerer_reach_the_kubernetes_api(policies, standard):
    assert _kubernetes_clients(standard, "0.0.0.0/0") == {"api-server", "scheduler"}
    everyone = {"api-server", "scheduler", "triggerer"}
    assert _kubernetes_clients(policies["pod operator"], "10.3.0.0/16") == everyone | {"worker"}
    assert _kubernetes_clients(policies["pod operator with local executor"], "10.3.0.0/16") == everyone


def test_pods_that_tasks_start_reach_what_the_inventory_says_and_nothing_reaches_them(policies, standard):
    assert "pod-operator" not in standard
    spec = policies["pod operator"]["pod-operator"]
    assert (allowed(spec, "egress"), allowed(spec, "ingress")) == ({("10.20.0.0/16", 443)}, set())
    # As topics/local_settings.py has them.
    assert spec["podSelector"]["matchLabels"] == {
        "windrose.airflow/component": "pod-operator", "windrose.airflow/release": "airflow"}


def test_extra_flows_are_added(policies):
    assert {("10.20.0.0/16", 443), ("store", 9000)} <= allowed(policies["extra flow"]["worker"], "egress")


def test_the_probe_reaches_nothing_but_the_database_where_nothing_lies_outside(standard):
    assert allowed(standard["preflight-probe"], "egress") == {("postgresql", 5432)}
    assert allowed(standard["preflight-probe"], "ingress") == set()


def test_the_probe_goes_wherever_another_may_go_outside_and_to_no_component(policies):
    found = policies["extra flow"]
    assert allowed(found["preflight-probe"], "egress") == {
        ("postgresql", 5432), ("10.20.0.0/16", 443), ("10.20.0.0/16", 9000), ("store", 443), ("store", 9000), ("10.30.0.0/16", 7001)}
    assert allowed(found["preflight-probe"], "ingress") == set()
    assert ("scheduler", 7000) in allowed(found["worker"], "egress")
    for spec in (found["scheduler"], found["worker"]):
        assert "preflight-probe" not in {peer for peer, _port in allowed(spec, "ingress")}


def test_only_jobs_go_past_pgbouncer(policies):
    found = policies["PgBouncer"]
    direct = {name for name, spec in found.items() if ("10.9.8.0/24", 5432) in allowed({"egress": [], **spec}, "egress")}
    assert direct == {"pgbouncer", "migration", "first-user", "preflight-probe"}
    pooled = {name for name, spec in found.items() if ("pgbouncer", 6543) in allowed({"egress": [], **spec}, "egress")}
    assert pooled == {"api-server", "scheduler", "dag-processor", "triggerer"}
    coming = allowed(found["pgbouncer"], "ingress")
    assert coming == {("monitoring", 9127), *((name, 6543) for name in pooled)}
