# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of older official charts count as those of today that do the same, and what has none is dropped with the reason."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import official_tree
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import former_charts
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.current_keys import takes

LOCAL, BOTH = {"executor": "LocalExecutor"}, {"executor": "CeleryExecutor,KubernetesExecutor"}
SIZE = {"limits": {"memory": "1Gi"}}
# {case: (values, variables or overrides that they become)}
BECOMES = {
    "webserver": ({"webserver": {"replicas": 2}}, {"components": {"api_server": {"replicas": 2}}}),
    "webserver_s_extras": ({"webserver": {"hostAliases": [{"ip": "10.0.0.1"}]}}, {"values_overrides": {"apiServer": {"hostAliases": [{"ip": "10.0.0.1"}]}}}),
    "both": ({"webserver": {"replicas": 2}, "apiServer": {"replicas": 3}}, {"components": {"api_server": {"replicas": 3}}}),
    "security_context": ({"securityContext": {"fsGroup": 5}}, {"values_overrides": {"securityContexts": {"pod": {"fsGroup": 5}}}}),
    "security_context_of_a_component": ({"triggerer": {"securityContext": {"fsGroup": 5}}},
                                        {"values_overrides": {"triggerer": {"securityContexts": {"pod": {
                                            "fsGroup": 5, "runAsNonRoot": True, "runAsUser": 50000, "runAsGroup": 0,
                                            "seccompProfile": {"type": "RuntimeDefault"}}}}}}),
    "security_context_of_a_container": (
        {"triggerer": {"securityContexts": {"container": {"readOnlyRootFilesystem": True}}}},
        {"values_overrides": {"triggerer": {"securityContexts": {"container": {
            "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}}}}),
    "security_context_that_the_collection_completes": ({"statsd": {"uid": 5}},
                                                       {"values_overrides": {"statsd": {"securityContexts": {"pod": {"runAsUser": 5}}}}}),
    "security_context_of_redis": ({"executor": "CeleryExecutor", "redis": {"securityContext": {"runAsUser": 5}}},
                                  {"values_overrides": {"redis": {"securityContexts": {"pod": {"runAsUser": 5}}}}}),
    "uid": ({"uid": 5, "gid": 6}, {"values_overrides": {"securityContexts": {"pod": {"runAsUser": 5, "fsGroup": 6}}}}),
    "workers_of_both_kinds": ({"workers": {"resources": SIZE}, **BOTH}, {"components": {"worker": {"resources": SIZE}, "celery_worker": {"resources": SIZE}}}),
    "workers_with_one_of_their_own": (
        {"workers": {"resources": SIZE, "celery": {"resources": {"limits": {"memory": "3Gi"}}}}, **BOTH},
        {"components": {"worker": {"resources": SIZE}, "celery_worker": {"resources": {"limits": {"memory": "3Gi"}}}}}),
    "one_switch_for_every_ingress": ({"ingress": {"enabled": True, "web": {"host": "airflow.acme.test"}}},
                                     {"ingress": {"enabled": True, "host": "airflow.acme.test"}}),
    "executor_of_airflow_2": ({"executor": "CeleryKubernetesExecutor"}, {"executor": "CeleryExecutor,KubernetesExecutor"}),
    "sequential_executor": ({"executor": "SequentialExecutor"}, {"executor": "LocalExecutor"}),
    "rbac": ({"rbac": {"create": False}}, {"service_account_source": "prerequisites"}),
}  # fmt: skip
DROPPED = {
    "webserver_s_own": ({"webserver": {"command": ["airflow", "webserver"]}}, "webserver.command"),
    "webserver_s_unknown": ({"webserver": {"terminationGracePeriodSeconds": 5}}, "webserver.terminationGracePeriodSeconds"),
    "login": ({"webserver": {"webserverConfig": "AUTH_TYPE = 1"}}, "webserver.webserverConfig"),
    "migration": ({"migrateDatabaseJob": {"useHelmHooks": False}}, "migrateDatabaseJob"),
    "workers_that_are_not_there": ({"workers": {"replicas": 3}}, "workers.replicas"),
    "pod_template": ({"podTemplate": "kind: Pod", "executor": "CeleryExecutor"}, "podTemplate"),
    "cleanup_of_task_pods": ({"cleanup": {"enabled": True}}, "cleanup"),
    "workers_of_task_pods": ({"workers": {"replicas": 3}, "executor": "KubernetesExecutor"}, "workers.replicas"),
    "names": ({"fullnameOverride": "acme"}, "fullnameOverride"),
    "account": ({"scheduler": {"serviceAccount": {"name": "acme"}}}, "scheduler.serviceAccount.name"),
    "git_sync_3": ({"images": {"gitSync": {"tag": "v3.6.3"}}, "dags": {"gitSync": {"enabled": True, "repo": "https://git.acme.test/a.git"}}},
                   "images.gitSync"),
    "volume_of_the_triggerer": ({"triggerer": {"persistence": {"size": "5Gi"}}}, "triggerer.persistence"),
    "policies": ({"apiServer": {"networkPolicy": {"ingress": {"from": [{"podSelector": {}}]}}}}, "apiServer.networkPolicy"),
}  # fmt: skip


@pytest.mark.parametrize("values, wanted", BECOMES.values(), ids=BECOMES)
def test_a_former_key_counts_as_the_one_of_today(values, wanted, variables):
    found = variables({**LOCAL, **values})
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("values, origin", DROPPED.values(), ids=DROPPED)
def test_what_has_no_place_any_more_is_dropped_with_the_reason(values, origin, rows, variables):
    outcome, _target, note = rows({**LOCAL, **values})[origin]
    assert outcome == "dropped" and note.endswith(".")
    assert "values_overrides" not in variables({**LOCAL, **values})


def test_a_login_that_is_not_taken_over_is_among_what_is_left_to_do(imported):
    tasks = imported({**LOCAL, "webserver": {"webserverConfig": "AUTH_TYPE = AUTH_OAUTH"}}).tasks
    assert any("airflow_auth.method" in task for task in tasks)


@pytest.mark.parametrize("new", sorted(set(former_charts.RENAMED.values())))
def test_the_chart_has_what_a_former_key_becomes(new):
    assert takes(tuple(new.split(".")))


@pytest.mark.parametrize("path", ["scheduler.resources.limits.memory", "labels.acme", "apiServer.replicas", "extraConfigMaps.a.data"])
def test_free_keys_and_types_of_kubernetes_are_taken(path):
    assert takes(tuple(path.split(".")))


@pytest.mark.parametrize("path", ["scheduler.replicaCount", "webserverr", "workers.kubernetes.replicas"])
def test_what_the_chart_lacks_is_not_taken(path):
    assert not takes(tuple(path.split("."))) and not official_tree().has(tuple(path.split(".")))
