# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Overrides that people wrote, cut to what matters, with the official chart: which are refused, where, and with what remedy."""

from __future__ import annotations

import copy

import pytest
import yaml

pytestmark = pytest.mark.official_chart

ARN = "arn:aws:iam::111122223333:role/airflow"
S3 = {"logs": {"store": "s3", "url": "s3://example-logs/prod"}, "identity": {"provider": "aws_irsa", "principal": ARN}}
CELERY = {"executor": "CeleryExecutor"}


def pod_template(variable):
    """:returns: overrides with a pod template that has a variable, and everything that a pod of a task needs."""
    return yaml.safe_dump({"podTemplate": f"""
apiVersion: v1
kind: Pod
metadata:
  labels: {{tier: airflow, component: worker, release: airflow}}
spec:
  containers:
    - name: base
      image: registry.example.com/airflow:3.3.2
      securityContext: {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}}}
      env:
        {{{{- include "standard_airflow_environment" . | indent 6 }}}}
        {{{{- include "custom_airflow_environment" . | indent 6 }}}}
        - {variable}
      volumeMounts:
        - {{name: config, mountPath: /opt/airflow/airflow.cfg, subPath: airflow.cfg}}
  restartPolicy: Never
  serviceAccountName: {{{{ include "worker.serviceAccountName" . }}}}
  securityContext: {{runAsUser: 50000, runAsNonRoot: true, seccompProfile: {{type: RuntimeDefault}}}}
  volumes:
    - {{name: config, configMap: {{name: airflow-config}}}}
"""})


INGRESS = {"ingress": {"enabled": True, "host": "airflow.example.com"}}
# Overrides, variables without ``airflow_``, and what is told: the path of the override, and the severity where it is a warning.
CASES = {
    "another image": ("images: {airflow: {tag: 3.1.7}}", {}, ["images.airflow.tag"]),
    "an image of one's own": (
        "images: {airflow: {repository: registry.example.com/airflow, tag: 3.3.2-1, pullPolicy: Always}}", {},
        ["images.airflow.pullPolicy", "images.airflow.repository", "images.airflow.tag"],
    ),
    "another default image": (
        "{defaultAirflowRepository: registry.example.com/airflow, defaultAirflowTag: 3.3.1}", {},
        ["defaultAirflowRepository", "defaultAirflowTag"],
    ),
    "the same image": ("images: {airflow: {repository: apache/airflow, tag: 3.3.2, pullPolicy: IfNotPresent}}", {}, []),
    "another version": ("airflowVersion: 3.0.6", {}, ["airflowVersion"]),
    "another executor": ("executor: LocalExecutor", {}, ["executor (warning)"]),
    "an executor with all that it needs": (
        "{executor: CeleryExecutor, redis: {enabled: false}, data: {brokerUrlSecretName: broker}}", {"broker_secret_name": "broker"},
        ["executor (warning)"],
    ),
    "another executor by its option": ("config: {core: {executor: LocalExecutor}}", {}, ["config.core.executor"]),
    "another executor by a variable": ("env: [{name: AIRFLOW__CORE__EXECUTOR, value: LocalExecutor}]", {}, ["env.0.name"]),
    "the executor of a pod template, as Airflow's examples have it": (pod_template("{name: AIRFLOW__CORE__EXECUTOR, value: LocalExecutor}"), {}, []),
    "a misspelt option of a pod template": (pod_template("{name: AIRFLOW__CORE__PARALELISM, value: '1'}"), {}, ["podTemplate"]),
    "another database": ("data: {metadataSecretName: mine}", {}, ["data.metadataSecretName"]),
    "a connection that is dead": (
        "data: {metadataConnection: {user: airflow, host: db.example.com, db: airflow, sslmode: require}}", {},
        ["data.metadataConnection"],
    ),
    "a password of a connection that is dead": (
        "data: {metadataConnection: {host: db.example.com, pass: hunter2}}", {}, ["data.metadataConnection"],
    ),
    "the chart's own database": ("postgresql: {enabled: true, auth: {postgresPassword: x}}", {}, ["postgresql.enabled"]),
    "another broker": ("{redis: {enabled: true}, data: {brokerUrl: 'redis://mine'}}", CELERY, ["data.brokerUrl", "redis.enabled"]),
    "settings of what is off": (
        "{redis: {passwordSecretName: mine, password: x}, flower: {secretName: mine}, pgbouncer: {configSecretName: mine}}", {},
        ["flower.secretName (warning)", "pgbouncer.configSecretName (warning)", "redis (warning)", "redis.password (warning)"],
    ),
    "another password of Redis": ("redis: {password: x}", {**CELERY, "redis": {"enabled": True, "password_secret": "redis"}}, [
        "redis.password"]),
    "another pool": ("pgbouncer: {enabled: true, maxClientConn: 200}", {}, ["pgbouncer.enabled"]),
    "another key": ("fernetKeySecretName: mine", {}, ["fernetKeySecretName"]),
    "a key in plain text": ("fernetKey: hunter2", {}, ["fernetKey"]),
    "a key that Airflow 3 does not read": ("webserverSecretKeySecretName: mine", {}, ["webserverSecretKeySecretName"]),
    "a key by a variable": (
        "secret: [{envName: AIRFLOW__CORE__FERNET_KEY, secretName: mine, secretKey: key}]", {}, ["secret.0.envName"],
    ),
    "another account": (
        "scheduler: {serviceAccount: {create: false, name: mine}}", {},
        ["scheduler.serviceAccount.create", "scheduler.serviceAccount.name"],
    ),
    "another account of Celery workers": (
        "workers: {celery: {serviceAccount: {name: worker}}}", CELERY, ["workers.celery.serviceAccount.name"],
    ),
    "an account of task pods": (
        "workers: {kubernetes: {serviceAccount: {create: false}}}", {}, ["workers.kubernetes.serviceAccount.create"],
    ),
    "a Secret at another level": ("metadataSecretName: mine", {}, ["metadataSecretName"]),
    "other names": ("{fullnameOverride: mine, useStandardNaming: true}", {}, ["fullnameOverride", "useStandardNaming"]),
    "other pull secrets": ("imagePullSecrets: [{name: mine}]", {}, ["imagePullSecrets"]),
    "another pull secret": ("registry: {secretName: mine}", {}, ["registry.secretName"]),
    "Jobs of the chart": (
        "{createUserJob: {enabled: true}, migrateDatabaseJob: {enabled: true, useHelmHooks: true}}", {},
        ["createUserJob.enabled", "migrateDatabaseJob.enabled"],
    ),
    "labels of pods": ("labels: {component: mine}", {}, ["labels.component"]),
    "policies of the chart": (
        "{networkPolicies: {enabled: true}, apiServer: {networkPolicy: {ingress: {from: [{podSelector: {}}]}}}}", {},
        ["networkPolicies.enabled (warning)"],
    ),
    "DAGs by git-sync": (
        "dags: {gitSync: {enabled: true, repo: 'https://github.com/example/dags.git', ref: main, subPath: dags}}", {},
        # Whoever leaves it there has to write the security context, too.
        ["dags.gitSync.enabled (warning)", "dags.gitSync.securityContexts.container"],
    ),
    "logs elsewhere": ("config: {logging: {remote_base_log_folder: 's3://other'}}", S3, ["config.logging.remote_base_log_folder"]),
    "a variable beside the log connection": ("env: [{name: FOO, value: bar}]", S3, []),
    "another log connection": ("env: [{name: AIRFLOW_CONN_AIRFLOW_LOGS, value: x}]", S3, ["env.0"]),
    "another log connection by a Secret": ("secret: [{envName: AIRFLOW_CONN_AIRFLOW_LOGS, secretName: a}]", S3, ["secret.0.envName"]),
    "a variable of task pods": ("workers: {kubernetes: {env: [{name: FOO, value: bar}]}}", {}, []),
    "a variable of all workers": ("workers: {env: [{name: FOO, value: bar}]}", {}, ["workers.env"]),
    "the check of connections": (
        "workers: {kubernetes: {env: [{name: CONNECTION_CHECK_MAX_COUNT, value: '9'}]}}", {}, ["workers.kubernetes.env.0"],
    ),
    "a list that is empty": ("{env: [], secret: [], workers: {kubernetes: {env: []}}}", S3, []),
    "a user by an old key": ("securityContext: {runAsUser: 50000, fsGroup: 1001}", {}, [
        "securityContext.fsGroup", "securityContext.runAsUser"]),
    "a user by an older key": ("{uid: 1000, gid: 1000}", {}, ["gid", "uid"]),
    "a user by the right key": ("securityContexts: {pod: {fsGroup: 1001}}", {}, []),
    "no DAG processor": ("dagProcessor: {replicas: 0}", {}, ["dagProcessor.replicas"]),
    "a DAG processor that is off": ("dagProcessor: {enabled: false}", {}, ["dagProcessor.enabled"]),
    "no scheduler": ("scheduler: {replicas: 0}", {}, ["scheduler.replicas"]),
    "an API server that is off": ("apiServer: {enabled: false}", {}, ["apiServer.enabled"]),
    "no triggerer": ("triggerer: {enabled: false}", {}, ["triggerer.enabled (warning)"]),
    "no bundle of DAGs": ("dagProcessor: {dagBundleConfigList: []}", {}, ["dagProcessor.dagBundleConfigList"]),
    "no right to start pods": ("allowPodLaunching: false", {}, ["allowPodLaunching"]),
    "a token for the triggerer": ("triggerer: {serviceAccount: {automountServiceAccountToken: true}}", {}, [
        "triggerer.serviceAccount.automountServiceAccountToken (warning)"]),
    "a token that the triggerer has": (
        "triggerer: {serviceAccount: {automountServiceAccountToken: true}}", {"pod_operator": {"enabled": True}}, []),
    "maps that are empty": ("{config: {}, workers: {}, data: {}, scheduler: {resources: {}}}", {}, []),
    "bundles by their option": (
        "config: {dag_processor: {dag_bundle_config_list: '[]'}}",
        {"dag_bundles": [{"name": "core", "repository": "https://git.example.com/dags.git"}]},
        ["config.dag_processor.dag_bundle_config_list"],
    ),
    "no Celery workers": ("workers: {celery: {replicas: 0}}", CELERY, ["workers.celery.replicas"]),
    "Celery workers on demand": ("workers: {celery: {keda: {enabled: true, minReplicaCount: 0}}}", CELERY, []),
    "SimpleAuthManager": (
        "config: {core: {auth_manager: airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager}}", {},
        ["config.core.auth_manager"],
    ),
    "a log connection that nothing defines": (
        "config: {logging: {remote_logging: 'True', remote_base_log_folder: 's3://a', remote_log_conn_id: my_logs}}", {},
        ["config.logging.remote_log_conn_id (warning)"],
    ),
    "another host": ("config: {api: {base_url: 'https://other.example.com'}}", INGRESS, ["config.api.base_url"]),
    "another host of an Ingress of one's own": (
        "{ingress: {apiServer: {enabled: true, hosts: [{name: a.example.com}]}}, config: {api: {base_url: 'https://b.example.com'}}}",
        {}, ["config.api.base_url"],
    ),
    "a second host": ("ingress: {apiServer: {hosts: [{name: second.example.com}]}}", INGRESS, []),
}  # fmt: skip


def told(findings):
    """:returns: the paths of overrides, with the severity of warnings."""
    paths = [finding["subject"].removeprefix("airflow_values_overrides.") for finding in findings]
    return sorted(f"{path} (warning)" if finding["severity"] == "warning" else path for path, finding in zip(paths, findings))


@pytest.mark.parametrize("name", CASES)
def test_overrides_know_their_limits(name, official_findings):
    text, specification, expected = CASES[name]
    assert told(official_findings(yaml.safe_load(text), **specification)) == expected


def test_an_essential_component_at_zero_is_told_of_its_variable(official_findings):
    (finding,) = official_findings({}, components={"dag_processor": {"replicas": 0}})
    assert finding["subject"] == "airflow_components.dag_processor.replicas (dagProcessor.replicas)"


def test_a_copy_of_the_charts_own_values_is_refused_for_what_differs_alone(official_findings, official_defaults):
    raw = copy.deepcopy(official_defaults)
    findings = official_findings(raw, dag_bundles=[{"name": "core", "repository": "https://git.example.com/dags.git"}], **S3)
    limited = [finding for finding in findings if "plain text" not in finding["problem"]]
    assert told(limited) == [
        "airflowVersion", "createUserJob.enabled", "defaultAirflowTag", "executor (warning)", "migrateDatabaseJob.enabled",
        "postgresql.enabled", "redis.enabled", "triggerer.serviceAccount.automountServiceAccountToken (warning)",
    ]  # fmt: skip


REMEDIES = {
    "airflowVersion": ("3.3.1", {"version": "3.3.1"}),
    "executor": ("CeleryExecutor", {"executor": "CeleryExecutor"}),
    "images.airflow.tag": ("3.3.2-1", {"image_tag": "3.3.2-1"}),
    "images.airflow.repository": ("registry.example.com/airflow", {"image_repository": "registry.example.com/airflow"}),
    "images.airflow.pullPolicy": ("Always", {"image_pull_policy": "Always"}),
    "imagePullSecrets": ([{"name": "mine"}], {"image_pull_secrets": [{"name": "mine"}]}),
    "data.metadataSecretName": ("mine", {"database_secret_name": "mine"}),
    "data.brokerUrlSecretName": ("mine", {"broker_secret_name": "mine"}),
    "pgbouncer.enabled": (True, {"pgbouncer": {"enabled": True}}),
}


@pytest.mark.parametrize("path", REMEDIES)
def test_where_the_variable_is_set_instead_nothing_is_told(path, official_findings):
    value, specification = REMEDIES[path]
    raw = value
    for key in reversed(path.split(".")):
        raw = {key: raw}
    (variable,) = specification
    assert any(f"airflow_{variable}" in finding["remedy"] for finding in official_findings(raw))
    assert told(official_findings({}, **specification)) == []
    # What says the same as the variable takes over nothing.
    assert path == "images.airflow.tag" or told(official_findings(raw, **specification)) == []
