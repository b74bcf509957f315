# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import secrets_in_inventory
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment

PATH = "airflow_values_overrides.config.smtp.smtp_password"
WITH_PASSWORD = {"airflow_values_overrides": {"config": {"smtp": {"smtp_password": "hunter2"}}}}


def overrides(value):
    """:returns: variables with a value of which the name says nothing."""
    return {"airflow_values_overrides": {"labels": {"thing": value}}}


def told(judged, variables, sources=None):
    """:returns: what is said of secrets, and nothing of what else is wrong."""
    findings = judged(variables, sources=sources or {})
    return [finding for finding in findings if finding.code == "WA110"]


@pytest.mark.parametrize(
    "variables",
    [
        WITH_PASSWORD,
        {"airflow_admin_token": "abc"},
        {"airflow_values_overrides": {"env": [{"name": "AIRFLOW__SMTP__SMTP_PASSWORD", "value": "hunter2"}]}},
        {"airflow_secrets_sources": {"redis_password": {"value": "hunter2"}}},
        {"airflow_secrets_additional": [{"name": "s", "keys": [{"name": "token", "source": {"value": "hunter2"}}]}]},
        overrides("postgresql://airflow:hunter2@db/airflow"),
        overrides("-----BEGIN PRIVATE KEY-----\nhunter2"),
        overrides("ghp_" + "a" * 36),
        {"airflow_values_overrides": {"config": {"smtp": {"smtp_password": 123456}}}},
    ],
)
def test_secrets_are_reported_and_not_quoted(variables, judged):
    (finding,) = told(judged, variables)
    assert "hunter2" not in str(finding)
    assert "123456" not in str(finding)


@pytest.mark.parametrize(
    "variables",
    [
        {"airflow_redis": {"password_secret": "redis-password"}},
        {"airflow_image_pull_secrets": [{"name": "registry"}]},
        {"airflow_logs": {"store": "s3", "url": "s3://logs/x", "connection_secret": {"name": "logs", "key": "token"}}},
        {"airflow_secrets_password_bytes": 24},
        {"airflow_values_overrides": {"env": [{"name": "HOME", "value": "/home"}]}},
        {"airflow_values_overrides": {"config": {"smtp": {"smtp_password": ""}}}},
        {"airflow_values_overrides": {"config": {"smtp": {"smtp_password": None}}}},
        {"airflow_secrets_sources": {"git_username": {"value": "robot"}}},
        {"airflow_secrets_additional": [{"name": "s", "keys": [{"name": "username", "source": {"value": "robot"}}]}]},
        {"airflow_secrets_registries": [{"name": "r", "username": {"value": "robot"}}]},
        overrides("postgresql://airflow@db/airflow"),
        {"airflow_local_cluster_enabled": True, **WITH_PASSWORD},
    ],
)
def test_names_of_secrets_are_none(variables, judged):
    assert told(judged, variables) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ({"origin": "vars.yml:3", "vaulted": False, "literal": True}, 1),
        ({"origin": "vars.yml:3", "vaulted": True, "literal": True}, 0),
        ({"origin": "vars.yml:3", "vaulted": True, "literal": False}, 0),
        ({"origin": "vars.yml:3", "vaulted": False, "literal": False}, 0),
        ({"origin": None, "vaulted": False, "literal": True}, 1),
    ],
)
def test_it_matters_where_a_value_comes_from(source, count, judged):
    assert len(told(judged, WITH_PASSWORD, {PATH: source})) == count


def test_the_place_is_reported(judged):
    (finding,) = told(judged, WITH_PASSWORD, {PATH: {"origin": "vars.yml:3", "vaulted": False, "literal": True}})
    assert finding.subject == PATH
    assert "written in vars.yml:3" in finding.problem


def test_where_nobody_knows_what_is_encrypted_nothing_is_looked_for_and_that_is_told(environment):
    (finding,) = secrets_in_inventory.secrets_in_plain_text(environment(WITH_PASSWORD), None)
    assert (finding.code, finding.severity, finding.subject) == ("WA116", "warning", "ansible-core")
    (finding,) = secrets_in_inventory.secrets_in_plain_text(environment(WITH_PASSWORD), {})
    assert finding.code == "WA110"


@pytest.mark.parametrize("sources", [None, {}])
def test_the_local_cluster_may_have_what_it_likes(sources, environment):
    local = environment({"airflow_local_cluster_enabled": True, **WITH_PASSWORD})
    assert secrets_in_inventory.secrets_in_plain_text(local, sources) == []


RAW = {"airflow_values_overrides": {"postgresql": {"auth": {"password": "hunter2"}}, "env": [{"name": "A_TOKEN", "value": "hunter2"}]}}
REFUSAL = {"severity": "error", "subject": "airflow_values_overrides.env.0.value", "problem": "Wrong.", "remedy": "Remove it."}


@pytest.mark.parametrize(("compiled", "subjects"), [
    (None, ["airflow_values_overrides.env[0].value", "airflow_values_overrides.postgresql.auth.password"]),
    # It did not come to the raw values.
    ({"findings": [{**REFUSAL, "subject": "airflow_executor"}]}, [
        "airflow_values_overrides.env[0].value", "airflow_values_overrides.postgresql.auth.password"]),
    ({"findings": [REFUSAL]}, ["airflow_values_overrides.env[0].value"]),
    ({"findings": [{**REFUSAL, "severity": "warning"}], "chart_values": {}}, []),
])  # fmt: skip
def test_of_the_raw_values_only_what_the_module_refuses_is_a_secret(compiled, subjects):
    found = secrets_in_inventory.secrets_in_plain_text(Environment(RAW), {}, compiled)
    assert [finding.subject for finding in found] == subjects
