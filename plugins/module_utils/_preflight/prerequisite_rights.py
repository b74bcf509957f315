# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights for what the role airflow_prerequisites does. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.right import (
    ACCESS,
    CORE,
    KEEP,
    MANAGE,
    OPENSHIFT_PROJECTS,
    OPENSHIFT_SECURITY,
    ROUTES,
    right,
)


def of_namespaces(environment):
    """:returns: the rights to make, know and, where data is to go, remove namespaces."""
    # By its uid a cluster is known.
    rights = [right(CORE, "namespaces", ("get",), names=["kube-system"])]
    asks = environment.is_openshift and environment.flag("airflow_prerequisites_openshift_project_request")
    kind = (OPENSHIFT_PROJECTS, "projects") if asks else (CORE, "namespaces")
    for namespace in environment.namespaces:
        # To Kubernetes a namespace is in itself, so that a Role in it is enough.
        rights.append(right(*kind, ("get", "patch"), namespace, [namespace]))
    rights.append(right(*((OPENSHIFT_PROJECTS, "projectrequests") if asks else kind), ("create",)))
    if environment.flag("airflow_destroy_data"):
        rights.append(right(CORE, "namespaces", ("delete",), environment.namespace, [environment.namespace]))
        rights.append(right(CORE, "namespaces", ("list", "watch")))
    return rights


def of_prerequisites(environment):
    """:returns: the rights for what the role airflow_prerequisites makes in each namespace."""
    rights = []
    for namespace in environment.namespaces:
        kinds = _kinds_of_prerequisites(environment, namespace)
        rights += [right(group, name, MANAGE, namespace) for group, name in kinds]
        rights += [right(group, name, verbs, namespace) for group, name, verbs in granted(environment)]
        if environment.has_logs_claim or environment.has_dags_claim:
            rights.append(right(CORE, "persistentvolumeclaims", KEEP, namespace))
        if _route(environment, namespace).get("host"):
            rights.append(right(ROUTES, "routes/custom-host", ("create",), namespace))
        for name in _constraints(environment):
            rights.append(right(OPENSHIFT_SECURITY, "securitycontextconstraints", ("use",), namespace, [name]))
    return rights


def _route(environment, namespace):
    route = environment.of_namespace(namespace, "route", "airflow_prerequisites_openshift_route")
    return route if environment.is_openshift and environment.is_enabled(route) else {}


def _kinds_of_prerequisites(environment, namespace):
    wanted = (
        # The record of what the role has made.
        (True, ((CORE, "configmaps"),)),
        (environment.of_namespace(namespace, "quota"), ((CORE, "resourcequotas"),)),
        (environment.of_namespace(namespace, "limit_range"), ((CORE, "limitranges"),)),
        (_makes_accounts(environment), ((CORE, "serviceaccounts"), (ACCESS, "roles"), (ACCESS, "rolebindings"))),
        (_constraints(environment), ((ACCESS, "rolebindings"),)),
        (_route(environment, namespace), ((ROUTES, "routes"),)),
    )
    return [kind for is_wanted, kinds in wanted if is_wanted for kind in kinds]


def _makes_accounts(environment):
    return not environment.specification.chart_makes_accounts


def granted(environment):
    """:returns: list of (API group, resource, verbs) of the rights that the role grants, by its component_rights.yml."""
    if not _makes_accounts(environment):
        return []
    operator = environment.specification["pod_operator"]["enabled"]
    xcom = operator and environment.specification["pod_operator"]["xcom"]
    tasks = environment.specification.has_task_pods
    wanted = (
        (tasks, "pods", ("create", "delete", "list", "patch", "watch")),
        (tasks or operator, "pods/log", ("get",)),
        (operator, "pods", ("create", "delete", "get", "list", "patch")),
        (operator, "events", ("list",)),
        (xcom, "pods/exec", ("create", "get")),
    )
    return [(CORE, resource, verbs) for is_wanted, resource, verbs in wanted if is_wanted]


def _constraints(environment):
    """:returns: the names of the security context constraints that the role lets service accounts use."""
    if not environment.is_openshift:
        return []
    named = [] if environment.specification["openshift_scc"] == "restricted-v2" else [environment.specification["openshift_scc"]]
    return named + (["anyuid"] if environment.listing("airflow_prerequisites_openshift_anyuid") else [])
