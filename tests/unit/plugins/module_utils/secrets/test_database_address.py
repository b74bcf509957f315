# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._secrets.database_address import address_in

VERSION = ["uid-1", "7"]


def secret(text, key="connection"):
    """:returns: a Secret with a text under one key."""
    metadata = {"name": "airflow-metadata", "namespace": "airflow", "uid": VERSION[0], "resourceVersion": VERSION[1]}
    return {"metadata": metadata, "data": {key: base64.b64encode(text.encode()).decode()}}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://airflow:secret@db.acme.io:5433/airflow", ["db.acme.io:5433", "airflow"]),
        ("postgresql+psycopg2://airflow:secret@DB.acme.io/airflow?sslmode=require", ["db.acme.io:5432", "airflow"]),
        ("postgresql://db.acme.io/airflow", ["db.acme.io:5432", "airflow"]),
        ("postgresql://airflow:secret@db.acme.io", ["db.acme.io:5432", ""]),
        ("postgresql://airflow:secret@db.acme.io/?sslmode=require", ["db.acme.io:5432", ""]),
        ("postgresql://airflow:s/ec?r#et@db.acme.io/airflow", ["db.acme.io:5432", "airflow"]),
        ("postgresql://airflow:s@cret@db.acme.io/airflow", ["db.acme.io:5432", "airflow"]),
        ("postgresql://airflow:secret@one:5432,two:5433/airflow", ["one:5432", "two:5433", "airflow"]),
        ("postgresql://airflow:secret@[fd00::1]:5432/airflow\n", ["fd00::1:5432", "airflow"]),
        ("mysql+mysqldb://airflow:secret@db/airflow", ["db:3306", "airflow"]),
        # These name no host, or none for certain.
        ("postgresql://airflow:secret@/airflow?host=/cloudsql/project:region:instance", VERSION),
        ("sqlite:////tmp/airflow.db", VERSION),
        ("postgresql://airflow:secret@db/airflow?options=a@b", VERSION),
    ],
)
def test_host_port_and_database_are_read_and_nothing_else(url, address):
    assert address_in(secret(url), "connection") == address


@pytest.mark.parametrize("content", [secret(""), secret(" "), secret("postgresql://db/x", "other"), {"metadata": secret("")["metadata"]}])
def test_a_key_without_a_url_is_refused_by_its_name(content):
    with pytest.raises(DefinitionError, match=r"Secret airflow/airflow-metadata: its key connection is missing or empty"):
        address_in(content, "connection")
