# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

INGRESS = {"enabled": True, "host": "airflow.acme.io"}
SIZE = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}
CELERY = {
    "airflow_executor": "CeleryExecutor",
    "airflow_components": {"celery_worker": {"resources": SIZE}, "worker": None},
    # What they cut off has its own tests.
    "airflow_network_policies_enabled": False,
}  # fmt: skip


def without(facts, *apis):
    """:returns: facts without some APIs."""
    return {"api_groups": [api for api in facts["api_groups"] if api not in apis]}


def codes(findings):
    """:returns: the code and subject of each finding."""
    return [(finding.code, finding.subject) for finding in findings]


@pytest.mark.parametrize(
    ("ingress", "facts", "code"),
    [
        ({**INGRESS, "class": "nginx"}, {}, None),
        ({**INGRESS, "class": "haproxy"}, {}, "WA501"),
        (INGRESS, {}, "WA502"),
        (INGRESS, {"ingress_classes": [{"name": "nginx", "default": True}]}, None),
        (INGRESS, {"ingress_classes": []}, "WA502"),
        (INGRESS, {"ingress_classes": [], "provider": "gke"}, None),
        ({**INGRESS, "annotations": {"kubernetes.io/ingress.class": "gce"}}, {"ingress_classes": []}, None),
        ({"enabled": False, "class": "haproxy"}, {}, None),
        ({**INGRESS, "class": "haproxy"}, {"ingress_classes": None}, None),
    ],
)
def test_ingress_classes(ingress, facts, code, judged):
    assert [finding.code for finding in judged({"airflow_ingress": ingress}, facts)] == ([code] if code else [])


@pytest.mark.parametrize("ingress", [INGRESS, {**INGRESS, "class": "haproxy"}])
def test_the_classes_that_exist_are_reported(ingress, judged):
    (finding,) = judged({"airflow_ingress": ingress})
    assert finding.problem.endswith("It has: nginx.")
    (finding,) = judged({"airflow_ingress": ingress}, {"ingress_classes": []})
    assert finding.problem.endswith("It has: none.")


@pytest.mark.parametrize(
    ("variables", "missing", "found"),
    [
        ({"airflow_autoscaling": {"api_server": {"maximum": 3}}}, ["metrics.k8s.io/v1beta1"],
         [("WA503", "airflow_autoscaling.api_server")]),
        ({"airflow_autoscaling": {"triggerer": {"maximum": 3}}}, [], [("WA504", "airflow_autoscaling.triggerer")]),
        ({"airflow_values_overrides": {"triggerer": {"keda": {"enabled": True}}}}, [],
         [("WA504", "airflow_autoscaling.triggerer")]),
        ({"airflow_autoscaling": {"api_server": {"maximum": 3}}}, ["autoscaling/v2"], [("WA304", "autoscaling/v2")]),
        ({}, ["autoscaling/v2", "metrics.k8s.io/v1beta1", "policy/v1"], []),
        ({"airflow_components": {"scheduler": {"replicas": 2, "disruption_budget": {"max_unavailable": "1"}}}},
         ["policy/v1"], [("WA304", "policy/v1")]),
        ({}, ["apps/v1"], [("WA304", "apps/v1")]),
        ({"airflow_prerequisites_priority_classes": [{"name": "core", "value": 1}]}, ["scheduling.k8s.io/v1"],
         [("WA304", "scheduling.k8s.io/v1")]),
    ],
)  # fmt: skip
def test_autoscalers_and_apis(variables, missing, found, judged, sound_facts):
    assert codes(judged(variables, without(sound_facts, *missing))) == found


@pytest.mark.parametrize(
    ("kind", "missing", "code"),
    [("hpa", "metrics.k8s.io/v1beta1", "WA503"), ("keda", "keda.sh/v1alpha1", "WA504"), ("hpa", "keda.sh/v1alpha1", None)],
)
def test_celery_workers_are_scaled_by_either(kind, missing, code, judged, sound_facts):
    variables = {**CELERY, "airflow_autoscaling": {"celery_worker": {"kind": kind, "maximum": 3}}}
    every = [*sound_facts["api_groups"], "keda.sh/v1alpha1"]
    found = judged(variables, {"api_groups": [api for api in every if api != missing]})
    assert codes(found) == ([(code, "airflow_autoscaling.celery_worker")] if code else [])


def test_a_cluster_that_is_no_openshift(judged, sound_facts):
    openshift = {"airflow_platform": "openshift"}
    (finding,) = judged(openshift)
    assert codes([finding]) == [("WA304", "airflow_platform")]
    apis = [*sound_facts["api_groups"], "route.openshift.io/v1", "security.openshift.io/v1"]
    assert judged(openshift, {"api_groups": apis}) == []


@pytest.mark.parametrize(
    ("variables", "subjects"),
    [
        ({"airflow_components": {"scheduler": {"priority_class": "core"}}}, ["airflow_components.scheduler.priority_class"]),
        ({"airflow_worker_profiles": [{"name": "gpu", "priority_class": "batch"}]}, ["airflow_worker_profiles[gpu].priority_class"]),
        ({"airflow_components": {"scheduler": {"priority_class": "system-cluster-critical"}}}, []),
        (
            {
                "airflow_components": {"scheduler": {"priority_class": "core"}},
                "airflow_prerequisites_priority_classes": [{"name": "core", "value": 1}],
            },
            [],
        ),
        (
            {
                "airflow_components": {"scheduler": {"priority_class": "airflow-core"}},
                "airflow_values_overrides": {"priorityClasses": [{"name": "core", "value": 1}]},
            },
            [],
        ),
        ({"airflow_job_pods": {"priority_class": "core"}}, ["airflow_job_pods.priority_class"]),
        ({"airflow_database_pods": {"priority_class": "core"}}, ["airflow_database_pods.priority_class"]),
        ({"airflow_database_pods": {"priority_class": "core"}, "airflow_database_mode": "external"}, []),
        # The chart makes it after the migration.
        (
            {
                "airflow_job_pods": {"priority_class": "airflow-core"},
                "airflow_values_overrides": {"priorityClasses": [{"name": "core", "value": 1}]},
            },
            ["airflow_job_pods.priority_class"],
        ),
        (
            {
                "airflow_job_pods": {"priority_class": "core"},
                "airflow_prerequisites_priority_classes": [{"name": "core", "value": 1}],
            },
            [],
        ),
    ],
)
def test_priority_classes(variables, subjects, judged):
    assert codes(judged(variables)) == [("WA505", subject) for subject in subjects]
