# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Airflow's local settings, and in them what is done to every pod before Airflow makes it. Pure: no I/O.

Both charts mount ``airflowLocalSettings`` into every pod of Airflow. The default of the official chart 1.22.0 warns users of
Airflow 2, and is empty for Airflow 3.
"""

from __future__ import annotations

import ast

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms, local_settings
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import boolean, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.core import airflow_tag
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import given
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.worker_profiles import (
    SPOT_TOLERATIONS,
    default_profile,
    image_of,
)

VARIABLES = {
    "local_settings": text(
        "Python that all of Airflow loads at its start, as airflow_local_settings.py: cluster policies, for example. Its "
        "pod_mutation_hook runs before that of the collection, which leaves alone what it sets.",
        forms.LINES, default="",
    ),
    "do_not_disrupt_tasks": boolean(
        "Whether Karpenter and the cluster autoscaler leave a node alone while it runs a pod of a task or one that a task "
        "started. Such a pod cannot go on elsewhere.",
        default=True,
    ),
}
LOCAL_SETTINGS = path_of("airflowLocalSettings")
# https://karpenter.sh/docs/concepts/disruption/#pod-level-controls,
# https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
_UNDISRUPTED = {"karpenter.sh/do-not-disrupt": "true", "cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}
# By labels of the collection's own network policies know a pod that a task started: KubernetesPodOperator looks for its pods by
# the labels that their author gave, so that none of those can be set here.
COMPONENT = "pod-operator"
# The user of Airflow's image.
_USER = 50000
_OF_WORKER = ("resources", "node_selector", "tolerations", "priority_class")
_FIELDS = {
    "resources": "resources", "node_selector": "node_selector", "priority_class": "priority_class_name",
    "service_account": "service_account_name",
}  # fmt: skip


def settings(specification):
    """:returns: the list of Setting of this topic."""
    program = local_settings.program(_facts(specification), specification["local_settings"])
    variable = named("local_settings") if specification["local_settings"] else COLLECTION
    return [Setting(LOCAL_SETTINGS, program, variable, "Completes every pod before Airflow makes it")]


def _facts(specification):
    operator = specification["pod_operator"]
    return {
        "release": specification.release,
        "pod_operator": operator["enabled"],
        "pod_security": specification["prerequisites_pod_security"],
        "labels": {"windrose.airflow/component": COMPONENT, "windrose.airflow/release": specification.release},
        "annotations": _UNDISRUPTED if specification["do_not_disrupt_tasks"] else {},
        "pull_secrets": list(dict.fromkeys(entry["name"] for entry in specification["image_pull_secrets"])),
        "worker_profile": operator["worker_profile"],
        "worker_profiles": {
            profile["name"]: _profile(profile, specification) for profile in specification["worker_profiles"]
        },
        "xcom_sidecar_image": _xcom_image(operator["xcom_image"], specification),
        "xcom_sidecar_user": None if specification.cluster_chooses_ids else _USER,
    }


def _xcom_image(image, specification):
    if any(image.values()):
        return ":".join(image_of({"image": image}, specification))
    return f"{specification['image_repository']}:{airflow_tag(specification)}"


def _profile(profile, specification):
    """:returns: a profile in the words of the kubernetes library; what it leaves out is as for tasks that name none, as in the pod
    templates."""
    own, below = given(profile), given({
        **{option: specification.component("worker")[option] for option in _OF_WORKER},
        **given(default_profile(specification) or {}),
    })  # fmt: skip
    tolerations = own.get("tolerations", _with_spot(below.get("tolerations", []), below))
    return {
        "labels": {**below.get("labels", {}), **own.get("labels", {})},
        "annotations": {**below.get("annotations", {}), **own.get("annotations", {})},
        "tolerations": [
            {"toleration_seconds" if key == "tolerationSeconds" else key: value for key, value in entry.items()}
            for entry in _with_spot(tolerations, own)
        ],
        **{field: own.get(option, below.get(option)) for option, field in _FIELDS.items()},
    }


def _with_spot(tolerations, profile):
    return tolerations + [entry for entry in SPOT_TOLERATIONS if profile.get("spot") and entry not in tolerations]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    try:
        ast.parse(specification["local_settings"])
    except SyntaxError as error:
        problem = f"Python does not understand line {error.lineno}"
        return [ValueFinding(named("local_settings"), problem, "Correct that line, or one before it")]
    return []
