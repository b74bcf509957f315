# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worker profiles: what a task's pod is like, chosen by name in a DAG. Pure: no I/O.

The default profile goes into the chart's own values for pods of tasks. What Airflow merges into a pod template is in
``pod_generator.py`` of apache-airflow-providers-cncf-kubernetes.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import (
    boolean,
    listing,
    mapping,
    text,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.images import pinned_tag
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    IMAGE,
    NODE_SELECTOR,
    RESOURCES,
    TOLERATIONS,
    free_annotations,
    free_labels,
    given,
)

VARIABLES = {
    "worker_profiles": listing(
        mapping(
            'What pods of tasks are like. A DAG picks a profile by name, with executor_config={"pod_template_file": '
            '"/opt/airflow/pod_templates/<name>.yaml"}. What a profile leaves out is as in the default one.',
            name=text("Name of the profile.", forms.SHORT_NAME, required=True),
            image=IMAGE,
            resources=RESOURCES,
            node_selector=NODE_SELECTOR,
            tolerations=TOLERATIONS,
            labels=free_labels("Labels that its pods get in addition."),
            annotations=free_annotations("Annotations that its pods get in addition."),
            priority_class=text("PriorityClass of its pods.", forms.NAME),
            service_account=text(
                "Service account of its pods. It has to be there, unless airflow_service_account_source is "
                "prerequisites.",
                forms.NAME,
            ),
            spot=boolean(
                "Whether its pods may run on spot nodes; they tolerate the taints that AKS and GKE have for these. "
                "node_selector says which nodes they are."
            ),
            default=boolean("Whether tasks that pick no profile get this one."),
        )
    )
}
# The taints that AKS puts on spot nodes, and that Google advises for them. EKS and Karpenter put none.
SPOT_TOLERATIONS = [
    {"key": "kubernetes.azure.com/scalesetpriority", "operator": "Equal", "value": "spot", "effect": "NoSchedule"},
    {"key": "cloud.google.com/gke-spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"},
]
# By these the chart, Airflow and network policies know a task's pod.
RESERVED_LABELS = frozenset({
    "tier", "component", "release", "dag_id", "task_id", "run_id", "try_number", "map_index", "airflow-worker",
    "airflow_version", "kubernetes_executor", "windrose.airflow/component", "windrose.airflow/release",
    "windrose.airflow/worker-profile",
})  # fmt: skip
_DEFAULT_PATHS = {
    "resources": ("resources", "What a task needs and may use"),
    "node_selector": ("nodeSelector", "The nodes that tasks run on"),
    "tolerations": ("tolerations", "The taints that tasks tolerate"),
    "labels": ("labels", "Labels of the pods of tasks"),
    "annotations": ("podAnnotations", "Annotations of the pods of tasks"),
    "priority_class": ("priorityClassName", "Which pods are preempted first"),
}


def default_profile(specification):
    """:returns: the profile of tasks that name none, or None."""
    return next((profile for profile in specification["worker_profiles"] if profile["default"]), None)


def _variable(profile, *options):
    return named(f"worker_profiles[{profile['name']}]", *options)


def settings(specification):
    """:returns: the list of Setting of this topic."""
    if not specification.has_task_pods:
        return []
    found = task_pods_do_not_ask_for_the_database() + profile_images_are_not_replaced(specification)
    profile = default_profile(specification)
    return found + (_of_default(profile, specification) if profile else [])


def image_of(profile, specification):
    """:returns: (repository, tag) of a profile with an image of its own, the tag with the digest where there is one.

    Repository and tag that it leaves out are those of Airflow's image. Its digest is not: it is that of one image.
    """
    image = profile["image"]
    repository, tag = (image[part] or specification[f"image_{part}"] for part in ("repository", "tag"))
    return repository, pinned_tag(tag, image["digest"])


def _of_default(profile, specification):
    found = []
    for option, (field, why) in _DEFAULT_PATHS.items():
        value = given(profile[option])
        if value:
            found.append(Setting(("workers", "kubernetes", field), value, _variable(profile, option), why))
    if any(profile["image"].values()):
        # Both, because what is left out of the chart's image of tasks is that of the components, with its digest.
        for part, value in zip(("repository", "tag"), image_of(profile, specification)):
            path = ("images", "pod_template", part)
            found.append(Setting(path, value, _variable(profile, "image"), "The image of tasks"))
    if profile["spot"]:
        path, why = path_of("workers.kubernetes.tolerations"), "Tasks may run on spot nodes"
        found.append(Setting(path, SPOT_TOLERATIONS, _variable(profile, "spot"), why))
    if profile["service_account"]:
        path, variable = path_of("workers.kubernetes.serviceAccount"), _variable(profile, "service_account")
        found.append(Setting((*path, "create"), False, variable, "It is made elsewhere"))
        found.append(Setting((*path, "name"), profile["service_account"], variable, "The service account of tasks"))
    return found


def task_pods_do_not_ask_for_the_database():
    """Keep the image's entry point from waiting for the database, which the pods of tasks may not reach."""
    path, variables = path_of("workers.kubernetes.env"), [{"name": "CONNECTION_CHECK_MAX_COUNT", "value": "0"}]
    return [Setting(path, variables, COLLECTION, "Pods of tasks may not reach the database")]


def profile_images_are_not_replaced(specification):
    """Leave the image to the pod template: Airflow would put the chart's worker_container_* in its place."""
    profile = next((profile for profile in specification["worker_profiles"] if any(profile["image"].values())), None)
    if profile is None:
        return []
    options = ("worker_container_repository", "worker_container_tag")
    variable, why = _variable(profile, "image"), "Airflow would replace the image of every pod template"
    return [Setting(("config", "kubernetes_executor", option), "", variable, why) for option in options]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    profiles = specification["worker_profiles"]
    variable, found = named("worker_profiles"), []
    if profiles and not (specification.has_task_pods or specification["pod_operator"]["enabled"]):
        remedy = "Choose an airflow_executor with KubernetesExecutor, set airflow_pod_operator.enabled, or leave them out"
        found.append(ValueFinding(variable, f"{specification['executor']} starts no pods for tasks", remedy))
    names = [profile["name"] for profile in profiles if profile["name"]]
    if len(names) != len(set(names)):
        found.append(ValueFinding(variable, "two profiles have the same name", "Rename one"))
    if sum(profile["default"] for profile in profiles) > 1:
        found.append(ValueFinding(variable, "two profiles are the default", "Let one of them be it"))
    for place, profile in enumerate(profiles):
        found += task_pods_keep_their_labels(profile, f"{variable}[{place}].labels")
    return found + _set_twice(specification)


def task_pods_keep_their_labels(profile, variable):
    """Refuse labels by which a task's pod is known: the chart would write them twice, or nobody would know the pod."""
    taken = sorted(RESERVED_LABELS & set(profile["labels"]))
    if not taken:
        return []
    return [
        ValueFinding(
            variable, f"{', '.join(taken)} says what a pod is to Airflow and to the chart", "Use another label"
        )
    ]


def _set_twice(specification):
    profile, worker = default_profile(specification), specification.component("worker")
    if profile is None:
        return []
    return [
        ValueFinding(
            named("components", "worker", option), "the default one of airflow_worker_profiles sets it, too",
            "Keep one of them")
        for option in ("resources", "node_selector", "tolerations", "priority_class")
        if given(worker[option]) and given(profile[option])
    ]  # fmt: skip
