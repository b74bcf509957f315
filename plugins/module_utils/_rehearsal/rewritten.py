# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables of an inventory a rehearsal replaces, because they say where something is. Pure: no I/O.

All others are as they are: what a rehearsal runs is the environment's own specification.
"""

from __future__ import annotations

import ipaddress
import re

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.external_secrets import sources_of
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import SIMULATED, Row
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.secret_contents import DATABASE_PORT
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import logs

ACCEPTED = "airflow_preflight_accepted"
# Names that are left as in the examples: the rehearsal contacts nothing of them.
_PLACEHOLDER = "WA109"
_NETWORKS_OF_CLUSTER = "networks of the local cluster"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# Whatever the chart, a rehearsal takes it as the environment has it.
_CHART = "airflow_chart_"
_IMAGE_DIGEST = re.compile(r"airflow_\w*image_digest")
_POLICIES = "airflow_network_policies_"
_NETWORKS = re.compile(_POLICIES + r"\w+_cidrs")
_API_PORTS = _POLICIES + "kubernetes_api_ports"
_DATABASE_PORT = _POLICIES + "database_port"
_FLOWS = _POLICIES + "extra_flows"
# Of kubeadm; behind the address of the Service kubernetes it is another one.
_API_SERVER_PORT = 6443
_LOGS = "airflow_logs"
_DAG, _CANARY = "airflow_verify_dag_id", "windrose_canary"
# The storage class of the local cluster whose volumes all nodes share.
_SHARED = {
    "airflow_logs_claim_storage_class": "shared", "airflow_logs_claim_access_mode": "ReadWriteMany", "airflow_logs_claim_size": "1Gi",
}  # fmt: skip


def rewritten(environment, networks, cluster):
    """Replace what leads to the real environment.

    :param environment: an `Environment`.
    :param networks: list of ranges, in the notation of CIDR, that pods of the rehearsal find everything in.
    :param cluster: {name: value} of the variables that say which cluster it is.
    :returns: (variables: {name: value} of those that differ, rows: list of `Row` that say so).
    """
    changed, rows = dict(cluster), []
    for name, value in sorted(environment.variables.items()):
        without = value if name.startswith(_CHART) else _without_digests(name, value)
        if without != value:
            changed[name] = without
            rows.append(Row(f"digest in {name}", name, "no digest: the image of the local cluster by its tag", SIMULATED))
    for name, value in sorted(environment.variables.items()):
        if _NETWORKS.fullmatch(name) and value and value != networks:
            changed[name] = networks
            rows.append(Row(f"network {', '.join(map(str, value))}", name, _NETWORKS_OF_CLUSTER, SIMULATED))
    if environment.listing(_API_PORTS):
        changed[_API_PORTS] = sorted({*map(int, environment.listing(_API_PORTS)), _API_SERVER_PORT})
    if changed.get(_API_PORTS, environment.listing(_API_PORTS)) != environment.listing(_API_PORTS):
        rows.append(Row("port of the Kubernetes API", _API_PORTS, f"port {_API_SERVER_PORT}, too", SIMULATED))
    if not environment.has_own_database and environment.variables.get(_DATABASE_PORT) not in (None, DATABASE_PORT):
        changed[_DATABASE_PORT] = DATABASE_PORT
        rows.append(Row("port of the database", _DATABASE_PORT, f"port {DATABASE_PORT}", SIMULATED))
    flows = [_moved(flow, networks) for flow in environment.listing(_FLOWS)]
    if flows != environment.listing(_FLOWS):
        changed[_FLOWS] = flows
        rows.append(Row(f"networks of {_FLOWS}", _FLOWS, _NETWORKS_OF_CLUSTER, SIMULATED))
    changed.update(_without_sources(environment))
    store = logs.store(environment.specification)
    if store in (logs.GCS, logs.AZURE_BLOB):
        changed.update({_LOGS: {"store": logs.CLAIM}, **_SHARED})
        rows.append(Row(f"log store {store}", _LOGS, "a volume of the local cluster", SIMULATED))
    # The stand-ins of repositories hold no other.
    if environment.text(_DAG, _CANARY) != _CANARY:
        changed[_DAG] = _CANARY
        rows.append(Row(f"DAG {environment.text(_DAG)}", _DAG, f"the DAG {_CANARY}", SIMULATED))
    changed[ACCEPTED] = sorted({*map(str, environment.listing(ACCEPTED)), _PLACEHOLDER})
    return changed, rows


def _without_sources(environment):
    """:returns: {name: value} of the variables of Secrets, without what would ask a source; the rehearsal makes that up."""
    found = {}
    if environment.mapping("airflow_secrets_sources"):
        found["airflow_secrets_sources"] = {}
    if environment.listing("airflow_secrets_registries"):
        found["airflow_secrets_registries"] = []
    more = environment.listing("airflow_secrets_additional")
    generated = [{**entry, "keys": [key for key in entry["keys"] if not sources_of(key)]} for entry in more]
    if generated != more:
        found["airflow_secrets_additional"] = [entry for entry in generated if entry["keys"]]
    return found


def _without_digests(name, value):
    if _IMAGE_DIGEST.fullmatch(name):
        return "" if value else value
    if isinstance(value, str):
        return re.sub("@" + _DIGEST.pattern, "", value)
    if isinstance(value, list):
        return [_without_digests(name, entry) for entry in value]
    if isinstance(value, dict):
        return {key: _without_digests(name, entry) for key, entry in value.items() if not (key == "digest" and _is_digest(entry))}
    return value


def _is_digest(value):
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))


def _moved(flow, networks):
    """:returns: a flow whose private networks are those of the rehearsal; one to everywhere stays."""
    if not isinstance(flow, dict) or not isinstance(flow.get("to_cidrs"), list):
        return flow
    kept = [network for network in flow["to_cidrs"] if not _is_somewhere(network)]
    return flow if kept == flow["to_cidrs"] else {**flow, "to_cidrs": kept + networks}


def _is_somewhere(network):
    """:returns: whether a range is less than everything, and no address of a cloud's metadata (https://www.rfc-editor.org/rfc/rfc3927)."""
    try:
        read = ipaddress.ip_network(str(network), strict=False)
    except ValueError:
        return False
    return read.prefixlen > 0 and not read.is_link_local
