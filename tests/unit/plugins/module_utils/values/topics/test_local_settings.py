# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import local_settings as topic

DIGEST = "sha256:" + "0a" * 32
AIRFLOW = {"image_repository": "r.example.com/airflow", "image_tag": "1"}
PROFILES = [
    {
        "name": "gpu", "resources": {"limits": {"nvidia.com/gpu": 1}}, "node_selector": {"pool": "gpu"},
        "tolerations": [{"key": "gpu", "operator": "Exists", "tolerationSeconds": 5}], "labels": {"team": "ml"},
        "annotations": {"note": "a"}, "priority_class": "batch", "service_account": "gpu",
    },
    {"name": "cheap", "spot": True},
]  # fmt: skip


@pytest.fixture
def facts(monkeypatch, compiled):
    """Callable (variables) that returns what the file is made of."""
    monkeypatch.setattr(topic.local_settings, "program", lambda facts, own: (facts, own))
    return lambda **specification: compiled(**specification)["airflowLocalSettings"]


def test_by_default_pods_get_what_the_strictest_namespace_demands(facts):
    found, own = facts()
    assert (found["pod_security"], found["pod_operator"], own) == ("restricted", False, "")
    assert (found["pull_secrets"], found["worker_profile"], found["worker_profiles"]) == ([], None, {})
    assert found["annotations"] == {
        "karpenter.sh/do-not-disrupt": "true", "cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}  # fmt: skip


def test_the_environment_decides(facts):
    found, own = facts(
        prerequisites_pod_security="baseline", do_not_disrupt_tasks=False, release_name="af", local_settings="X = 1\n",
        pod_operator={"enabled": True, "worker_profile": "gpu"}, worker_profiles=PROFILES,
        image_pull_secrets=[{"name": "b"}, {"name": "a"}, {"name": "b"}],
    )  # fmt: skip
    assert (found["pod_security"], found["annotations"], found["release"], own) == ("baseline", {}, "af", "X = 1\n")
    assert (found["pod_operator"], found["worker_profile"], found["pull_secrets"]) == (True, "gpu", ["b", "a"])
    assert found["labels"] == {"windrose.airflow/component": "pod-operator", "windrose.airflow/release": "af"}


def test_profiles_are_written_in_the_words_of_the_library(facts):
    found, _own = facts(worker_profiles=PROFILES)
    assert found["worker_profiles"]["gpu"] == {
        "labels": {"team": "ml"}, "annotations": {"note": "a"}, "node_selector": {"pool": "gpu"},
        "tolerations": [{"key": "gpu", "operator": "Exists", "toleration_seconds": 5}],
        "priority_class_name": "batch", "service_account_name": "gpu", "resources": {"limits": {"nvidia.com/gpu": "1"}},
    }  # fmt: skip
    cheap = found["worker_profiles"]["cheap"]
    assert [entry["value"] for entry in cheap["tolerations"]] == ["spot", "true"]
    assert {field for field, value in cheap.items() if not value} == set(cheap) - {"tolerations"}


DEFAULT = {
    "name": "small", "default": True, "labels": {"team": "data", "kind": "task"}, "node_selector": {"pool": "tasks"},
    "tolerations": [{"key": "tasks", "operator": "Exists"}], "resources": {"limits": {"memory": "1Gi"}}, "spot": True,
}  # fmt: skip


@pytest.mark.parametrize("name", ["worker", "default profile"])
def test_what_a_profile_leaves_out_is_as_for_tasks_that_name_none(facts, name):
    plain = {key: DEFAULT[key] for key in ("node_selector", "resources", "tolerations")}
    profiles, given = ([], {"components": {"worker": plain}}) if name == "worker" else ([DEFAULT], {})
    found = facts(worker_profiles=[*profiles, *PROFILES], **given)[0]["worker_profiles"]
    assert found["cheap"]["node_selector"] == {"pool": "tasks"} and found["cheap"]["resources"] == DEFAULT["resources"]
    assert [entry["key"] for entry in found["cheap"]["tolerations"]][:2] == ["tasks", "kubernetes.azure.com/scalesetpriority"]
    assert len(found["cheap"]["tolerations"]) == 3
    assert found["gpu"]["node_selector"] == {"pool": "gpu"} and found["gpu"]["resources"] == {"limits": {"nvidia.com/gpu": "1"}}
    assert [entry["key"] for entry in found["gpu"]["tolerations"]] == ["gpu"]


def test_labels_of_a_profile_are_added_to_those_of_the_default_one(facts):
    found = facts(worker_profiles=[DEFAULT, *PROFILES])[0]["worker_profiles"]
    assert (found["gpu"]["labels"], found["cheap"]["labels"]) == ({"team": "ml", "kind": "task"}, DEFAULT["labels"])


@pytest.mark.parametrize(
    ("variables", "image", "wanted"),
    [
        ({}, {}, "r.example.com/airflow:1"),
        ({"image_digest": DIGEST}, {}, f"r.example.com/airflow:1@{DIGEST}"),
        ({"image_digest": DIGEST}, {"repository": "r.example.com/shell"}, "r.example.com/shell:1"),
        ({}, {"repository": "r.example.com/shell", "tag": "2", "digest": DIGEST}, f"r.example.com/shell:2@{DIGEST}"),
    ],
)
def test_the_image_of_the_sidecar(facts, variables, image, wanted):
    assert facts(**AIRFLOW, **variables, pod_operator={"xcom_image": image})[0]["xcom_sidecar_image"] == wanted


@pytest.mark.parametrize(
    ("platform", "constraints", "wanted"),
    [("kubernetes", "restricted-v2", 50000), ("openshift", "nonroot-v2", 50000), ("openshift", "restricted-v2", None)],
)
def test_the_user_of_the_sidecar(facts, platform, constraints, wanted):
    assert facts(platform=platform, openshift_scc=constraints)[0]["xcom_sidecar_user"] == wanted


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("def pod_mutation_hook(pod):\npass", "Python does not understand line 2"),
        ("X = '{{ .Values.x }}'", "it holds {{, which helm would take for a template"),
        ("X = 'postgresql://airflow:secret@host/db'", "it holds a password or a token"),
        ("X = 1\r\n", "it does not have the expected form"),
    ],
)
def test_what_is_no_python_is_refused(refused, text, problem):
    assert refused(local_settings=text) == {"airflow_local_settings": problem}


def test_every_chart_writes_the_same_file(chart, render, compiled):
    specification = {"local_settings": "X = {'a': 1}\n\n\ndef task_policy(task):\n    pass\n", "worker_profiles": PROFILES}
    found = render(chart, specification).named("ConfigMap", "airflow-config")["data"]["airflow_local_settings.py"]
    assert found == compiled(**specification)["airflowLocalSettings"].replace("{{ .Release.Namespace }}", "airflow")
