# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service accounts, and the cloud identity of their pods. Pure: no I/O.

Accounts have the names that the release gives them: whoever trusts an account by its name, such as the trust policy of a role of AWS,
is told of the new one.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.compiler import VARIABLES
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.components import PATHS
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.former_charts import executors
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.leaves import shown
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.work import VARIABLE, Row
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX, Specification
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import identity, service_accounts
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.identity import (
    AZURE,
    COMPONENTS,
    GCP,
    IRSA,
)

# The annotation that each provider looks for.
_ANNOTATIONS = {"eks.amazonaws.com/role-arn": IRSA, "iam.gke.io/gcp-service-account": GCP, "azure.workload.identity/client-id": AZURE}
_SUFFIXES = {"api_server": "api-server", "dag_processor": "dag-processor", "worker": "worker", "celery_worker": "worker",
             "open_telemetry_collector": "otel-collector"}  # fmt: skip
_OTHERS = {"cleanup": ("cleanup",), "database_cleanup": ("databaseCleanup",)}


def placed(work):
    """Make `airflow_identity` of annotations, and leave out names."""
    principals = _principals(work)
    providers = sorted({provider for provider, _principal in principals.values()})
    if len(providers) == 1:
        _identity(work, providers[0], {name: principal for name, (_provider, principal) in principals.items()})
    if work.value("rbac.create") is False:
        work.set("service_account_source", "prerequisites")
        work.told("rbac.create", PREFIX + "service_account_source", "The role airflow_prerequisites makes accounts and rights.")
    for name, path in {**PATHS, **_OTHERS}.items():
        _account(work, name, (*path, "serviceAccount"))


def _principals(work):
    """:returns: {component: (provider, principal)} by the annotations of the service accounts."""
    found = {}
    for name in COMPONENTS:
        annotations = work.left.value((*PATHS[name], "serviceAccount", "annotations"))
        for key, provider in _ANNOTATIONS.items():
            principal = annotations.get(key) if isinstance(annotations, dict) else None
            if isinstance(principal, str) and principal and "{{" not in principal:
                found[name] = (provider, principal)
    return found


def _identity(work, provider, principals):
    celery, task_pods = executors(work)
    there = [name for name in COMPONENTS if {"worker": task_pods, "celery_worker": celery}.get(name, True)]
    principals = {name: principal for name, principal in principals.items() if name in there}
    # In Airflow 2 the scheduler parsed the DAGs, and had the rights that this takes.
    if "dag_processor" not in principals and "scheduler" in principals and not work.has("dagProcessor.serviceAccount"):
        principals["dag_processor"] = principals["scheduler"]
    work.set("identity.provider", provider)
    if set(principals) == set(there) and len(set(principals.values())) == 1:
        work.set("identity.principal", next(iter(principals.values())))
    else:
        work.set("identity.principals", principals)
    key = next(key for key, known in _ANNOTATIONS.items() if known == provider)
    for name in COMPONENTS:
        path = (*PATHS[name], "serviceAccount", "annotations", key)
        if work.left.has(path):
            for origin in work.left.origins(path):
                work.rows.append(Row(shown(origin), VARIABLE, PREFIX + "identity", ""))
            work.left.remove(path)


def are_trusted(work):
    """Tell whoever trusts service accounts by their names what these are now."""
    if work.get("identity.provider") is None:
        return
    specification, _findings = Specification.read(work.variables, VARIABLES)
    wanted = identity.annotations(specification)
    accounts = sorted({name for component, name in service_accounts.names(specification).items() if component in wanted})
    work.task(f"Let the cloud trust these service accounts: {', '.join(accounts)}.")


def _account(work, name, path):
    account = work.left.value((*path, "name"))
    if name == "worker" and isinstance(account, str) and account and "{{" not in account and account != "default":
        profile = work.get("worker_profile") or {}
        work.set("worker_profile", {**profile, "service_account": account})
        work.told((*path, "name"), PREFIX + "worker_profiles[default].service_account")
        work.task(f"Keep the service account {account} with its rights: nothing of the release makes it.")
        if work.left.has((*path, "create")):
            work.drop((*path, "create"), "A worker profile's service account is made elsewhere.")
        if work.get("identity.principals.worker"):
            del work.variables["identity"]["principals"]["worker"]
    for key in ("name", "create"):
        if work.left.has((*path, key)):
            why = f"The service account is airflow-{_SUFFIXES.get(name, name).replace('_', '-')}, and airflow_service_account_source says what makes it."
            work.drop((*path, key), why)
