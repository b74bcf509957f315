# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Version, executor and image. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions, forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import listing, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.images import pinned_tag

PULL_POLICIES = ("IfNotPresent", "Always", "Never")
EXECUTORS = ("KubernetesExecutor", "CeleryExecutor", "CeleryExecutor,KubernetesExecutor", "LocalExecutor")
VARIABLES = {
    "release_name": text(
        "Name of the helm release, and first part of the names of everything around it.", forms.RELEASE_NAME, "airflow"
    ),
    "version": text("Version of Airflow inside the image, of the releases 3.2 and 3.3.", forms.VERSION, "3.3.2"),
    "executor": text(
        "Executor that runs the tasks. CeleryExecutor,KubernetesExecutor runs both kinds of workers, as "
        "CeleryKubernetesExecutor did in Airflow 2.",
        default="KubernetesExecutor", choices=EXECUTORS,
    ),
    "image_repository": text(
        "Repository of the Airflow image, without tag and digest.",
        forms.IMAGE_REPOSITORY, "docker.io/apache/airflow",
    ),
    "image_tag": text(
        "Tag of the Airflow image. With airflow_image_digest it only tells people the version.",
        forms.IMAGE_TAG, "{{ airflow_version }}",
    ),
    "image_digest": text(
        "Digest of the Airflow image, as the registry reports it: sha256, a colon and 64 digits. All pods and Jobs name "
        "it behind the tag, and run that very image. Empty means that the tag decides.",
        forms.IMAGE_DIGEST, "",
    ),
    "image_pull_policy": text("When nodes pull the images.", default="IfNotPresent", choices=PULL_POLICIES),
    "image_pull_secrets": listing(mapping(
        "Secrets with the credentials of the image registry, as Kubernetes expects them.",
        name=text("Name of the Secret.", forms.NAME, required=True),
    )),
}  # fmt: skip


def settings(specification):
    """:returns: the list of Setting of this topic."""
    repository, policy = specification["image_repository"], specification["image_pull_policy"]
    parts = ("image_tag", "image_digest") if specification["image_digest"] else ("image_tag",)
    tag, variables = airflow_tag(specification), ", ".join(named(part) for part in parts)
    found = [
        Setting(path_of("executor"), specification["executor"], named("executor"), "Runs the tasks"),
        Setting(
            path_of("airflowVersion"), specification["version"], named("version"), "Decides what the chart renders"
        ),
        Setting(
            path_of("defaultAirflowRepository"), repository, named("image_repository"), "The image of all components"
        ),
        Setting(path_of("defaultAirflowTag"), tag, variables, "The image of all components"),
    ]
    for image in ("airflow", "pod_template"):
        path = path_of(f"images.{image}.pullPolicy")
        found.append(Setting(path, policy, named("image_pull_policy"), "When nodes pull the image"))
    if specification["image_pull_secrets"]:
        names = [
            {"name": name} for name in dict.fromkeys(entry["name"] for entry in specification["image_pull_secrets"])
        ]
        variable = named("image_pull_secrets")
        found.append(Setting(path_of("imagePullSecrets"), names, variable, "Credentials of the image registry"))
    return found + chart_runs_no_jobs()


def airflow_tag(specification):
    """:returns: the tag of Airflow's image, with its digest where there is one."""
    return pinned_tag(specification["image_tag"], specification["image_digest"])


def chart_runs_no_jobs():
    """Keep migration and first user out of the chart.

    As hooks of the chart both run after the release is ready, while its pods wait for the migration; as plain Jobs they
    cannot be changed by an upgrade; and the password of the user would be an argument.
    """
    return [
        Setting(
            path_of("migrateDatabaseJob.enabled"), False, COLLECTION, "The role airflow_database migrates", pinned=True
        ),
        Setting(
            path_of("createUserJob.enabled"), False, COLLECTION, "The role airflow_release makes the user", pinned=True
        ),
    ]


def findings(_specification):
    """:returns: the list of ValueFinding of this topic."""
    return []


def other_airflow(specification):
    """:returns: list of the one ValueFinding that there is where the version is none that this collection installs."""
    refused = airflow_versions.refusal(specification["version"])
    return [ValueFinding(named("version"), *refused)] if refused else []
