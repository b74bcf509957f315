# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

RESOURCES = {"requests": {"cpu": "250m"}, "limits": {"memory": "1Gi"}}
DIGEST, OWN = (f"sha256:{digits * 32}" for digits in ("0a", "1b"))


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


@pytest.mark.parametrize(
    ("image", "repository", "tag"),
    [
        ({"digest": OWN}, "r.example.com/airflow", f"3.2.2-7@{OWN}"),
        ({"tag": "2", "digest": OWN}, "r.example.com/airflow", f"2@{OWN}"),
        ({"repository": "r.example.com/gpu", "tag": "2", "digest": OWN}, "r.example.com/gpu", f"2@{OWN}"),
        # The digest of Airflow's image is in no other repository, and no other tag's.
        ({"repository": "r.example.com/gpu"}, "r.example.com/gpu", "3.2.2-7"),
        ({"tag": "2"}, "r.example.com/airflow", "2"),
    ],
)
def test_the_image_of_a_profile_goes_by_its_own_digest_or_by_its_tag(compiled, image, repository, tag):
    airflow = {"image_repository": "r.example.com/airflow", "image_tag": "3.2.2-7", "image_digest": DIGEST}
    values = compiled(worker_profiles=[profile(default=True, image=image), profile("other", image=image)], **airflow)
    assert values.at("images.pod_template") == {"repository": repository, "tag": tag, "pullPolicy": "IfNotPresent"}
    assert f'"{repository}:{tag}"' in values["extraConfigMaps"]["airflow-pod-templates"]["data"]
    assert values["defaultAirflowTag"] == f"3.2.2-7@{DIGEST}"


def test_a_profile_without_an_image_has_that_of_airflow(compiled):
    values = compiled(worker_profiles=[profile(default=True), profile("other")], image_digest=DIGEST)
    assert values.at("images.pod_template") == {"pullPolicy": "IfNotPresent"}
    assert '"image"' not in values["extraConfigMaps"]["airflow-pod-templates"]["data"]


@pytest.mark.parametrize(
    ("image", "option"),
    [
        ({"digest": "sha256:1"}, "digest"), ({"digest": DIGEST[7:]}, "digest"), ({"tag": f"2@{DIGEST}"}, "tag"),
        ({"repository": "r.example.com/gpu@sha256", "tag": DIGEST[7:]}, "repository"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_digest_is_told_of_the_profile(refused, image, option):
    assert list(refused(worker_profiles=[profile(image=image)])) == [f"airflow_worker_profiles[0].image.{option}"]


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


@pytest.mark.parametrize(
    "label",
    ["tier", "component", "release", "dag_id", "airflow-worker", "kubernetes_executor", "windrose.airflow/worker-profile"],
)
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
