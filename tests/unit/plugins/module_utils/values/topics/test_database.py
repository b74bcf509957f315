# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


def test_the_secret_is_named_after_the_release(compiled):
    assert compiled(release_name="af").at("data.metadataSecretName") == "af-metadata"
    assert compiled(database_secret_name="mine").at("data.metadataSecretName") == "mine"


def test_no_database_of_the_chart(compiled):
    assert compiled().at("postgresql.enabled") is False


def test_pgbouncer_is_off_unless_asked_for(compiled):
    assert compiled().at("pgbouncer") is None
    assert compiled(pgbouncer={"replicas": 3}).at("pgbouncer") is None


def test_pgbouncer(compiled):
    values = compiled(
        pgbouncer={
            "enabled": "yes", "replicas": 3, "config_secret": "config", "stats_secret": "stats",
            "stats_secret_key": "url",
            "image": {"repository": "r.example.com/pgbouncer"}, "exporter_image": {"tag": "2"},
        },
    )  # fmt: skip
    pgbouncer = values["pgbouncer"]
    assert (pgbouncer["enabled"], pgbouncer["replicas"], pgbouncer["configSecretName"]) == (True, 3, "config")
    assert pgbouncer["metricsExporterSidecar"] == {"statsSecretName": "stats", "statsSecretKey": "url"}
    assert values["images"]["pgbouncer"] == {"repository": "r.example.com/pgbouncer", "pullPolicy": "IfNotPresent"}
    assert values["images"]["pgbouncerExporter"] == {"tag": "2", "pullPolicy": "IfNotPresent"}


def test_one_pgbouncer_may_restart_by_default(compiled):
    assert compiled(pgbouncer={"enabled": True}).at("pgbouncer.replicas") == 2
