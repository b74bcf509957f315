# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret in plain text is taken over, wherever it stands, and what is beside it is."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.inline_secrets import inline_secrets

SECRET = "not-to-be-written"
URL = f"postgresql://airflow:{SECRET}@db.acme.test:5432/airflow"
LOCAL = {"executor": "LocalExecutor"}
# {case: (values, a part of the origin, a part of the note)}
HELD = {
    "fernet_key": ({**LOCAL, "fernetKey": SECRET}, "fernetKey", "airflow_secrets_sources.fernet_key"),
    "webserver_key": ({**LOCAL, "webserverSecretKey": SECRET}, "webserverSecretKey", "Airflow 3 does not read it"),
    "api_key": ({**LOCAL, "apiSecretKey": SECRET}, "apiSecretKey", "airflow_secrets_sources.api_secret_key"),
    "jwt_secret": ({**LOCAL, "jwtSecret": SECRET}, "jwtSecret", "airflow_secrets_sources.jwt_secret"),
    "option": ({**LOCAL, "config": {"webserver": {"secret_key": SECRET}}}, "config.webserver.secret_key", "airflow-api-secret-key"),
    "option_with_a_url": ({**LOCAL, "config": {"core": {"sql_alchemy_conn": URL}}}, "config.core.sql_alchemy_conn", "Secret"),
    "database": ({**LOCAL, "data": {"metadataConnection": {"pass": SECRET}}}, "data.metadataConnection.pass", "airflow_database_secret_name"),
    "broker": ({"data": {"brokerUrl": f"redis://:{SECRET}@redis:6379/0"}}, "data.brokerUrl", "airflow_broker_secret_name"),
    "first_user": ({**LOCAL, "webserver": {"defaultUser": {"password": SECRET}}}, "webserver.defaultUser.password", "first_user_password"),
    "registry": ({**LOCAL, "registry": {"connection": {"pass": SECRET}}}, "registry.connection.pass", "airflow_secrets_registries"),
    "variable": ({**LOCAL, "env": [{"name": "ACME_PASSWORD", "value": SECRET}]}, "env", "ACME_PASSWORD"),
    "variable_of_a_component": ({**LOCAL, "scheduler": {"env": [{"name": "ACME_TOKEN", "value": SECRET}]}}, "scheduler.env", "ACME_TOKEN"),
    "connection": ({**LOCAL, "env": [{"name": "AIRFLOW_CONN_ACME", "value": URL}]}, "env", "AIRFLOW_CONN_ACME"),
    "text_of_variables": ({**LOCAL, "extraEnv": f"- name: ACME_PASSWORD\n  value: {SECRET}\n"}, "extraEnv", "Secret"),
    "extra_secret": ({**LOCAL, "extraSecrets": {"acme": {"stringData": f"password: {SECRET}\n"}}}, "extraSecrets.acme.stringData", "Secret"),
    "container": (
        {**LOCAL, "scheduler": {"extraContainers": [{"name": "a", "image": "b:1", "env": [{"name": "DB_PASSWORD", "value": SECRET}]}]}},
        "scheduler.extraContainers", "Secret"),
    "chart_of_the_community": ({"airflow": {"fernetKey": SECRET, "users": []}}, "airflow.fernetKey", "airflow_secrets_sources.fernet_key"),
    "users_of_the_community": (
        {"airflow": {"users": [{"username": "a", "password": SECRET, "role": "Admin"}]}}, "airflow.users.0.password", "first_user_password"),
    "configuration_of_the_community": (
        {"airflow": {"config": {"AIRFLOW__SMTP__SMTP_PASSWORD": SECRET}, "users": []}}, "airflow.config.AIRFLOW__SMTP__SMTP_PASSWORD", "Secret"),
    "redis_of_the_community": ({"airflow": {"users": []}, "redis": {"password": SECRET}}, "redis.password", "airflow_redis.password_secret"),
}  # fmt: skip


@pytest.mark.parametrize("values, origin, told", HELD.values(), ids=HELD)
def test_a_secret_is_left_out_and_its_place_is_told(values, origin, told, imported):
    found = imported(values)
    assert SECRET not in f"{found.variables} {found.rows} {found.tasks}"
    assert [row for row in found.rows if row.outcome == "dropped" and row.origin.startswith(origin) and told in row.note]
    assert inline_secrets(found.variables.get("values_overrides", {}), {}) == []


def test_the_variables_beside_a_secret_stay(variables):
    values = {**LOCAL, "env": [{"name": "A", "value": "b"}, {"name": "ACME_PASSWORD", "value": SECRET}]}
    assert variables(values)["values_overrides"] == {"env": [{"name": "A", "value": "b"}]}


def test_a_reference_to_a_secret_is_none(variables):
    entry = {"name": "ACME_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "acme", "key": "password"}}}
    assert variables({**LOCAL, "scheduler": {"env": [entry]}})["values_overrides"] == {"scheduler": {"env": [entry]}}


def test_user_and_token_of_a_repository_are_left_out_of_its_url(imported):
    values = {**LOCAL, "dags": {"gitSync": {"enabled": True, "repo": f"https://bot:{SECRET}@git.acme.test/dags.git", "subPath": "dags"}}}
    options = imported(values).variables["dag_delivery"]["git_sync"]
    assert (options["repository"], options["credentials_secret"]) == ("https://git.acme.test/dags.git", "airflow-git-credentials")
    assert any("airflow-git-credentials" in task for task in imported(values).tasks)


def test_a_fernet_key_that_was_held_is_asked_for(variables):
    source = variables({**LOCAL, "fernetKey": SECRET})["secrets_sources"]["fernet_key"]
    assert source == {"kubernetes_secret": {"name": "changeme-fernet-key", "key": "fernet-key"}}
    named = variables({**LOCAL, "fernetKeySecretName": "acme"})["secrets_sources"]["fernet_key"]
    assert named == {"kubernetes_secret": {"name": "acme", "key": "fernet-key"}}
