# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every wrong key and every wrong type is reported, with its path and with what to write instead; nothing right is."""

from __future__ import annotations

import functools
import json
import os
import pathlib
import tarfile

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions, chart_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import former_key_tables, key_check
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

ROOT = pathlib.Path(__file__).resolve().parents[6]
BUNDLED = ROOT / "roles" / "airflow_release" / "files" / "chart"
CASES = ROOT / "tests" / "fixtures" / "official_chart" / "cases"
PACKAGE = os.environ.get("AIRFLOW_CHART_PACKAGE", "")
official_chart = [
    pytest.mark.official_chart,
    pytest.mark.skipif(not PACKAGE, reason="AIRFLOW_CHART_PACKAGE names no package of the official chart"),
]
FACTS = ["official", "bundled"]


@functools.cache
def facts_of(chart):
    """What is known of a chart: the facts of the official one, the official package itself, or the bundled chart."""
    if chart == "official":
        return chart_facts.official_facts()
    if chart == "bundled":
        read = {name: (BUNDLED / name).read_text(encoding="utf-8") for name in ("values.yaml", "values.schema.json")}
        version = "0.1.0"
    else:
        with tarfile.open(PACKAGE, "r:gz") as archive:
            read = {
                name: archive.extractfile(f"airflow/{name}").read() for name in ("values.yaml", "values.schema.json")}
        version = "1.22.0"
    return ChartFacts("airflow", version, yaml.safe_load(read["values.yaml"]), json.loads(read["values.schema.json"]))


def values_at(path, value):
    """Values with one key: `scheduler.replicas`, 2 becomes {scheduler: {replicas: 2}}."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


def told(values, chart="official", **options):
    return [str(finding) for finding in key_check.check_keys(values, facts_of(chart), **options)]


# Path of a wrong key, its value, what the message says beside the path. Each holds for the facts of the official chart
# and for that chart itself.
WRONG_KEYS = [
    # Slips.
    ("scheduler.replicaz", 2, "the chart airflow 1.22.0 has no such key. Write scheduler.replicas."),
    ("scheduler.replicaCount", 2, "The nearest key is scheduler.replicas."),
    ("scheduler.Replicas", 2, "Write scheduler.replicas."),
    ("scheduler.replica", 2, "Write scheduler.replicas."),
    ("workers.celery.replicaz", 2, "Write workers.celery.replicas."),
    ("workers.kubernetes.resource", {"limits": {}}, "Write workers.kubernetes.resources."),
    ("workers.kubernetes.node_selector", {"a": "b"}, "Write workers.kubernetes.nodeSelector."),
    ("scheduler.securityContexts.containers", {}, "Write scheduler.securityContexts.container."),
    ("securityContexts.container", {}, "Write securityContexts.containers."),
    ("scheduler.serviceAccount.anotations", {}, "Write scheduler.serviceAccount.annotations."),
    ("pgbouncer.podDisruptionBudget.enable", True, "Write pgbouncer.podDisruptionBudget.enabled."),
    ("pgbouncer.podDisruptionBudget.config.maxUnavailible", 1, "Write pgbouncer.podDisruptionBudget.config.maxUnav"),
    ("pgbouncer.ssl.certificate", "x", "The nearest key is pgbouncer.ssl.cert."),
    ("rbac.createScc", True, "The nearest key is rbac.create."),
    ("kerberos.keytab", "/etc", "The nearest key is kerberos.keytabPath."),
    ("postgresql.enable", False, "Write postgresql.enabled."),
    ("dags.gitSync.livenessProbe.enable", True, "Write dags.gitSync.livenessProbe.enabled."),
    ("triggerer.strategy.typ", "Recreate", "Write triggerer.strategy.type."),
    ("triggerer.keda.advanced.horizontalPodAutoscalerConfig.behaviour", {}, "HPAConfig.behavior"),
    ("enableServiceLink", False, "Write enableServiceLinks."),
    ("ingress.apiserver.enabled", True, "Write ingress.apiServer."),
    ("data.metadata_secret_name", "a", "Write data.metadataSecretName."),
    ("notAKeyOfAnyChart", 1, "Remove it, or find the right key in the chart's values.yaml."),
    ("rbac.notAKeyOfAnyChart", 1, "Remove it; the keys there are create, createSCCRoleBinding."),
    # Right keys at the wrong place.
    ("workers.kubernetes.keda", {"enabled": True}, "The chart has this key as workers.celery.keda."),
    ("workers.enableDefault", False, "The chart has this key as workers.celery.enableDefault."),
    ("dags.repo", "x", "The chart has this key as dags.gitSync.repo."),
    ("metadataSecretName", "x", "The chart has this key as data.metadataSecretName."),
    ("apiServer.ingressClassName", "nginx", "The chart has this key as ingress.apiServer.ingressClassName."),
    ("core.parallelism", 8, "It is a section of airflow.cfg: write config.core."),
    ("parallelism", 8, "It is an option of Airflow: write config.core.parallelism."),
    ("scheduler.orphaned_tasks_check_interval", 8, "write config.scheduler.orphaned_tasks_check_interval."),
    # Keys of older charts and of articles.
    ("externalDatabase.host", "x", "this is a key of the community chart (airflow-helm/charts), and the Apache chart "),
    ("externalDatabase.host", "x", "Set airflow_database_mode to external"),
    ("logs.remote_logging", True, "Write config.logging.remote_logging."),
    ("logs.remote_base_log_folder", "s3://a", "Write config.logging.remote_base_log_folder."),
    ("logs.remote_log_conn_id", "aws", "Write config.logging.remote_log_conn_id."),
    ("logs.encrypt_s3_logs", True, "write config.logging.encrypt_s3_logs."),
    ("logs.persistence.accessMode", "ReadWriteMany", "always ReadWriteMany"),
    ("workers.resources", {"limits": {"cpu": "1"}}, "it is deprecated"),
    ("workers.resources", {"limits": {"cpu": "1"}}, "Write workers.kubernetes.resources for task pods"),
    ("workers.persistence", {"enabled": True}, "Write workers.celery.persistence"),
    ("workers.kubernetes.replicas", 3, "config.core.parallelism bounds their number"),
    ("workers.kubernetes.persistence", {"enabled": True}, "logs.persistence"),
    ("workers.autoscaling", {"enabled": True}, "Remove it, or write workers.celery.hpa or workers.celery.keda with CeleryExecutor."),
    ("webserver.replicas", 2, "Airflow 3 has no webserver, and the chart makes nothing of this. Write apiServer.repl"),
    ("webserver.resources", {"limits": {"cpu": 1}}, "Write apiServer.resources."),
    ("webserver.service", {"type": "LoadBalancer"}, "Write apiServer.service."),
    ("webserver.webserverConfig", "x", "Write apiServer.apiServerConfig."),
    ("webserver.extraNetworkPolicies", [{}], "Write apiServer.networkPolicy.ingress.from."),
    ("webserver.defaultUser", {"username": "a"}, "Write createUserJob.defaultUser."),
    ("webserverSecretKeySecretName", "x", "set airflow_secrets_sources.api_secret_key."),
    ("ingress.web.enabled", True, "Remove it, and set airflow_ingress,"),
    ("ingress.web.hosts", [{"name": "a"}], "Remove it, and set airflow_ingress,"),
    ("ingress.enabled", True, "Remove it, and set airflow_ingress,"),
    ("ingress.api.enabled", True, "Remove it, and set airflow_ingress,"),
    ("ingress.hosts", ["a"], "Remove it, and set airflow_ingress,"),
    ("apiServer.ingress", {"enabled": True}, "Remove it, and set airflow_ingress,"),
    ("kubernetes_executor.namespace", "airflow", "task pods run in the namespace of the release"),
    ("kubernetes_executor.worker_pods_creation_batch_size", 8, "Write config.kubernetes_executor.worker_pods_creation"),
    ("multi_namespace_mode", True, "Write multiNamespaceMode."),
    ("networkPolicy.enabled", True, "Remove it: the policies are those of the role airflow_network_policies"),
    ("fernetKeySecret", "x", "set airflow_secrets_sources.fernet_key."),
    ("extraObjects", [], "windrose.airflow.manifests"),
    ("data.metadataSecret", "x", "Set airflow_database_secret_name."),
    ("data.metadataConnection.username", "x", "Put the URL into the Secret that airflow_database_secret_name names."),
    ("scheduler.hpa", {"enabled": True}, "an autoscaler of schedulers would fight it"),
    ("apiServer.autoscaling", {"enabled": True}, "Write apiServer.hpa."),
    ("scheduler.podSecurityContext", {}, "Write scheduler.securityContexts.pod."),
    ("image.tag", "3.2.2", "Set airflow_image_repository and airflow_image_tag."),
    ("dags.gitSync.wait", 60, "git-sync 4 does not read it. Write dags.gitSync.period"),
    ("dags.gitsync.enabled", True, "Write dags.gitSync."),
    # Keys of the community chart.
    ("airflow.config", {"AIRFLOW__CORE__PARALLELISM": 8}, "this is a key of the community chart (airflow-helm/charts)"),
    ("airflow.image", {"tag": "3"}, "Set airflow_image_repository and airflow_image_tag"),
    ("airflow.executor", "KubernetesExecutor", "Set airflow_executor."),
    ("airflow.extraEnv", [], "Write env for plain values"),
    ("airflow.users", [], "the first user is made by the role airflow_release"),
    ("airflow.connections", [], "AIRFLOW_CONN_<ID>"),
    ("airflow.cluster", "x", "at the top of the values"),
    ("web.replicas", 2, "Write apiServer.replicas."),
    ("web.webserverConfig", {"enabled": True}, "Write apiServer.apiServerConfig."),
    ("scheduler.logCleanup", {"enabled": True}, "Write scheduler.logGroomerSidecar."),
    ("workers.logCleanup", {"enabled": True}, "Write workers.celery.logGroomerSidecar."),
    ("scheduler.podDisruptionBudget.maxUnavailable", 1, "Write scheduler.podDisruptionBudget.config.maxUnavailable."),
    ("dags.path", "/dags", "Write dags.mountPath."),
    ("dags.gitSync.syncWait", 60, "Write dags.gitSync.period"),
    ("dags.gitSync.sshSecret", "x", "Write dags.gitSync.sshKeySecret."),
    ("dags.gitSync.repoSubPath", "x", "Write dags.gitSync.subPath."),
    ("externalRedis", {"host": "x"}, "Set airflow_broker_secret_name"),
    ("flower.basicAuthSecret", "x", "Set airflow_flower.credentials_secret"),
    ("pgbouncer.maxClientConnections", 100, "Write pgbouncer.maxClientConn."),
    ("extraManifests", [], "windrose.airflow.manifests"),
    # One level too deep.
    ("airflow.scheduler.replicas", 2, "Move all that stands below airflow one level up."),
    ("my-airflow.images.airflow.tag", "a", "Move all that stands below my-airflow one level up."),
    # airflow.cfg.
    ("config.loging.remote_logging", "True", "Write config.logging."),
    ("config.my_section.a", "b", "set environment variables such as AIRFLOW__MY_SECTION__A in env"),
    ("config.parallelism", 8, "an option of airflow.cfg stands in a section. Write config.core.parallelism."),
    ("config.AIRFLOW__CORE__PARALLELISM", 8, "Write config.core.parallelism."),
    ("config.core.dag_concurrency", 8, "Write config.core.max_active_tasks_per_dag."),
    ("config.core.paralelism", 8, "The nearest option is config.core.parallelism."),
    ("config.core.remote_logging", "True", "Write config.logging.remote_logging."),
    ("config.core.sql_alchemy_pool_size", 8, "Write config.database.sql_alchemy_pool_size."),
    ("config.core.worker_concurrency", 8, "Write config.celery.worker_concurrency or config.edge.worker_con"),
    ("config.core.executor", "LocalExecutor", "Remove it, and set airflow_executor."),
    ("config.core.check_slas", "True", "Airflow 3 does not have this option any more. Remove it."),
    ("config.core.donot_pickle", "True", "Airflow 3 does not have this option any more. Remove it."),
    ("config.scheduler.min_file_process_interval", 8, "Write config.dag_processor.min_file_process_interval."),
    ("config.webserver.cookie_secure", "True", "Write config.fab.cookie_secure."),
    ("config.celery.worker_concurency", 8, "The nearest option is config.celery.worker_concurrency."),
    ("config.metrics.enabled", True, "Write statsd.enabled."),
    ("config.metrics.statsd", {}, "Write config.metrics.statsd_host"),
    ("config.kubernetes.namespace", "x", "task pods run in the namespace of the release"),
    ("config.kubernetes.worker_pods_pending_timeout", 300, "Write config.scheduler.task_queued_timeout."),
    ("config.kubernetes.dags_volume_claim", "x", "Remove it: workers.kubernetes and podTemplate"),
    ("config.kubernetes_environment_variables.HOME", "/", "Write workers.kubernetes.env"),
    ("config.core.load_examples", "Flase", "it is neither True nor False. Write True or False."),
    ("config.kubernetes.delete_worker_pods", "True", "Write config.kubernetes_executor.delete_worker_pods."),
    ("config.kubernetes_executor.namespace", "x", "Remove it, or set multiNamespaceMode."),
    ("config.kubernetes_executor.multi_namespace_mode", "True", "Write multiNamespaceMode."),
    ("config.kubernetes_executor.worker_container_tag", "2.8.0", "Remove it, and set airflow_image_tag"),
    ("config.smtp.smtp_user", "a", "AIRFLOW_CONN_SMTP_DEFAULT"),
]
# Path of a key that is refused as a whole or in part: what is refused of it.
AS_A_WHOLE = {
    "externalDatabase.host": "externalDatabase", "ingress.apiserver.enabled": "ingress.apiserver",
    "core.parallelism": "core", "airflow.scheduler.replicas": "airflow", "my-airflow.images.airflow.tag": "my-airflow",
    "networkPolicy.enabled": "networkPolicy", "image.tag": "image",
    "dags.gitsync.enabled": "dags.gitsync", "config.loging.remote_logging": "config.loging",
    "config.my_section.a": "config.my_section",
}
WRONG_TYPES = [
    ("scheduler.replicas", "2", 'it is the text "2"; a whole number is expected. Write 2 without quotes.'),
    ("scheduler.replicas", "two", 'it is the text "two"; a whole number is expected. Write a whole number.'),
    ("scheduler.replicas", 1.5, "it is the number 1.5; a whole number is expected."),
    ("scheduler.replicas", True, "it is true; a whole number is expected."),
    ("scheduler.replicas", [2], "it is a list; a whole number is expected."),
    ("pgbouncer.enabled", "true", 'it is the text "true"; true or false is expected. Write true without quotes.'),
    ("pgbouncer.enabled", "off", "Write false without quotes."),
    ("pgbouncer.enabled", 1, "it is the number 1; true or false is expected. Write true or false."),
    ("airflowVersion", 3.2, "it is the number 3.2; a text is expected. Put it in quotes."),
    ("executor", ["KubernetesExecutor"], "it is a list; a text is expected. Write it as a block of text"),
    ("extraEnv", [{"name": "a"}], "it is a list; a text is expected. Write it as a block of text, after `extraEnv: |"),
    ("env", {"A": "b"}, "it is a map; a list is expected. Write a list, each entry after a dash."),
    ("tolerations", "dedicated", 'it is the text "dedicated"; a list is expected.'),
    ("labels", ["a"], "it is a list; a map is expected. Write a map, each key on a line of its own."),
    ("labels.team", 7, "it is the number 7; a text is expected. Put it in quotes."),
    ("scheduler", "yes", 'it is the text "yes"; a map is expected.'),
    ("scheduler.resources", "big", "a map is expected"),
    ("config.core", 5, "it is the number 5; a map is expected."),
    ("config.core.parallelism", [1], "it is a list; "),
    ("fernetKeySecretName", 5, "it is the number 5; a text is expected."),
]


@pytest.mark.parametrize("chart", ["official", pytest.param("package", marks=official_chart)])
@pytest.mark.parametrize(("path", "value", "message"), WRONG_KEYS)
def test_a_wrong_key_is_reported_with_what_replaces_it(chart, path, value, message):
    message = message.replace("HPAConfig", "horizontalPodAutoscalerConfig")
    found = told(values_at(path, value), chart)
    assert len(found) == 1
    assert found[0].startswith(f"{AS_A_WHOLE.get(path, path)}: ") and message in found[0]


def test_there_are_enough_of_them():
    assert len({path for path, value, message in WRONG_KEYS}) > 100


@pytest.mark.parametrize("chart", [*FACTS, pytest.param("package", marks=official_chart)])
@pytest.mark.parametrize(("path", "value", "message"), WRONG_TYPES)
def test_a_value_of_the_wrong_type_is_reported_with_what_is_wanted(chart, path, value, message):
    found = told(values_at(path, value), chart)
    assert len(found) == 1
    assert found[0].startswith(f"{path}: ") and message in found[0]


@pytest.mark.parametrize(("values", "message"), [
    ({"tolerations": [{"key": "a", "effekt": "NoSchedule"}]}, "tolerations.0.effekt: "),
    ({"scheduler": {"resources": {"limit": {"cpu": "1"}}}}, "Write scheduler.resources.limits."),
    ({"apiServer": {"env": [{"name": "A"}]}}, "apiServer.env.0: it lacks value or valueFrom. Add value or valueFrom."),
    ({"ingress": {"apiServer": {"hosts": [5]}}}, "ingress.apiServer.hosts.0: it is the number 5; a "),
    ({"dags": {"persistence": {"accessMode": 5}}}, "dags.persistence.accessMode: it is the number 5"),
])
@pytest.mark.parametrize("chart", ["bundled", pytest.param("package", marks=official_chart)])
def test_what_the_schema_alone_knows(chart, values, message):
    assert any(message in found for found in told(values, chart))


@pytest.mark.parametrize(("path", "value"), [
    ("data.metadataConnection.pass", 20260101), ("redis.password", [20260101]), ("fernetKey", 20260101),
    ("registry.connection", "20260101"), ("env", [{"name": "TOKEN", "value": 20260101}]),
    ("extraSecrets", {"a": {"stringData": {"b": "20260101"}}}), ("kerberos.keytabBase64Content", 20260101),
    ("webserverSecretKeySecret", "20260101"), ("airflow.fernetKey", "20260101"), ("config.core.fernet_ke", "20260101"),
])
@pytest.mark.parametrize("chart", [*FACTS, pytest.param("package", marks=official_chart)])
def test_no_message_holds_what_may_be_a_secret(chart, path, value):
    found = told(values_at(path, value), chart)
    assert found and not any("20260101" in message for message in found)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("chart", ["official", pytest.param("package", marks=official_chart)])
def test_values_that_the_official_chart_takes_are_accepted(chart, path):
    assert told(yaml.safe_load(path.read_text(encoding="utf-8")), chart) == []


@pytest.mark.parametrize("chart", [*FACTS, pytest.param("package", marks=official_chart)])
@pytest.mark.parametrize("version", airflow_versions.TRIED)
def test_the_defaults_of_a_chart_are_accepted(chart, version):
    defaults = facts_of(chart).defaults
    assert told(defaults, chart, airflow_version=version) == []
    assert told({**defaults, "airflowVersion": version}, chart) == []


@pytest.mark.parametrize("values", [
    {},
    {"webserver": {"enabled": False, "allowPodLogReading": False}},
    {"webserver": None, "ingress": {"enabled": False, "web": {"enabled": False}}},
    {"scheduler": {"podDisruptionBudget": {"config": {"minAvailable": 1, "maxUnavailable": None}}}},
    {"scheduler": {"podDisruptionBudget": {"config": {"unhealthyPodEvictionPolicy": "AlwaysAllow"}}}},
    {"scheduler": {"strategy": {"type": "Recreate"}, "updateStrategy": {"rollingUpdate": {"partition": 1}}}},
    {"workers": {"terminationGracePeriodSeconds": 600, "nodeSelector": {"a": "b"}, "resources": {}}},
    {"workers": {"celery": {"sets": [{"name": "a", "queue": "b", "resources": {}, "keda": {"enabled": True}}]}}},
    {"labels": {"a/b.c": "d"}, "nodeSelector": {"a": "b"}, "quotas": {"requests.nvidia.com/gpu": "4"}},
    {"postgresql": {"enabled": False, "primary": {"persistence": {"enabled": True}}}, "global": {"imageRegistry": "a"}},
    {"extraSecrets": {"{{ .Release.Name }}-a": {"stringData": "a: b"}}, "extraConfigMaps": {"a": {"data": "b: c"}}},
    {"dags": {"gitSync": {"livenessProbe": {"httpGet": {"path": "/", "port": 1}}, "sshKeySecret": None}}},
    {"dagProcessor": {"dagBundleConfigList": [{"name": "a", "classpath": "b", "kwargs": {"anything": 1}}]}},
    {"config": {"core": {"an_option_of_my_own": 1}, "celery_broker_transport_options": {"anything": 1}}},
    {"config": {"celery_broker_transport_options": {"x": "/"}, "aws_ecs_executor": {"cluster": "a"}}},
    {"config": {"webserver": {"base_url": "https://a"}, "team_a=core": {"parallelism": 1}}},
    {"config": {"kubernetes_executor": {"worker_container_tag": "3.3.2-1", "namespace": "{{ .Release.Namespace }}"}}},
    {"multiNamespaceMode": True, "config": {"kubernetes_executor": {"namespace": "a", "multi_namespace_mode": "True"}}},
    {"executor": "LocalExecutor", "config": {"core": {"executor": "LocalExecutor"}}},
])
@pytest.mark.parametrize("chart", ["official", pytest.param("package", marks=official_chart)])
def test_what_is_right_is_not_reported(chart, values):
    assert told(values, chart) == []


# What a values file of Airflow 2 holds, and what takes the place of each key.
OF_AIRFLOW_2 = {
    "webserver": {"replicas": 2, "hpa": {"enabled": True}, "webserverConfig": "x", "defaultUser": {"enabled": False}},
    "webserverSecretKeySecretName": "airflow-webserver-secret-key",
    "ingress": {"web": {"enabled": True, "hosts": [{"name": "airflow.example.com"}]}},
    "config": {
        "webserver": {"cookie_secure": "True", "dag_orientation": "LR"}, "api": {"auth_backends": "a.b.basic_auth"},
        "core": {"dag_concurrency": 8, "dataset_manager_class": "a.B"}, "scheduler": {"min_file_process_interval": 8},
        "smtp": {"smtp_user": "a"},
    },
}
TODAY = {
    "webserver.replicas": "Write apiServer.replicas.",
    "webserver.hpa": "Write apiServer.hpa.",
    "webserver.webserverConfig": "Write apiServer.apiServerConfig.",
    "webserver.defaultUser": "Write createUserJob.defaultUser.",
    "webserverSecretKeySecretName": "Remove it; for a key of your own, set airflow_secrets_sources.api_secret_key.",
    "ingress.web.enabled": former_key_tables.INGRESS + ".",
    "ingress.web.hosts": former_key_tables.INGRESS + ".",
    "config.webserver.cookie_secure": "Write config.fab.cookie_secure.",
    "config.webserver.dag_orientation": "Remove it.",
    "config.api.auth_backends": "Write config.fab.auth_backends.",
    "config.core.dag_concurrency": "Write config.core.max_active_tasks_per_dag.",
    "config.core.dataset_manager_class": "Write config.core.asset_manager_class.",
    "config.scheduler.min_file_process_interval": "Write config.dag_processor.min_file_process_interval.",
    "config.smtp.smtp_user": "Write the connection smtp_default, as the variable AIRFLOW_CONN_SMTP_DEFAULT in secret.",
}


@pytest.mark.parametrize("chart", ["official", pytest.param("package", marks=official_chart)])
@pytest.mark.parametrize("version", [{}, {"airflowVersion": "2.11.0"}])
def test_a_values_file_of_airflow_2_is_told_key_by_key_what_to_write(chart, version):
    found = key_check.check_keys({**OF_AIRFLOW_2, **version}, facts_of(chart))
    assert {finding.path: f"{finding.remedy}." for finding in found} == TODAY


@pytest.mark.parametrize(("own", "environment", "is_told"), [
    ({}, "3.2.2", True), ({}, "3.3.2", False),
    ({"airflowVersion": "3.2.2"}, "3.3.2", True), ({"airflowVersion": "3.3.2"}, "3.2.2", False),
])
def test_the_version_of_the_values_is_that_of_their_options(own, environment, is_told):
    values = {**own, "config": {"core": {"allow_double_dot_in_ids": "True"}}}
    assert bool(told(values, airflow_version=environment)) == is_told


@pytest.mark.parametrize(("values", "message"), [
    ({"flower": {"enabled": True}}, "flower: the chart airflow 0.1.0 has no such key. The official chart has this key: "
                                    "set airflow_chart_source to official."),
    ({"workers": {"celery": {"replicas": 2}}}, "workers.celery.replicas: "),
    ({"data": {"metadataConnection": {"pass": "x"}}}, "set airflow_chart_source to official."),
    ({"dags": {"gitSync": {"repo": "x"}}}, "set airflow_chart_source to official."),
    ({"postgresql": {"auth": {"username": "x"}}}, "set airflow_chart_source to official."),
    # What the official chart would refuse as well is reported as there.
    ({"webserver": {"replicas": 2}}, "Write apiServer.replicas."),
    ({"webserver": {"enabled": False}}, "webserver.enabled: Airflow 3 has no webserver"),
    ({"ingress": {"web": {"hosts": []}}}, "Remove it, and set airflow_ingress,"),
    ({"workers": {"resources": {}}}, "Write workers.kubernetes.resources"),
    ({"externalDatabase": {}}, "Set airflow_database_mode to external"),
    ({"scheduler": {"replicaz": 1}}, "the chart airflow 0.1.0 has no such key. Write scheduler.replicas."),
    ({"postgresql": {"enable": False}}, "Write postgresql.enabled."),
    ({"tolerations": [{"effekt": "a"}]}, "The nearest key is tolerations.0.effect."),
    ({"config": {"loging": {"a": "b"}}}, "The nearest section is config.logging"),
])
def test_the_bundled_chart_names_the_official_one(values, message):
    assert [message in found for found in told(values, "bundled")] == [True]


@pytest.mark.parametrize(("executor", "template", "options", "count"), [
    ("KubernetesExecutor", None, {}, 2), ("CeleryExecutor,KubernetesExecutor", None, {}, 2),
    ("CeleryExecutor", None, {}, 0),
    # Airflow replaces the image of any template by its own, unless it is told of none or of one with a digest.
    ("KubernetesExecutor", "kind: Pod", {}, 2),
    ("KubernetesExecutor", "kind: Pod", {"worker_container_tag": ""}, 0),
    ("KubernetesExecutor", None, {"worker_container_tag": ""}, 2),
    ("KubernetesExecutor", None, {"worker_container_tag": "3.3.2"}, 2),
    ("KubernetesExecutor", None, {"worker_container_tag": "3.3.2@sha256:ab"}, 0),
])
def test_a_digest_that_does_not_reach_task_pods(executor, template, options, count):
    digests = {"images": {"airflow": {"digest": "sha256:ab"}}, "defaultAirflowDigest": "sha256:ab"}
    found = told({"executor": executor, "podTemplate": template, "config": {"kubernetes_executor": options}, **digests})
    assert len([message for message in found if "set airflow_image_digest" in message]) == len(found) == count


def test_a_digest_reaches_the_task_pods_of_the_bundled_chart():
    assert told({"executor": "KubernetesExecutor", "images": {"airflow": {"digest": "sha256:ab"}}}, "bundled") == []


@pytest.mark.parametrize("values", [
    {"webserver": {"hpa": {"enabledd": True, "minReplicaCount": "2"}}}, {"dags": {"gitSync": {"wait": "60"}}},
    {"externalDatabase": {"a": {"b": 1}}},
])
def test_what_stands_below_a_refused_key_is_not_reported(values):
    assert len(told(values)) == 1


def test_findings_are_sorted_and_each_place_is_reported_once():
    values = {
        "scheduler": {"replicaz": 1, "replicas": "2"}, "apiServer": {"ingress": {}}, "externalDatabase": {"host": 5},
        "config": {"metrics": {"statsd": {}}, "core": [1]}, "workers": {"celery": {"sets": [{"nam": "a"}]}}}
    found = key_check.check_keys(values, facts_of("official"))
    assert found == sorted(found)
    assert [finding.path for finding in found] == [
        "apiServer.ingress", "config.core", "config.metrics.statsd", "externalDatabase", "scheduler.replicas",
        "scheduler.replicaz", "workers.celery.sets.0.nam"]


SCHEMALESS = ChartFacts("demo", "1.0.0", {
    "image": {"tag": "1"}, "replicas": 1, "nodes": [], "labels": {}, "anything": None, "text": ""}, None, ("cache",))


@pytest.mark.parametrize(("values", "messages"), [
    ({"image": {"tag": 2}, "labels": {"a": "b"}, "anything": {"a": [1]}, "cache": {"a": 1}, "global": {}}, []),
    ({"image": {"tags": "2"}}, ["image.tags: the chart demo 1.0.0 has no such key. Write image.tag."]),
    ({"image": "demo:2"}, ["image: it is a text; a map is expected. Write a map, each key on a line of its own."]),
    ({"nodes": {"a": 1}}, ["nodes: it is a map; a list is expected. Write a list, each entry after a dash."]),
    ({"replicas": [1]}, ["replicas: it is a list; a text or a number or true or false is expected. "
                         "Write it as a block of text, after `replicas: |`."]),
    # Tables of another chart's keys say nothing here.
    ({"externalDatabase": {}}, ["externalDatabase: the chart demo 1.0.0 has no such key. Remove it; the keys there are "
                                "anything, cache, global, image, labels, nodes, replicas, text."]),
])
def test_a_chart_without_a_schema_is_checked_by_its_default_values(values, messages):
    assert [str(finding) for finding in key_check.check_keys(values, SCHEMALESS)] == messages


def test_keys_that_are_no_texts_are_read_as_helm_reads_them():
    assert told({"nodeSelector": {1: "a", False: "b"}, 5: 1}) == [
        "5: the chart airflow 1.22.0 has no such key. Remove it, or find the right key in the chart's values.yaml."]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([
            "scheduler", "config", "core", "replicas", "workers", "celery", "sets", "env", "airflow", "web", "a"]),
        inner, max_size=4), max_leaves=12)


@given(st.dictionaries(st.sampled_from(["config", "workers", "env", "webserver", "airflow", "ingress", "x"]), JSON))
def test_any_values_give_findings_and_never_an_error(values):
    for chart in FACTS:
        found = key_check.check_keys(values, facts_of(chart))
        assert found == sorted(set(found)) and len({finding.path for finding in found}) == len(found)
        assert all(isinstance(finding, ValueFinding) for finding in found)
        assert all(finding.path and finding.problem and finding.remedy for finding in found)


# Free, or refused as a whole on Airflow 3.
LEFT_OUT = {("config",), ("postgresql",), ("webserver",), ("ingress", "web"), ("workers", "persistence")}


def closed_paths(defaults, path=()):
    """The paths of the default values whose keys are not free."""
    for key, value in defaults.items():
        if path + (key,) not in LEFT_OUT:
            yield path + (key,)
            if isinstance(value, dict):
                yield from closed_paths(value, path + (key,))


@given(st.data())
def test_a_key_with_one_letter_too_many_is_reported_at_its_place_with_the_right_one(data):
    path = data.draw(st.sampled_from(sorted(closed_paths(facts_of("official").defaults))))
    place = data.draw(st.integers(1, len(path[-1])))
    wrong = path[-1][:place] + data.draw(st.sampled_from("qxyz")) + path[-1][place:]
    found = key_check.check_keys(values_at(".".join(path[:-1] + (wrong,)), None), facts_of("official"))
    assert [finding.path for finding in found] == [".".join(path[:-1] + (wrong,))]
    if len(wrong) > 6:
        assert "key is" in found[0].remedy or "Write " in found[0].remedy
