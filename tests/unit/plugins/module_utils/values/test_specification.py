# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import Specification, named


def read(**raw):
    specification, findings = Specification.read(raw, compiler.VARIABLES)
    assert findings == []
    return specification


def test_every_variable_is_there():
    specification = read()
    assert all(specification[name] is not None for name in compiler.VARIABLES)


def test_names_of_variables():
    assert (named("url"), named("components", "scheduler", "replicas")) == (
        "airflow_url",
        "airflow_components.scheduler.replicas",
    )


def test_a_default_may_be_made_of_another_variable():
    assert read(release_name="af")["database_secret_name"] == "af-metadata"
    assert read(release_name="af", database_secret_name="mine")["database_secret_name"] == "mine"


def test_what_is_not_declared_is_not_this_matter():
    assert read(kubeconfig="{{ anything }}", expected_cluster={"uid": None}).release == "airflow"


@pytest.mark.parametrize(
    ("executor", "celery", "task_pods"),
    [
        ("KubernetesExecutor", False, True),
        ("LocalExecutor", False, False),
        ("CeleryExecutor", True, False),
        ("CeleryExecutor,KubernetesExecutor", True, True),
    ],
)
def test_executors(executor, celery, task_pods):
    specification = read(executor=executor)
    assert (specification.has_celery, specification.has_task_pods) == (celery, task_pods)


def test_a_version_is_numbers():
    assert read(version="3.10.2").version == (3, 10, 2)


@pytest.mark.parametrize(
    ("platform", "constraints", "chooses"),
    [
        ("kubernetes", "restricted-v2", False),
        ("openshift", "restricted-v2", True),
        ("openshift", "nonroot-v2", False),
    ],
)
def test_who_chooses_user_ids(platform, constraints, chooses):
    assert read(platform=platform, openshift_scc=constraints).cluster_chooses_ids == chooses


def test_the_chart_makes_accounts_unless_the_prerequisites_do():
    sources = (None, "chart", "prerequisites")
    assert [read(service_account_source=source).chart_makes_accounts for source in sources] == [True, True, False]
