# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

SIZED = {"resources": {"requests": {"cpu": "500m"}}}
HTTPS = "https://git.example.com/dags.git"


def cpu(percent):
    target = {"type": "Utilization", "averageUtilization": percent}
    return [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]


def test_the_api_server_by_its_use_of_cpu(compiled):
    values = compiled(
        components={"api_server": SIZED}, autoscaling={"api_server": {"minimum": 2, "maximum": 6, "cpu_percent": 70}},
    )  # fmt: skip
    scaled = values["apiServer"]
    assert scaled["hpa"] == {"enabled": True, "minReplicaCount": 2, "maxReplicaCount": 6, "metrics": cpu(70)}
    assert "replicas" not in scaled


def test_celery_workers_by_their_use_of_cpu(compiled):
    values = compiled(
        executor="CeleryExecutor", components={"celery_worker": SIZED}, autoscaling={"celery_worker": {"maximum": 6}}
    )
    # The chart's own least number, none, is refused by Kubernetes.
    assert values.at("workers.celery.hpa") == {
        "enabled": True, "minReplicaCount": 1, "maxReplicaCount": 6, "metrics": cpu(80),
    }  # fmt: skip


def test_celery_workers_by_tasks(compiled):
    values = compiled(executor="CeleryExecutor", autoscaling={"celery_worker": {"kind": "keda", "maximum": 6}})
    assert values.at("workers.celery.keda") == {
        "enabled": True, "minReplicaCount": 0, "maxReplicaCount": 6, "usePgbouncer": True,
    }  # fmt: skip


def test_the_triggerer_by_triggers(compiled):
    values = compiled(autoscaling={"triggerer": {"minimum": 1, "maximum": 3}})
    assert values.at("triggerer.keda") == {
        "enabled": True, "minReplicaCount": 1, "maxReplicaCount": 3, "usePgbouncer": True,
    }  # fmt: skip


def test_nothing_is_scaled_unless_asked_for(compiled):
    assert compiled(autoscaling={"api_server": {}, "triggerer": None}) == compiled()


@pytest.mark.parametrize(
    ("specification", "variables"),
    [
        ({"autoscaling": {"triggerer": {"minimum": 1}}}, {"airflow_autoscaling.triggerer.maximum"}),
        ({"autoscaling": {"triggerer": {"minimum": 4, "maximum": 3}}}, {"airflow_autoscaling.triggerer.minimum"}),
        (
            {"autoscaling": {"api_server": {"minimum": 0, "maximum": 3}}, "components": {"api_server": SIZED}},
            {"airflow_autoscaling.api_server.minimum"},
        ),
        (
            {"autoscaling": {"celery_worker": {"kind": "keda", "maximum": 3}}},
            {"airflow_autoscaling.celery_worker"},
        ),
        (
            {
                "executor": "CeleryExecutor",
                "autoscaling": {"celery_worker": {"kind": "keda", "maximum": 3, "cpu_percent": 50}},
            },
            {"airflow_autoscaling.celery_worker.cpu_percent"},
        ),
        (
            {
                "autoscaling": {"celery_worker": {"maximum": 3}}, "executor": "CeleryExecutor",
                "components": {"celery_worker": SIZED},
                "dag_delivery": {"method": "git_sync", "git_sync": {"repository": HTTPS}},
            },
            {"airflow_dag_delivery.git_sync.resources.requests"},
        ),
        (
            {"autoscaling": {"triggerer": {"maximum": 3}}, "components": {"triggerer": {"replicas": 1}}},
            {"airflow_components.triggerer.replicas"},
        ),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused(refused, specification, variables):
    assert set(refused(**specification)) == variables


def test_a_limit_is_a_request_where_there_is_none(compiled):
    components = {"api_server": {"resources": {"limits": {"cpu": "1"}}}}
    assert compiled(components=components, autoscaling={"api_server": {"maximum": 3}}).at("apiServer.hpa.enabled")
