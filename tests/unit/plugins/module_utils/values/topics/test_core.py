# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.core import EXECUTORS


def test_version_executor_and_image_reach_the_chart(compiled):
    values = compiled(
        version="3.2.1", executor="LocalExecutor", image_repository="r.example.com/a", image_tag="7",
        image_pull_policy="Always", image_pull_secrets=[{"name": "one"}, {"name": "two"}, {"name": "one"}],
    )  # fmt: skip
    assert (values["airflowVersion"], values["executor"]) == ("3.2.1", "LocalExecutor")
    assert (values["defaultAirflowRepository"], values["defaultAirflowTag"]) == ("r.example.com/a", "7")
    assert {image["pullPolicy"] for image in values["images"].values()} == {"Always"}
    assert values["imagePullSecrets"] == [{"name": "one"}, {"name": "two"}]


def test_the_tag_follows_the_version(compiled):
    assert compiled(version="3.2.1")["defaultAirflowTag"] == "3.2.1"


@pytest.mark.parametrize(("version", "problem"), [
    ("2.11.0", "Airflow 2 reached its end of life"), ("1.10.15", "Airflow 1 reached its end of life"),
    ("3.1.8", "Airflow 3.1 is older"), ("3.4.0", "Airflow 3.4 is newer"), ("4.0.0", "Airflow 4.0 is newer"),
])
def test_another_version_is_refused(refused, version, problem):
    (found,) = refused(version=version).items()
    assert found[0] == "airflow_version" and problem in found[1]


@pytest.mark.parametrize("version", ["3.3", "2.x", "latest", "v3.3.2", "3.3.2rc1", 3.3])
def test_what_is_no_version_is_refused(refused, version):
    assert list(refused(version=version)) == ["airflow_version"]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("version", airflow_versions.TRIED)
def test_every_executor_is_taken_by_every_airflow(compiled, executor, version):
    values = compiled(version=version, executor=executor)
    assert (values["airflowVersion"], values["executor"]) == (version, executor)


@pytest.mark.parametrize("executor", ["CeleryKubernetesExecutor", "LocalKubernetesExecutor", "SequentialExecutor"])
def test_executors_of_airflow_2_are_refused(refused, executor):
    assert list(refused(executor=executor)) == ["airflow_executor"]
