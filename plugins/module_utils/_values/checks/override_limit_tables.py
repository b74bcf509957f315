# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What raw values may not take over, and what they may. Pure: no I/O."""

from __future__ import annotations

import dataclasses
import fnmatch

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, WARNING

UNSEEN = "do not see this"
# The variables that other roles than the release read, and what those do with it. Whatever is compiled of them is not to be
# overridden, unless it is free (below).
ACTED_ON = {
    "airflow_auth": "the first user, the migration and the run of verify go",
    "airflow_broker_secret_name": "the role airflow_secrets and the probe of the preflight go",
    "airflow_dag_bundles": "network policies and the probe of the preflight go",
    "airflow_dag_delivery": "network policies, Secrets and claims go",
    "airflow_database_secret_name": "the migration, the database and the probe of the preflight go",
    "airflow_executor": "network policies, service accounts and the preflight go",
    "airflow_first_user_username": "the first user and the run of verify go",
    "airflow_flower": "Secrets and service accounts go",
    "airflow_identity": "service accounts go",
    "airflow_image_digest": "the migration, the first user and the probe of the preflight go",
    "airflow_image_pull_policy": "the migration, the first user and the pre-pull go",
    "airflow_image_pull_secrets": "the migration, the first user and the pre-pull go",
    "airflow_image_repository": "the migration, the first user and the probe of the preflight go",
    "airflow_image_tag": "the migration, the first user and the probe of the preflight go",
    "airflow_ingress": "network policies, Secrets and the preflight go",
    "airflow_logs": "claims, Secrets and the probe of the preflight go",
    "airflow_logs_claim_enabled": "claims and the preflight go",
    "airflow_monitoring": "service accounts go",
    "airflow_openshift_scc": "the constraints and the pods of the collection go",
    "airflow_pgbouncer": "network policies, Secrets and service accounts go",
    "airflow_platform": "the constraints and the pods of the collection go",
    "airflow_pod_operator": "rights, network policies and service accounts go",
    "airflow_prerequisites_pod_security": "the labels of the namespace go",
    "airflow_redis": "Secrets and service accounts go",
    "airflow_release_name": "the names of everything around the release go",
    "airflow_result_backend_secret_name": "the role airflow_secrets and the preflight go",
    "airflow_service_account_source": "accounts, rights and constraints go",
    "airflow_url": "the summary of verify and single sign-on go",
    "airflow_version": "the migration and the choice of its revision go",
    "airflow_worker_profiles": "service accounts go",
}
# Compiled of a variable above, and free all the same: pattern and reason.
_OWN_IMAGE = "the release alone runs it, and the probe of the preflight pulls what is rendered"
_MERGED = "the preflight reads the merged value"
FREE = {
    "allowPodLaunching": "semantic_local_settings tells of it",
    "apiServer.apiServerConfig": "semantic_login tells of it",
    "config.core.auth_manager": "semantic_login tells of it",
    "executor": "the preflight judges the merged value; a limit below tells of it",
    "config.kubernetes_executor.worker_container_*": "only the executor reads it",
    "images.gitSync.*": _OWN_IMAGE,
    "images.otelCollector.*": _OWN_IMAGE,
    "images.pgbouncer*.*": _OWN_IMAGE,
    "images.pod_template.*": _OWN_IMAGE,
    "images.redis.*": _OWN_IMAGE,
    "images.statsd.*": _OWN_IMAGE,
    "ingress.apiServer.annotations": "only the controller reads them",
    "ingress.apiServer.pathType": "only the controller reads it",
    "securityContexts": "only the pods of the release have them",
    "*.securityContexts": "only the pods of the release have them",
    "*.automountServiceAccountToken": "limits below tell of it",
    "otelCollector.*": _MERGED,
    "pgbouncer.replicas": _MERGED,
    # All but the service account.
    "workers.kubernetes.[!s]*": _MERGED,
}


@dataclasses.dataclass(frozen=True)
class Limit:
    """Why a chart value is not to be overridden.

    :param problem: what is wrong with it, without the final full stop.
    :param remedy: what to write instead.
    :param alias: the path of a compiled value, a tuple of keys, that means the same.
    :param severity: of the finding.
    :param beside: the path of a compiled value, a tuple of keys, without which there is no limit.
    """

    problem: str
    remedy: str
    alias: tuple = ()
    severity: str = ERROR
    beside: tuple = ()


def _by(readers, variable, alias="", remedy="", severity=ERROR):
    parts = tuple(alias.split(".")) if alias else ()
    return Limit(f"{readers} by {variable}, and {UNSEEN}", remedy or f"Remove it, and set {variable}", parts, severity)


def _variable(name, alias="", remedy="", severity=ERROR):
    return _by(ACTED_ON[name.split(".")[0]], name, alias, remedy, severity)


def _key(source):
    variable = f"airflow_secrets_sources.{source}"
    problem = f"the role airflow_secrets makes and keeps this key, and its Secret is compiled; another one comes from {variable}"
    return Limit(problem, f"Remove it; for a key of your own, set {variable}")


_ACCOUNTS = (
    "scheduler", "apiServer", "dagProcessor", "triggerer", "statsd", "pgbouncer", "redis", "flower", "otelCollector",
    "workers", "workers.celery",
)  # fmt: skip
_ACCOUNT = _variable("airflow_service_account_source", remedy=(
    "Remove it: the account keeps the name that the chart gives it; with airflow_service_account_source prerequisites it is "
    "made outside of the chart"))  # fmt: skip
_TASKS = _variable(
    "airflow_worker_profiles", remedy="Remove it, and set service_account in the default profile of airflow_worker_profiles")
_TOKEN = Limit(
    "it gives pods the rights of the scheduler, and airflow_pod_operator, by which network policies go, gives them none",
    "Remove it, and set airflow_pod_operator.enabled", severity=WARNING)  # fmt: skip
_OWN_LABEL = Limit("by this label the chart, network policies and the collection know what a pod is", "Use another label")
_NAMES = _variable("airflow_release_name")
_PULL_SECRETS = _variable("airflow_image_pull_secrets")


def _url(variable, problem=None):
    told = problem or f"{ACTED_ON[variable]} by {variable}, and {UNSEEN}"
    return Limit(told, f"Remove it, and put the URL into the Secret that {variable} names")


_DATABASE = _url("airflow_database_secret_name", "data.metadataSecretName, which airflow_database_secret_name gives, beats it")
_METADATA = _url("airflow_database_secret_name")
# What is not to be overridden whether or not something is compiled there: pattern and limit.
LIMITS = {
    "airflowVersion": _variable("airflow_version"),
    "executor": _variable("airflow_executor", severity=WARNING),
    "config.core.executor": _variable("airflow_executor", "executor", severity=WARNING),
    "images.airflow.repository": _variable("airflow_image_repository", "defaultAirflowRepository"),
    "images.airflow.tag": _variable("airflow_image_tag", "defaultAirflowTag"),
    "images.airflow.digest": _variable("airflow_image_digest"),
    "images.airflow.pullPolicy": _variable("airflow_image_pull_policy"),
    "defaultAirflowRepository": _variable("airflow_image_repository", "defaultAirflowRepository"),
    "defaultAirflowTag": _variable("airflow_image_tag"),
    "defaultAirflowDigest": _variable("airflow_image_digest"),
    "imagePullSecrets": _PULL_SECRETS,
    "registry.secretName": _PULL_SECRETS,
    "registry.connection": _PULL_SECRETS,
    "data.metadataSecretName": _variable("airflow_database_secret_name"),
    "data.metadataConnection": _DATABASE,
    "config.database.sql_alchemy_conn": _METADATA,
    "enableBuiltInSecretEnvVars.AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _METADATA,
    "data.resultBackendSecretName": _variable("airflow_result_backend_secret_name"),
    "data.resultBackendConnection": _url("airflow_result_backend_secret_name"),
    "config.celery.result_backend": _url("airflow_result_backend_secret_name"),
    "data.brokerUrlSecretName": _variable("airflow_broker_secret_name"),
    "data.brokerUrl": _url("airflow_broker_secret_name"),
    "config.celery.broker_url": _url("airflow_broker_secret_name"),
    "postgresql.enabled": _by(
        "the role airflow_database and network policies go", "airflow_database_mode",
        remedy="Remove it; airflow_database_mode in_cluster runs PostgreSQL in the namespace"),
    "pgbouncer.enabled": _variable("airflow_pgbouncer.enabled"),
    "pgbouncer.configSecretName": _variable("airflow_pgbouncer.config_secret"),
    "pgbouncer.metricsExporterSidecar.statsSecretName": _variable("airflow_pgbouncer.stats_secret"),
    "pgbouncer.metricsExporterSidecar.statsSecretKey": _variable("airflow_pgbouncer.stats_secret_key"),
    "redis.enabled": _variable("airflow_redis.enabled"),
    "redis.passwordSecretName": _variable("airflow_redis.password_secret"),
    "redis.password": _variable("airflow_redis.password_secret"),
    "flower.enabled": _variable("airflow_flower.enabled"),
    "flower.secretName": _variable("airflow_flower.credentials_secret"),
    "flower.username": _variable("airflow_flower.credentials_secret"),
    "flower.password": _variable("airflow_flower.credentials_secret"),
    "fernetKey": _key("fernet_key"),
    "fernetKeySecretName": _key("fernet_key"),
    "config.core.fernet_key": _key("fernet_key"),
    "enableBuiltInSecretEnvVars.AIRFLOW__CORE__FERNET_KEY": _key("fernet_key"),
    "apiSecretKey": _key("api_secret_key"),
    "apiSecretKeySecretName": _key("api_secret_key"),
    "config.api.secret_key": _key("api_secret_key"),
    "webserverSecretKey": _key("api_secret_key"),
    "webserverSecretKeySecretName": _key("api_secret_key"),
    "jwtSecret": _key("jwt_secret"),
    "jwtSecretName": _key("jwt_secret"),
    "config.api_auth.jwt_secret": _key("jwt_secret"),
    # Of the bundles the chart makes this option.
    "config.dag_processor.dag_bundle_config_list": dataclasses.replace(
        _variable("airflow_dag_bundles"), beside=("dagProcessor", "dagBundleConfigList")),
    "createUserJob.enabled": _variable(
        "airflow_auth.first_user", remedy="Remove it; airflow_auth.first_user says whether there is a first user"),
    "migrateDatabaseJob.enabled": Limit(
        "the role airflow_database migrates before the release, and two migrations would run at a time", "Remove it"),
    "fullnameOverride": _NAMES,
    "nameOverride": _NAMES,
    "useStandardNaming": _NAMES,
    "rbac.create": _variable("airflow_service_account_source"),
    **{f"{component}.serviceAccount.{key}": _ACCOUNT for component in _ACCOUNTS for key in ("create", "name")},
    **{f"workers.kubernetes.serviceAccount.{key}": _TASKS for key in ("create", "name")},
    **{
        f"{component}.serviceAccount.automountServiceAccountToken": dataclasses.replace(
            _TOKEN, beside=(*component.split("."), "serviceAccount", "automountServiceAccountToken"))
        for component in ("triggerer", "workers.celery")
    },
    **{f"{labels}.{label}": _OWN_LABEL for labels in ("labels", "*.labels") for label in ("tier", "component", "release")},
    "networkPolicies.enabled": Limit(
        "the role airflow_network_policies makes policies for every component, and the chart's let in more beside them",
        "Remove it, and write what else is to be let in into airflow_network_policies_extra_flows", severity=WARNING),
    "dags.gitSync.enabled": _variable(
        "airflow_dag_delivery", remedy="Remove dags.gitSync, and write it as airflow_dag_delivery, with method git_sync",
        severity=WARNING),
}  # fmt: skip


def limit_of(path):
    """:returns: (path, `Limit`): what of a path, a tuple of keys, the limit is on; (path, None) where there is none."""
    for pattern, limit in LIMITS.items():
        if matches(pattern, path):
            return (path if "*" in pattern else path[: pattern.count(".") + 1]), limit
    return path, None


def is_free(path):
    """:returns: whether only the release acts on what is at a path, a tuple of keys."""
    return any(matches(pattern, path) for pattern in FREE)


def matches(pattern, path):
    """:returns: whether a pattern is of a path, a tuple of keys, or of what that is below."""
    text = ".".join(map(str, path))
    return fnmatch.fnmatchcase(text, pattern) or fnmatch.fnmatchcase(text, f"{pattern}.*")
