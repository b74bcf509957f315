# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that tasks start by themselves, with KubernetesPodOperator: whether they may, and what these are like. Pure: no I/O.

The official chart 1.22.0 has one switch, ``allowPodLaunching``, for scheduler, tasks and triggerer alike: with task pods the
scheduler needs it. There the token of the Kubernetes API is what tasks and triggerer are without.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import boolean, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import IMAGE

VARIABLES = {
    "pod_operator": mapping(
        "Pods that tasks start by themselves, with KubernetesPodOperator or @task.kubernetes. A label, "
        "windrose.airflow/worker-profile, names the worker profile whose resources, place and service account they get.",
        enabled=boolean("Whether tasks may start pods in the namespace, and the triggerer may follow them (deferrable)."),
        xcom=boolean(
            "Whether such tasks may hand back a result (do_xcom_push). For that they may run commands in every pod of the "
            "namespace. With airflow_service_account_source chart, enabled alone allows it, too."
        ),
        worker_profile=text("Name of the worker profile of pods without that label. Left out, they get none.", forms.SHORT_NAME),
        xcom_image=mapping(
            "Image of the sidecar that keeps a result until Airflow has read it, in place of the provider's own. It needs a "
            "shell. What is left out is as in Airflow's image.",
            **IMAGE.options,
        ),
    )
}  # fmt: skip
_VARIABLE = named("pod_operator", "enabled")
POD_LAUNCHING = path_of("allowPodLaunching")


def settings(specification):
    """:returns: the list of Setting of this topic."""
    if specification["pod_operator"]["enabled"]:
        return [Setting(POD_LAUNCHING, True, _VARIABLE, "Tasks start pods")]
    if specification.has_task_pods:
        return nothing_but_the_scheduler_has_a_token(specification)
    return [Setting(POD_LAUNCHING, False, _VARIABLE, "Nothing starts pods")]


def nothing_but_the_scheduler_has_a_token(specification):
    """Take the token of the Kubernetes API from the pods that the chart gives the scheduler's rights; `local_settings` does from
    task pods."""
    paths = [path_of("triggerer")] + ([path_of("workers.celery")] if specification.has_celery else [])
    field, why = ("serviceAccount", "automountServiceAccountToken"), "Its account has the rights of the scheduler"
    return [Setting((*path, *field), False, _VARIABLE, why) for path in paths if specification.chart_makes_accounts]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    name = specification["pod_operator"]["worker_profile"]
    if not name or name in [profile["name"] for profile in specification["worker_profiles"]]:
        return []
    remedy = "Write the name of one, or add it to them"
    return [ValueFinding(named("pod_operator", "worker_profile"), "airflow_worker_profiles has none of this name", remedy)]
