# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_placement

CORE = {"labels": {"pool": "core"}, "taints": []}
TASKS = {
    "labels": {"pool": "tasks", "size": "large"},
    "taints": [{"key": "dedicated", "value": "tasks", "effect": "NoSchedule"}],
}
SPOT = {
    "labels": {"pool": "spot"},
    "taints": [{"key": "spot", "value": "", "effect": "NoExecute"}, {"key": "soft", "effect": "PreferNoSchedule"}],
}
POOLS = {"node_pools": [CORE, TASKS, SPOT]}
TOLERATION = {"key": "dedicated", "operator": "Equal", "value": "tasks", "effect": "NoSchedule"}


def told(values, context=None):
    return [finding.path for finding in semantic_placement.node_pools(values, POOLS if context is None else context)]


def task_pods(**settings):
    return {"executor": "KubernetesExecutor", "workers": {"kubernetes": settings}}


@pytest.mark.parametrize(
    ("taint", "toleration", "matches"),
    [
        ({"key": "a", "value": "b", "effect": "NoSchedule"}, {"key": "a", "value": "b", "effect": "NoSchedule"}, True),
        ({"key": "a", "value": "b", "effect": "NoSchedule"}, {"key": "a", "value": "b"}, True),
        ({"key": "a", "value": "b", "effect": "NoSchedule"}, {"key": "a", "operator": "Exists"}, True),
        ({"key": "a", "value": "b", "effect": "NoSchedule"}, {"operator": "Exists"}, True),
        ({"key": "a", "effect": "NoSchedule"}, {"key": "a"}, True),
        ({"key": "a", "value": "b", "effect": "NoSchedule"}, {"key": "a", "value": "c"}, False),
        ({"key": "a", "value": "b", "effect": "NoSchedule"}, {"key": "a", "value": "b", "effect": "NoExecute"}, False),
        ({"key": "a", "value": "b", "effect": "NoSchedule"}, {"key": "c", "operator": "Exists"}, False),
        ({"key": "a", "value": "b", "effect": "NoSchedule"}, "odd", False),
    ],
)
def test_tolerations(taint, toleration, matches):
    assert semantic_placement.is_tolerated(taint, [toleration]) is matches


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"nodeSelector": {"pool": "core"}}, []),
        ({"nodeSelector": {"pool": "tasks"}}, ["workers.kubernetes.tolerations"]),
        ({"nodeSelector": {"pool": "tasks"}, "tolerations": [TOLERATION]}, []),
        ({"nodeSelector": {"pool": "tasks", "kubernetes.io/arch": "amd64"}, "tolerations": [TOLERATION]}, []),
        (
            {"nodeSelector": {"pool": "tasks", "size": "small"}, "tolerations": [TOLERATION]},
            ["workers.kubernetes.nodeSelector"],
        ),
        ({"nodeSelector": {"pool": "missing"}}, ["workers.kubernetes.nodeSelector"]),
        ({"nodeSelector": {"pool": "spot"}}, ["workers.kubernetes.tolerations"]),
        ({"nodeSelector": {"pool": "spot"}, "tolerations": [{"key": "spot", "operator": "Exists"}]}, []),
        ({}, []),
    ],
)
def test_task_pods_find_a_node(settings, paths):
    assert told(task_pods(**settings)) == paths


def test_the_finding_names_the_taint():
    (finding,) = semantic_placement.node_pools(task_pods(nodeSelector={"pool": "tasks"}), POOLS)
    assert "dedicated=tasks:NoSchedule" in finding.problem and "dedicated=tasks:NoSchedule" in finding.remedy


def test_one_open_pool_is_enough():
    pools = {"node_pools": [{**TASKS, "taints": []}, TASKS]}
    assert told(task_pods(nodeSelector={"pool": "tasks"}), pools) == []


def test_what_all_components_share_is_reported_once():
    assert told({"executor": "LocalExecutor", "nodeSelector": {"pool": "tasks"}}) == ["tolerations"]
    assert told({"executor": "LocalExecutor", "nodeSelector": {"pool": "tasks"}, "tolerations": [TOLERATION]}) == []


def test_a_component_s_own_setting_replaces_the_global_one():
    values = {"executor": "LocalExecutor", "nodeSelector": {"pool": "tasks"}, "tolerations": [TOLERATION]}
    values["scheduler"] = {"tolerations": [{"key": "other", "operator": "Exists"}]}
    values["apiServer"] = {"nodeSelector": {"pool": "core"}}
    values["triggerer"] = {"nodeSelector": {"pool": "spot"}}
    assert told(values) == ["scheduler.tolerations", "triggerer.tolerations"]


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ({"executor": "KubernetesExecutor", "pgbouncer": {"nodeSelector": {"pool": "tasks"}}}, []),
        (
            {"executor": "KubernetesExecutor", "pgbouncer": {"enabled": True, "nodeSelector": {"pool": "tasks"}}},
            ["pgbouncer.tolerations"],
        ),
        ({"executor": "KubernetesExecutor", "triggerer": {"enabled": False, "nodeSelector": {"pool": "tasks"}}}, []),
        ({"executor": "KubernetesExecutor", "redis": {"nodeSelector": {"pool": "tasks"}}}, []),
        ({"redis": {"nodeSelector": {"pool": "tasks"}}}, ["redis.tolerations"]),
        ({"flower": {"nodeSelector": {"pool": "tasks"}}, "databaseCleanup": {"nodeSelector": {"pool": "tasks"}}}, []),
        ({"statsd": {"nodeSelector": {"pool": "tasks"}}}, ["statsd.tolerations"]),
        ({"createUserJob": {"nodeSelector": {"pool": "tasks"}}}, ["createUserJob.tolerations"]),
        ({"migrateDatabaseJob": {"nodeSelector": {"pool": "tasks"}}}, ["migrateDatabaseJob.tolerations"]),
        (
            {"executor": "KubernetesExecutor", "cleanup": {"enabled": True, "nodeSelector": {"pool": "x"}}},
            ["cleanup.nodeSelector"],
        ),
        ({"otelCollector": {"tracesEnabled": True, "nodeSelector": {"pool": "x"}}}, ["otelCollector.nodeSelector"]),
        ({"apiServer": {"nodeSelector": {"pool": "x"}}}, ["apiServer.nodeSelector"]),
        ({"apiServer": {"enabled": False, "nodeSelector": {"pool": "x"}}}, []),
        ({"dagProcessor": {"nodeSelector": {"pool": "x"}}}, ["dagProcessor.nodeSelector"]),
        (
            {
                "workers": {
                    "celery": {
                        "nodeSelector": {"pool": "core"},
                        "sets": [{"name": "a", "nodeSelector": {"pool": "tasks"}}],
                    }
                }
            },
            ["workers.celery.sets.0.tolerations"],
        ),
        (
            {"workers": {"nodeSelector": {"pool": "tasks"}}, "executor": "KubernetesExecutor"},
            ["workers.kubernetes.tolerations"],
        ),
        ({**task_pods(nodeSelector={"pool": "tasks"}), "podTemplate": "spec: {}"}, []),
    ],
)
def test_only_what_is_rendered_is_judged(values, paths):
    assert told(values) == paths


@pytest.mark.parametrize(
    ("labels", "paths"),
    [
        ({"pool": "a"}, []),
        ({"kubernetes.io/arch": "arm64"}, ["nodeSelector"]),
        ({"kubernetes.io/arch": "amd64"}, ["tolerations"]),
    ],
)
def test_labels_of_kubernetes_select_only_pools_that_tell_theirs(labels, paths):
    pools = {"node_pools": [{"labels": labels, "taints": TASKS["taints"]}]}
    assert told({"executor": "LocalExecutor", "nodeSelector": {"kubernetes.io/arch": "amd64"}}, pools) == paths


ZONE = "topology.kubernetes.io/zone"


@pytest.mark.parametrize(
    ("zones", "selector", "paths"),
    [
        (["a", "b"], {ZONE: "b"}, []),
        (["a", "b"], {ZONE: "c"}, ["nodeSelector"]),
        (["a", "b"], {"pool": "core", ZONE: "b"}, []),
        (["a", "b"], {"pool": "core", ZONE: "c"}, ["nodeSelector"]),
        (["a", "b"], {"pool": "tasks", ZONE: "a"}, ["nodeSelector"]),
        (["a", "b"], {"kubernetes.io/arch": "arm64"}, []),
        ([], {ZONE: "c"}, []),
        ([], {"pool": "core", ZONE: "c"}, []),
    ],
)
def test_a_zone_that_no_pool_declares_is_found(zones, selector, paths):
    pools = {"node_pools": [{**CORE, "zones": zones}]}
    assert told({"executor": "LocalExecutor", "nodeSelector": selector}, pools) == paths


def test_pools_that_contradict_themselves_are_told_once():
    pools = {"node_pools": [{"name": "core", "zones": ["a", "a"]}]}
    (finding,) = semantic_placement.contradicting_pools({}, pools)
    assert (finding.path, finding.problem) == ("airflow_node_pools[core].zones", "it names a twice")
    assert semantic_placement.contradicting_pools({}, {}) == semantic_placement.contradicting_pools({}, POOLS) == []


def test_without_pools_nothing_is_judged():
    for context in ({}, {"node_pools": []}, {"node_pools": None}):
        assert told(task_pods(nodeSelector={"pool": "missing"}), context) == []
