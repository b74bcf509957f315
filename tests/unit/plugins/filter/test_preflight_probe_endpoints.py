# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime

from ansible_collections.windrose.airflow.plugins.filter.preflight_probe_endpoints import FilterModule, preflight_probe_endpoints


class Tagged(str):
    """A text as ansible-core hands it to filters."""


def test_the_addresses_of_a_cluster_are_named():
    found = preflight_probe_endpoints({
        "airflow_release_name": Tagged("etl"), "airflow_dag_bundles": [{"name": "dags", "repository": Tagged("git@git.acme.io:dags")}]})
    assert found == [
        {
            "name": "airflow_database_secret_name", "secret": {"name": "etl-metadata", "key": "connection"}, "is_http": False,
            "is_connection": False},
        {"name": "airflow_dag_bundles[0].repository", "host": "git.acme.io", "port": 22, "is_http": False, "is_connection": False},
    ]  # fmt: skip


def test_what_cannot_be_read_is_passed_over():
    found = preflight_probe_endpoints({"airflow_logs": "nowhere", "airflow_dag_bundles": 7, "airflow_other": datetime.date(2026, 1, 1)})
    assert [endpoint["name"] for endpoint in found] == ["airflow_database_secret_name"]


def test_it_has_the_name_that_templates_call_it_by():
    assert FilterModule().filters() == {"preflight_probe_endpoints": preflight_probe_endpoints}
