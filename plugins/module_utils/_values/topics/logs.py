# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the logs of tasks are kept. Pure: no I/O."""

from __future__ import annotations

import json
import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import boolean, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.components import present
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.connection import Connection
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    given,
    secret_reference,
)

NONE, S3, GCS, AZURE_BLOB, CLAIM = STORES = ("none", "s3", "gcs", "azure_blob", "claim")
VARIABLES = {
    "logs": mapping(
        "Where the logs of tasks are kept.",
        store=text(
            "none keeps them no longer than the pod. claim keeps them on a volume, as airflow_logs_claim_enabled does, "
            "the others in the store of a cloud.",
            choices=STORES,
        ),
        url=text(
            "Where in the store they are, s3://bucket/path, gs://bucket/path, or "
            "https://account.blob.core.windows.net/container/path."
        ),
        connection_secret=secret_reference(
            "Secret that holds an Airflow connection to the store. Left out where airflow_identity opens it."
        ),
    ),
    "logs_claim_enabled": boolean(
        "Whether the logs of tasks are kept on a volume that all components share. Without it and without a remote log "
        "store the log of a task is gone with its pod."
    ),
}
CONNECTION_ID = "airflow_logs"
# With the others a service account can be the principal itself, by its name.
_NEEDS_PRINCIPAL = ("aws_irsa", "azure_workload_identity")
# What the URL of each remote store looks like, the type of its Airflow connection, and the identities that open it.
_AZURE_URL = r"(https://[a-z0-9]{3,24}\.blob\.[a-z0-9.-]+)/([a-z0-9](?:-?[a-z0-9])*)(?:/([-\w./]*))?"
_REMOTE = {
    S3: (r"s3://[a-z0-9][-a-z0-9.]+(/[-\w./=]*)?", "s3://bucket/path", "aws", ("aws_irsa", "aws_pod_identity")),
    GCS: (
        r"gs://[a-z0-9][-a-z0-9._]+(/[-\w./=]*)?", "gs://bucket/path", "google_cloud_platform",
        ("gcp_workload_identity",),
    ),
    AZURE_BLOB: (
        _AZURE_URL, "https://account.blob.core.windows.net/container/path", "wasb", ("azure_workload_identity",)
    ),
}  # fmt: skip


def store(specification):
    """:returns: where logs are kept: what is asked for, else the claim where there is one, else nowhere."""
    return specification["logs"]["store"] or (CLAIM if specification["logs_claim_enabled"] else NONE)


def connections(specification):
    """:returns: the connection to the log store, where there is one: a missing one fails every task."""
    options, chosen = specification["logs"], store(specification)
    if chosen not in _REMOTE:
        return []
    if given(options["connection_secret"]):
        variable = named("logs", "connection_secret")
        return [Connection(CONNECTION_ID, options["connection_secret"], None, variable, "Opens the log store")]
    definition = {"conn_type": _REMOTE[chosen][2]}
    address = re.fullmatch(_AZURE_URL, options["url"] or "")
    if chosen == AZURE_BLOB and address:
        definition["host"] = address[1]
    why = "Opens the log store with the pod's own identity"
    return [Connection(CONNECTION_ID, None, json.dumps(definition), named("logs", "store"), why)]


def settings(specification):
    """:returns: the list of Setting of this topic."""
    chosen = store(specification)
    if chosen == CLAIM:
        return _claim(specification)
    return _remote(specification["logs"], chosen) if chosen in _REMOTE else []


def _claim(specification):
    variable = named("logs", "store") if specification["logs"]["store"] else named("logs_claim_enabled")
    claim, path = f"{specification.release}-logs", path_of("logs.persistence")
    return [
        Setting((*path, "enabled"), True, variable, "Logs are on a volume that all components share"),
        Setting((*path, "existingClaim"), claim, variable, "The role airflow_prerequisites makes the claim"),
    ]


def _remote(options, chosen):
    folder, found = options["url"], []
    if chosen == AZURE_BLOB:
        _host, container, path = re.fullmatch(_AZURE_URL, options["url"]).groups()
        # Airflow knows the store by the first letters, and the container from an option of its own.
        folder = f"wasb://{path or ''}"
        place = path_of("config.azure_remote_logging.remote_wasb_log_container")
        found.append(Setting(place, container, named("logs", "url"), "The container that logs are kept in"))
    path = path_of("config.logging")
    return [
        Setting((*path, "remote_logging"), "True", named("logs", "store"), "Logs outlive the pods of tasks"),
        Setting((*path, "remote_base_log_folder"), folder, named("logs", "url"), "Where logs are kept"),
        Setting((*path, "remote_log_conn_id"), CONNECTION_ID, named("logs", "store"), "The connection to the store"),
        *found,
    ]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    options, chosen, found = specification["logs"], store(specification), []
    if specification["logs_claim_enabled"] and chosen != CLAIM:
        remedy = "Choose claim, or set airflow_logs_claim_enabled to false"
        found.append(ValueFinding(named("logs", "store"), "airflow_logs_claim_enabled asks for a claim", remedy))
    if chosen in _REMOTE:
        return found + _findings_of_remote(specification, chosen)
    remedy = "Choose s3, gcs or azure_blob as airflow_logs.store, or leave it out"
    return found + [
        ValueFinding(named("logs", option), f"the store is {chosen}", remedy)
        for option in ("url", "connection_secret")
        if given(options[option])
    ]


def _findings_of_remote(specification, chosen):
    options, found = specification["logs"], []
    pattern, example, _kind, identities = _REMOTE[chosen]
    if not options["url"]:
        found.append(
            ValueFinding(named("logs", "url"), f"it is missing although the store is {chosen}", f"Write {example}")
        )
    elif not re.fullmatch(pattern, options["url"]):
        found.append(ValueFinding(named("logs", "url"), f"it is not a URL of store {chosen}", f"Write {example}"))
    if not given(options["connection_secret"]) and specification["identity"]["provider"] not in identities:
        remedy = (
            f"Name a Secret with an Airflow connection, or choose airflow_identity.provider {' or '.join(identities)}"
        )
        found.append(ValueFinding(named("logs", "connection_secret"), "nothing opens the log store to Airflow", remedy))
        return found
    return found + log_store_is_open_to_all_who_use_it(specification)


def log_store_is_open_to_all_who_use_it(specification):
    """Refuse a log store that is open to some components only: logs would be lost, or nobody could read them."""
    identity = specification["identity"]
    by_identity = not given(specification["logs"]["connection_secret"])
    if not by_identity or identity["principal"] or identity["provider"] not in _NEEDS_PRINCIPAL:
        return []
    workers = [name for name in ("worker", "celery_worker") if name in present(specification)] or ["scheduler"]
    return [
        ValueFinding(
            named("identity", "principals", name), "it is missing, and this component needs the log store",
            "Name a principal that may open the log store, or airflow_identity.principal for all")
        for name in ("api_server", "triggerer", *workers)
        if not identity["principals"][name]
    ]  # fmt: skip
