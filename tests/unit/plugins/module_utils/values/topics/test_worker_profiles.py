# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

RESOURCES = {"requests": {"cpu": "250m"}, "limits": {"memory": "1Gi"}}


def profile(name="small", **options):
    return {"name": name, **options}


def test_the_default_profile_is_what_tasks_get(compiled):
    values = compiled(
        worker_profiles=[
            profile(
                default=True, resources=RESOURCES, node_selector={"pool": "tasks"}, labels={"team": "data"},
                annotations={"example.com/note": "any text"}, priority_class="tasks", service_account="tasks",
                tolerations=[{"key": "tasks", "operator": "Exists"}],
                image={"repository": "r.example.com/tasks", "tag": "1"},
            )
        ],
    )  # fmt: skip
    tasks = dict(values["workers"]["kubernetes"])
    tasks.pop("env")
    assert tasks == {
        "resources": RESOURCES,
        "nodeSelector": {"pool": "tasks"},
        "labels": {"team": "data"},
        "podAnnotations": {"example.com/note": "any text"},
        "priorityClassName": "tasks",
        "serviceAccount": {"create": False, "name": "tasks"},
        "tolerations": [{"key": "tasks", "operator": "Exists"}],
    }
    assert values["images"]["pod_template"] == {
        "repository": "r.example.com/tasks", "tag": "1", "pullPolicy": "IfNotPresent",
    }  # fmt: skip


def test_without_a_default_profile_tasks_are_as_the_component_says(compiled):
    values = compiled(
        worker_profiles=[profile(resources=RESOURCES)], components={"worker": {"priority_class": "tasks"}}
    )
    assert (values.at("workers.kubernetes.resources"), values.at("workers.kubernetes.priorityClassName")) == (
        None,
        "tasks",
    )


def test_tolerations_for_spot_nodes_are_added_to_the_others(compiled):
    own = [{"key": "tasks", "operator": "Exists"}]
    for specification in (
        {"worker_profiles": [profile(default=True, spot=True, tolerations=own)]},
        {"worker_profiles": [profile(default=True, spot=True)], "components": {"worker": {"tolerations": own}}},
    ):
        found = compiled(**specification).at("workers.kubernetes.tolerations")
        assert {entry["key"] for entry in found} == {
            "tasks", "kubernetes.azure.com/scalesetpriority", "cloud.google.com/gke-spot",
        }  # fmt: skip


def test_images_are_left_to_the_chart_where_no_profile_has_one(compiled):
    values = compiled(worker_profiles=[profile()])
    assert values.at("config.kubernetes_executor.worker_container_repository") is None
    assert values.at("config.kubernetes_executor.worker_container_tag") is None


@pytest.mark.parametrize("executor", ["LocalExecutor", "CeleryExecutor"])
def test_profiles_need_pods_of_tasks(refused, executor):
    assert list(refused(executor=executor, worker_profiles=[profile()])) == ["airflow_worker_profiles"]


@pytest.mark.parametrize("profiles", [[profile(), profile()], [profile(default=True), profile("b", default=True)]])
def test_profiles_are_told_apart(refused, profiles):
    assert list(refused(worker_profiles=profiles)) == ["airflow_worker_profiles"]


@pytest.mark.parametrize("label", ["tier", "component", "release", "dag_id", "airflow-worker", "kubernetes_executor"])
def test_labels_that_airflow_and_the_chart_need_are_refused(refused, label):
    assert list(refused(worker_profiles=[profile(labels={label: "x"})])) == ["airflow_worker_profiles[0].labels"]


def test_what_is_said_twice_is_refused(refused):
    found = refused(
        worker_profiles=[profile(default=True, resources=RESOURCES, priority_class="a")],
        components={"worker": {"resources": RESOURCES, "priority_class": "b", "node_selector": {"pool": "tasks"}}},
    )
    assert set(found) == {"airflow_components.worker.resources", "airflow_components.worker.priority_class"}


def test_a_name_that_makes_no_file_is_refused(refused):
    assert list(refused(worker_profiles=[profile("a/../b")])) == ["airflow_worker_profiles[0].name"]
