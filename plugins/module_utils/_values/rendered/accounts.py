# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service accounts of rendered pods, and what is bound to them. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, WARNING
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import entries, label, mapping
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.told import Fault

# Every namespace has it.
DEFAULT = "default"


def faults(objects, origins, elsewhere=()):
    """:param objects: `RenderedObjects`.
    :param origins: `Origins` of the chart values.
    :param elsewhere: names of service accounts that the chart does not make, and that will be there.
    :returns: list of `Fault`.
    """
    return [fault for binding in objects.of_kind("RoleBinding", "ClusterRoleBinding") for fault in _of_binding(binding, objects, origins)] + [
        fault for pod in objects.pods for fault in _made_by_nothing(pod, objects, origins, elsewhere)
    ]


def account_of(pod):
    """:param pod: a `RenderedPod`.
    :returns: the name of the service account that it runs as.
    """
    return pod.spec.get("serviceAccountName") or pod.spec.get("serviceAccount") or DEFAULT


def _of_binding(binding, objects, origins):
    """A Role that is bound to another account than the one that its pods run as.

    The chart 1.22.0 binds the account of ``workers.serviceAccount``, and Celery workers run as that of
    ``workers.celery.serviceAccount``: https://github.com/apache/airflow/issues/67261. Worker sets have accounts of their own.
    """
    bound = {str(subject.get("name")) for subject in entries(binding.get("subjects")) if subject.get("kind") == "ServiceAccount"}
    workloads = [pod for pod in objects.pods if not pod.is_of_tasks and pod.component]
    unused = bound - {account_of(pod) for pod in objects.pods}
    meant = {pod.component for pod in workloads if account_of(pod) in bound}
    meant |= {pod.component for pod in workloads for name in unused if name.endswith(f"-{pod.component}")}
    found = []
    for pod in workloads:
        account = account_of(pod)
        if pod.component in meant and account not in bound:
            role = mapping(binding.get("roleRef"))
            origin = origins.of_account(account, pod.component)
            told = f", not {' or '.join(sorted(unused))}" if unused else ""
            found.append(Fault(
                pod.label, (*pod.path, "spec", "serviceAccountName"), origin or origins.of_pod(pod),
                f"pods of {{where}} run as the service account {account}{told}, and have none of the rights of the {role.get('kind')} {role.get('name')}: "
                f"{label(binding)} does not bind it",
                _remedy(origin, bound), ERROR if unused else WARNING))
    return found


def _remedy(origin, bound):
    if origin and origin.startswith("workers.celery.serviceAccount."):
        return f"Write it as {origin.replace('workers.celery.', 'workers.', 1)}, from which the chart makes both"
    return f"Let them run as one that is bound, of {', '.join(sorted(bound))}: serviceAccount: {{create: false, name: <account>}}"


def _made_by_nothing(pod, objects, origins, elsewhere):
    account = account_of(pod)
    if account == DEFAULT or account in elsewhere or account in objects.names("ServiceAccount") or origins.of_account(account, pod.component):
        return []
    origin = origins.of(("spec", "serviceAccountName"), account) or origins.of_pod(pod)
    return [Fault(
        pod.label, (*pod.path, "spec", "serviceAccountName"), origin,
        f"{{where}} runs as the service account {account}, which neither the chart nor the collection makes",
        "Make it before, or name one that is there", WARNING)]
