# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import re

PROFILES = [
    {"name": "small", "default": True, "resources": {"requests": {"cpu": "1"}}, "spot": True},
    {
        "name": "gpu", "image": {"tag": "2"}, "resources": {"limits": {"nvidia.com/gpu": 1}}, "labels": {"team": "ml"},
        "annotations": {"note": "a `quoted` text"}, "node_selector": {"pool": "gpu"}, "priority_class": "gpu",
        "service_account": "gpu", "tolerations": [{"key": "gpu", "operator": "Exists"}], "spot": True,
    },
]  # fmt: skip


def overlays(values):
    """:returns: what the template lays over the chart's own, by the name of the profile."""
    [text] = re.findall(r"fromJsonArray `([^`]*)`", values["extraConfigMaps"]["airflow-pod-templates"]["data"])
    return {overlay.pop("name"): overlay for overlay in json.loads(text)}


def test_the_default_profile_is_the_template_of_the_chart(compiled):
    overlay = overlays(compiled(worker_profiles=PROFILES))["small"]
    assert overlay == {"metadata": {}, "spec": {}, "container": {}, "tolerations": []}


def test_a_profile_says_only_what_differs(compiled):
    overlay = overlays(compiled(worker_profiles=PROFILES, image_repository="r.example.com/airflow"))["gpu"]
    assert [entry["key"] for entry in overlay.pop("tolerations")] == [
        "kubernetes.azure.com/scalesetpriority", "cloud.google.com/gke-spot",
    ]  # fmt: skip
    assert overlay == {
        "metadata": {"labels": {"team": "ml"}, "annotations": {"note": "a `quoted` text"}},
        "spec": {
            "nodeSelector": {"pool": "gpu"}, "priorityClassName": "gpu", "serviceAccountName": "gpu",
            "tolerations": [{"key": "gpu", "operator": "Exists"}],
        },
        "container": {"image": "r.example.com/airflow:2", "resources": {"limits": {"nvidia.com/gpu": "1"}}},
    }  # fmt: skip


def test_every_profile_is_a_file_beside_the_chart_s_own(compiled):
    scheduler = compiled(worker_profiles=PROFILES)["scheduler"]
    assert scheduler["extraVolumes"] == [{"name": "pod-templates", "configMap": {"name": "airflow-pod-templates"}}]
    assert [(mount["mountPath"], mount["subPath"]) for mount in scheduler["extraVolumeMounts"]] == [
        ("/opt/airflow/pod_templates/small.yaml", "small.yaml"),
        ("/opt/airflow/pod_templates/gpu.yaml", "gpu.yaml"),
    ]


def test_the_scheduler_alone_reads_them(compiled):
    assert compiled(worker_profiles=PROFILES).at("apiServer.extraVolumes") is None


def test_the_config_map_is_named_after_the_release(compiled):
    assert list(compiled(release_name="af", worker_profiles=PROFILES)["extraConfigMaps"]) == ["af-pod-templates"]


def test_without_profiles_there_is_nothing(compiled):
    values = compiled()
    assert ("extraConfigMaps" in values, values.at("scheduler.extraVolumes")) == (False, None)
