# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_resources


def resources(requests=None, limits=None):
    return {"scheduler": {"resources": {"requests": requests or {}, "limits": limits or {}}}}


def paths(found):
    return sorted(finding.path for finding in found)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (resources({"cpu": "500m", "memory": "1Gi"}, {"cpu": 2, "memory": "2Gi"}), []),
        (resources({"cpu": 0.5, "memory": 0}), []),
        (resources({"cpu": None}), []),
        (resources({"memory": "1GB"}), ["scheduler.resources.requests.memory"]),
        (
            resources({"cpu": True, "memory": "-1Gi"}),
            ["scheduler.resources.requests.cpu", "scheduler.resources.requests.memory"],
        ),
        (resources({}, {"memory": "512m"}), ["scheduler.resources.limits.memory"]),
        (resources({}, {"ephemeral-storage": "0.1"}), ["scheduler.resources.limits.ephemeral-storage"]),
        ({"quotas": {"pods": "200", "requests.cpu": "100", "limits.memory": "1Ti"}}, []),
        ({"quotas": {"requests.memory": "512m", "pods": "many"}}, ["quotas.pods", "quotas.requests.memory"]),
        ({"limits": [{"type": "Container", "default": {"cpu": "1", "memory": "1G i"}}]}, ["limits.0.default.memory"]),
        ({"dags": {"persistence": {"size": "5Gi"}, "gitSync": {"emptyDirConfig": {"sizeLimit": "1Gi"}}}}, []),
        ({"workers": {"celery": {"persistence": {"size": "5GB"}}}}, ["workers.celery.persistence.size"]),
        ({"dags": {"gitSync": {"emptyDirConfig": {"sizeLimit": "much"}}}}, ["dags.gitSync.emptyDirConfig.sizeLimit"]),
        (
            {"workers": {"celery": {"sets": [{"resources": {"limits": {"cpu": "x"}}}]}}},
            ["workers.celery.sets.0.resources.limits.cpu"],
        ),
    ],
)
def test_quantities_are_those_of_kubernetes(values, told):
    assert paths(semantic_resources.invalid_quantities(values)) == told


@pytest.mark.parametrize(
    ("requests", "limits", "told"),
    [
        ({"cpu": "1", "memory": "1Gi"}, {"cpu": "1000m", "memory": "1024Mi"}, []),
        ({"cpu": "1001m"}, {"cpu": 1}, ["scheduler.resources.requests.cpu"]),
        ({"memory": "1Gi"}, {"memory": "1G"}, ["scheduler.resources.requests.memory"]),
        (
            {"cpu": 2, "memory": "2Gi"},
            {"cpu": 1, "memory": "1Gi"},
            ["scheduler.resources.requests.cpu", "scheduler.resources.requests.memory"],
        ),
        ({"cpu": 2}, {}, []),
        ({"cpu": "odd"}, {"cpu": 1}, []),
        ({"cpu": 2}, {"cpu": "odd"}, []),
        ({"nvidia.com/gpu": 2}, {"nvidia.com/gpu": 1}, ["scheduler.resources.requests.nvidia.com/gpu"]),
    ],
)
def test_requests_stay_within_limits(requests, limits, told):
    found = semantic_resources.requests_over_limits(resources(requests, limits))
    assert paths(found) == told
    assert all("raise scheduler.resources.limits." in finding.remedy for finding in found)


def test_resources_are_found_anywhere():
    over = {"requests": {"cpu": 2}, "limits": {"cpu": 1}}
    values = {
        "workers": {"celery": {"sets": [{"resources": over}]}},
        "pgbouncer": {"metricsExporterSidecar": {"resources": over}},
        "scheduler": {"extraContainers": [{"resources": over}], "resources": "odd"},
    }
    assert paths(semantic_resources.requests_over_limits(values)) == [
        "pgbouncer.metricsExporterSidecar.resources.requests.cpu",
        "scheduler.extraContainers.0.resources.requests.cpu",
        "workers.celery.sets.0.resources.requests.cpu",
    ]


@pytest.mark.parametrize(
    ("requests", "limits", "told"),
    [
        ({}, {"nvidia.com/gpu": 1}, False),
        ({"nvidia.com/gpu": 1}, {"nvidia.com/gpu": "1"}, False),
        ({"nvidia.com/gpu": 1}, {}, True),
        ({"nvidia.com/gpu": 1}, {"nvidia.com/gpu": 2}, True),
        ({"nvidia.com/gpu": 2}, {"nvidia.com/gpu": 1}, False),
        ({"cpu": 1}, {"cpu": 2}, False),
        ({"storage.kubernetes.io/x": 1}, {}, False),
    ],
)
def test_devices_are_requested_as_they_are_limited(requests, limits, told):
    found = semantic_resources.unequal_devices(resources(requests, limits))
    assert paths(found) == (["scheduler.resources.requests.nvidia.com/gpu"] if told else [])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"quotas": {"requests.cpu": 10}}, True),
        ({"quotas": {"memory": "1Ti"}, "limits": []}, True),
        ({"quotas": {"requests.cpu": 10}, "limits": [{"type": "Container", "default": {"cpu": 1}}]}, False),
        ({"quotas": {"pods": 200}}, False),
        ({}, False),
    ],
)
def test_a_quota_needs_defaults(values, told):
    assert paths(semantic_resources.quota_without_defaults(values)) == (["limits"] if told else [])
