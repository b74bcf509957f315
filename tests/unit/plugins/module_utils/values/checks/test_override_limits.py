# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import override_limits
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, WARNING, ValueFinding

DEFAULTS = {
    "executor": "CeleryExecutor", "airflowVersion": "3.2.2", "fernetKey": None, "rbac": {"create": True},
    "images": {"airflow": {"repository": None, "tag": None}}, "redis": {"enabled": True}, "postgresql": {"enabled": True},
    "data": {"metadataSecretName": None, "metadataConnection": {"user": "postgres", "pass": "postgres", "host": None}},
    "enableBuiltInSecretEnvVars": {"AIRFLOW__CORE__FERNET_KEY": True}, "networkPolicies": {"enabled": False},
    "dags": {"gitSync": {"enabled": False}}, "createUserJob": {"enabled": True}, "scheduler": {"serviceAccount": {"name": None}},
}  # fmt: skip
S3 = {
    "logs": {"store": "s3", "url": "s3://example-logs/prod"},
    "identity": {"provider": "aws_irsa", "principal": "arn:aws:iam::111122223333:role/airflow"},
}
GIT = {"dag_delivery": {"method": "git_sync", "git_sync": {"repository": "https://git.example.com/dags.git"}}}
BUNDLES = {"dag_bundles": [{"name": "core", "repository": "https://git.example.com/dags.git"}]}
OPTION = "env.0.name"


def variable(name, value):
    return {"env": [{"name": name, "value": value}]}


def told(raw, specification=None):
    """:returns: findings, in an environment of defaults but for a specification."""
    settings = compiler.compile_settings(specification or {})
    values = overrides.merged(compiler.chart_values(settings), raw)
    return override_limits.overridden(values, {"overrides": raw, "settings": settings, "defaults": DEFAULTS})


@pytest.mark.parametrize(
    ("raw", "path", "variable_name"),
    [
        ({"airflowVersion": "3.3.1"}, "airflowVersion", "airflow_version"),
        # The chart's own default is another one than what is compiled.
        ({"airflowVersion": "3.2.2"}, "airflowVersion", "airflow_version"),
        ({"images": {"airflow": {"tag": "3.1.7"}}}, "images.airflow.tag", "airflow_image_tag"),
        ({"images": {"airflow": {"repository": "registry.example.com/airflow"}}}, "images.airflow.repository", "airflow_image_repository"),
        ({"images": {"airflow": {"digest": "sha256:0"}}}, "images.airflow.digest", "airflow_image_digest"),
        ({"images": {"airflow": {"pullPolicy": "Always"}}}, "images.airflow.pullPolicy", "airflow_image_pull_policy"),
        ({"defaultAirflowTag": "3.1.7"}, "defaultAirflowTag", "airflow_image_tag"),
        ({"imagePullSecrets": [{"name": "a"}]}, "imagePullSecrets", "airflow_image_pull_secrets"),
        ({"imagePullSecrets": ["a"]}, "imagePullSecrets", "airflow_image_pull_secrets"),
        ({"registry": {"secretName": "a"}}, "registry.secretName", "airflow_image_pull_secrets"),
        ({"data": {"metadataSecretName": "a"}}, "data.metadataSecretName", "airflow_database_secret_name"),
        ({"data": {"metadataConnection": {"host": "a", "user": "b"}}}, "data.metadataConnection", "airflow_database_secret_name"),
        ({"data": {"brokerUrl": "redis://a"}}, "data.brokerUrl", "airflow_broker_secret_name"),
        ({"data": {"resultBackendConnection": {"host": "a"}}}, "data.resultBackendConnection", "airflow_result_backend_secret_name"),
        (variable("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "x"), OPTION, "airflow_database_secret_name"),
        (variable("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD", "x"), OPTION, "airflow_database_secret_name"),
        (
            {"secret": [{"envName": "AIRFLOW__CELERY__BROKER_URL", "secretName": "a"}]}, "secret.0.envName",
            "airflow_broker_secret_name",
        ),
        ({"scheduler": variable("AIRFLOW__CORE__FERNET_KEY", "x")}, f"scheduler.{OPTION}", "airflow_secrets_sources.fernet_key"),
        ({"extraEnv": "- name: AIRFLOW__CORE__FERNET_KEY\n  value: x"}, "extraEnv", "airflow_secrets_sources.fernet_key"),
        (variable("AIRFLOW__API_AUTH__JWT_SECRET", "x"), OPTION, "airflow_secrets_sources.jwt_secret"),
        ({"fernetKey": "x"}, "fernetKey", "airflow_secrets_sources.fernet_key"),
        ({"fernetKeySecretName": "x"}, "fernetKeySecretName", "airflow_secrets_sources.fernet_key"),
        ({"jwtSecretName": "x"}, "jwtSecretName", "airflow_secrets_sources.jwt_secret"),
        ({"webserverSecretKeySecretName": "x"}, "webserverSecretKeySecretName", "airflow_secrets_sources.api_secret_key"),
        (
            {"enableBuiltInSecretEnvVars": {"AIRFLOW__CORE__FERNET_KEY": False}},
            "enableBuiltInSecretEnvVars.AIRFLOW__CORE__FERNET_KEY", "airflow_secrets_sources.fernet_key",
        ),
        ({"redis": {"enabled": True}}, "redis.enabled", "airflow_redis.enabled"),
        ({"postgresql": {"enabled": True}}, "postgresql.enabled", "airflow_database_mode"),
        ({"createUserJob": {"enabled": True}}, "createUserJob.enabled", "airflow_auth.first_user"),
        ({"useStandardNaming": True}, "useStandardNaming", "airflow_release_name"),
        ({"rbac": {"create": False}}, "rbac.create", "airflow_service_account_source"),
        ({"scheduler": {"serviceAccount": {"name": "a"}}}, "scheduler.serviceAccount.name", "airflow_service_account_source"),
        (
            {"workers": {"kubernetes": {"serviceAccount": {"name": "a"}}}}, "workers.kubernetes.serviceAccount.name",
            "airflow_worker_profiles",
        ),
    ],
)  # fmt: skip
def test_what_other_roles_act_on_is_refused_and_the_variable_is_named(raw, path, variable_name):
    (finding,) = told(raw)
    assert (finding.path, finding.severity) == (path, ERROR)
    assert variable_name in finding.remedy


@pytest.mark.parametrize(
    ("raw", "specification", "variable_name"),
    [
        ({"config": {"logging": {"remote_base_log_folder": "s3://other"}}}, S3, "airflow_logs.url"),
        (variable("AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER", "s3://other"), S3, "airflow_logs.url"),
        ({"scheduler": {"serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "x"}}}}, S3, "airflow_identity.principal"),
        ({"dags": {"gitSync": {"repo": "https://git.example.com/other.git"}}}, GIT, "airflow_dag_delivery.git_sync.repository"),
        ({"dags": {"gitSync": {"enabled": False}}}, GIT, "airflow_dag_delivery.method"),
        ({"dags": {"gitSync": None}}, GIT, "airflow_dag_delivery"),
        ({"config": {"dag_processor": {"dag_bundle_config_list": "[]"}}}, BUNDLES, "airflow_dag_bundles"),
        (variable("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST", "[]"), BUNDLES, "airflow_dag_bundles"),
        ({"ingress": {"apiServer": {"path": "/b"}}}, {"ingress": {"enabled": True, "host": "a.example.com"}}, "airflow_ingress.path"),
        ({"logs": {"persistence": {"enabled": False}}}, {"logs_claim_enabled": True}, "airflow_logs_claim_enabled"),
        ({"statsd": {"enabled": True}}, {"monitoring": {"statsd": {"enabled": False}}}, "airflow_monitoring.statsd.enabled"),
    ],
)  # fmt: skip
def test_what_is_compiled_of_such_a_variable_is_refused_by_its_option(raw, specification, variable_name):
    (finding,) = told(raw, specification)
    assert finding.severity == ERROR and variable_name in finding.remedy


@pytest.mark.parametrize(
    ("raw", "specification"),
    [
        ({}, {}),
        ({"airflowVersion": "3.3.2", "executor": "KubernetesExecutor"}, {}),
        ({"images": {"airflow": {"tag": "3.3.2", "repository": "apache/airflow", "pullPolicy": "IfNotPresent"}}}, {}),
        ({"images": {"airflow": {"tag": None, "repository": ""}}}, {}),
        ({"config": {"core": {"executor": "KubernetesExecutor"}}}, {}),
        (variable("AIRFLOW__CORE__EXECUTOR", "KubernetesExecutor"), {}),
        ({"extraEnv": "- name: AIRFLOW__CORE__EXECUTOR\n  value: KubernetesExecutor"}, {}),
        ({"podTemplate": "- name: AIRFLOW__CORE__EXECUTOR\n  value: LocalExecutor"}, {}),
        ({"scheduler": {"extraContainers": [variable("AIRFLOW__CORE__EXECUTOR", "LocalExecutor")]}}, {}),
        ({"imagePullSecrets": [{"name": "a"}]}, {"image_pull_secrets": [{"name": "a"}]}),
        ({"imagePullSecrets": []}, {"image_pull_secrets": [{"name": "a"}]}),
        ({"data": {"metadataConnection": {"user": "postgres", "pass": "postgres"}}}, {}),
        ({"postgresql": {"enabled": False, "auth": {"username": "a"}}, "createUserJob": {"enabled": False}}, {}),
        ({"redis": {"enabled": False}, "rbac": {"create": True}, "networkPolicies": {"enabled": False}}, {}),
        ({"fernetKey": None, "scheduler": {"serviceAccount": {"name": None}}}, {}),
        ({"labels": {"team": "data"}, "scheduler": {"serviceAccount": {"annotations": {"a": "b"}}}}, {}),
        # Nothing acts on what is off, and an empty map adds nothing.
        ({"redis": {"passwordSecretName": "a", "password": "x"}, "flower": {"secretName": "a"}, "pgbouncer": {"configSecretName": "a"}}, {}),
        ({"config": {}, "data": {"metadataConnection": {}}}, {}),
        # What the release alone acts on.
        ({"scheduler": {"replicas": 3}, "config": {"core": {"parallelism": 8}}}, {"concurrency": {"parallelism": 4}}),
        (variable("AIRFLOW__CORE__PARALLELISM", "8"), {"concurrency": {"parallelism": 4}}),
        ({"dags": {"gitSync": {"maxFailures": 3}}}, GIT),
        ({"config": {"dag_processor": {"dag_bundle_config_list": "[]"}}}, {}),
        ({"logs": {"persistence": {"enabled": True, "existingClaim": "a"}}}, {}),
        ({"securityContexts": {"pod": {"fsGroup": 1001}}}, {"platform": "openshift"}),
        ({"images": {"statsd": {"tag": "v0.31.0"}}}, {}),
    ],
)  # fmt: skip
def test_what_says_the_same_and_what_only_the_release_acts_on_is_free(raw, specification):
    assert told(raw, specification) == []


@pytest.mark.parametrize("raw", [
    {"networkPolicies": {"enabled": True}}, {"dags": {"gitSync": {"enabled": True}}}, {"executor": "CeleryExecutor"},
    {"config": {"core": {"executor": "LocalExecutor"}}}, variable("AIRFLOW__CORE__EXECUTOR", "LocalExecutor"),
    {"triggerer": {"serviceAccount": {"automountServiceAccountToken": True}}},
])
def test_what_may_be_meant_is_a_warning(raw):
    (finding,) = told(raw)
    assert finding.severity == WARNING


@pytest.mark.parametrize("name", ["tier", "component", "release"])
@pytest.mark.parametrize("path", [("labels",), ("scheduler", "labels"), ("workers", "kubernetes", "labels")])
def test_labels_by_which_pods_are_known_are_refused(name, path):
    raw = {name: "x"}
    for key in reversed(path):
        raw = {key: raw}
    (finding,) = told(raw)
    assert finding.path == ".".join((*path, name))


def test_of_what_has_to_go_nothing_else_is_told():
    raw = {"data": {"metadataConnection": {"host": "a"}}, "redis": {"enabled": True}, "networkPolicies": {"enabled": True}}
    context = {"overrides": raw, "settings": compiler.compile_settings({}), "defaults": DEFAULTS}
    values = overrides.merged(compiler.chart_values(context["settings"]), raw)
    others = [
        ValueFinding(path, "it is wrong", "Set data.metadataSecretName")
        for path in ("data.metadataConnection.pass", "redis.password", "networkPolicies.enabled", "data.brokerUrl")
    ]
    found = override_limits.judged(others, values, context)
    assert [finding.path for finding in found] == ["data.brokerUrl", "data.metadataConnection", "networkPolicies.enabled", "redis.enabled"]
    # It is wrong in another way, so that the warning of the limit is not told.
    assert all(finding.severity == ERROR for finding in found)
    (limit,) = (finding for finding in override_limits.judged([], values, context) if finding.path == "networkPolicies.enabled")
    assert limit.severity == WARNING


@pytest.mark.parametrize(
    ("raw", "path", "remedy", "told"),
    [
        ({"metadataSecretName": "a"}, "metadataSecretName", "The chart has this key as data.metadataSecretName", "Remove it, and set"),
        ({"airflowVersoin": "3.3.1"}, "airflowVersoin", "Write airflowVersion", "Remove it, and set airflow_version"),
        # Such a value would be none that is refused.
        ({"airflowVersoin": "3.3.2"}, "airflowVersoin", "Write airflowVersion", "Write airflowVersion"),
        # Of what is a warning alone, the right key is right.
        ({"executer": "CeleryExecutor"}, "executer", "Write executor", "Write executor"),
        ({"schedular": {"replicas": 2}}, "schedular", "Write scheduler", "Write scheduler"),
        ({"scheduler": {}}, "elsewhere", "Write executor", "Write executor"),
    ],
)
def test_a_remedy_does_not_lead_to_what_is_refused_next(raw, path, remedy, told):
    context = {"overrides": raw, "settings": compiler.compile_settings({}), "defaults": DEFAULTS}
    values = overrides.merged(compiler.chart_values(context["settings"]), raw)
    (finding,) = override_limits.judged([ValueFinding(path, "it is wrong", remedy)], values, context)
    assert finding.remedy.startswith(told)


def test_a_remedy_leads_to_a_part_of_which_something_else_is_compiled():
    profiles = [{"name": "large", "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}]
    context = {"overrides": {"schedular": {"replicas": 2}}, "settings": compiler.compile_settings({"worker_profiles": profiles})}
    values = overrides.merged(compiler.chart_values(context["settings"]), context["overrides"])
    (finding,) = override_limits.judged([ValueFinding("schedular", "it is wrong", "Write scheduler")], values, context)
    assert finding.remedy == "Write scheduler"


@pytest.mark.parametrize(("raw", "gone"), [
    # What was compiled comes back, and what the chart has by default.
    ({"airflowVersion": "3.3.1", "scheduler": {"replicas": 2}}, {"scheduler": {"replicas": 2}}),
    ({"data": {"metadataSecretName": None, "brokerUrl": "redis://mine"}}, {"data": {}}),
    # Entries of lists keep their places.
    (variable("AIRFLOW__CORE__FERNET_KEY", "x"), variable("WINDROSE_REFUSED_0", "x")),
    ({"secret": [{"envName": "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "secretName": "a", "secretKey": "b"}]},
     {"secret": [{"envName": "WINDROSE_REFUSED_0", "secretName": "a", "secretKey": "b"}]}),
    # Warnings take nothing away.
    ({"executor": "CeleryExecutor"}, {"executor": "CeleryExecutor"}), ({}, {}),
])
def test_what_is_refused_can_be_lifted_out_of_the_values(raw, gone):
    settings = compiler.compile_settings({})
    compiled = compiler.chart_values(settings)
    values = overrides.merged(compiled, raw)
    before = copy.deepcopy(values)
    lifted = override_limits.lifted(values, {"overrides": raw, "settings": settings, "defaults": DEFAULTS})
    assert lifted == overrides.merged(compiled, gone) and values == before


def test_variables_that_something_else_refuses_are_lifted_out_as_well():
    context = {"overrides": variable("FOO", "x"), "settings": [], "defaults": {}}
    refused = [ValueFinding("env.0.name", "it is given, too", "Remove it"), ValueFinding("env.0.value", "it is a number", "Put it in quotes")]
    assert override_limits.lifted(variable("FOO", "x"), context, refused) == variable("WINDROSE_REFUSED_0", "x")
    assert override_limits.lifted(variable("FOO", "x"), context, [ValueFinding("env.0.name", "it", "Do", WARNING)]) == variable("FOO", "x")


def test_nothing_is_told_where_the_raw_values_are_not_known():
    assert override_limits.overridden({"executor": "CeleryExecutor"}, {}) == []
