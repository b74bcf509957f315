# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import secret_text

KEY_BLOCK = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n-----END OPENSSH PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("postgresql://airflow:hunter2@db:5432/airflow", secret_text.PASSWORD_URL),
        ("postgresql+psycopg2://airflow:p%40ss@db/airflow?sslmode=require", secret_text.PASSWORD_URL),
        ("jdbc:postgresql://airflow:hunter2@db/airflow", secret_text.PASSWORD_URL),
        ("redis://:hunter2@redis:6379/0", secret_text.PASSWORD_URL),
        ("redis://user:hunter/2@redis:6379/0", secret_text.PASSWORD_URL),
        ("see https://user:hunter2@git.example.com/dags.git there", secret_text.PASSWORD_URL),
        ("aws://AKIA:hunter2@/?region_name=eu-west-1", secret_text.PASSWORD_URL),
        ("aws://?aws_secret_access_key=hunter2&region_name=eu-west-1", secret_text.PASSWORD_URL),
        ("google-cloud-platform://?__extra__=%7B%22keyfile_dict%22%3A%20%22x%22%7D", secret_text.PASSWORD_URL),
        ('{"conn_type": "postgres", "password": "hunter2"}', secret_text.PASSWORD),
        ('{"conn_type": "aws", "extra": {"aws_secret_access_key": "hunter2"}}', secret_text.PASSWORD),
        (json.dumps({"conn_type": "http", "extra": json.dumps({"token": "hunter2"})}), secret_text.PASSWORD),
        ('{"conn_type": "http", "extra": [{"token": "hunter2"}]}', secret_text.PASSWORD),
        ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=hunter2==", secret_text.PASSWORD),
        (KEY_BLOCK, secret_text.PRIVATE_KEY),
        ("-----BEGIN PRIVATE KEY-----", secret_text.PRIVATE_KEY),
        ("ghp_" + "a" * 36, secret_text.ACCESS_TOKEN),
        ("https://glpat-" + "a" * 20 + "@gitlab.example.com/x.git", secret_text.ACCESS_TOKEN),
    ],
)
def test_credentials_are_seen(text, kind):
    assert secret_text.credential_in(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "aws://",
        "http://x",
        '{"conn_type": "aws", "extra": {"region_name": "eu-west-1"}}',
        '{"conn_type": "postgres", "password": ""}',
        "{{ .Values.something }}",
        "postgresql://airflow:{{ .Values.password }}@db/airflow",
        "postgresql://airflow:$(PASSWORD)@db/airflow",
        "postgresql://airflow:${PASSWORD}@db/airflow",
        "postgresql://airflow@db/airflow",
        "https://user:@host/",
        "https://host:8080/path?to=a@b",
        "http://[::1]:8080/a@b",
        "oci://registry.example.com/airflow:3.2.2@sha256:0123",
        "oci://registry.example.com:5000/airflow:3.2.2@sha256:0123",
        "ssh://git@git.example.com:22/dags.git",
        "git@git.example.com:data/dags.git",
        "s3://bucket/a:b@c",
        "arn:aws:iam::111122223333:role/airflow",
        "https://host/?token=",
        "-----BEGIN CERTIFICATE-----",
        '{"broken": ',
        "{" * 5000,
        "",
        None,
        5,
    ],
)
def test_no_credentials_are_invented(text):
    assert secret_text.credential_in(text) is None


@pytest.mark.parametrize(
    ("name", "key", "variable"),
    [
        ("password", True, True),
        ("pass", True, True),
        ("clientSecret", True, True),
        ("accessToken", True, True),
        ("AWS_SECRET_ACCESS_KEY", True, True),
        ("SMTP_PASSWORD_2", False, False),
        ("PASSWORD2", True, True),
        ("SLACK_WEBHOOK_URL", True, True),
        ("sshKeySecret", False, True),
        ("credentialsSecret", False, True),
        ("secretKey", False, True),
        ("FLASK_SECRET_KEY", False, True),
        ("AZURE_CREDENTIALS", False, True),
        ("secretName", False, False),
        ("topologyKey", False, False),
        ("key", False, False),
        ("bypass", False, False),
        ("AWS_ACCESS_KEY_ID", False, False),
        ("TOKEN_FILE", False, False),
    ],
)
def test_names_that_promise_a_secret(name, key, variable):
    assert (secret_text.is_secret_key(name), secret_text.is_secret_variable(name)) == (key, variable)


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("hunter2", True), (" x ", True), (47, True), ("a {{ b }}", True),
        ("", False), ("  ", False), ("{{ .Values.x }}", False), ("$(X)", False), ("true", False), ("None", False),
        ("/var/run/secrets/token", False), (True, False), (None, False), ({}, False), ([], False),
    ],
)  # fmt: skip
def test_literals(value, answer):
    assert secret_text.is_literal(value) is answer


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("smtp_password", "hunter2", True),
        ("smtp_password", 12345, True),
        ("fernet_key", "x", True),
        ("secret_key", "x", True),
        ("jwt_secret", "x", True),
        ("flower_basic_auth", "user:x", True),
        ("sql_alchemy_conn", "postgresql://a:hunter2@db/x", True),
        ("backend_kwargs", '{"url": "https://vault", "token": "hunter2"}', True),
        ("sql_alchemy_conn", "postgresql://a@db/x", False),
        ("backend_kwargs", '{"connections_prefix": "airflow/connections"}', False),
        ("smtp_password_cmd", "cat /run/password", False),
        ("smtp_password_secret", "smtp/password", False),
        ("jwt_secret_cmd", "cat /run/secret", False),
        ("smtp_password", "", False),
        ("smtp_password", "{{ .Values.x }}", False),
        ("ssl_key", "/etc/ssl/key.pem", False),
        ("sentry_dsn", "https://public@sentry.example.com/1", False),
        ("parallelism", 64, False),
    ],
)
def test_options_of_airflow(name, value, found):
    assert bool(secret_text.secret_in_option(name, value)) is found


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("AIRFLOW__SMTP__SMTP_PASSWORD", "hunter2", True),
        ("AIRFLOW__SMTP__SMTP_PASSWORD_CMD", "cat x", False),
        ("AIRFLOW__CORE__PARALLELISM", "64", False),
        ("AIRFLOW_CONN_DB", "postgresql://a:hunter2@db/x", True),
        ("AIRFLOW_CONN_AWS_DEFAULT", "aws://", False),
        ("AIRFLOW_CONN_TOKEN", "http://x", False),
        ("AIRFLOW_VAR_API_KEY", "hunter2", True),
        ("GIT_SYNC_PASSWORD", "hunter2", True),
        ("USE_TOKEN", "true", False),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/var/secrets/key.json", False),
        ("PLAIN", "hunter2", False),
        ("PLAIN", KEY_BLOCK, True),
        (None, "hunter2", False),
    ],
)
def test_environment_variables(name, value, found):
    assert bool(secret_text.secret_in_variable(name, value)) is found


def test_variables_are_found_in_yaml_as_text():
    text = """
- name: PLAIN
  value: 'it is'
{{- if .Values.x }}
- {name: FLOW, value: "a, b"}
- {name: BARE, value: word}
{{- end }}
- name: JSON
  value: >-
    {"a": {"b": 1}}
- name: TEMPLATE
  value: {{ .Values.x | quote }}
- name: REFERENCE
  valueFrom:
    secretKeyRef: {name: other, key: value}
- "name": "QUOTED"
  "value": "x"
"""
    assert secret_text.variables_in(text) == [
        ("PLAIN", "it is"), ("FLOW", "a, b"), ("BARE", "word"), ("JSON", '{"a": {"b": 1}}'),
        ("TEMPLATE", "{{ .Values.x | quote }}"), ("QUOTED", "x"),
    ]  # fmt: skip


def test_entries_are_found_in_a_map_as_text():
    text = (
        "URL: \"http://x\"\nblock: |\n  one\n\n  two\n'with blank': 5\n{{- if .x }}\ntemplate: {{ .y }}\n{{- end }}\n"
    )
    assert secret_text.entries_in(text) == [
        ("URL", "http://x"), ("block", "one\n\n  two"), ("with blank", "5"), ("template", "{{ .y }}"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "quoted", "bare"),
    [
        ('SECRET_KEY = "hunter2"\n', True, True),
        ("OAUTH = [{'remote_app': {'client_secret': 'hunter2'}}]", True, True),
        ('{"password": "hunter2"}', True, True),
        ("password: hunter2\n", False, True),
        ("password = hunter2\n", False, True),
        ('SECRET_KEY = os.environ["SECRET_KEY"]\n', False, False),
        ("client_secret = conf.get('a', 'b')\n", False, False),
        ('password: "{{ .Values.x }}"', False, False),
        ('vault.hashicorp.com/agent-inject-token: "database/creds/airflow"', False, False),
        ("passwordSecretName: hunter2", False, False),
        ("url = 'postgresql://a:hunter2@db/x'", True, True),
    ],
)
def test_files_as_text(text, quoted, bare):
    assert (bool(secret_text.secret_in_text(text)), bool(secret_text.secret_in_text(text, bare=True))) == (quoted, bare)


@given(st.text())
def test_any_text_is_judged(text):
    secret_text.credential_in(text)
    secret_text.secret_in_text(text, bare=True)
    secret_text.variables_in(text)
    secret_text.entries_in(text)


@given(st.text(alphabet="abcdefghijkmnpqrstuvwxyzABCDEFG/:#%+", min_size=1), st.sampled_from(["", "user"]))
def test_any_password_in_a_url_is_seen(password, user):
    assert secret_text.credential_in(f"postgresql://{user}:pw{password}@db.example.com/airflow")


LONG = [
    "a" * 200_000,
    "a." * 100_000,
    "   \n" * 50_000,
    "name: x\n" * 30_000,
    "name: x" + " " * 200_000,
    "a://" * 50_000,
    "{{" * 50_000,
]


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_long_texts_are_read_in_one_go(text):
    # Where a pattern tries each place of a text against the rest of it, this takes minutes.
    assert secret_text.secret_in_text(text, bare=True) is None
    assert {name for name, unused in secret_text.variables_in(text)} == set()
    assert len(secret_text.entries_in(text)) <= 30_000
