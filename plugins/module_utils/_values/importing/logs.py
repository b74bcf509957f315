# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the logs of tasks are kept. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.dags import secret_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.logs import AZURE_BLOB, CLAIM, GCS, S3

_LOGGING = ("config", "logging")
_AZURE = ("config", "azure_remote_logging", "remote_wasb_log_container")
_STORES = {"s3": S3, "gs": GCS}
# As Airflow's getboolean reads them.
_TRUE = ("t", "true", "1")
# The identities that open each store without a connection of its own.
_IDENTITIES = {S3: ("aws_irsa", "aws_pod_identity"), GCS: ("gcp_workload_identity",), AZURE_BLOB: ("azure_workload_identity",)}
_SECRET = {"name": "airflow-logs", "key": "connection"}
_ACCOUNT = "https://changeme.blob.core.windows.net"
_CLAIM_OF_RELEASE = "airflow-logs"


def placed(work):
    """Make `airflow_logs` of a remote store or of a claim; what is neither stays."""
    folder = work.left.value((*_LOGGING, "remote_base_log_folder"))
    is_remote = str(work.left.value((*_LOGGING, "remote_logging"), "")).lower() in _TRUE
    if is_remote and isinstance(folder, str) and "{{" not in folder:
        _remote(work, folder)
    _claim(work)


def _remote(work, folder):
    scheme, separator, rest = folder.partition("://")
    store, url = _STORES.get(scheme), folder.rstrip("/")
    if scheme.startswith("wasb"):
        container = work.left.value(_AZURE, "airflow-logs")
        # Airflow knows the store by the first letters, with a scheme or without one.
        path = rest.rpartition("@")[2] if separator else folder
        store, url = AZURE_BLOB, "/".join(part.strip("/") for part in (_ACCOUNT, str(container), path) if part)
        work.task("Write the storage account's URL, with container and path, into airflow_logs.url: the file has no account.")
    if store is None or not re.fullmatch(r"[-\w./=:]+", url):
        return
    work.set("logs.store", store)
    work.set("logs.url", url)
    for option, name in (("remote_logging", "logs.store"), ("remote_base_log_folder", "logs.url")):
        work.told((*_LOGGING, option), PREFIX + name)
    if work.left.has(_AZURE):
        work.told(_AZURE, PREFIX + "logs.url")
    _connection(work, store)


def _connection(work, store):
    path = (*_LOGGING, "remote_log_conn_id")
    connection = work.left.value(path)
    secret = secret_of(work, connection)
    opens = work.get("identity.provider") in _IDENTITIES[store]
    if secret:
        work.set("logs.connection_secret", secret)
    elif not opens:
        work.set("logs.connection_secret", dict(_SECRET))
        named = f" {connection}" if isinstance(connection, str) and re.fullmatch(r"\w{1,60}", connection) else ""
        work.task(
            f"Make the Secret {_SECRET['name']} with the key {_SECRET['key']}, an Airflow connection to the log store, such as the "
            f"file's{named}; or let airflow_identity open the store, and remove airflow_logs.connection_secret.")
    if work.left.has(path):
        work.told(path, PREFIX + ("identity" if opens and not secret else "logs.connection_secret"), "The connection is airflow_logs now.")


def _claim(work):
    path = ("logs", "persistence")
    if work.left.value((*path, "enabled")) is not True:
        if work.left.has(path):
            work.drop(path, "It is off.")
        return
    if work.get("logs.store"):
        work.drop(path, "The logs are in a store: airflow_logs.")
        return
    claim = work.left.value((*path, "existingClaim"))
    if claim and claim != _CLAIM_OF_RELEASE:
        # Somebody else's claim: nothing here makes it, and the chart mounts it.
        return
    work.set("logs.store", CLAIM)
    work.told((*path, "enabled"), PREFIX + "logs.store")
    if claim:
        work.told((*path, "existingClaim"), PREFIX + "logs.store", "It is the name that the role airflow_prerequisites gives it.")
    else:
        work.left.remove((*path, "existingClaim"))
    # The chart's own default.
    work.set("logs_claim_size", "100Gi")
    work.turn((*path, "size"), "logs_claim_size")
    work.turn((*path, "storageClassName"), "logs_claim_storage_class")
    work.turn((*path, "accessMode"), "logs_claim_access_mode")
