# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import accounts

RBAC = "rbac.authorization.k8s.io/v1"


def binding(make, *names):
    subjects = [{"kind": "ServiceAccount", "name": name, "namespace": "airflow"} for name in names]
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "airflow-pod-launcher-role"}
    return make.plain("RoleBinding", "airflow-pod-launcher", RBAC, subjects=subjects, roleRef=role)


def worker(make, account, name="worker"):
    return make.workload("StatefulSet", "worker", {"serviceAccountName": account}, metadata={"name": f"airflow-{name}"})


def account(make, name):
    return make.plain("ServiceAccount", name)


def test_a_role_that_is_bound_to_another_account_than_that_of_the_pods(make, told):
    """https://github.com/apache/airflow/issues/67261"""
    values = {"workers": {"celery": {"serviceAccount": {"name": "mine"}}}}
    definitions = [make.workload(), worker(make, "mine"), account(make, "mine"), account(make, "airflow-scheduler")]
    found = told(accounts.faults, [*definitions, binding(make, "airflow-scheduler", "airflow-worker")], values)
    (problem,) = found.values()
    assert list(found) == ["workers.celery.serviceAccount.name"]
    assert problem.startswith("error") and "not airflow-worker" in problem and "Write it as workers.serviceAccount.name" in problem
    assert told(accounts.faults, [*definitions, binding(make, "airflow-scheduler", "mine")], values) == {}


def test_a_worker_set_with_an_account_of_its_own_is_doubtful(make, told):
    definitions = [worker(make, "airflow-worker"), worker(make, "airflow-worker-heavy", "worker-heavy")]
    definitions += [account(make, "airflow-worker"), account(make, "airflow-worker-heavy")]
    (problem,) = told(accounts.faults, [*definitions, binding(make, "airflow-worker")]).values()
    assert problem.startswith("warning") and "airflow-worker-heavy" in problem


def test_tasks_may_have_an_account_without_rights(make, told):
    template = make.config_map(make.task_pod(spec={"serviceAccountName": "tasks"}))
    definitions = [worker(make, "airflow-worker"), template, account(make, "airflow-worker"), account(make, "tasks")]
    assert told(accounts.faults, [*definitions, binding(make, "airflow-worker")]) == {}


def test_an_account_that_is_bound_and_unused_alone_is_no_fault(make, told):
    definitions = [make.workload(), account(make, "airflow-scheduler")]
    assert told(accounts.faults, [*definitions, binding(make, "airflow-scheduler", "airflow-create-user-job")]) == {}


@pytest.mark.parametrize(
    ("values", "elsewhere", "is_told"),
    [
        ({}, (), True), ({}, ("tasks",), False), ({"podTemplate": "spec:\n  serviceAccountName: tasks\n"}, (), True),
        ({"workers": {"kubernetes": {"serviceAccount": {"create": False, "name": "tasks"}}}}, (), False),
    ],
)  # fmt: skip
def test_an_account_that_nothing_makes_is_doubtful(values, elsewhere, is_told, make, told):
    template = make.config_map(make.task_pod(spec={"serviceAccountName": "tasks"}))
    found = told(accounts.faults, [template], values, elsewhere)
    assert [problem.startswith("warning") for problem in found.values()] == ([True] if is_told else [])
    assert not is_told or not values or list(found) == ["podTemplate.spec.serviceAccountName"]


def test_the_account_of_the_namespace_is_always_there(make, told):
    assert told(accounts.faults, [make.workload(spec={"serviceAccountName": None})]) == {}
