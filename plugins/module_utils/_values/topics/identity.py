# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud identity of pods, component by component. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.components import present
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import given
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.worker_profiles import default_profile

NONE, IRSA, POD_IDENTITY, GCP, AZURE = PROVIDERS = (
    "none", "aws_irsa", "aws_pod_identity", "gcp_workload_identity", "azure_workload_identity",
)  # fmt: skip
# Those that run code of DAGs, read or write logs, or fetch from repositories.
COMPONENTS = ("scheduler", "api_server", "triggerer", "dag_processor", "worker", "celery_worker")
VARIABLES = {
    "identity": mapping(
        "The cloud identity of the pods. The service accounts get what the provider requires.",
        provider=text("How pods prove who they are.", default=NONE, choices=PROVIDERS),
        principal=text(
            "What all components are: the ARN of a role, the address of a Google service account, or the client id of "
            "a managed identity."
        ),
        principals=mapping(
            "What single components are, where they differ.",
            **{component: text("What it is.") for component in COMPONENTS},
        ),
    )
}
# The annotation of the service account that each provider looks for. EKS Pod Identity looks at no annotation: it knows
# service accounts by name.
_ANNOTATIONS = {
    IRSA: "eks.amazonaws.com/role-arn",
    GCP: "iam.gke.io/gcp-service-account",
    AZURE: "azure.workload.identity/client-id",
}
_FORMS = {
    IRSA: forms.Form(r"arn:aws[-a-z]*:iam::[0-9]{12}:role/[-\w+=,.@/]{1,512}", "arn:aws:iam::<account>:role/<name>"),
    GCP: forms.Form(r"[-a-z0-9]+@[-a-z0-9.:]+\.iam\.gserviceaccount\.com", "<name>@<project>.iam.gserviceaccount.com"),
    AZURE: forms.Form(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "the client id of the managed identity"),
}
# With these a service account can be the principal itself, by its name.
_WITHOUT_PRINCIPAL = (POD_IDENTITY, GCP)
AZURE_LABEL = "azure.workload.identity/use"


def _principals(specification):
    """Yield (component, path in the chart, principal or None, variable)."""
    options, paths = specification["identity"], present(specification)
    for component in COMPONENTS:
        own = options["principals"][component]
        if component not in paths or not (own or options["principal"]):
            continue
        variable = named("identity", *(("principals", component) if own else ("principal",)))
        principal = own or options["principal"]
        yield component, paths[component], None if _brings_an_account(specification, component) else principal, variable


def _brings_an_account(specification, component):
    profile = default_profile(specification) if component == "worker" else None
    return bool(profile and profile["service_account"])


def principals(specification):
    """Say what the components are for the cloud.

    :param specification: a `Specification`.
    :returns: {component: principal} of those that are there. It is empty where a component is nobody, and None where its service account
        says it, which others make or which is the principal itself.
    """
    provider = specification["identity"]["provider"]
    known = {component: principal for component, _path, principal, _variable in _principals(specification)} if provider != NONE else {}
    unknown = None if provider in _WITHOUT_PRINCIPAL else ""
    return {component: known.get(component, unknown) for component in COMPONENTS if component in present(specification)}


def annotations(specification):
    """:returns: {component: annotations of its service account}, for components whose account has to have some."""
    name = _ANNOTATIONS.get(specification["identity"]["provider"])
    found = {component: principal for component, _path, principal, _variable in _principals(specification)}
    return {component: {name: principal} for component, principal in found.items() if name and principal}


def settings(specification):
    """:returns: the list of Setting of this topic."""
    provider, found = specification["identity"]["provider"], []
    if provider not in _ANNOTATIONS:
        return []
    # Where the chart makes no accounts, whoever does annotates them.
    wanted = annotations(specification) if specification.chart_makes_accounts else {}
    for component, path, _principal, variable in _principals(specification):
        if provider == AZURE:
            found += azure_sees_the_pods(path, variable)
        if component in wanted:
            why = "The pod's identity in the cloud"
            found.append(Setting((*path, "serviceAccount", "annotations"), wanted[component], variable, why))
            found += task_pods_have_an_account_of_their_own(path, variable) if component == "worker" else []
    return found


def task_pods_have_an_account_of_their_own(path, variable):
    """Ask for the account of task pods: unless asked, they use that of Celery workers, without these annotations."""
    return [Setting((*path, "serviceAccount", "create"), True, variable, "Tasks have a service account of their own")]


def azure_sees_the_pods(path, variable):
    """Label the pods: Azure looks at no other."""
    return [Setting((*path, "labels", AZURE_LABEL), "true", variable, "Azure looks at pods with this label only")]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    options = specification["identity"]
    provider, principals = options["provider"], given(options["principals"])
    named_principals = {named("identity", "principal"): options["principal"]} if options["principal"] else {}
    named_principals |= {named("identity", "principals", name): value for name, value in principals.items()}
    if provider == NONE:
        return [
            ValueFinding(variable, "airflow_identity.provider is none", "Choose the provider, or leave it out")
            for variable in named_principals
        ]
    found = _missing(provider, named_principals)
    form = _FORMS.get(provider)
    found += [
        ValueFinding(variable, f"it is not a principal of {provider}", f"Write {form.wanted}")
        for variable, value in named_principals.items()
        if form and not form.fits(value)
    ]
    if "worker" in principals and _brings_an_account(specification, "worker"):
        problem = "the default worker profile brings a service account of its own"
        found.append(ValueFinding(named("identity", "principals", "worker"), problem, "Keep one of them"))
    return found


def _missing(provider, named_principals):
    if named_principals or provider == NONE or provider in _WITHOUT_PRINCIPAL:
        return []
    return [
        ValueFinding(
            named("identity", "principal"), f"it is missing although the provider is {provider}", "Name the principal"
        )
    ]
