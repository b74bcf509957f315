# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.core import EXECUTORS


def test_version_executor_and_image_reach_the_chart(compiled):
    values = compiled(
        version="3.1.8", executor="LocalExecutor", image_repository="r.example.com/a", image_tag="7",
        image_pull_policy="Always", image_pull_secrets=[{"name": "one"}, {"name": "two"}, {"name": "one"}],
    )  # fmt: skip
    assert (values["airflowVersion"], values["executor"]) == ("3.1.8", "LocalExecutor")
    assert (values["defaultAirflowRepository"], values["defaultAirflowTag"]) == ("r.example.com/a", "7")
    assert {image["pullPolicy"] for image in values["images"].values()} == {"Always"}
    assert values["imagePullSecrets"] == [{"name": "one"}, {"name": "two"}]


def test_the_tag_follows_the_version(compiled):
    assert compiled(version="3.1.8")["defaultAirflowTag"] == "3.1.8"


@pytest.mark.parametrize("version", ["2.10.5", "1.10.15", "4.0.0"])
def test_an_unknown_version_is_refused(refused, version):
    assert refused(version=version) == {"airflow_version": "it is not a supported version"}


@pytest.mark.parametrize("version", ["2.11.0", "2.11.2", "3.0.0", "3.2.2"])
def test_a_known_version_is_taken(compiled, version):
    assert compiled(version=version)["airflowVersion"] == version


@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_executor_is_taken_by_airflow_2(compiled, executor):
    assert compiled(version="2.11.0", executor=executor)["executor"] == executor


def test_airflow_3_has_no_celery_kubernetes_executor(refused):
    assert list(refused(executor="CeleryKubernetesExecutor")) == ["airflow_executor"]
