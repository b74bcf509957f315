# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

IDENTITIES = {
    "s3": {"provider": "aws_irsa", "principal": "arn:aws:iam::111122223333:role/airflow"},
    "gcs": {"provider": "gcp_workload_identity"},
    "azure_blob": {"provider": "azure_workload_identity", "principal": "11111111-2222-3333-4444-555555555555"},
}
URLS = {
    "s3": "s3://bucket/logs/prod",
    "gcs": "gs://bucket/logs",
    "azure_blob": "https://account.blob.core.windows.net/airflow-logs/prod",
}
DEFINITIONS = {
    "s3": {"conn_type": "aws"},
    "gcs": {"conn_type": "google_cloud_platform"},
    "azure_blob": {"conn_type": "wasb", "host": "https://account.blob.core.windows.net"},
}
FOLDERS = {**URLS, "azure_blob": "wasb://prod"}
SECRET = {"name": "logs", "key": "connection"}


def remote(store, **options):
    return {"logs": {"store": store, "url": URLS[store], **options}}


@pytest.mark.parametrize("store", URLS)
def test_with_the_identity_of_the_pod(compiled, store):
    values = compiled(**remote(store), identity=IDENTITIES[store])
    assert values.at("config.logging") == {
        "remote_logging": "True", "remote_base_log_folder": FOLDERS[store], "remote_log_conn_id": "airflow_logs",
    }  # fmt: skip
    [variable] = values["env"]
    assert (variable["name"], json.loads(variable["value"])) == ("AIRFLOW_CONN_AIRFLOW_LOGS", DEFINITIONS[store])
    assert "secret" not in values


@pytest.mark.parametrize("store", URLS)
def test_with_a_connection_from_a_secret(compiled, store):
    values = compiled(**remote(store, connection_secret=SECRET))
    assert values["secret"] == [
        {"envName": "AIRFLOW_CONN_AIRFLOW_LOGS", "secretName": "logs", "secretKey": "connection"}
    ]
    assert "env" not in values


@pytest.mark.parametrize(("path", "folder"), [("", "wasb://"), ("/a/b", "wasb://a/b")])
def test_the_container_of_azure_has_an_option_of_its_own(compiled, path, folder):
    url = f"https://account.blob.core.windows.net/airflow-logs{path}"
    config = compiled(logs={"store": "azure_blob", "url": url, "connection_secret": SECRET})["config"]
    assert config["azure_remote_logging"] == {"remote_wasb_log_container": "airflow-logs"}
    assert config["logging"]["remote_base_log_folder"] == folder


@pytest.mark.parametrize("specification", [{"logs_claim_enabled": True}, {"logs": {"store": "claim"}}])
def test_a_claim(compiled, specification):
    values = compiled(release_name="af", **specification)
    assert values["logs"] == {"persistence": {"enabled": True, "existingClaim": "af-logs"}}


def test_nowhere_by_default(compiled):
    values = compiled()
    assert values == compiled(logs={"store": "none"})
    assert "logs" not in values and values.at("config.logging") is None


@pytest.mark.parametrize(
    ("specification", "variables"),
    [
        ({"logs": {"store": "s3", "connection_secret": SECRET}}, {"url"}),
        ({"logs": {"store": "s3"}}, {"url", "connection_secret"}),
        ({"logs": {"store": "s3", "url": "gs://bucket", "connection_secret": SECRET}}, {"url"}),
        ({"logs": {"store": "gcs", "url": "s3://bucket", "connection_secret": SECRET}}, {"url"}),
        ({"logs": {"store": "azure_blob", "url": "wasb://logs", "connection_secret": SECRET}}, {"url"}),
        (remote("s3"), {"connection_secret"}),
        ({**remote("s3"), "identity": IDENTITIES["gcs"]}, {"connection_secret"}),
        ({"logs": {"url": URLS["s3"]}}, {"url"}),
        ({"logs": {"store": "claim", "connection_secret": SECRET}}, {"connection_secret"}),
        ({**remote("s3", connection_secret=SECRET), "logs_claim_enabled": True}, {"store"}),
        ({"logs": {"store": "none"}, "logs_claim_enabled": True}, {"store"}),
    ],
)
def test_what_cannot_work_is_refused(refused, specification, variables):
    assert set(refused(**specification)) == {f"airflow_logs.{name}" for name in variables}


@pytest.mark.parametrize(
    ("executor", "users"),
    [
        ("KubernetesExecutor", {"api_server", "triggerer", "worker"}),
        ("CeleryExecutor", {"api_server", "triggerer", "celery_worker"}),
        ("LocalExecutor", {"api_server", "triggerer", "scheduler"}),
    ],
)
def test_whoever_reads_or_writes_logs_needs_an_identity(compiled, refused, executor, users):
    specification = {**remote("s3"), "executor": executor}
    principal = IDENTITIES["s3"]["principal"]
    identity = {"provider": "aws_irsa", "principals": {"dag_processor": principal}}
    assert set(refused(**specification, identity=identity)) == {f"airflow_identity.principals.{user}" for user in users}
    identity["principals"] = dict.fromkeys(users, principal)
    assert compiled(**specification, identity=identity)
