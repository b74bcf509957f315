# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

REPOSITORY = "https://git.example.com/dags.git"
SECRET = {"name": "connections", "key": "git"}


def bundle(name, connection_id, secret):
    return {"name": name, "repository": REPOSITORY, "connection_id": connection_id, "connection_secret": secret}


def test_bundles_and_logs_share_one_list(compiled):
    values = compiled(
        dag_bundles=[bundle("a", "git", SECRET), bundle("b", "git", SECRET)],
        logs={"store": "s3", "url": "s3://bucket", "connection_secret": {"name": "connections", "key": "logs"}},
    )
    assert values["secret"] == [
        {"envName": "AIRFLOW_CONN_GIT", "secretName": "connections", "secretKey": "git"},
        {"envName": "AIRFLOW_CONN_AIRFLOW_LOGS", "secretName": "connections", "secretKey": "logs"},
    ]


def test_one_connection_has_one_definition(refused):
    other = {"name": "other", "key": "git"}
    # Names of environment variables know no small letters.
    assert list(refused(dag_bundles=[bundle("a", "git", SECRET), bundle("b", "Git", other)])) == [
        "airflow_dag_bundles[b].connection_secret"
    ]


def test_the_connection_of_the_logs_is_not_to_be_had(refused):
    found = refused(
        dag_bundles=[bundle("a", "airflow_logs", SECRET)],
        logs={"store": "gcs", "url": "gs://bucket"}, identity={"provider": "gcp_workload_identity"},
    )  # fmt: skip
    assert list(found) == ["airflow_logs.store"]


def test_no_connection_unless_it_is_needed(compiled):
    values = compiled(dag_bundles=[{"name": "a", "repository": REPOSITORY, "connection_id": "git"}])
    assert "secret" not in values and "env" not in values
