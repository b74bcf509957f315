# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

BUNDLE = {"name": "core", "repository": "https://git.example.com/dags.git"}
CLAIM = {"method": "claim", "claim": {"name": "dags"}}


def bundles(**options):
    return {"dag_bundles": [{**BUNDLE, **options}]}


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, {"tracking_ref": "main", "refresh_interval": 60}),
        (
            {"branch": "dev", "subdirectory": "a/b", "refresh_interval": "10", "connection_id": "git_core"},
            {"tracking_ref": "dev", "subdir": "a/b", "refresh_interval": 10, "git_conn_id": "git_core"},
        ),
        (
            {"branch": "", "subdirectory": None, "refresh_interval": None, "connection_id": ""},
            {"tracking_ref": "main", "refresh_interval": 60},
        ),
    ],
)
def test_a_bundle(compiled, options, arguments):
    [bundle] = compiled(**bundles(**options)).at("dagProcessor.dagBundleConfigList")
    assert (bundle["name"], bundle["classpath"]) == ("core", "airflow.providers.git.bundles.git.GitDagBundle")
    assert bundle["kwargs"] == {"repo_url": BUNDLE["repository"], **arguments}


def test_bundles_keep_their_order(compiled):
    entries = [{**BUNDLE, "name": name} for name in ("b", "a", "c")]
    assert [bundle["name"] for bundle in compiled(dag_bundles=entries).at("dagProcessor.dagBundleConfigList")] == [
        "b", "a", "c",
    ]  # fmt: skip


def test_bundles_are_the_method_where_there_are_any(compiled):
    assert compiled(**bundles()) == compiled(**bundles(), dag_delivery={"method": "bundles"})


def test_the_image_is_the_method_where_there_are_none(compiled):
    values = compiled()
    assert values == compiled(dag_delivery={"method": "image"})
    assert (values.at("dagProcessor.dagBundleConfigList"), values.at("dags")) == (None, None)


def test_a_claim(compiled):
    assert compiled(dag_delivery=CLAIM)["dags"] == {
        "persistence": {"enabled": True, "existingClaim": "dags", "accessMode": "ReadWriteMany"},
    }  # fmt: skip
    options = {"name": "dags", "access_mode": "ReadOnlyMany", "sub_path": "prod"}
    assert compiled(dag_delivery={"method": "claim", "claim": options}).at("dags.persistence.subPath") == "prod"


def test_credentials_of_bundles_come_from_secrets(compiled):
    values = compiled(**bundles(connection_id="git_core", connection_secret={"name": "git", "key": "core"}))
    assert values["secret"] == [{"envName": "AIRFLOW_CONN_GIT_CORE", "secretName": "git", "secretKey": "core"}]


@pytest.mark.parametrize(
    ("specification", "variable"),
    [
        ({"dag_bundles": [BUNDLE, BUNDLE]}, "airflow_dag_bundles"),
        ({"dag_bundles": [{"name": "core"}]}, "airflow_dag_bundles[0].repository"),
        (bundles(refresh_interval=1_000_000), "airflow_dag_bundles[0].refresh_interval"),
        (bundles(connection_secret={"name": "git", "key": "core"}), "airflow_dag_bundles[0].connection_id"),
        (bundles(connection_id="x", connection_secret={"name": "git"}), "airflow_dag_bundles[0].connection_secret.key"),
        ({**bundles(), "dag_delivery": CLAIM}, "airflow_dag_delivery.method"),
        ({"dag_delivery": {"method": "bundles"}}, "airflow_dag_delivery.method"),
        ({"dag_delivery": {"method": "claim"}}, "airflow_dag_delivery.claim.name"),
        ({"dag_delivery": {"claim": {"name": "dags"}}}, "airflow_dag_delivery.claim"),
        ({"dag_delivery": {"git_sync": {"repository": BUNDLE["repository"]}}}, "airflow_dag_delivery.git_sync"),
        ({"dag_delivery": {"method": "gitsync"}}, "airflow_dag_delivery.method"),
    ],
)
def test_what_cannot_work_is_refused(refused, specification, variable):
    assert list(refused(**specification)) == [variable]
