# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each function that keeps users from a surprise of the chart does so, and what it is for is not so without it."""

from __future__ import annotations

import inspect

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, git_access
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import (
    git_sync,
    images,
    keycloak,
    openid_connect,
    simple_auth_manager,
)

CELERY, BOTH = {"executor": "CeleryExecutor"}, {"executor": "CeleryExecutor,KubernetesExecutor"}
SIZED = {"resources": {"requests": {"cpu": "1"}}}
HTTPS, SSH = "https://git.example.com/dags.git", "git@git.example.com:dags.git"
AZURE = {"provider": "azure_workload_identity", "principal": "11111111-2222-3333-4444-555555555555"}
INGRESS = {"enabled": True, "host": "airflow.example.com", "tls_secret": "airflow-tls"}
ROLE = "arn:aws:iam::111122223333:role/airflow"
S3 = {"store": "s3", "url": "s3://bucket/logs"}
DIGEST = "sha256:" + "0a" * 32


def by_git(**options):
    return {"dag_delivery": {"method": "git_sync", "git_sync": {"repository": HTTPS, **options}}}


def collector(**options):
    telemetry = {"traces": True, "endpoint": "http://otel.example.com:4318", **options}
    return {"monitoring": {"open_telemetry": telemetry}}


def by_openid_connect(**options):
    provider = {
        "issuer": "https://login.example.com", "client_id": "airflow", "client_secret": {"name": "sso", "key": "secret"},
        "roles": [{"group": "admins", "roles": ["Admin"]}], **options,
    }  # fmt: skip
    return {"auth": {"method": "openid_connect", "openid_connect": provider}}


def by_keycloak(**options):
    keycloak = {
        "server_url": "https://keycloak.example.com", "realm": "data", "client_id": "airflow",
        "client_secret": {"name": "keycloak", "key": "secret"}, **options,
    }  # fmt: skip
    return {"auth": {"method": "keycloak", "keycloak": keycloak}, "image_repository": "r.example.com/airflow"}


# What the chart values are, by the rule: the specification, and {path: value}.
SETTLED = {
    "chart_runs_no_jobs": ({}, {"migrateDatabaseJob.enabled": False, "createUserJob.enabled": False}),
    "keys_come_from_secrets_of_their_own": (
        {},
        {
            "fernetKeySecretName": "airflow-fernet-key", "apiSecretKeySecretName": "airflow-api-secret-key",
            "jwtSecretName": "airflow-jwt-secret", "webserverSecretKeySecretName": None,
        },
    ),
    "airflow_pods_are_restricted": (
        {},
        {
            "securityContexts.pod": {
                "runAsNonRoot": True, "runAsUser": 50000, "runAsGroup": 0, "fsGroup": 0,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "securityContexts.containers": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        },
    ),
    "pods_of_other_images_are_restricted": (
        {"pgbouncer": {"enabled": True}, "redis": {"enabled": True, "password_secret": "redis"}, **CELERY},
        {
            f"{component}.securityContexts.pod": {
                "runAsNonRoot": True, "runAsUser": user, "runAsGroup": user, "fsGroup": user,
                "seccompProfile": {"type": "RuntimeDefault"},
            }
            for component, user in (("statsd", 65534), ("pgbouncer", 65534), ("redis", 999))
        },
    ),
    "pgbouncer_secrets_are_named": (
        {"pgbouncer": {"enabled": True, "stats_secret": "stats"}},
        {
            "pgbouncer.configSecretName": "airflow-pgbouncer-config",
            "pgbouncer.metricsExporterSidecar.statsSecretName": "stats",
        },
    ),
    "broker_secret_has_a_name": ({}, {"data.brokerUrlSecretName": "airflow-broker-url"}),
    "local_scheduler_stays_a_deployment": (
        {"executor": "LocalExecutor"}, {"workers.celery.persistence.enabled": False},
    ),
    "slow_starts_are_waited_for": (
        {}, {"apiServer.startupProbe.failureThreshold": 30, "scheduler.startupProbe.failureThreshold": 30},
    ),
    "dag_processor_runs_by_name": ({}, {"dagProcessor.enabled": True}),
    "triggerer_keeps_no_volume": ({}, {"triggerer.persistence.enabled": False}),
    "least_available_replaces_most_unavailable": (
        {"components": {"scheduler": {"disruption_budget": {"min_available": "50%"}}}},
        {"scheduler.podDisruptionBudget.config": {"minAvailable": "50%", "maxUnavailable": None}},
    ),
    "airflow_settings_are_texts": (
        {"concurrency": {"parallelism": 64}, "components": {"api_server": {"workers": 2}}},
        {"config.core.parallelism": "64", "config.api.workers": "2"},
    ),
    "pods_are_asked_for_at_the_same_time": (
        {"version": "3.3.2", "concurrency": {"pod_creation_max_concurrency": 8}},
        {
            "config.kubernetes_executor.async_pod_creation": "True",
            "config.kubernetes_executor.pod_creation_max_concurrency": "8",
        },
    ),
    "task_pods_do_not_ask_for_the_database": (
        {}, {"workers.kubernetes.env": [{"name": "CONNECTION_CHECK_MAX_COUNT", "value": "0"}]},
    ),
    "profile_images_are_not_replaced": (
        {"worker_profiles": [{"name": "a"}, {"name": "b", "image": {"tag": "2"}}]},
        {
            "config.kubernetes_executor.worker_container_repository": "",
            "config.kubernetes_executor.worker_container_tag": "",
        },
    ),
    "pod_templates_are_no_hook": (
        {"worker_profiles": [{"name": "a"}]}, {"extraConfigMaps.airflow-pod-templates.useHelmHooks": False},
    ),
    "every_reference_is_the_same": (
        by_git(reference="v1.2"),
        {"dags.gitSync.ref": "v1.2", "dags.gitSync.branch": "v1.2", "dags.gitSync.rev": "v1.2"},
    ),
    "dags_are_in_the_root_by_default": (by_git(), {"dags.gitSync.subPath": ""}),
    "sidecar_is_really_probed": (
        by_git(), {"dags.gitSync.recommendedProbeSetting": True, "dags.gitSync.livenessProbe.enabled": True},
    ),
    "sidecar_is_restricted": (
        by_git(),
        {
            "dags.gitSync.securityContexts.container": {
                "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsUser": 65533,
            },
        },
    ),
    "connections_reach_every_component": (
        {"logs": {**S3, "connection_secret": {"name": "logs", "key": "aws"}}},
        {"secret": [{"envName": "AIRFLOW_CONN_AIRFLOW_LOGS", "secretName": "logs", "secretKey": "aws"}]},
    ),
    "airflow_knows_its_address": ({"ingress": INGRESS}, {"config.api.base_url": "https://airflow.example.com"}),
    "keda_counts_through_pgbouncer": (
        {"autoscaling": {"triggerer": {"maximum": 3}}}, {"triggerer.keda.usePgbouncer": True},
    ),
    "collector_is_restricted": (
        collector(),
        {
            "otelCollector.securityContexts.pod": {
                "runAsNonRoot": True, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "otelCollector.securityContexts.container":
                {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        },
    ),
    "task_pods_have_an_account_of_their_own": (
        {"identity": AZURE},
        {
            "workers.kubernetes.serviceAccount":
                {"create": True, "annotations": {"azure.workload.identity/client-id": AZURE["principal"]}},
        },
    ),
    "chart_makes_no_idle_accounts": (
        {"service_account_source": "prerequisites"},
        {
            f"{path}.serviceAccount": {"create": False}
            for path in ("migrateDatabaseJob", "createUserJob", "workers.celery")
        },
    ),
    "nothing_but_the_scheduler_has_a_token": (
        BOTH,
        {
            f"{path}.serviceAccount.automountServiceAccountToken": False
            for path in ("triggerer", "workers.celery")
        },
    ),
    "passwords_are_the_secret_s": (
        {"auth": {"method": "simple", "simple": {
            "users": [{"name": "ada", "role": "op"}], "passwords": {"name": "simple", "key": "all.json"}}}},
        {
            "config.core.simple_auth_manager_passwords_file": "/tmp/simple_auth_manager_passwords.json",
            "apiServer.args": [
                "bash", "-c",
                "install -m 0600 /etc/simple-auth-manager/passwords.json /tmp/simple_auth_manager_passwords.json "
                "&& exec airflow api-server",
            ],
        },
    ),
    "azure_sees_the_pods": ({"identity": AZURE}, {"scheduler.labels": {"azure.workload.identity/use": "true"}}),
}  # fmt: skip

# What is refused by the rule: the specification, and the variable that is named.
REFUSED = {
    "provider_reads_what_is_asked_for": (
        {"version": "3.2.2", "concurrency": {"async_pod_creation": True}}, "airflow_concurrency.async_pod_creation",
    ),
    "a_bound_has_something_to_bound": (
        {"version": "3.3.2", "concurrency": {"async_pod_creation": False, "pod_creation_max_concurrency": 8}},
        "airflow_concurrency.pod_creation_max_concurrency",
    ),
    "provider_is_asked_by_https": (
        by_openid_connect(discovery_url="http://login.example.com"), "airflow_auth.openid_connect.discovery_url",
    ),
    "provider_says_who_logs_in": (by_openid_connect(scopes=["profile"]), "airflow_auth.openid_connect.scopes"),
    "groups_are_told_once": (
        by_openid_connect(roles=[{"group": "a", "roles": ["User"]}, {"group": "a", "roles": ["Op"]}]),
        "airflow_auth.openid_connect.roles[1].group",
    ),
    "roles_exist": (
        by_openid_connect(roles=[{"group": "a", "roles": ["Analyst"]}]), "airflow_auth.openid_connect.roles[0].roles",
    ),
    "somebody_has_a_role": (by_openid_connect(roles=[]), "airflow_auth.openid_connect.roles"),
    "keycloak_is_asked_by_https": (
        by_keycloak(server_url="http://keycloak.example.com"), "airflow_auth.keycloak.server_url",
    ),
    "image_holds_the_provider": (
        {**by_keycloak(), "image_repository": "docker.io/apache/airflow"}, "airflow_image_repository",
    ),
    "options_of_other_methods": (
        {"auth": {"auth_manager": "acme.airflow.AcmeAuthManager"}}, "airflow_auth.auth_manager",
    ),
    "other_airflow": ({"version": "2.11.0"}, "airflow_version"),
    "celery_budget_spares_task_pods": (
        {**BOTH, "components": {"celery_worker": {"disruption_budget": {"max_unavailable": 1}}}},
        "airflow_components.celery_worker.disruption_budget",
    ),
    "digest_stands_behind_a_tag": (
        {"redis": {"image": {"repository": "r.example.com/redis", "digest": DIGEST}}}, "airflow_redis.image.tag",
    ),
    "task_pods_keep_their_labels": (
        {"worker_profiles": [{"name": "a", "labels": {"component": "x"}}]}, "airflow_worker_profiles[0].labels",
    ),
    "repository_is_the_user_s_own": (by_git(repository=""), "airflow_dag_delivery.git_sync.repository"),
    "credentials_fit_the_repository": (
        by_git(ssh_key_secret="git"), "airflow_dag_delivery.git_sync.ssh_key_secret",
    ),
    "server_of_an_ssh_repository_is_known": (
        by_git(repository=SSH, ssh_key_secret="git"), "airflow_dag_delivery.git_sync.known_hosts",
    ),
    "log_store_is_open_to_all_who_use_it": (
        {"logs": S3, "identity": {"provider": "aws_irsa", "principals": {"worker": ROLE, "triggerer": ROLE}}},
        "airflow_identity.principals.api_server",
    ),
    "url_fits_the_ingress": ({"ingress": INGRESS, "url": "https://other.example.com"}, "airflow_url"),
    "autoscaler_alone_counts_replicas": (
        {"components": {"api_server": {"replicas": 2, **SIZED}}, "autoscaling": {"api_server": {"maximum": 3}}},
        "airflow_components.api_server.replicas",
    ),
    "hpa_can_measure": (
        {"autoscaling": {"api_server": {"maximum": 3}}}, "airflow_components.api_server.resources.requests",
    ),
    "metrics_go_one_way": (collector(metrics=True), "airflow_monitoring.open_telemetry.metrics"),
}  # fmt: skip
# Rules that a test of their own is for, beside the name of that test's module.
ELSEWHERE = {"collector_sends_on": "test_monitoring.py"}
# What rules and topics share, and what others ask for.
HELPERS = {
    "settings", "findings", "present", "pod_context", "container_context", "image_settings", "default_profile",
    "airflow_tag", "image_of", "pinned_tag", "manager", "has_first_user", "login_file", "lets_everyone_in",
    "method", "store", "connections", "environment_name", "annotations", "names", "principals", "url_kind",
}  # fmt: skip
MODULES = [*compiler.TOPICS, git_sync, git_access, images, keycloak, openid_connect, simple_auth_manager]


def without(rule, monkeypatch):
    """Take a rule out of every topic."""
    owners = [module for module in MODULES if hasattr(module, rule)]
    assert owners
    for module in owners:
        monkeypatch.setattr(module, rule, lambda *_arguments: [])


@pytest.mark.parametrize("rule", SETTLED)
def test_the_rule_settles_it(rule, compiled, monkeypatch):
    specification, wanted = SETTLED[rule]
    values = compiled(**specification)
    assert {path: values.at(path) for path in wanted} == wanted
    without(rule, monkeypatch)
    values = compiled(**specification)
    assert not any(values.at(path) == value for path, value in wanted.items() if value is not None)


@pytest.mark.parametrize("rule", REFUSED)
def test_the_rule_refuses_it(rule, refused, monkeypatch):
    specification, variable = REFUSED[rule]
    assert variable in refused(**specification)
    without(rule, monkeypatch)
    compiler.compile_settings(specification)


def test_every_rule_is_tested():
    rules = {
        name
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert rules - HELPERS == {*SETTLED, *REFUSED, *ELSEWHERE}
