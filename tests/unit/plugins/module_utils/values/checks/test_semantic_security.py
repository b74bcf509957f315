# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_security

KUBERNETES = {"executor": "KubernetesExecutor"}
HARD = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
POLICIES = {"networkPolicies": {"enabled": True}}
FROM = {"networkPolicy": {"ingress": {"from": [{"podSelector": {}}]}}}


def paths(found):
    return sorted(finding.path for finding in found)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, ["apiSecretKeySecretName", "fernetKeySecretName", "jwtSecretName"]),
        ({"fernetKeySecretName": "a", "apiSecretKeySecretName": "b", "jwtSecretName": "c"}, []),
        ({"fernetKey": "inline", "apiSecretKeySecretName": "b", "jwtSecretName": "c"}, []),
        (
            {"enableBuiltInSecretEnvVars": {"AIRFLOW__CORE__FERNET_KEY": False}},
            ["apiSecretKeySecretName", "jwtSecretName"],
        ),
    ],
)
def test_keys_are_made_once(values, told):
    assert paths(semantic_security.key_secrets(values)) == told


@pytest.mark.parametrize(
    ("context", "lacks"),
    [
        (HARD, None),
        ({}, None),
        ({**HARD, "readOnlyRootFilesystem": True}, None),
        ({"readOnlyRootFilesystem": True}, "allowPrivilegeEscalation: false and capabilities: {drop: [ALL]}"),
        ({"allowPrivilegeEscalation": False}, "lacks capabilities"),
        ({"capabilities": {"drop": ["ALL"]}}, "lacks allowPrivilegeEscalation"),
        ({"allowPrivilegeEscalation": True, "capabilities": {"drop": ["ALL"]}}, "lacks allowPrivilegeEscalation"),
        ({"allowPrivilegeEscalation": False, "capabilities": {"drop": ["NET_RAW"]}}, "lacks capabilities"),
        ({"allowPrivilegeEscalation": False, "capabilities": "odd"}, "lacks capabilities"),
    ],
)
def test_contexts_keep_what_they_replace(context, lacks):
    for values, path in (
        ({"securityContexts": {"containers": context, "pod": {"runAsUser": 1}}}, "securityContexts.containers"),
        (
            {"dags": {"gitSync": {"securityContexts": {"container": context}}}},
            "dags.gitSync.securityContexts.container",
        ),
    ):
        found = semantic_security.container_contexts(values)
        assert paths(found) == ([path] if lacks else [])
        assert not lacks or lacks in found[0].problem


def test_giving_a_volume_away_takes_capabilities():
    values = {"workers": {"celery": {"persistence": {"securityContexts": {"container": {"runAsUser": 0}}}}}}
    assert semantic_security.container_contexts(values) == []


CHECKED = [
    (semantic_security.api_server_traffic, {**KUBERNETES, **POLICIES}, "apiServer.networkPolicy.ingress.from"),
    (semantic_security.api_server_traffic, POLICIES, "apiServer.networkPolicy.ingress.from"),
    (semantic_security.api_server_traffic, {**KUBERNETES, **POLICIES, "apiServer": FROM}, None),
    (semantic_security.api_server_traffic, KUBERNETES, None),
    (semantic_security.api_server_traffic, {"executor": "LocalExecutor", **POLICIES}, None),
    (
        semantic_security.api_server_port,
        {"apiServer": {"service": {"ports": [{"port": 80}]}}},
        "apiServer.service.ports",
    ),
    (
        semantic_security.api_server_port,
        {"apiServer": {"service": {"ports": [{"port": 8080, "nodePort": 30080}]}}},
        None,
    ),
    (semantic_security.api_server_port, {"apiServer": {"service": {"ports": [{"port": 80}, {"port": "8080"}]}}}, None),
    (
        semantic_security.api_server_port,
        {"apiServer": {"service": {"ports": [{"port": 80}]}}, "ports": {"apiServer": 80}},
        None,
    ),
    (
        semantic_security.api_server_port,
        {"apiServer": {"service": {"ports": [{"port": "{{ .Values.ports.apiServer }}"}]}}},
        None,
    ),
    (
        semantic_security.api_server_port,
        {
            "apiServer": {"service": {"ports": [{"port": 80}]}},
            "config": {"core": {"execution_api_server_url": "http://x/execution/"}},
        },
        None,
    ),
    (semantic_security.api_server_port, {}, None),
    (semantic_security.pod_log_reading, {"apiServer": {"allowPodLogReading": False}}, "apiServer.allowPodLogReading"),
    (semantic_security.pod_log_reading, {"webserver": {"allowPodLogReading": False}}, "apiServer.allowPodLogReading"),
    (
        semantic_security.pod_log_reading,
        {"apiServer": {"allowPodLogReading": False}, "webserver": {"allowPodLogReading": False}},
        None,
    ),
    (semantic_security.pod_log_reading, {}, None),
    (semantic_security.openshift_dag_processor, {"rbac": {"createSCCRoleBinding": True}}, "dagProcessor.enabled"),
    (
        semantic_security.openshift_dag_processor,
        {"rbac": {"createSCCRoleBinding": True}, "dagProcessor": {"enabled": True}},
        None,
    ),
    (
        semantic_security.openshift_dag_processor,
        {"rbac": {"createSCCRoleBinding": True}, "dagProcessor": {"enabled": False}},
        None,
    ),
    (semantic_security.openshift_dag_processor, {}, None),
    (semantic_security.job_hooks, {"migrateDatabaseJob": {"useHelmHooks": True}}, "migrateDatabaseJob.useHelmHooks"),
    (semantic_security.job_hooks, {"createUserJob": {"useHelmHooks": True}}, "createUserJob.useHelmHooks"),
    (semantic_security.job_hooks, {"createUserJob": {"useHelmHooks": True, "enabled": False}}, None),
    (semantic_security.job_hooks, {"createUserJob": {"useHelmHooks": False}}, None),
    (semantic_security.job_hooks, {}, None),
    (
        semantic_security.collector_configuration,
        {"otelCollector": {"tracesEnabled": True}, "images": {"otelCollector": {"tag": "0.120.0"}}},
        "otelCollector.config",
    ),
    (
        semantic_security.collector_configuration,
        {"otelCollector": {"metricsEnabled": True, "config": "x"}, "images": {"otelCollector": {"tag": "0.120.0"}}},
        None,
    ),
    (semantic_security.collector_configuration, {"otelCollector": {"tracesEnabled": True}}, None),
    (
        semantic_security.collector_configuration,
        {"otelCollector": {"tracesEnabled": True}, "images": {"otelCollector": {"tag": "0.70.0@sha256:0"}}},
        None,
    ),
    (semantic_security.collector_configuration, {"images": {"otelCollector": {"tag": "0.120.0"}}}, None),
]


@pytest.mark.parametrize(("check", "values", "told"), CHECKED)
def test_pitfalls(check, values, told):
    assert paths(check(values)) == ([told] if told else [])
