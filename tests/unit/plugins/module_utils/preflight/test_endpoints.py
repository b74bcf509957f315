# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses a specification leads to."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.endpoints import endpoints

SECRET_FIELDS = {"is_http": False, "is_connection": False}


def in_secret(variable, name):
    return {"name": variable, "secret": {"name": name, "key": "connection"}, **SECRET_FIELDS}


def at(variable, host, port, is_http=False, **fields):
    return {"name": variable, "host": host, "port": port, "is_http": is_http, "is_connection": False, **fields}


DATABASE = in_secret("airflow_database_secret_name", "airflow-metadata")
CELERY = {"airflow_executor": "CeleryExecutor"}
REPOSITORY = "airflow_dag_bundles[0].repository"
GIT_SYNC = "airflow_dag_delivery.git_sync.repository"
BUCKET = {"store": "s3", "url": "s3://logs.acme.io/airflow"}
STORE = {"name": "store", "key": "connection"}


def bundles(*repositories):
    return {"airflow_dag_bundles": [{"name": f"dags{place}", "repository": url} for place, url in enumerate(repositories)]}


def git_sync(repository):
    return {"airflow_dag_delivery": {"method": "git_sync", "git_sync": {"repository": repository}}}


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, [DATABASE]),
        ({"airflow_database_mode": "external"}, [DATABASE]),
        ({"airflow_release_name": "etl"}, [in_secret("airflow_database_secret_name", "etl-metadata")]),
        ({"airflow_database_secret_name": "db"}, [in_secret("airflow_database_secret_name", "db")]),
        ({"airflow_database_secret_name": ""}, [DATABASE]),
        ({"airflow_database_secret_name": "db", "airflow_database_migration_secret_name": "db"}, [
            in_secret("airflow_database_secret_name", "db")]),
        ({"airflow_database_migration_secret_name": "owner"}, [
            DATABASE, in_secret("airflow_database_migration_secret_name", "owner")]),
        # The Secret of the database leads to PgBouncer, which comes with the release.
        ({"airflow_pgbouncer": {"enabled": True}, "airflow_database_migration_secret_name": "direct"}, [
            in_secret("airflow_database_migration_secret_name", "direct")]),
        ({"airflow_pgbouncer": {"enabled": True}}, []),
    ],
)  # fmt: skip
def test_databases(variables, found, environment):
    assert endpoints(environment(variables)) == found


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        (CELERY, [in_secret("airflow_broker_secret_name", "airflow-broker-url")]),
        ({**CELERY, "airflow_broker_secret_name": "sentinel"}, [in_secret("airflow_broker_secret_name", "sentinel")]),
        ({"airflow_executor": "CeleryExecutor,KubernetesExecutor"}, [in_secret("airflow_broker_secret_name", "airflow-broker-url")]),
        ({**CELERY, "airflow_result_backend_secret_name": "results"}, [
            in_secret("airflow_broker_secret_name", "airflow-broker-url"),
            in_secret("airflow_result_backend_secret_name", "results")]),
        # Redis of the chart comes with the release.
        ({**CELERY, "airflow_redis": {"enabled": True}}, []),
        ({**CELERY, "airflow_redis": {"enabled": True}, "airflow_result_backend_secret_name": "results"}, [
            in_secret("airflow_result_backend_secret_name", "results")]),
        ({"airflow_executor": "KubernetesExecutor", "airflow_result_backend_secret_name": "results"}, []),
        ({"airflow_executor": "LocalExecutor", "airflow_broker_secret_name": "broker"}, []),
    ],
)  # fmt: skip
def test_queues(variables, found, environment):
    assert endpoints(environment(variables)) == [DATABASE, *found]


def test_results_that_go_through_a_pgbouncer_to_come_are_left_out(environment):
    variables = {
        **CELERY, "airflow_result_backend_secret_name": "results", "airflow_database_migration_secret_name": "owner",
        "airflow_pgbouncer": {"enabled": True}}
    assert [endpoint["name"] for endpoint in endpoints(environment(variables))] == [
        "airflow_database_migration_secret_name", "airflow_broker_secret_name"]


REPOSITORIES = [
    ("https://git.acme.io/data/dags.git", ("git.acme.io", 443, True)),
    ("https://git.acme.io:8443/dags.git", ("git.acme.io", 8443, True)),
    ("http://git.acme.io/dags.git", ("git.acme.io", 80, True)),
    ("ssh://git@git.acme.io/dags.git", ("git.acme.io", 22, False)),
    ("ssh://git@git.acme.io:2222/dags.git", ("git.acme.io", 2222, False)),
    ("ssh://git@[2001:db8::1]:2222/dags.git", ("2001:db8::1", 2222, False)),
    ("git://git.acme.io/dags.git", ("git.acme.io", 9418, False)),
    ("git@git.acme.io:data/dags.git", ("git.acme.io", 22, False)),
    ("git-data@git.acme.io:/srv/dags.git", ("git.acme.io", 22, False)),
    ("file:///srv/dags.git", None),
    ("https://", None),
    ("https:///dags.git", None),
    ("https://git.acme.io:port/dags.git", None),
    ("https://[git/dags.git", None),
    ("no repository", None),
]  # fmt: skip


@pytest.mark.parametrize(("url", "address"), REPOSITORIES)
def test_repositories(url, address, environment):
    for variable, variables in ((REPOSITORY, bundles(url)), (GIT_SYNC, git_sync(url))):
        found = endpoints(environment(variables))
        assert found == [DATABASE, *([at(variable, *address)] if address else [])]


def test_each_bundle_is_an_address_of_its_own(environment):
    found = endpoints(environment(bundles("https://one.acme.io/a.git", "file:///srv/b.git", "git@two.acme.io:c.git")))
    assert found[1:] == [
        at("airflow_dag_bundles[0].repository", "one.acme.io", 443, True), at("airflow_dag_bundles[2].repository", "two.acme.io", 22)]


@pytest.mark.parametrize(
    "delivery",
    [
        {"method": "claim", "claim": {"name": "dags"}}, {"method": "image"}, {},
        # Somebody's repository of another time.
        {"method": "claim", "claim": {"name": "dags"}, "git_sync": {"repository": "https://git.acme.io/dags.git"}},
    ],
)  # fmt: skip
def test_dags_from_elsewhere_need_no_repository(delivery, environment):
    assert endpoints(environment({"airflow_dag_delivery": delivery})) == [DATABASE]


@pytest.mark.parametrize(
    ("logs", "found"),
    [
        (BUCKET, [at("airflow_logs.url", "logs.acme.io.s3.amazonaws.com", 443, True)]),
        ({**BUCKET, "connection_secret": STORE}, [
            at("airflow_logs.url", "logs.acme.io.s3.amazonaws.com", 443, True, secret=STORE, is_connection=True)]),
        ({"store": "gcs", "url": "gs://logs/airflow"}, [at("airflow_logs.url", "storage.googleapis.com", 443, True)]),
        ({"store": "gcs", "url": "gs://logs/airflow", "connection_secret": STORE}, [
            at("airflow_logs.url", "storage.googleapis.com", 443, True)]),
        ({"store": "azure_blob", "url": "https://logs.blob.core.windows.net/airflow"}, [
            at("airflow_logs.url", "logs.blob.core.windows.net", 443, True)]),
        ({"store": "s3"}, []),
        ({"store": "claim"}, []),
        ({"store": "none"}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_log_stores(logs, found, environment):
    assert endpoints(environment({"airflow_logs": logs})) == [DATABASE, *found]


@pytest.mark.parametrize(
    ("method", "provider", "found"),
    [
        ("openid_connect", {"issuer": "https://login.acme.io/realms/data"}, [("issuer", "login.acme.io", 443)]),
        (
            "openid_connect", {"issuer": "https://login.acme.io", "discovery_url": "https://metadata.acme.io:8443/x"},
            [("discovery_url", "metadata.acme.io", 8443)],
        ),
        ("keycloak", {"server_url": "https://keycloak.acme.io"}, [("server_url", "keycloak.acme.io", 443)]),
        ("openid_connect", {}, []),
        ("fab", {}, []),
    ],
)
def test_the_identity_provider(method, provider, found, environment):
    addresses = [at(f"airflow_auth.{method}.{option}", host, port, True) for option, host, port in found]
    auth = {"method": method, **({method: provider} if provider else {})}
    assert endpoints(environment({"airflow_auth": auth})) == [DATABASE, *addresses]


def test_a_claim_for_logs_is_no_address(environment):
    assert endpoints(environment({"airflow_logs_claim_enabled": True})) == [DATABASE]


def test_no_two_endpoints_have_one_name(environment):
    everything = {
        **CELERY, **bundles("https://one.acme.io/a.git", "https://one.acme.io/b.git"), "airflow_logs": BUCKET,
        "airflow_result_backend_secret_name": "results", "airflow_database_migration_secret_name": "owner"}
    names = [endpoint["name"] for endpoint in endpoints(environment(everything))]
    assert len(names) == len(set(names)) == 7
