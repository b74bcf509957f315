# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

PRINCIPALS = {
    "aws_irsa": ("eks.amazonaws.com/role-arn", "arn:aws:iam::111122223333:role/airflow"),
    "gcp_workload_identity": ("iam.gke.io/gcp-service-account", "airflow@project.iam.gserviceaccount.com"),
    "azure_workload_identity": ("azure.workload.identity/client-id", "11111111-2222-3333-4444-555555555555"),
}
IRSA = PRINCIPALS["aws_irsa"][1]
PATHS = {"scheduler", "apiServer", "triggerer", "dagProcessor", "workers.kubernetes"}


def annotated(values):
    """:returns: {path: annotations of its service account}."""
    paths = [*PATHS, "workers.celery", "statsd", "pgbouncer"]
    found = {path: values.at(f"{path}.serviceAccount.annotations") for path in paths}
    return {path: annotations for path, annotations in found.items() if annotations}


@pytest.mark.parametrize("provider", PRINCIPALS)
def test_what_runs_code_of_dags_or_handles_logs_has_the_identity(compiled, provider):
    annotation, principal = PRINCIPALS[provider]
    values = compiled(identity={"provider": provider, "principal": principal}, pgbouncer={"enabled": True})
    assert annotated(values) == dict.fromkeys(PATHS, {annotation: principal})


@pytest.mark.parametrize(
    ("executor", "workers"),
    [
        ("LocalExecutor", set()),
        ("CeleryExecutor", {"workers.celery"}),
        ("CeleryExecutor,KubernetesExecutor", {"workers.celery", "workers.kubernetes"}),
    ],
)
def test_workers_are_those_of_the_executor(compiled, executor, workers):
    found = annotated(compiled(executor=executor, identity={"provider": "aws_irsa", "principal": IRSA}))
    assert {path for path in found if path.startswith("workers")} == workers


def test_a_component_may_be_somebody_else(compiled):
    other = "arn:aws:iam::111122223333:role/tasks"
    values = compiled(identity={"provider": "aws_irsa", "principal": IRSA, "principals": {"worker": other}})
    assert annotated(values)["workers.kubernetes"] == {"eks.amazonaws.com/role-arn": other}
    assert annotated(values)["scheduler"] == {"eks.amazonaws.com/role-arn": IRSA}


def test_only_the_components_that_are_named(compiled):
    values = compiled(identity={"provider": "aws_irsa", "principals": {"triggerer": IRSA}})
    assert set(annotated(values)) == {"triggerer"}


def test_eks_pod_identity_knows_service_accounts_by_name(compiled):
    assert compiled(identity={"provider": "aws_pod_identity", "principal": IRSA}) == compiled()


def test_azure_labels_stand_beside_those_of_the_default_profile(compiled):
    values = compiled(
        identity={"provider": "azure_workload_identity", "principal": PRINCIPALS["azure_workload_identity"][1]},
        worker_profiles=[{"name": "small", "default": True, "labels": {"team": "data"}, "service_account": "tasks"}],
    )
    assert values.at("workers.kubernetes.labels") == {"team": "data", "azure.workload.identity/use": "true"}
    # What the account is to the cloud is said where it is made.
    assert values.at("workers.kubernetes.serviceAccount") == {"create": False, "name": "tasks"}


@pytest.mark.parametrize(
    ("identity", "variable"),
    [
        ({"principal": IRSA}, "airflow_identity.principal"),
        ({"principals": {"worker": IRSA}}, "airflow_identity.principals.worker"),
        ({"provider": "aws_irsa"}, "airflow_identity.principal"),
        ({"provider": "azure_workload_identity"}, "airflow_identity.principal"),
        ({"provider": "aws_irsa", "principal": "airflow"}, "airflow_identity.principal"),
        ({"provider": "gcp_workload_identity", "principal": IRSA}, "airflow_identity.principal"),
        (
            {"provider": "azure_workload_identity", "principals": {"worker": "airflow"}},
            "airflow_identity.principals.worker",
        ),
        ({"provider": "irsa", "principal": ""}, "airflow_identity.provider"),
    ],
)
def test_what_cannot_work_is_refused(refused, identity, variable):
    assert list(refused(identity=identity)) == [variable]


def test_an_account_of_the_default_profile_has_no_second_principal(refused):
    found = refused(
        identity={"provider": "aws_irsa", "principals": {"worker": IRSA}},
        worker_profiles=[{"name": "small", "default": True, "service_account": "tasks"}],
    )
    assert list(found) == ["airflow_identity.principals.worker"]
