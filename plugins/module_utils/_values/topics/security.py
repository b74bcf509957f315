# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security contexts that meet Pod Security "restricted" and OpenShift's "restricted-v2" or "nonroot-v2". Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import text
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named

VARIABLES = {
    "platform": text(
        "What the cluster is. openshift makes pods fit the security context constraints of airflow_openshift_scc.",
        default="kubernetes", choices=("kubernetes", "openshift"),
    ),
    "openshift_scc": text(
        "The security context constraints of OpenShift that pods are made for. With restricted-v2 the cluster chooses "
        "the user ids. With nonroot-v2 pods keep those of the images, and the role airflow_prerequisites lets them.",
        default="restricted-v2", choices=("restricted-v2", "nonroot-v2"),
    ),
    "prerequisites_pod_security": text(
        "Pod Security level that the namespace enforces, audits and warns about. Pods that tasks start get the security context "
        "that restricted demands; with the others they run as their images say.",
        default="restricted", choices=("restricted", "baseline", "privileged"),
    ),
}  # fmt: skip
RESTRICTED = 'Pod Security "restricted" asks for it'


def pod_context(specification, user, group):
    """Make the security context of a pod.

    With "restricted-v2" OpenShift chooses the ids from the range of the namespace, and refuses pods that ask for others.

    :param user: the user id that the image is made for.
    :param group: the group id.
    :returns: a PodSecurityContext; the chart takes it instead of its own, so it is complete.
    """
    context = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    if not specification.cluster_chooses_ids:
        context.update(runAsUser=user, runAsGroup=group, fsGroup=group)
    return context


def container_context(specification, user=None):
    """Make the security context of a container.

    :param user: the user id that the image is made for, where it is not that of the pod.
    :returns: a SecurityContext; the chart takes it instead of its own, so it is complete.
    """
    context = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    return context if user is None or specification.cluster_chooses_ids else {**context, "runAsUser": user}


def pods_of_other_images_are_restricted(specification, component, user):
    """Give a pod that has not the Airflow image a context of its own: the global one does not reach it.

    :param component: its section in the chart.
    :param user: the user id that its image is made for.
    :returns: list of Setting.
    """
    variable = named("platform") if specification.cluster_chooses_ids else COLLECTION
    path = (component, "securityContexts", "pod")
    return [Setting(path, pod_context(specification, user, user), variable, RESTRICTED)]


def settings(specification):
    """:returns: the list of Setting of this topic."""
    return airflow_pods_are_restricted(specification)


def airflow_pods_are_restricted(specification):
    """Give every container of every Airflow pod a context that the strictest namespaces take.

    Globally, because contexts of a component reach neither its init containers nor its sidecars. The image works as any
    user of group 0.
    """
    variable = named("platform") if specification.cluster_chooses_ids else COLLECTION
    return [
        Setting(path_of("securityContexts.pod"), pod_context(specification, 50000, 0), variable, RESTRICTED),
        Setting(path_of("securityContexts.containers"), container_context(specification), COLLECTION, RESTRICTED),
    ]


def findings(_specification):
    """:returns: the list of ValueFinding of this topic."""
    return []
