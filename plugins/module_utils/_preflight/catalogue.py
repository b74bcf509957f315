# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding of the preflight by its code. Pure: no I/O.

The first digit of a code says what it is about. A code never changes its meaning, and the code of a finding that no longer
exists is not used again: inventories name codes in ``airflow_preflight_accepted``.
"""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import (
    ERROR,
    WARNING,
    PreflightFinding,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.airflow_versions import TRIED

PAGE = "docs/preflight.md"
# The headings of that page.
TOPICS = {
    "1": "Inventory",
    "2": "Identity and versions",
    "3": "Rights and API groups",
    "4": "Storage",
    "5": "Add-ons and networking",
    "6": "Policy of the namespace",
    "7": "Capacity",
    "8": "Images and addresses",
}


@dataclasses.dataclass(frozen=True)
class Entry:
    """What all findings of one code have in common.

    :param severity: ``error`` or ``warning``.
    :param title: what is wrong, in a few words that people would search for.
    :param remedy: what to do, where the rule that finds it knows nothing better.
    :param is_acceptable: whether an inventory may turn the error into a warning.
    """

    severity: str
    title: str
    remedy: str
    is_acceptable: bool = True


def _unacceptable(title, remedy):
    return Entry(ERROR, title, remedy, is_acceptable=False)


CATALOGUE = {
    "WA101": _unacceptable("Unknown variable", "Correct the name, or give a variable of your own another prefix."),
    "WA102": _unacceptable("Unsupported variable", "Use the variable that is meant."),
    "WA103": _unacceptable("Chart path is not set", "Set airflow_chart_path to the chart's directory or package."),
    "WA104": _unacceptable(
        "Chart version is not set", "Set airflow_chart_version, so that no run picks up another chart by itself."
    ),
    "WA105": _unacceptable("Image repository or tag is not set", "Set both."),
    "WA106": _unacceptable(
        "Invalid release name",
        "Use at most 40 lower-case letters, digits and hyphens, a letter first, so that the names made of it are valid in "
        "Kubernetes.",
    ),
    "WA107": _unacceptable("Duplicate DAG bundle name", "Rename one."),
    "WA108": _unacceptable(
        "Database migration would use PgBouncer before it exists",
        "Set airflow_database_migration_secret_name to a Secret whose key connection leads to the database itself.",
    ),
    "WA109": Entry(ERROR, "Placeholder was not replaced", "Replace it by what is meant."),
    "WA110": Entry(
        ERROR, "Secret in plain text",
        "Put it into a Secret and name the Secret; or encrypt it with ansible-vault, or look it up.",
    ),
    "WA111": Entry(WARNING, "Setting has no effect", "Remove it, or switch on what it is for."),
    "WA112": _unacceptable("Finding code cannot be accepted", "Remove it from airflow_preflight_accepted."),
    "WA113": _unacceptable("Invalid specification", "Correct the variable."),
    "WA114": Entry(
        ERROR, "Chart is not available",
        "Correct airflow_chart_source, the other airflow_chart_* variables or airflow_helm_binary, or put the "
        "chart where it is looked for.",
    ),
    "WA115": _unacceptable("Airflow version is not supported", f"Use Airflow {' or '.join(TRIED)}."),
    "WA116": Entry(
        WARNING, "Secrets were not looked for",
        "Use a version of ansible-core that docs/support.md names, or a newer release of this collection.",
    ),
    "WA117": Entry(WARNING, "Doubtful specification", "Correct the variable, or leave it where it is meant so."),
    "WA121": Entry(
        ERROR, "Nobody can log in for the DAG run of verify",
        "Set airflow_verify_credentials to a Secret with a user of Airflow or a token of its API.",
    ),
    "WA122": Entry(
        ERROR, "SimpleAuthManager outside the local cluster",
        "Choose another airflow_auth.method: this one keeps passwords in a plain file, or lets everybody in.",
    ),
    "WA201": _unacceptable(
        "Cluster is not pinned",
        "Run ansible-playbook playbooks/pin_cluster.yml with this inventory, and copy what it prints.",
    ),
    "WA202": _unacceptable(
        "Cluster is not the pinned one",
        "Correct airflow_kubeconfig or airflow_context, or pin the cluster again if it has been replaced.",
    ),
    "WA203": _unacceptable("Cluster is unreachable", "Correct airflow_kubeconfig or airflow_context."),
    "WA204": Entry(
        ERROR, "Kubernetes version is not supported",
        "Upgrade the cluster, or use a release of this collection that knows it.",
    ),
    "WA205": Entry(
        WARNING, "Kubelet is too old",
        "Upgrade the nodes: a kubelet may be at most three minor versions older than the API server.",
    ),
    "WA206": _unacceptable(
        "Cluster identity cannot be read",
        "Grant the right get on the namespace kube-system, whose uid identifies the cluster.",
    ),
    "WA301": Entry(
        ERROR, "RBAC permissions are missing",
        "Let somebody with these rights apply the manifest that is printed below the table.",
    ),
    "WA302": Entry(
        WARNING, "Preflight may not list some resources",
        "Grant the right, or know that what depends on it was not checked.",
    ),
    "WA303": Entry(
        WARNING, "RBAC permissions could not be checked",
        "Ask for single rights with kubectl auth can-i, or go on: a missing right is reported when it is needed.",
    ),
    "WA304": Entry(ERROR, "API is not served by the cluster", "Switch off what needs it, or install what serves it."),
    "WA401": Entry(ERROR, "StorageClass does not exist", "Name one that exists, or create it."),
    "WA402": Entry(ERROR, "No default StorageClass", "Name a StorageClass, or mark one as the default."),
    "WA403": Entry(
        ERROR, "StorageClass does not support the access mode",
        "Name a StorageClass that has it, or change the access mode.",
    ),
    "WA404": Entry(
        WARNING, "StorageClass may not support the access mode",
        "Find out whether its volumes can be used on several nodes at a time.",
    ),
    "WA405": Entry(
        WARNING, "ReadWriteOnce volume in a cluster of several nodes",
        "Set airflow_logs_claim_access_mode to ReadWriteMany, or choose a log store with airflow_logs.",
    ),
    "WA501": Entry(ERROR, "IngressClass does not exist", "Name one that exists, or install its controller."),
    "WA502": Entry(WARNING, "No default IngressClass", "Set airflow_ingress.class."),
    "WA503": Entry(
        ERROR, "metrics-server is missing", "Install the metrics-server, or remove the entry of airflow_autoscaling."
    ),
    "WA504": Entry(ERROR, "KEDA is missing", "Install KEDA, or remove the entry of airflow_autoscaling."),
    "WA505": Entry(ERROR, "PriorityClass does not exist", "Name one that exists, or create it."),
    "WA506": Entry(
        ERROR, "Network policies cut off a component",
        "Add what is missing to airflow_network_policies_extra_flows, or set airflow_network_policies_enabled to false.",
    ),
    "WA601": Entry(
        ERROR, "Namespace is terminating",
        "Wait until it is gone; if it stays, look for finalizers with kubectl get namespace --output yaml.",
    ),
    "WA602": Entry(
        ERROR, "Namespace has too little quota for the components",
        "Raise the quota, or lower requests and replicas in airflow_components.",
    ),
    "WA603": Entry(
        WARNING, "Namespace has too little quota for a task", "Raise the quota, or lower the requests of the worker profile."
    ),
    "WA604": Entry(
        ERROR, "LimitRange refuses a container", "Change the resources of the container, or the LimitRange."
    ),
    "WA605": Entry(
        ERROR, "ResourceQuota requires resources for every container",
        "Give the containers resources, or have a LimitRange of the namespace set defaults.",
    ),
    "WA606": Entry(
        ERROR, "Namespace has too little quota for the tasks of parallelism",
        "Raise the quota, or lower airflow_concurrency.parallelism or the requests of the default worker profile.",
    ),
    "WA701": Entry(
        ERROR, "No node matches the pod's nodeSelector and tolerations",
        "Correct node_selector and tolerations, or add the node pool to airflow_node_pools.",
    ),
    "WA702": Entry(
        ERROR, "Pod fits no node", "Lower its requests, or add nodes that it fits on."
    ),
    "WA703": Entry(
        WARNING, "Node pool capacity is unknown",
        "Write what one of its nodes has to airflow_node_pools, as allocatable.",
    ),
    "WA704": Entry(
        WARNING, "Node pools have too little capacity",
        "Raise maximum_nodes of the pool, or lower replicas or airflow_concurrency.parallelism: what does not fit stays "
        "Pending.",
    ),
    "WA705": Entry(
        WARNING, "All suitable nodes are cordoned", "Run kubectl uncordon, unless an autoscaler brings other nodes."
    ),
    "WA706": Entry(
        ERROR, "Pods cannot be spread as required",
        "Let the pool have more zones or nodes, lower the number of pods, or make the rule a preference.",
    ),
    "WA801": Entry(
        ERROR, "Image cannot be pulled", "Correct its name and tag, push it, or let the nodes reach its registry."
    ),
    "WA802": Entry(
        ERROR, "Image pull access denied", "Put credentials that may pull it into a pull secret."
    ),
    "WA803": Entry(
        ERROR, "Image pull secret is missing or invalid",
        "Make it a Secret of type kubernetes.io/dockerconfigjson, or leave it out of airflow_image_pull_secrets.",
    ),
    "WA804": Entry(
        ERROR, "Host name cannot be resolved by pods",
        "Correct the name, or the DNS of the cluster: kubectl run --rm -it --image busybox test -- nslookup NAME.",
    ),
    "WA805": Entry(
        ERROR, "Address is unreachable from pods",
        "Correct the address, or open the way from the pods to it: network policies, firewalls, routes, proxies.",
    ),
    "WA806": Entry(
        ERROR, "Secret is missing or holds no URL",
        "Write a URL with a host into the Secret's key, or name another Secret.",
    ),
    "WA807": Entry(
        ERROR, "Probe did not finish",
        "Correct what kept its pod from running; airflow_preflight_probe_resources is what each of its containers asks for.",
    ),
}  # fmt: skip


def found(code, subject, problem, remedy=None):
    """Make a finding.

    :param code: a code of the catalogue.
    :param subject: what it is about.
    :param problem: what is wrong.
    :param remedy: what to do; the catalogue's word where nothing better is known.
    :returns: a `PreflightFinding` with the severity of its code.
    """
    entry = CATALOGUE[code]
    return PreflightFinding(code, entry.severity, subject, problem, remedy or entry.remedy)


def documented(code):
    """:returns: (page, heading) of where a code is explained."""
    return PAGE, TOPICS[code.removeprefix("WA")[0]]
