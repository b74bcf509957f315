# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.addresses import addresses, contacted
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import Row

S3 = {"store": "s3", "url": "s3://acme-logs/airflow"}
HOST = "acme-logs.s3.amazonaws.com"
LOGIN = {"method": "openid_connect", "openid_connect": {"issuer": "https://login.acme.test:8443/realms/a", "client_id": "a"}}
EXTERNAL = {"airflow_database_mode": "external"}
SECRET = "address in Secret airflow-metadata: connection"


def judged(variables, declared=()):
    environment = Environment(variables)
    return addresses(contacted(environment), environment.has_own_database, list(declared))


@pytest.mark.parametrize(
    ("variables", "row"),
    [
        ({}, Row(SECRET, "airflow_database_secret_name", "PostgreSQL of the role airflow_database", "real")),
        (EXTERNAL, Row(SECRET, "airflow_database_secret_name", "PostgreSQL of the local cluster", "simulated")),
        ({"airflow_executor": "CeleryExecutor", "airflow_broker_secret_name": "broker", "airflow_redis": {"enabled": False}},
         Row("address in Secret broker: connection", "airflow_broker_secret_name", "nothing", "not checked")),
        ({"airflow_logs": S3, "declared": [{"host": HOST}]},
         Row(f"address {HOST}:443", "airflow_logs.url", "a bucket of the local gateway for S3", "simulated")),
        ({"airflow_logs": S3}, Row(f"address {HOST}:443", "airflow_logs.url", "nothing", "not checked")),
        ({"airflow_auth": LOGIN}, Row("address login.acme.test:8443", "airflow_auth.openid_connect.issuer", "nothing", "not checked")),
    ])  # fmt: skip
def test_what_there_is_at_an_address(variables, row):
    assert row in judged(variables, variables.get("declared", ()))[0]


def test_what_a_secret_leads_to_is_declared_with_the_secret():
    assert judged(EXTERNAL)[1] == []


def test_repositories_are_another_rule_s():
    bundle = {"name": "team", "repository": "https://git.acme.test/dags.git"}
    assert not [row for row in judged({"airflow_dag_bundles": [bundle]})[0] if "git.acme.test" in row.what]


def test_a_declared_host_is_not_found_and_the_port_is_that_of_https_by_default():
    assert judged({"airflow_logs": S3}, [{"host": HOST}])[1] == []
    assert judged({"airflow_auth": LOGIN}, [{"host": "login.acme.test", "port": 8443}])[1] == []


def test_a_host_that_is_not_declared_is_found():
    (finding, unused) = judged({"airflow_auth": LOGIN}, [{"host": "login.acme.test"}])[1]
    assert (finding.code, finding.subject) == ("WR401", "address login.acme.test:8443")
    assert finding.problem == "airflow_auth.openid_connect.issuer leads to it, and it is not declared."
    assert "airflow_rehearsal_addresses" in finding.remedy and unused.problem == "login.acme.test:443 is declared, and nothing asks for it."
