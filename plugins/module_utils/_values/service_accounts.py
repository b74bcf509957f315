# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service accounts of an environment: their names, what they are to the cloud, and what their pods do. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.compiler import VARIABLES, SpecificationError
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import Specification
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import (
    identity,
    local_settings,
    service_accounts,
)

# What a pod asks of the Kubernetes API; the rights for each are listed in the role airflow_prerequisites.
EXECUTOR, LOG_READER = "executor", "log_reader"
POD_OPERATOR, POD_OPERATOR_XCOM, DEFERRED = "pod_operator", "pod_operator_xcom", "deferred_pod_operator"
# Every pod of a namespace that names no account shares this one, so that nothing is granted to it.
NAMESPACE_ACCOUNT = "default"


def accounts(specification):
    """Say which service accounts an environment has.

    :param specification: {name of a variable without ``airflow_``: value}; what is left out has its default.
    :returns: list of dicts with ``name``, ``components`` (whose pods use it), ``annotations`` and ``purposes`` (what its
        pods ask of the Kubernetes API), sorted by name.
    :raises SpecificationError: a variable that accounts are made of cannot be right.
    """
    read, findings = Specification.read(specification, VARIABLES)
    findings += identity.findings(read)
    if findings:
        raise SpecificationError(findings)
    tasks, names = _purposes_of_tasks(read["pod_operator"]), service_accounts.names(read)
    annotations, found = identity.annotations(read), {}
    for component, name in [*names.items(), *_of_profiles(read)]:
        account = found.setdefault(name, {"name": name, "components": set(), "annotations": {}, "purposes": set()})
        account["components"].add(component)
        account["purposes"].update(_purposes(read, component, tasks))
        if name == names.get(component):
            account["annotations"].update(annotations.get(component, {}))
    return [_sorted(found[name]) for name in sorted(found) if name != NAMESPACE_ACCOUNT]


def _of_profiles(specification):
    # Pods that tasks start ask nothing of the Kubernetes API.
    started = local_settings.COMPONENT.replace("-", "_") if specification["pod_operator"]["enabled"] else None
    component = "worker" if specification.has_task_pods else started
    names = [profile["service_account"] for profile in specification["worker_profiles"] if profile["service_account"]]
    return [(component, name) for name in names if component]


def _purposes_of_tasks(pod_operator):
    asked = {POD_OPERATOR: pod_operator["enabled"], POD_OPERATOR_XCOM: pod_operator["enabled"] and pod_operator["xcom"]}
    return {purpose for purpose, is_asked in asked.items() if is_asked}


def _purposes(specification, component, tasks):
    """:returns: what the pods of a component ask of the Kubernetes API."""
    has_task_pods = specification.has_task_pods
    if component == "scheduler":
        # Where nothing else runs the tasks, the scheduler does.
        local = not has_task_pods and not specification.has_celery
        return {EXECUTOR} if has_task_pods else tasks if local else set()
    if component == "api_server":
        return {LOG_READER} if has_task_pods else set()
    if component == "triggerer":
        return {DEFERRED} if POD_OPERATOR in tasks else set()
    return tasks if component in ("worker", "celery_worker") else set()


def _sorted(account):
    return {**account, "components": sorted(account["components"]), "purposes": sorted(account["purposes"])}
