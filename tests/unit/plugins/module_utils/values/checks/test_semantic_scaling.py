# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_scaling


def paths(found):
    return sorted(finding.path for finding in found)


@pytest.mark.parametrize(
    ("component", "config", "told"),
    [
        ("scheduler", {"minAvailable": 1}, True),
        ("scheduler", {"minAvailable": 1, "maxUnavailable": 1}, True),
        ("scheduler", {"minAvailable": 1, "maxUnavailable": None}, False),
        ("scheduler", {"maxUnavailable": 1}, False),
        ("scheduler", {"minAvailable": None, "maxUnavailable": 1}, False),
        ("pgbouncer", {"minAvailable": "50%"}, True),
        ("workers", {"minAvailable": 1}, True),
        ("workers.celery", {"minAvailable": 1}, False),
        ("workers.celery", {"minAvailable": 1, "maxUnavailable": 1}, True),
    ],
)
def test_a_budget_has_one_limit(component, config, told):
    values = {"podDisruptionBudget": {"enabled": True, "config": config}}
    for name in reversed(component.split(".")):
        values = {name: values}
    found = semantic_scaling.disruption_budgets(values)
    assert paths(found) == ([f"{component}.podDisruptionBudget.config.minAvailable"] if told else [])
    assert all(f"{component}.podDisruptionBudget.config.maxUnavailable to null" in finding.remedy for finding in found)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"apiServer": {"hpa": {"enabled": True, "minReplicaCount": 2, "maxReplicaCount": 6}}}, []),
        ({"apiServer": {"hpa": {"enabled": True}}}, []),
        ({"apiServer": {"hpa": {"enabled": True, "minReplicaCount": 5}}}, []),
        ({"apiServer": {"hpa": {"enabled": True, "minReplicaCount": 6}}}, ["apiServer.hpa.minReplicaCount"]),
        ({"apiServer": {"hpa": {"enabled": True, "minReplicaCount": 0}}}, ["apiServer.hpa.minReplicaCount"]),
        ({"apiServer": {"hpa": {"enabled": False, "minReplicaCount": 0}}}, []),
        ({"triggerer": {"keda": {"enabled": True}}}, []),
        ({"triggerer": {"keda": {"enabled": True, "minReplicaCount": 11}}}, ["triggerer.keda.minReplicaCount"]),
        ({"workers": {"celery": {"hpa": {"enabled": True}}}}, ["workers.celery.hpa.minReplicaCount"]),
        ({"workers": {"celery": {"hpa": {"enabled": True, "minReplicaCount": 2}}}}, []),
        ({"workers": {"celery": {"keda": {"enabled": True}}}}, []),
        (
            {"workers": {"celery": {"enableDefault": False, "sets": [{"name": "a", "hpa": {"enabled": True}}]}}},
            ["workers.celery.sets.0.hpa.minReplicaCount"],
        ),
        ({"executor": "KubernetesExecutor", "workers": {"celery": {"hpa": {"enabled": True}}}}, []),
    ],
)
def test_bounds_of_autoscalers(values, told):
    assert paths(semantic_scaling.autoscaler_bounds(values)) == told


@pytest.mark.parametrize(
    ("hpa", "keda", "told"), [(True, True, True), (True, False, False), (False, True, False), (None, None, False)]
)
def test_one_autoscaler_is_enough(hpa, keda, told):
    values = {"workers": {"celery": {"hpa": {"enabled": hpa}, "keda": {"enabled": keda}}}}
    assert paths(semantic_scaling.two_autoscalers(values)) == (["workers.celery.hpa.enabled"] if told else [])


def test_priority_classes_are_named_after_the_release():
    values = {
        "priorityClasses": [{"name": "core", "value": 1000}, {"value": 1}, "odd"],
        "scheduler": {"priorityClassName": "core"},
        "apiServer": {"priorityClassName": "airflow-core"},
        "workers": {"kubernetes": {"priorityClassName": "system-node-critical"}},
    }
    assert paths(semantic_scaling.priority_class_names(values)) == ["scheduler.priorityClassName"]
    assert semantic_scaling.priority_class_names({**values, "priorityClasses": None}) == []
