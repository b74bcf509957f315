# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import inline_secrets as checked
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, WARNING

SECRET = "hunter2correcthorse"
KEY_BLOCK = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}\n-----END OPENSSH PRIVATE KEY-----\n"
URL = f"postgresql://airflow:{SECRET}@db.example.com/airflow"


# What the chart has off as long as nobody switches it on.
ON = {name: {"enabled": True} for name in ("elasticsearch", "flower", "kerberos", "opensearch", "pgbouncer")}
ON["dags"] = {"gitSync": {"enabled": True}}


def inline_secrets(values):
    """:returns: the findings where everything is on, all of them errors."""
    found = checked.inline_secrets(overrides.merged(ON, values), {})
    assert all(finding.severity == ERROR for finding in found)
    return found


def nested(path, value):
    for name in reversed(path):
        value = {name: value}
    return value


# Values, the path that is reported, and words of the remedy.
INLINE = [
    ({"fernetKey": SECRET}, "fernetKey", "fernetKeySecretName"),
    ({"apiSecretKey": SECRET}, "apiSecretKey", "apiSecretKeySecretName"),
    ({"jwtSecret": SECRET}, "jwtSecret", "jwtSecretName"),
    ({"webserverSecretKey": SECRET}, "webserverSecretKey", "apiSecretKeySecretName"),
    ({"data": {"metadataConnection": {"pass": SECRET}}}, "data.metadataConnection.pass", "data.metadataSecretName"),
    (
        {"data": {"resultBackendConnection": {"pass": SECRET}}},
        "data.resultBackendConnection.pass",
        "data.resultBackendSecretName",
    ),
    ({"data": {"brokerUrl": f"redis://:{SECRET}@redis:6379/0"}}, "data.brokerUrl", "data.brokerUrlSecretName"),
    ({"redis": {"password": SECRET}}, "redis.password", "redis.passwordSecretName"),
    ({"flower": {"password": SECRET}}, "flower.password", "flower.secretName"),
    ({"elasticsearch": {"connection": {"pass": SECRET}}}, "elasticsearch.connection.pass", "elasticsearch.secretName"),
    ({"opensearch": {"connection": {"pass": SECRET}}}, "opensearch.connection.pass", "opensearch.secretName"),
    (
        {"elasticsearch": {"connection": {"host": f"https://u:{SECRET}@es"}}},
        "elasticsearch.connection.host",
        "elasticsearch.secretName",
    ),
    ({"registry": {"connection": {"pass": SECRET}}}, "registry.connection.pass", "imagePullSecrets"),
    (
        {"createUserJob": {"defaultUser": {"password": SECRET}}},
        "createUserJob.defaultUser.password",
        "createUserJob.enabled",
    ),
    ({"webserver": {"defaultUser": {"password": SECRET}}}, "webserver.defaultUser.password", "createUserJob.enabled"),
    ({"postgresql": {"auth": {"password": SECRET}}}, "postgresql.auth.password", "postgresql.enabled"),
    ({"kerberos": {"keytabBase64Content": SECRET}}, "kerberos.keytabBase64Content", "kerberos.keytabPath"),
    ({"dags": {"gitSync": {"sshKey": KEY_BLOCK}}}, "dags.gitSync.sshKey", "dags.gitSync.sshKeySecret"),
    (
        {"dags": {"gitSync": {"repo": f"https://u:{SECRET}@git/x.git"}}},
        "dags.gitSync.repo",
        "dags.gitSync.credentialsSecret",
    ),
    (
        {"dags": {"gitSync": {"env": [{"name": "GITSYNC_PASSWORD", "value": SECRET}]}}},
        "dags.gitSync.env.0.value",
        "secret",
    ),
    ({"pgbouncer": {"ssl": {"key": KEY_BLOCK}}}, "pgbouncer.ssl.key", "pgbouncer.extraVolumes"),
    (
        {"pgbouncer": {"extraIniMetadata": f"user=x password={SECRET}"}},
        "pgbouncer.extraIniMetadata",
        "pgbouncer.configSecretName",
    ),
    ({"pgbouncer": {"extraIni": f"password = {SECRET}"}}, "pgbouncer.extraIni", "pgbouncer.configSecretName"),
    ({"config": {"core": {"fernet_key": SECRET}}}, "config.core.fernet_key", "fernetKeySecretName"),
    (
        {"config": {"database": {"sql_alchemy_conn": URL}}},
        "config.database.sql_alchemy_conn",
        "data.metadataSecretName",
    ),
    (
        {"config": {"celery": {"result_backend": f"db+{URL}"}}},
        "config.celery.result_backend",
        "data.resultBackendSecretName",
    ),
    (
        {"config": {"celery": {"broker_url": f"redis://:{SECRET}@r"}}},
        "config.celery.broker_url",
        "data.brokerUrlSecretName",
    ),
    ({"config": {"api_auth": {"jwt_secret": SECRET}}}, "config.api_auth.jwt_secret", "jwtSecretName"),
    ({"config": {"smtp": {"smtp_password": SECRET}}}, "config.smtp.smtp_password", "AIRFLOW__SMTP__SMTP_PASSWORD"),
    ({"config": {"smtp": {"smtp_password": 12345}}}, "config.smtp.smtp_password", "AIRFLOW__SMTP__SMTP_PASSWORD"),
    (
        {"config": {"secrets": {"backend_kwargs": json.dumps({"url": "https://vault", "token": SECRET})}}},
        "config.secrets.backend_kwargs",
        "AIRFLOW__SECRETS__BACKEND_KWARGS",
    ),
    ({"env": [{"name": "AIRFLOW_CONN_DB", "value": URL}]}, "env.0.value", "secretName"),
    ({"env": [{"name": "AIRFLOW__CORE__FERNET_KEY", "value": SECRET}]}, "env.0.value", "secretName"),
    ({"env": [{"name": "AZURE_CLIENT_SECRET", "value": SECRET}]}, "env.0.value", "secretName"),
    (
        {"workers": {"kubernetes": {"env": [{"name": "API_TOKEN", "value": SECRET}]}}},
        "workers.kubernetes.env.0.value",
        "secretKeyRef",
    ),
    (
        {"scheduler": {"extraContainers": [{"name": "x", "env": [{"name": "A_PASSWORD", "value": SECRET}]}]}},
        "scheduler.extraContainers.0.env.0.value",
        "secretKeyRef",
    ),
    ({"extraEnv": f"- name: AIRFLOW_CONN_DB\n  value: '{URL}'\n"}, "extraEnv", "AIRFLOW_CONN_DB"),
    ({"extraEnv": f"- {{name: API_TOKEN, value: {SECRET}}}\n"}, "extraEnv", "API_TOKEN"),
    (
        {"extraSecrets": {"x": {"stringData": f"anything: {SECRET}\n"}}},
        "extraSecrets.x.stringData",
        "outside of the release",
    ),
    (
        {"extraSecrets": {"x": {"stringData": f"AIRFLOW_CONN_DB: {URL}\n"}}},
        "extraSecrets.x.stringData",
        "outside of the release",
    ),
    (
        {"extraSecrets": {"x": {"stringData": f"key: |\n  {SECRET}\n"}}},
        "extraSecrets.x.stringData",
        "outside of the release",
    ),
    (
        {"extraSecrets": {"{{ .Release.Name }}.x": {"data": f"key: {base64.b64encode(URL.encode()).decode()}\n"}}},
        "extraSecrets.{{ .Release.Name }}.x.data",
        "outside of the release",
    ),
    (
        {"extraSecrets": {"x": {"data": "key: not-base64-text!\n"}}},
        "extraSecrets.x.data",
        "outside of the release",
    ),
    (
        {"extraConfigMaps": {"x": {"data": f"settings.ini: |\n  password = {SECRET}\n"}}},
        "extraConfigMaps.x.data",
        "Secret",
    ),
    ({"apiServer": {"apiServerConfig": f"SECRET_KEY = '{SECRET}'\n"}}, "apiServer.apiServerConfig", "Secret"),
    ({"podTemplate": f"spec:\n  env:\n    - name: DB_PASSWORD\n      value: {SECRET}\n"}, "podTemplate", "DB_PASSWORD"),
    ({"podTemplate": f"# {KEY_BLOCK}"}, "podTemplate", "Secret"),
    (
        {"dagProcessor": {"dagBundleConfigList": [{"kwargs": {"token": SECRET}}]}},
        "dagProcessor.dagBundleConfigList.0.kwargs.token",
        "Secret",
    ),
]


@pytest.mark.parametrize(
    ("values", "path", "remedy"), INLINE, ids=[f"{place}-{case[1]}" for place, case in enumerate(INLINE)]
)
def test_an_inline_secret_is_reported_once_and_never_quoted(values, path, remedy):
    before = copy.deepcopy(values)
    found = inline_secrets(values)
    assert [finding.path for finding in found] == [path]
    assert remedy in found[0].remedy and "plain text" in found[0].problem
    assert SECRET not in str(found[0]) and "12345" not in str(found[0])
    assert values == before


NO_SECRETS = [
    {},
    {
        "fernetKeySecretName": "x",
        "apiSecretKeySecretName": "x",
        "jwtSecretName": "x",
        "data": {"metadataSecretName": "x"},
    },
    {"fernetKey": "", "jwtSecret": None, "data": {"metadataConnection": {"pass": "", "user": "airflow"}}},
    {"data": {"brokerUrl": "redis://redis:6379/0"}},
    {"secret": [{"envName": "AIRFLOW_CONN_DB", "secretName": "connections", "secretKey": "database"}]},
    {
        "env": [
            {"name": "AIRFLOW_CONN_AWS", "value": "aws://"},
            {"name": "AIRFLOW__SMTP__SMTP_PASSWORD_CMD", "value": "cat x"},
        ]
    },
    {
        "extraEnv": "- name: AIRFLOW_CONN_AWS\n"
        '  value: \'{"conn_type": "aws", "extra": {"region_name": "eu-west-1"}}\'\n'
    },
    {"extraEnv": "- name: API_TOKEN\n  valueFrom:\n    secretKeyRef: {name: x, key: token}\n"},
    {"scheduler": {"env": [{"name": "API_TOKEN", "valueFrom": {"secretKeyRef": {"name": "x", "key": "token"}}}]}},
    {"extraSecrets": {"x": {"stringData": 'AIRFLOW_CONN_X: "http://x"\n', "labels": {"token": "x"}}}},
    {"extraSecrets": {"x": {"stringData": "key: {{ .Values.x }}\n", "data": "empty: ''\n"}}},
    {"extraSecrets": {"x": {"data": f"AIRFLOW_CONN_X: {base64.b64encode(b'http://x').decode()}\n"}}},
    {
        "extraConfigMaps": {
            "x": {"data": "AIRFLOW_VAR_ENV: prod\nwebserver_config.py: |\n  SECRET_KEY = os.environ['SECRET_KEY']\n"}
        }
    },
    {"redis": {"passwordSecretName": "x"}, "dags": {"gitSync": {"sshKeySecret": "x", "credentialsSecret": "y"}}},
    {"podAnnotations": {"vault.hashicorp.com/agent-inject-token": "database/creds"}, "labels": {"token": "x"}},
    {"scheduler": {"serviceAccount": {"automountServiceAccountToken": True}}},
    {"priorityClasses": [{"name": "access-token", "value": 1000}]},
    {"pgbouncer": {"ssl": {"ca": "-----BEGIN CERTIFICATE-----\nx\n", "cert": "-----BEGIN CERTIFICATE-----\nx\n"}}},
    {"config": {"secrets": {"backend_kwargs": '{"connections_prefix": "airflow/connections"}'}}},
    {"kerberos": {"keytabPath": "/etc/airflow.keytab"}},
]


@pytest.mark.parametrize("values", NO_SECRETS)
def test_what_names_a_secret_is_none(values):
    assert inline_secrets(values) == []


def test_each_secret_of_a_text_is_reported():
    text = f"- name: A_PASSWORD\n  value: {SECRET}\n- name: B\n  value: x\n- name: AIRFLOW_CONN_C\n  value: {URL}\n"
    told = [str(finding) for finding in inline_secrets({"extraEnv": text})]
    assert len(told) == 2 and "AIRFLOW_CONN_C" in told[0] and "A_PASSWORD" in told[1]


def test_a_name_that_may_be_a_secret_is_not_quoted():
    found = inline_secrets({"extraSecrets": {"x": {"stringData": f"{SECRET}: {SECRET}\n"}}})
    assert [finding.path for finding in found] == ["extraSecrets.x.stringData"] and SECRET not in str(found[0])


PLACES = [
    ("config", "smtp", "smtp_password"),
    ("redis", "password"),
    ("kwargs", "token"),
    ("fernetKey",),
    ("a", "b", "clientSecret"),
    ("data", "metadataConnection", "pass"),
    ("registry", "connection", "pass"),
]


@given(st.sampled_from(PLACES), st.text(alphabet="ghijklmpqrstuvwxyz-_=+", min_size=8, max_size=40))
def test_any_secret_is_found_and_kept(path, secret):
    found = inline_secrets(nested(path, secret))
    assert [finding.path for finding in found] == [".".join(path)]
    assert secret not in str(found[0])


OFF = [
    ({"createUserJob": {"enabled": False, "defaultUser": {"password": SECRET}}}, "createUserJob.enabled is false"),
    ({"postgresql": {"enabled": False, "auth": {"postgresPassword": SECRET}}}, "postgresql.enabled is false"),
    ({"flower": {"password": SECRET}}, "flower.enabled is false"),
    ({"redis": {"enabled": False, "password": SECRET}}, "redis.enabled is false"),
    ({"executor": "KubernetesExecutor", "redis": {"password": SECRET}}, "there are no Celery workers"),
    ({"redis": {"passwordSecretName": "a", "password": SECRET}}, "redis.passwordSecretName names the Secret"),
    ({"elasticsearch": {"connection": {"pass": SECRET}}}, "elasticsearch.enabled is false"),
    ({"pgbouncer": {"ssl": {"key": KEY_BLOCK}}}, "pgbouncer.enabled is false"),
    ({"dags": {"gitSync": {"sshKey": KEY_BLOCK}}}, "dags.gitSync.enabled is false"),
    (
        {"dags": {"gitSync": {"enabled": True, "sshKeySecret": "a", "sshKey": KEY_BLOCK}}},
        "dags.gitSync.sshKeySecret names the Secret",
    ),
    ({"data": {"metadataSecretName": "a", "metadataConnection": {"pass": SECRET}}}, "data.metadataSecretName names"),
    ({"data": {"brokerUrlSecretName": "a", "brokerUrl": f"redis://:{SECRET}@r"}}, "data.brokerUrlSecretName names"),
    ({"fernetKeySecretName": "a", "fernetKey": SECRET}, "fernetKeySecretName names"),
    ({"triggerer": {"enabled": False, "env": [{"name": "A_TOKEN", "value": SECRET}]}}, "triggerer.enabled is false"),
]


@pytest.mark.parametrize(("values", "why"), OFF, ids=[case[1] for case in OFF])
def test_what_the_chart_does_not_render_is_doubtful_and_is_to_be_removed(values, why):
    (found,) = checked.inline_secrets(values, {})
    assert found.severity == WARNING and found.remedy.startswith("Remove it: ") and why in found.remedy
    assert SECRET not in str(found)


def test_an_option_that_a_secret_beats_is_rendered_all_the_same():
    values = {"apiSecretKeySecretName": "a", "config": {"webserver": {"secret_key": SECRET}}}
    (found,) = inline_secrets(values)
    assert found.remedy == "Remove it: apiSecretKeySecretName names the Secret that is read in its place"


DEFAULTS = {
    "createUserJob": {"enabled": True, "defaultUser": {"password": "admin"}},
    "data": {"metadataConnection": {"pass": "postgres"}, "metadataSecretName": None},
    "redis": {"password": None},
}


def test_the_chart_s_own_passwords_are_no_secrets():
    assert checked.inline_secrets(copy.deepcopy(DEFAULTS), {"defaults": DEFAULTS}) == []
    other = overrides.merged(DEFAULTS, {"createUserJob": {"defaultUser": {"password": SECRET}}})
    (found,) = checked.inline_secrets(other, {"defaults": DEFAULTS})
    assert (found.path, found.severity) == ("createUserJob.defaultUser.password", ERROR)


@pytest.mark.parametrize(("values", "paths"), [
    ({}, ["createUserJob.enabled", "data.metadataSecretName"]),
    (DEFAULTS, ["createUserJob.enabled", "data.metadataSecretName"]),
    ({"createUserJob": {"enabled": False}, "data": {"metadataSecretName": "a"}}, []),
    ({"createUserJob": {"enabled": False}, "data": {"metadataConnection": {"pass": SECRET}}}, []),
    ({"createUserJob": {"defaultUser": {"password": SECRET}}, "data": {"metadataSecretName": "a"}}, []),
])
def test_the_chart_s_own_passwords_are_refused_where_it_uses_them(values, paths):
    assert [finding.path for finding in checked.default_passwords(values, {"defaults": DEFAULTS})] == paths
    assert checked.default_passwords(values, {}) == []
