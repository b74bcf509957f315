# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user of the kubeconfig has to be allowed to do, for just this specification. Pure: no I/O.

Kubernetes lets only those make a Role who have all of its rights themselves
(https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping), so the
rights of the Roles in the charts are among them.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.addons import scalers
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.api_groups import has_budgets
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.prerequisite_rights import (
    of_namespaces,
    of_prerequisites,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.right import (
    ACCESS,
    APPS,
    BATCH,
    COORDINATION,
    CORE,
    MANAGE,
    NETWORKING,
    OPENSHIFT_SECURITY,
    right,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.secret_rights import of_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    has_task_pods,
    is_on,
    list_at,
    map_at,
    walk,
)

# helm replaces the Secret of a revision, and the ledger is replaced, so that whoever else writes to it is noticed.
REPLACE = ("update",)
FOLLOW = ("get", "list", "watch")
# What only the preflight reads: without it a check is missing, and nothing else. The wait for DaemonSets reads the nodes as
# well; without the right it goes by the DaemonSet's own numbers, so that a node in trouble holds it up.
OWN_READS = (
    (CORE, "nodes"),
    (CORE, "pods"),
    ("networking.k8s.io", "ingressclasses"),
    ("scheduling.k8s.io", "priorityclasses"),
    ("storage.k8s.io", "storageclasses"),
)
OWN_READS_OF_NAMESPACE = ((CORE, "limitranges"), (CORE, "resourcequotas"))
# The Roles pod-launcher and pod-log-reader of both charts.
_POD_LAUNCHER = (
    (CORE, "pods", ("create", "delete", "get", "list", "patch", "watch")),
    (CORE, "pods/log", ("get",)),
    (CORE, "pods/exec", ("create", "get")),
    (CORE, "events", ("list", "watch")),
)
_POD_LOG_READER = (
    (CORE, "pods", ("get", "list", "watch")),
    (CORE, "pods/log", ("get", "list")),
)
# The Roles that the official chart makes only where overrides ask for them.
_JOB_LAUNCHER = (
    (BATCH, "jobs", MANAGE),
    (BATCH, "jobs/status", ("get", "watch")),
)


def required_rights(environment):
    """Say what a run with this specification does in the cluster.

    :returns: list of dicts with ``api_group``, ``resource``, ``verbs``, ``namespace`` (None for the whole cluster) and
        ``names`` (empty for all objects), sorted; no two of one resource in one scope but for different names.
    """
    values, namespace = environment.chart_values or {}, environment.namespace
    # Where tasks run in several namespaces, the chart's Roles are ClusterRoles.
    scope = None if is_on(values, "multiNamespaceMode") else namespace
    rights = [
        *of_namespaces(environment),
        *[right(group, name, verbs, namespace) for group, name, verbs in _roles_do(environment, values)],
        *[right(group, name, verbs, scope) for group, name, verbs in _charts_grant(values)],
        *of_prerequisites(environment),
        *of_secrets(environment),
        *_of_cluster(environment, values),
        *_of_openshift(values, scope),
        *[right(group, name, ("list",)) for group, name in OWN_READS],
        *[right(group, name, ("list",), namespace) for group, name in OWN_READS_OF_NAMESPACE],
    ]
    return _joined(rights)


def _roles_do(environment, values):
    """Yield (API group, resource, verbs) of what modules and helm do in the namespace."""
    yield from (
        (CORE, "configmaps", (*MANAGE, *REPLACE)),
        (CORE, "secrets", ("create", "delete", "get", "list", "patch", *REPLACE)),
        (COORDINATION, "leases", ("create", "delete", "get", "update")),
        (CORE, "services", MANAGE),
        (CORE, "serviceaccounts", MANAGE),
        (APPS, "daemonsets", MANAGE),
        (APPS, "deployments", MANAGE),
        (APPS, "replicasets", FOLLOW),
        (BATCH, "jobs", MANAGE),
        (NETWORKING, "networkpolicies", MANAGE),
        # What a pod that does not start, or a task that failed, has to say.
        (CORE, "pods", FOLLOW),
        (CORE, "pods/log", ("get",)),
        (CORE, "events", ("list", "watch")),
    )
    if not environment.text("airflow_verify_api_url"):
        # A WebSocket begins with a GET; from Kubernetes 1.35 on the right to create is asked for as well.
        yield CORE, "pods/portforward", ("create", "get")
    if environment.has_own_database or _has_stateful_sets(values):
        yield APPS, "statefulsets", MANAGE
    yield from _features(values)


def _features(values):
    by_cpu, by_keda = scalers(values)
    wanted = (
        (is_on(values, "rbac.create", True), ((ACCESS, "roles"), (ACCESS, "rolebindings"))),
        (_has_ingress(values), ((NETWORKING, "ingresses"),)),
        (is_on(values, "dags.persistence.enabled"), ((CORE, "persistentvolumeclaims"),)),
        (has_budgets(values), (("policy", "poddisruptionbudgets"),)),
        (by_cpu, (("autoscaling", "horizontalpodautoscalers"),)),
        (by_keda, (("keda.sh", "scaledobjects"),)),
        (is_on(values, "cleanup.enabled") or is_on(values, "databaseCleanup.enabled"), ((BATCH, "cronjobs"),)),
        (map_at(values, "quotas"), ((CORE, "resourcequotas"),)),
        (list_at(values, "limits"), ((CORE, "limitranges"),)),
    )
    for is_wanted, kinds in wanted:
        for api_group, resource in kinds if is_wanted else ():
            yield api_group, resource, MANAGE


def _has_stateful_sets(values):
    # The broker, and whatever overrides give a volume of its own.
    return is_on(values, "redis.enabled") or any(
        is_on(values, f"{owner}.persistence.enabled") for owner in ("workers.celery", "triggerer")
    )


def _has_ingress(values):
    return any(path[:1] == ("ingress",) and path[-1] == "enabled" and bool(value) for path, value in walk(values) if path)


def _charts_grant(values):
    if not is_on(values, "rbac.create", True):
        return
    yield from _POD_LOG_READER
    if is_on(values, "allowPodLaunching", True):
        yield from _POD_LAUNCHER
    if is_on(values, "allowJobLaunching"):
        yield from _JOB_LAUNCHER
    if is_on(values, "cleanup.enabled") and has_task_pods(values):
        yield CORE, "pods", ("delete", "list")


def _of_cluster(environment, values):
    rights = []
    if list_at(values, "priorityClasses") or environment.listing("airflow_prerequisites_priority_classes"):
        rights.append(right("scheduling.k8s.io", "priorityclasses", MANAGE))
    if is_on(values, "multiNamespaceMode"):
        rights += [right(ACCESS, resource, MANAGE) for resource in ("clusterroles", "clusterrolebindings")]
    return rights


def _of_openshift(values, scope):
    # The chart binds the ClusterRole system:openshift:scc:anyuid.
    if not is_on(values, "rbac.createSCCRoleBinding"):
        return []
    return [right(OPENSHIFT_SECURITY, "securitycontextconstraints", ("use",), scope, ["anyuid"])]


def _joined(rights):
    """:returns: the rights with the verbs of one resource, scope and names put together."""
    verbs = {}
    for one in rights:
        key = (one["namespace"] or "", one["api_group"], one["resource"], tuple(one["names"]))
        verbs.setdefault(key, set()).update(one["verbs"])
    return [
        right(api_group, resource, found, namespace or None, names)
        for (namespace, api_group, resource, names), found in sorted(verbs.items())
    ]
