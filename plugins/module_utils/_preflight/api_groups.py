# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the cluster serve the APIs of everything that is going to be made? Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.addons import scalers
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import list_at, walk

# By these a cluster is known to be an OpenShift.
OPENSHIFT = ("route.openshift.io/v1", "security.openshift.io/v1")
_ALWAYS = {
    "v1": "everything",
    "apps/v1": "Deployments",
    "batch/v1": "the Job of the migration",
    "coordination.k8s.io/v1": "the Lease of a release",
    "networking.k8s.io/v1": "NetworkPolicies",
    "rbac.authorization.k8s.io/v1": "Roles of Airflow's pods",
}


def has_budgets(values):
    """:returns: whether chart values ask for a PodDisruptionBudget."""
    return any(path[-2:] == ("podDisruptionBudget", "enabled") and bool(value) for path, value in walk(values))


def needed_apis(environment):
    """:returns: {group and version: what it is for}; an API that an add-on serves is reported with the add-on."""
    values = environment.chart_values or {}
    needed = dict(_ALWAYS)
    if has_budgets(values):
        needed["policy/v1"] = "disruption budgets"
    if scalers(values)[0]:
        needed["autoscaling/v2"] = "autoscalers"
    if list_at(values, "priorityClasses") or environment.listing("airflow_prerequisites_priority_classes"):
        needed["scheduling.k8s.io/v1"] = "PriorityClasses"
    return needed


def api_groups(environment, facts):
    """:returns: list of `PreflightFinding` about APIs that are missing."""
    if "api_groups" not in facts:
        return []
    served = set(facts["api_groups"])
    findings = [
        found("WA304", api, f"The cluster does not serve {api}, which is needed for {purpose}.")
        for api, purpose in sorted(needed_apis(environment).items())
        if api not in served
    ]
    missing = [api for api in OPENSHIFT if api not in served]
    if environment.is_openshift and missing:
        problem = f"It is openshift, and the cluster does not serve {' and '.join(missing)}."
        remedy = "Set airflow_platform to kubernetes, or correct the kubeconfig."
        findings.append(found("WA304", "airflow_platform", problem, remedy))
    return findings
