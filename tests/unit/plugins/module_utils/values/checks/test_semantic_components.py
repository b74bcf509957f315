# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_components
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, WARNING


@pytest.mark.parametrize(
    ("values", "path", "severity"),
    [
        ({"scheduler": {"replicas": 0}}, "scheduler.replicas", ERROR),
        ({"scheduler": {"replicas": "0"}}, "scheduler.replicas", ERROR),
        ({"scheduler": {"enabled": False, "replicas": 0}}, "scheduler.enabled", ERROR),
        ({"apiServer": {"replicas": 0}}, "apiServer.replicas", ERROR),
        ({"apiServer": {"enabled": False}}, "apiServer.enabled", ERROR),
        ({"apiServer": {"replicas": 0, "hpa": {"enabled": True, "maxReplicaCount": 0}}}, "apiServer.hpa.maxReplicaCount", ERROR),
        ({"dagProcessor": {"replicas": 0}}, "dagProcessor.replicas", ERROR),
        ({"dagProcessor": {"enabled": False}}, "dagProcessor.enabled", ERROR),
        ({"triggerer": {"replicas": 0}}, "triggerer.replicas", WARNING),
        ({"triggerer": {"enabled": False}}, "triggerer.enabled", WARNING),
        ({"triggerer": {"keda": {"enabled": True, "maxReplicaCount": 0}}}, "triggerer.keda.maxReplicaCount", WARNING),
    ],
)
def test_what_airflow_cannot_do_without_is_told(values, path, severity):
    (finding,) = semantic_components.essential_components(values)
    assert (finding.path, finding.severity) == (path, severity)
    assert finding.remedy.startswith(f"Set {path} to ")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"scheduler": {"replicas": 2}, "dagProcessor": {"enabled": None, "replicas": None}},
        {"apiServer": {"replicas": 0, "hpa": {"enabled": True}}},
        {"triggerer": {"replicas": 0, "keda": {"enabled": True, "minReplicaCount": 0}}},
        {"statsd": {"enabled": False}, "webserver": {"replicas": 0}},
    ],
)
def test_what_runs_or_begins_by_itself_is_left_alone(values):
    assert semantic_components.essential_components(values) == []


@pytest.mark.parametrize(
    ("workers", "told"),
    [
        ({"celery": {"replicas": 0}}, [("workers.celery.replicas", ERROR)]),
        ({"replicas": 0}, [("workers.replicas", ERROR)]),
        ({"replicas": 0, "celery": {"replicas": 2}}, []),
        ({"celery": {"replicas": 0, "keda": {"enabled": True, "minReplicaCount": 0}}}, []),
        ({"celery": {"replicas": 0, "hpa": {"enabled": True, "minReplicaCount": 1}}}, []),
        ({"celery": {"keda": {"enabled": True, "maxReplicaCount": 0}}}, [("workers.celery.keda.maxReplicaCount", ERROR)]),
        ({"celery": {"enableDefault": False}}, [("workers.celery.enableDefault", ERROR)]),
        ({"celery": {"enableDefault": False, "sets": [{"name": "a", "replicas": 0}]}}, [("workers.celery.sets.0.replicas", ERROR)]),
        ({"celery": {"sets": [{"name": "a", "replicas": 0}]}}, [("workers.celery.sets.0.replicas", WARNING)]),
        ({"celery": {"replicas": 0, "sets": [{"name": "a", "replicas": 1}]}}, [("workers.celery.replicas", WARNING)]),
        ({}, []),
    ],
)
def test_celery_has_workers(workers, told):
    found = semantic_components.celery_workers({"executor": "CeleryExecutor", "workers": workers})
    assert [(finding.path, finding.severity) for finding in found] == told
    assert semantic_components.celery_workers({"executor": "KubernetesExecutor", "workers": workers}) == []


OFF = {"allowPodLaunching": False, "scheduler": {"serviceAccount": {"automountServiceAccountToken": False}}}
TOKEN = "scheduler.serviceAccount.automountServiceAccountToken"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"executor": "KubernetesExecutor", **OFF}, [TOKEN, "allowPodLaunching"]),
        ({"executor": "CeleryExecutor,KubernetesExecutor", "allowPodLaunching": False}, ["allowPodLaunching"]),
        # Who makes the rights elsewhere has no use for the switch.
        ({"executor": "KubernetesExecutor", "rbac": {"create": False}, **OFF}, [TOKEN]),
        ({"executor": "CeleryExecutor", **OFF}, []),
        ({"executor": "KubernetesExecutor"}, []),
    ],
)
def test_the_scheduler_may_start_pods(values, told):
    assert [finding.path for finding in semantic_components.executor_rights(values)] == told


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"dagProcessor": {"dagBundleConfigList": []}}, ["dagProcessor.dagBundleConfigList"]),
        ({"dagProcessor": {"dagBundleConfigList": None}}, ["dagProcessor.dagBundleConfigList"]),
        ({"dagProcessor": {"dagBundleConfigList": [{"name": "core"}]}}, []),
        ({"dagProcessor": {"dagBundleConfigList": []}, "config": {"dag_processor": {"dag_bundle_config_list": "[{}]"}}}, []),
        ({"dagProcessor": {"replicas": 2}}, []),
        ({}, []),
    ],
)
def test_there_is_a_bundle_of_dags(values, told):
    assert [finding.path for finding in semantic_components.dag_bundles(values)] == told
