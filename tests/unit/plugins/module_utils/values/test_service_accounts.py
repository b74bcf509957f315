# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.compiler import SpecificationError
from ansible_collections.windrose.airflow.plugins.module_utils._values.service_accounts import accounts

ELSEWHERE = {"service_account_source": "prerequisites"}
ROLE, TASKS = "arn:aws:iam::111122223333:role/airflow", "arn:aws:iam::111122223333:role/tasks"
ARN = "eks.amazonaws.com/role-arn"
BOTH = "CeleryExecutor,KubernetesExecutor"
GPU = {"worker_profiles": [{"name": "gpu", "service_account": "gpu"}]}


def purposes(specification):
    """:returns: {name of the account without its prefix: purposes}, of accounts that have any."""
    found = accounts({**ELSEWHERE, **specification})
    return {account["name"].removeprefix("airflow-"): account["purposes"] for account in found if account["purposes"]}


OPERATOR = {"enabled": True}
XCOM = {"enabled": True, "xcom": True}


@pytest.mark.parametrize(
    ("specification", "asked", "wanted"),
    [
        ({}, {}, {"scheduler": ["executor"], "api-server": ["log_reader"]}),
        ({"executor": "LocalExecutor"}, {}, {}),
        ({"executor": "CeleryExecutor"}, {}, {}),
        ({"executor": BOTH}, {}, {"scheduler": ["executor"], "api-server": ["log_reader"]}),
        ({}, {"xcom": True}, {"scheduler": ["executor"], "api-server": ["log_reader"]}),
        (
            {}, OPERATOR,
            {
                "scheduler": ["executor"], "api-server": ["log_reader"], "worker-kubernetes": ["pod_operator"],
                "triggerer": ["deferred_pod_operator"],
            },
        ),
        (
            {"executor": "LocalExecutor"}, XCOM,
            {"scheduler": ["pod_operator", "pod_operator_xcom"], "triggerer": ["deferred_pod_operator"]},
        ),
        (
            {"executor": "CeleryExecutor"}, OPERATOR,
            {"worker": ["pod_operator"], "triggerer": ["deferred_pod_operator"]},
        ),
        (
            {"executor": BOTH, **GPU}, XCOM,
            {
                "scheduler": ["executor"], "api-server": ["log_reader"], "triggerer": ["deferred_pod_operator"],
                "worker": ["pod_operator", "pod_operator_xcom"],
                "worker-kubernetes": ["pod_operator", "pod_operator_xcom"], "gpu": ["pod_operator", "pod_operator_xcom"],
            },
        ),
    ],
)  # fmt: skip
def test_what_pods_ask_of_the_cluster(specification, asked, wanted):
    assert purposes({**specification, "pod_operator": asked}) == wanted


def by_name(specification):
    return {account["name"]: account for account in accounts(specification)}


@pytest.mark.parametrize("source", ["chart", "prerequisites"])
def test_the_identity_is_that_of_the_component(source):
    identity = {"provider": "aws_irsa", "principal": ROLE, "principals": {"worker": TASKS}}
    found = by_name({"service_account_source": source, "identity": identity, **GPU})
    annotated = {name: account["annotations"] for name, account in found.items() if account["annotations"]}
    components = ("airflow-scheduler", "airflow-api-server", "airflow-triggerer", "airflow-dag-processor")
    assert annotated == {**dict.fromkeys(components, {ARN: ROLE}), "airflow-worker-kubernetes": {ARN: TASKS}}


def test_the_account_of_a_profile_gets_its_identity_from_whoever_knows_it():
    identity = {"provider": "aws_irsa", "principal": ROLE}
    profiles = [{"name": "small", "default": True, "service_account": "tasks"}]
    found = by_name({**ELSEWHERE, "identity": identity, "worker_profiles": profiles})
    assert "airflow-worker-kubernetes" not in found
    assert (found["tasks"]["components"], found["tasks"]["annotations"]) == (["worker"], {})


def test_an_account_that_two_share_is_there_once():
    shared = by_name({"executor": BOTH})["airflow-worker"]
    assert shared["components"] == ["celery_worker", "worker"]


def test_nothing_is_granted_to_the_account_of_the_namespace():
    profiles = [{"name": "small", "default": True, "service_account": "default"}]
    specification = {**ELSEWHERE, "worker_profiles": profiles, "pod_operator": OPERATOR}
    assert "default" not in {account["name"] for account in accounts(specification)}


def test_without_task_pods_profiles_have_no_accounts():
    assert "gpu" not in by_name({"executor": "CeleryExecutor", **GPU})


@pytest.mark.parametrize("executor", ["CeleryExecutor", "LocalExecutor"])
def test_the_account_of_a_profile_may_be_for_pods_that_tasks_start(executor):
    account = by_name({"executor": executor, **GPU, "pod_operator": XCOM})["gpu"]
    assert (account["components"], account["purposes"]) == (["pod_operator"], [])


@pytest.mark.parametrize(
    "specification",
    [{"identity": {"provider": "aws_irsa", "principal": "airflow"}}, {"executor": "Local"}, {"identity": []}],
)
def test_what_cannot_be_right_is_refused(specification):
    with pytest.raises(SpecificationError):
        accounts(specification)
