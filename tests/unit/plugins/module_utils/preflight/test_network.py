# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network policies would cut off is refused, and what works, by itself or by extra flows, is not."""

from __future__ import annotations

import pathlib

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import network
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment

ROLE = pathlib.Path(__file__).resolve().parents[5] / "roles" / "airflow_network_policies"
FLOWS = "airflow_network_policies_extra_flows"
CELERY = {"airflow_executor": "CeleryExecutor"}
EXTERNAL = {"airflow_database_mode": "external"}
TO_BROKER = {"from": ["scheduler", "worker"], "to_cidrs": ["10.1.2.3/32"], "ports": [6379]}
TO_DATABASE = {"from": ["worker"], "to_cidrs": ["10.9.8.0/24"], "ports": [5432]}
TO_POSTGRESQL = {"from": ["worker"], "to": ["postgresql"], "ports": [5432]}
TO_PGBOUNCER = {"from": ["worker"], "to": ["pgbouncer"], "ports": [6543]}
PGBOUNCER = {"airflow_pgbouncer": {"enabled": True}, "airflow_database_migration_secret_name": "direct"}
TRACES = {"airflow_monitoring": {"open_telemetry": {"traces": True, "endpoint": "https://otel.acme.io"}}}


def overrides(**values):
    return {"airflow_values_overrides": values}


def git(url, **variables):
    return {"airflow_dag_bundles": [{"name": "a", "repository": url}], **variables}


# {what: (variables, the subjects of what is refused)}.
REFUSED = {
    "Celery without any flow": (CELERY, ["airflow_executor"]),
    "both executors": ({"airflow_executor": "CeleryExecutor,KubernetesExecutor"}, ["airflow_executor"]),
    "Celery whose scheduler has no way to the broker": (
        {**CELERY, **EXTERNAL, FLOWS: [{**TO_BROKER, "from": ["worker"]}, TO_DATABASE]}, ["airflow_executor"]),
    "Celery whose workers have no way to the results": ({**CELERY, **EXTERNAL, FLOWS: [TO_BROKER]}, ["airflow_executor"]),
    "Celery whose workers go past PgBouncer": (
        {**CELERY, **EXTERNAL, **PGBOUNCER, FLOWS: [TO_BROKER, TO_DATABASE]}, ["airflow_executor"]),
    "Redis in the namespace": ({**CELERY, "airflow_redis": {"enabled": True, "password_secret": "redis"}, FLOWS: [TO_BROKER, TO_POSTGRESQL]}, [
        "airflow_redis.enabled"]),
    "Flower": ({**CELERY, "airflow_flower": {"enabled": True, "credentials_secret": "flower"}, FLOWS: [TO_BROKER, TO_POSTGRESQL]}, ["airflow_flower.enabled"]),
    "a collector of OpenTelemetry": (TRACES, ["airflow_monitoring.open_telemetry"]),
    "cleanup of pods": (overrides(cleanup={"enabled": True}), ["airflow_values_overrides.cleanup"]),
    "cleanup of the database": (overrides(databaseCleanup={"enabled": True}), ["airflow_values_overrides.databaseCleanup"]),
    "a port that was moved": (overrides(ports={"apiServer": 9090}), ["airflow_values_overrides.ports.apiServer"]),
    "git on a port of its own": (git("git://git.acme.io/dags.git"), ["airflow_dag_bundles[0].repository"]),
    "git by ssh on another port": (
        git("git://git.acme.io:7999/dags.git", airflow_network_policies_git_ports=[9418]), ["airflow_dag_bundles[0].repository"]),
}  # fmt: skip
ACCEPTED = {
    "nothing but defaults": {},
    "another executor": {"airflow_executor": "LocalExecutor"},
    "no policies": {**CELERY, "airflow_network_policies_enabled": False},
    "no policies, as a text": {**CELERY, "airflow_network_policies_enabled": "no"},
    "Celery with all its ways": {**CELERY, **EXTERNAL, FLOWS: [TO_BROKER, TO_DATABASE]},
    "Celery with results in the namespace": {**CELERY, FLOWS: [TO_BROKER, TO_POSTGRESQL]},
    "Celery with results behind PgBouncer": {**CELERY, **EXTERNAL, **PGBOUNCER, FLOWS: [TO_BROKER, TO_PGBOUNCER]},
    "Celery with results elsewhere": {**CELERY, "airflow_result_backend_secret_name": "results", FLOWS: [TO_BROKER]},
    "Celery with a database on another port": {
        **CELERY, **EXTERNAL, "airflow_network_policies_database_port": 6432, FLOWS: [TO_BROKER, {**TO_DATABASE, "ports": [6432]}]},
    "Redis without Celery": {"airflow_redis": {"enabled": True}},
    "a port that was moved, with its flow": {
        **overrides(ports={"apiServer": 9090}), FLOWS: [{"from": ["worker"], "to": ["api-server"], "ports": [9090]}]},
    "git on a port that is open": git("git://git.acme.io/dags.git", airflow_network_policies_git_ports=[9418]),
    "git on a port of an extra flow": git(
        "git://git.acme.io/dags.git", **{FLOWS: [{"from": ["dag-processor"], "to_cidrs": ["10.0.0.0/8"], "ports": [9418]}]}),
    "git by https, maybe through a proxy": git("https://git.acme.io:8443/dags.git", airflow_network_policies_git_ports=[3128]),
    "what is no list of flows": {FLOWS: "none"},
}  # fmt: skip


def found_in(variables):
    return network.network_policies(Environment(variables), {})


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_way_is_refused(case):
    variables, subjects = REFUSED[case]
    found = found_in(variables)
    assert [finding.subject for finding in found] == subjects
    assert {finding.code for finding in found} == {"WA506"}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_has_its_ways_is_not(case):
    assert found_in(ACCEPTED[case]) == []


def test_celery_is_told_which_ways_are_missing():
    (finding,) = found_in({**CELERY, **EXTERNAL})
    for way in ("scheduler to the broker", "worker to the broker", "worker to the database, which keeps the results"):
        assert way in finding.problem
    assert FLOWS in finding.remedy and "airflow_network_policies_enabled" in finding.remedy


def test_the_defaults_are_those_of_the_role():
    options = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    assert options[network.GIT_PORTS]["default"] == network._GIT_PORTS
    assert options[network.DATABASE_PORT]["default"] == network.POSTGRESQL_PORT
    assert options[network.ENABLED]["default"] is True


def test_every_port_is_one_that_a_policy_opens():
    flows = (ROLE / "vars" / "main.yml").read_text(encoding="utf-8")
    for component, port in network._PORTS.values():
        assert component in flows and f"ports: [{port}]" in flows
