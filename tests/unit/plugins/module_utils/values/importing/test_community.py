# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of the community chart, in the words of the official one."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import community_tables as tables
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.current_keys import takes

KUBERNETES = {"airflow": {"executor": "KubernetesExecutor", "users": []}, "postgresql": {"enabled": False}}
CELERY = {"airflow": {"executor": "CeleryExecutor", "users": []}, "postgresql": {"enabled": False}}
# {case: (values, variables or overrides that they become)}
BECOMES = {
    "image": ({"airflow": {"executor": "LocalExecutor", "image": {"repository": "registry.acme.test/a", "tag": "3.2.2-1"}}},
              {"image_repository": "registry.acme.test/a", "image_tag": "3.2.2-1", "version": "3.2.2"}),
    "options": ({"airflow": {"config": {"AIRFLOW__CORE__PARALLELISM": 7}}}, {"concurrency": {"parallelism": 7}}),
    "variables": ({"airflow": {"config": {"ACME": 1}, "users": []}}, {"values_overrides": {"env": [{"name": "ACME", "value": "1"}]}}),
    "secrets": ({"airflow": {"extraEnv": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "b", "key": "c"}}}]}},
                {"values_overrides": {"secret": [{"envName": "A", "secretName": "b", "secretKey": "c"}]}}),
    "web": ({"web": {"replicas": 3}, **CELERY}, {"components": {"api_server": {"replicas": 3}}}),
    "workers": ({**CELERY, "workers": {"replicas": 3}}, {"components": {"celery_worker": {"replicas": 3}}}),
    "task_pods": ({"airflow": {"executor": "KubernetesExecutor", "kubernetesPodTemplate": {"nodeSelector": {"a": "b"}}}},
                  {"components": {"worker": {"node_selector": {"a": "b"}}}}),
    "budget": ({**CELERY, "scheduler": {"replicas": 2, "podDisruptionBudget": {"enabled": True, "minAvailable": 1, "maxUnavailable": ""}}},
               {"components": {"scheduler": {"replicas": 2, "disruption_budget": {"min_available": "1"}}}}),
    "log_cleanup": ({**CELERY, "scheduler": {"logCleanup": {"retentionMinutes": 2880}}},
                    {"components": {"scheduler": {"log_groomer": {"retention_days": 2}}}}),
    "autoscaling": ({**CELERY, "workers": {"autoscaling": {"enabled": True, "maxReplicas": 4}}},
                    {"autoscaling": {"celery_worker": {"maximum": 4, "kind": "hpa"}}}),
    "flower_runs_unless_it_is_off": ({**CELERY, "flower": {"basicAuthSecret": "acme"}}, {"flower": {"enabled": True, "credentials_secret": "acme"}}),
    "root_of_the_repository": ({**CELERY, "dags": {"gitSync": {"enabled": True, "repo": "https://git.acme.test/a.git", "branch": "main"}}},
                               {"dag_delivery": {"method": "git_sync", "git_sync": {"repository": "https://git.acme.test/a.git", "reference": "main"}}}),
    "accounts": ({**KUBERNETES, "serviceAccount": {"annotations": {"iam.gke.io/gcp-service-account": "a@acme.iam.gserviceaccount.com"}}},
                 {"identity": {"provider": "gcp_workload_identity", "principal": "a@acme.iam.gserviceaccount.com"}}),
    "claim": ({**CELERY, "logs": {"persistence": {"enabled": True, "size": "2Gi", "storageClass": "efs", "accessMode": "ReadWriteMany"}}},
              {"logs": {"store": "claim"}, "logs_claim_size": "2Gi", "logs_claim_storage_class": "efs", "logs_claim_access_mode": "ReadWriteMany"}),
    "database": ({**CELERY, "externalDatabase": {"host": "db.acme.test", "user": "airflow"}}, {"database_mode": "external"}),
    "first_user": ({"airflow": {"users": [{"username": "b", "role": "Viewer"}, {"username": "a", "role": "Admin", "email": "a@acme.test"}]}},
                   {"first_user_username": "a", "release_first_user_role": "Admin", "release_first_user_email": "a@acme.test"}),
}  # fmt: skip


@pytest.mark.parametrize("values, wanted", BECOMES.values(), ids=BECOMES)
def test_a_key_of_the_community_chart_becomes_what_means_the_same(values, wanted, variables):
    found = variables(values)
    assert {name: found.get(name) for name in wanted} == wanted


def test_the_official_chart_has_what_a_key_becomes():
    # A volume for logs is always ReadWriteMany there, and the variable says it.
    missing = {new for new in tables.RENAMED.values() if not takes(tuple(new.split(".")))}
    assert missing == {"logs.persistence.accessMode"}


@pytest.mark.parametrize("key", ["connections", "variables", "pools", "extraPipPackages"])
def test_what_airflow_keeps_itself_is_dropped_with_what_to_do(key, rows):
    outcome, _target, note = rows({"airflow": {"users": [], key: [{"id": "a", "name": "a"}]}})[f"airflow.{key}"]
    assert outcome == "dropped" and note


def test_keys_in_secrets_that_the_official_chart_names_otherwise_are_told(imported):
    values = {**CELERY, "redis": {"enabled": True, "existingSecret": "acme", "existingSecretPasswordKey": "redis-password"}}
    assert "Give the Secret acme the key password, with what its key redis-password holds." in imported(values).tasks
