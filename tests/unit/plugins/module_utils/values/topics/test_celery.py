# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

CELERY = {"executor": "CeleryExecutor"}


def test_broker_and_results_come_from_secrets(compiled):
    values = compiled(**CELERY, broker_secret_name="broker", result_backend_secret_name="results")
    assert values["data"]["brokerUrlSecretName"] == "broker"
    assert values["data"]["resultBackendSecretName"] == "results"


def test_results_are_in_the_metadata_database_by_default(compiled):
    assert compiled(**CELERY).at("data.resultBackendSecretName") is None


def test_without_celery_there_are_no_results(compiled):
    assert compiled(result_backend_secret_name="results").at("data.resultBackendSecretName") is None


def test_redis_and_flower(compiled):
    values = compiled(
        **CELERY, redis={"enabled": True, "password_secret": "redis", "image": {"tag": "8"}},
        flower={"enabled": True, "credentials_secret": "flower"},
    )  # fmt: skip
    assert (values["redis"]["enabled"], values["redis"]["passwordSecretName"]) == (True, "redis")
    assert values["images"]["redis"]["tag"] == "8"
    assert values["flower"] == {"enabled": True, "secretName": "flower"}


@pytest.mark.parametrize(("name", "secret"), [("redis", "password_secret"), ("flower", "credentials_secret")])
def test_they_are_for_celery_and_need_a_secret(refused, name, secret):
    assert set(refused(**{name: {"enabled": True}})) == {f"airflow_{name}.enabled", f"airflow_{name}.{secret}"}


def test_they_are_off_by_default(compiled):
    values = compiled(**CELERY)
    assert (values.at("redis.enabled"), values.at("flower")) == (False, None)
