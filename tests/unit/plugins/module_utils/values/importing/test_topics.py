# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a values file cannot know is a placeholder, what it says is a variable, and what is still to be made is told."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.placeholders import kind_of

LOCAL, EXTERNAL = {"executor": "LocalExecutor"}, {"postgresql": {"enabled": False}}
CELERY = {"executor": "CeleryExecutor", **EXTERNAL}
OWN = {"images": {"airflow": {"repository": "registry.acme.test/airflow", "tag": "2.9.3-4"}}}
DIGEST = "sha256:" + "1" * 64
GIT = {"enabled": True, "subPath": "dags"}
LOGS = {"remote_logging": "True", "remote_base_log_folder": "s3://acme/logs"}
ROLE = "arn:aws:iam::222233334444:role/airflow"
IRSA = {"serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": ROLE}}}
INGRESS = {"ingress": {"apiServer": {"enabled": True, "hosts": [{"name": "airflow.acme.test", "tls": {"enabled": True, "secretName": ""}}]}}}


def at(variables, name):
    """:returns: a variable, or an option inside one, by its name with dots."""
    for key in name.split("."):
        variables = variables[int(key)] if isinstance(variables, list) else variables.get(key) if variables else None
    return variables


# {case: (values, {variable: what it is})}
BECOMES = {
    "image_that_is_installed": ({"airflowVersion": "3.2.2", "images": {"airflow": {"repository": "registry.acme.test/a", "tag": "v7", "digest": DIGEST}}},
                                {"version": "3.2.2", "image_tag": "v7", "image_digest": DIGEST}),
    "digest_in_the_tag": ({"images": {"airflow": {"tag": f"3.3.2@{DIGEST}"}}}, {"version": "3.3.2", "image_tag": "3.3.2", "image_digest": DIGEST}),
    "image_of_apache": ({"defaultAirflowTag": "2.9.3-python3.11"}, {"version": "3.3.2", "image_tag": None}),
    "more_special_image": ({"defaultAirflowRepository": "a.test/a", **OWN}, {"image_repository": "registry.acme.test/airflow"}),
    "pull_secrets_as_texts": ({"imagePullSecrets": ["a", "a", {"name": "b"}]}, {"image_pull_secrets": [{"name": "a"}, {"name": "b"}]}),
    "in_cluster": ({}, {"database_mode": "in_cluster"}),
    "external": (EXTERNAL, {"database_mode": "external"}),
    "external_by_its_host": ({"data": {"metadataConnection": {"host": "db"}}}, {"database_mode": "external"}),
    "broker_of_ones_own": ({**CELERY, "redis": {"enabled": False}}, {"redis": None, "broker_secret_name": None}),
    "redis_by_default": (CELERY, {"redis.enabled": True, "redis.password_secret": "airflow-redis-password"}),
    "no_redis_without_celery": ({"redis": {"enabled": True}}, {"redis": None}),
    "pgbouncer_and_its_migration": ({"pgbouncer": {"enabled": True}, **EXTERNAL, "data": {"metadataSecretName": "acme"}},
                                    {"pgbouncer.enabled": True, "database_migration_secret_name": "acme-direct"}),
    "pgbouncer_without_an_external_database": ({"pgbouncer": {"enabled": True}}, {"pgbouncer": None}),
    "reference_by_its_revision": ({"dags": {"gitSync": {**GIT, "repo": "https://a.test/b.git", "rev": "abc", "branch": "main"}}},
                                  {"dag_delivery.git_sync.reference": "abc"}),
    "period_in_hours": ({"dags": {"gitSync": {**GIT, "repo": "https://a.test/b.git", "period": "1h30s"}}}, {"dag_delivery.git_sync.period": 3630}),
    "folder_of_the_chart": ({"dags": {"gitSync": {"enabled": True, "repo": "https://a.test/b.git"}}}, {"dag_delivery.git_sync.subdirectory": "tests/dags"}),
    "folder_with_slashes": ({"dags": {"gitSync": {**GIT, "subPath": "/a/b/", "repo": "https://a.test/b.git"}}}, {"dag_delivery.git_sync.subdirectory": "a/b"}),
    "git_sync_that_is_off": ({"dags": {"gitSync": {"enabled": False, "repo": "https://a.test/b.git"}}}, {"dag_delivery": None}),
    "local_bundles": ({"dagProcessor": {"dagBundleConfigList": [{"name": "a", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle"}]}},
                      {"dag_bundles": None, "values_overrides": None}),
    "logs_by_a_connection_of_the_file": (
        {"config": {"logging": {**LOGS, "remote_log_conn_id": "acme"}}, "secret": [{"envName": "AIRFLOW_CONN_ACME", "secretName": "s", "secretKey": "k"}]},
        {"logs.connection_secret": {"name": "s", "key": "k"}}),
    "logs_by_an_unknown_connection": ({"config": {"logging": LOGS}}, {"logs.connection_secret": {"name": "airflow-logs", "key": "connection"}}),
    "logs_by_the_identity": ({"config": {"logging": LOGS}, "scheduler": IRSA, "apiServer": IRSA, "triggerer": IRSA},
                             {"logs.store": "s3", "logs.connection_secret": None, "identity.principal": ROLE}),
    "logs_in_another_store": ({"config": {"logging": {"remote_logging": "True", "remote_base_log_folder": "cloudwatch://acme"}}}, {"logs": None}),
    "claim_of_ones_own": ({"logs": {"persistence": {"enabled": True, "existingClaim": "acme"}}},
                          {"logs": None, "values_overrides.logs.persistence.existingClaim": "acme"}),
    "claim_of_the_chart": ({"logs": {"persistence": {"enabled": True}}}, {"logs.store": "claim", "logs_claim_size": "100Gi"}),
    "https_in_front_of_the_ingress": (INGRESS, {"url": "https://airflow.acme.test", "ingress.tls_secret": None}),
    "class_as_an_annotation": ({"ingress": {"apiServer": {"enabled": True, "host": "a.acme.test", "annotations": {"kubernetes.io/ingress.class": "alb"}}}},
                               {"ingress.class": "alb", "ingress.annotations": None}),
    "path_with_a_star": ({"ingress": {"apiServer": {"enabled": True, "host": "a.acme.test", "path": "/airflow/*"}}}, {"ingress.path": "/airflow"}),
    "two_hosts": ({"ingress": {"apiServer": {"enabled": True, "hosts": ["a.acme.test", "b.acme.test"]}}}, {"ingress.host": "a.acme.test"}),
    "ingress_that_is_off": ({"ingress": {"apiServer": {"enabled": False, "host": "a.acme.test"}}}, {"ingress": None}),
    "node_port": ({"apiServer": {"service": {"type": "NodePort", "ports": [{"name": "a", "port": 8080, "nodePort": 31000}]}}},
                  {"release_service_type": "NodePort", "release_service_node_port": 31000}),
    "simple_auth_manager": ({"config": {"core": {"auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"}}},
                            {"auth.method": "simple"}),
    "identities_that_differ": ({"scheduler": IRSA}, {"identity.principals": {"scheduler": ROLE, "dag_processor": ROLE}}),
    "account_of_task_pods": ({"executor": "KubernetesExecutor", "workers": {"serviceAccount": {"name": "acme"}}},
                             {"worker_profiles.0.service_account": "acme"}),
    "image_of_task_pods": ({"executor": "KubernetesExecutor", "images": {"pod_template": {"repository": "a.test/b", "tag": "3.3.2-1"}}},
                           {"worker_profiles.0.image": {"repository": "a.test/b", "tag": "3.3.2-1"}}),
    "autoscaler_beside_replicas": ({**CELERY, "workers": {"replicas": 2, "keda": {"enabled": True}}},
                                   {"autoscaling.celery_worker": {"kind": "keda", "maximum": 10}, "components.celery_worker": None}),
    "autoscaler_that_is_off": ({**CELERY, "workers": {"replicas": 2, "keda": {"enabled": False, "maxReplicaCount": 3}}},
                               {"autoscaling": None, "components.celery_worker.replicas": 2}),
    "quantities_as_numbers": ({"scheduler": {"resources": {"limits": {"cpu": 1.5}, "requests": {"cpu": 1}}}},
                              {"components.scheduler.resources": {"limits": {"cpu": "1.5"}, "requests": {"cpu": "1"}}}),
    "unknown_executor": ({"executor": "AcmeExecutor"}, {"executor": "CeleryExecutor"}),
    "policies": ({"networkPolicies": {"enabled": True}}, {"network_policies_enabled": True}),
}  # fmt: skip
# {case: (values, variable with the placeholder)}
PLACEHOLDERS = {
    "image": (OWN, "image_tag"),
    "image_of_no_version": ({"images": {"airflow": {"repository": "registry.acme.test/airflow", "tag": "prod-42"}}}, "image_tag"),
    "digest": ({"images": {"airflow": {**OWN["images"]["airflow"], "digest": DIGEST}}}, "image_digest"),
    "image_of_task_pods": ({"executor": "KubernetesExecutor", "images": {"pod_template": {"tag": "2.9.3"}}}, "worker_profiles.0.image.tag"),
    "repository": ({"dags": {"gitSync": GIT}}, "dag_delivery.git_sync.repository"),
    "known_hosts": ({"dags": {"gitSync": {**GIT, "repo": "git@a.test:b.git", "sshKeySecret": "a"}}}, "dag_delivery.git_sync.known_hosts"),
    "host": ({"ingress": {"apiServer": {"enabled": True}}}, "ingress.host"),
    "storage_account": ({"config": {"logging": {"remote_logging": "True", "remote_base_log_folder": "wasb://logs"}}}, "logs.url"),
    "collector": ({"otelCollector": {"tracesEnabled": True}}, "monitoring.open_telemetry.endpoint"),
    "fernet_key": ({"fernetKey": "x" * 40}, "secrets_sources.fernet_key.kubernetes_secret.name"),
    "context": ({}, "context"),
}  # fmt: skip
# {case: (values, what is left to do)}
TASKS = {
    "airflow_2": ({"airflowVersion": "2.9.3"}, "Move from Airflow 2.9.3 to 3.3.2"),
    "image": (OWN, "Build the image with Airflow 3.3.2"),
    "database": ({"data": {"metadataConnection": {"user": "u", "host": "db", "port": 6432, "db": "a", "sslmode": "require"}}},
                 "Make the Secret airflow-metadata with the key connection: postgresql://u:<password>@db:6432/a?sslmode=require."),
    "dump": ({}, "Take a dump of the database that the chart runs"),
    "broker": ({**CELERY, "redis": {"enabled": False}}, "Make the Secret airflow-broker-url"),
    "trust": ({"scheduler": IRSA}, "Let the cloud trust these service accounts: airflow-dag-processor, airflow-scheduler."),
    "credentials": ({"dags": {"gitSync": {**GIT, "repo": "https://a.test/b.git", "credentialsSecret": "acme"}}},
                    "Give the Secret acme the keys GIT_SYNC_USERNAME"),
    "cluster": ({}, "Name the cluster"),
}  # fmt: skip


@pytest.mark.parametrize("values, wanted", BECOMES.values(), ids=BECOMES)
def test_what_the_file_says_is_what_the_variables_say(values, wanted, variables):
    found = variables({**LOCAL, **values})
    assert {name: at(found, name) for name in wanted} == wanted


@pytest.mark.parametrize("values, name", PLACEHOLDERS.values(), ids=PLACEHOLDERS)
def test_what_the_file_cannot_know_is_a_placeholder_that_the_preflight_refuses(values, name, variables, meaning):
    assert kind_of(at(variables({**LOCAL, **values}), name))
    # It has the form that the variable wants, so that the check judges all the rest.
    assert meaning({**LOCAL, **values})


@pytest.mark.parametrize("values, told", TASKS.values(), ids=TASKS)
def test_what_is_left_to_do_is_told(values, told, imported):
    assert [task for task in imported({**LOCAL, **values}).tasks if task.startswith(told)]
