# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values files that people wrote, cut to what matters, as overrides of the official chart: what is told of each, and what to do."""

from __future__ import annotations

import pathlib

import pytest
import yaml

pytestmark = pytest.mark.official_chart
CASES = pathlib.Path(__file__).resolve().parents[5] / "fixtures" / "values_files" / "cases"
ON_S3 = {
    "logs": {"store": "s3", "url": "s3://acme-logs/prod"},
    "identity": {"provider": "aws_irsa", "principal": "arn:aws:iam::222233334444:role/airflow"},
}
# {file: (variables of the specification, {(severity, override or variable): words of the remedy})}
WANTED = {
    "F01-migration-other-image": ({}, {("error", "images.airflow.tag"): "set airflow_image_tag"}),
    "F02-migration-other-version": ({}, {("error", "airflowVersion"): "set airflow_version"}),
    # Merged with what the collection puts into the same list.
    "F04-list-drops-log-connection": (ON_S3, {}),
    "F06-list-drops-connection-check": ({}, {}),
    "F08-compiled-value-masks-security-context": (
        {},
        {
            ("error", "securityContext.runAsUser"): "Write securityContexts.pod.runAsUser",
            ("error", "securityContext.fsGroup"): "Write securityContexts.pod.fsGroup",
        },
    ),
    "F09-duplicate-env-server-side": ({}, {("error", "scheduler.env.0"): "Keep it in one place"}),
    # Ansible would take it for a template of its own, and the playbooks say so; once it is tagged !unsafe it is as it should be.
    "F10-helm-template-in-inventory": ({}, {}),
    "F11-cannot-render-annotation": ({}, {("error", "airflowPodAnnotations.checksum/mails"): "evaluated by helm"}),
    "F14-null-without-default": ({}, {("error", "config.api"): "leave it out"}),
    "F17-env-dead-and-misspelt": (
        {},
        {
            ("error", "env.0.name"): "Remove it",
            ("error", "env.1.name"): "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG",
            ("error", "env.2.name"): "AIRFLOW__CORE__PARALLELISM",
        },
    ),
    "F19-no-dag-processor": ({}, {("error", "dagProcessor.replicas"): "to 1 or more"}),
    "F20-metadata-connection-dead": ({}, {("error", "data.metadataConnection"): "airflow_database_secret_name"}),
    "F21-cleanup-without-task-pods": (
        {}, {("error", "cleanup.enabled"): "with KubernetesExecutor", ("warning", "executor"): "airflow_executor"}),
    "F25-root-init-container": (
        {}, {("error", "dagProcessor.extraInitContainers.0.securityContext"): "allowPrivilegeEscalation: false"}),
    # The preflight judges the class of the cluster, as WA403.
    "F26-logs-claim-on-block-storage": ({}, {("warning", "logs.persistence"): "of a shared file system"}),
    "F27-celery-account-without-rights": (
        {}, {("error", "workers.celery.serviceAccount.name"): "airflow_service_account_source", ("warning", "executor"): "airflow_executor"}),
    "F28-auth-manager": ({}, {("error", "config.core.auth_manager"): "airflow_auth.method to simple"}),
    "F29-no-log-store": ({"logs": {}}, {("warning", "airflow_logs"): "airflow_logs_claim_enabled"}),
    "M01-remedy-is-refused-next": ({}, {("error", "config.webserver.secret_key"): "apiSecretKeySecretName"}),
    "R01-off-and-default-refused": ({}, {}),
}  # fmt: skip


class Loader(yaml.SafeLoader):
    """Reads the overrides as Ansible does."""


Loader.add_constructor("!unsafe", Loader.construct_yaml_str)


def test_every_case_has_an_outcome():
    assert {path.stem for path in CASES.iterdir()} == set(WANTED)


@pytest.mark.parametrize("name", WANTED)
def test_each_case_is_judged_rightly(name, official_findings):
    specification, wanted = WANTED[name]
    found = official_findings(yaml.load((CASES / f"{name}.yaml").read_text(encoding="utf-8"), Loader), **specification)
    told = {(finding["severity"], finding["subject"].removeprefix("airflow_values_overrides.")): finding["remedy"] for finding in found}
    assert set(told) == set(wanted)
    assert all(words in told[place] for place, words in wanted.items())
