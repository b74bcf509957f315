# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the cluster have the volumes that are asked for? Pure: no I/O."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.provisioners import (
    MANY,
    ONE_NODE,
    access_modes,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import is_on, map_at, text_at

# What the role airflow_prerequisites and the official chart 1.22.0 ask for where no size is given.
DAGS_SIZE, DAGS_SIZE_OF_CHART = "5Gi", "1Gi"


@dataclasses.dataclass(frozen=True)
class Claim:
    """A volume that this environment asks for.

    :param subject: the variable that it comes from.
    :param what: what it is for.
    :param storage_class: the name of its StorageClass; empty for the default.
    :param access_mode: its access mode.
    :param size: its size, as a quantity.
    """

    subject: str
    what: str
    storage_class: str
    access_mode: str
    size: str


def claims(environment):
    """:returns: list of `Claim`; a claim that has to be there already is not among them."""
    asked = []
    if environment.has_logs_claim:
        asked.append(
            Claim(
                "airflow_logs_claim_storage_class", "logs", environment.text("airflow_logs_claim_storage_class"),
                environment.text("airflow_logs_claim_access_mode", MANY), environment.text("airflow_logs_claim_size", "20Gi"))
        )
    if environment.has_own_database:
        asked.append(
            Claim(
                "airflow_database_storage_class", "PostgreSQL", environment.text("airflow_database_storage_class"),
                ONE_NODE, environment.text("airflow_database_storage_size", "10Gi"))
        )
    asked += _dags(environment)
    if environment.chart_claims is None:
        return asked + _dags_of_chart(environment.chart_values or {})
    return asked + [claim for told in environment.chart_claims for claim in _of_chart(told)]


def _of_chart(told):
    """A volume that the chart makes: one for each replica."""
    # Of several modes a class has to have each.
    mode = MANY if MANY in told["access_modes"] else next(iter(told["access_modes"]), ONE_NODE)
    return [Claim(told["subject"], told["what"], told["storage_class"], mode, told["size"])] * told["replicas"]


def _dags(environment):
    options = environment.mapping("airflow_prerequisites_dags_claim")
    if not environment.has_dags_claim:
        return []
    access_mode = options.get("access_mode") or environment.specification["dag_delivery"]["claim"]["access_mode"]
    subject, storage_class = "airflow_prerequisites_dags_claim", str(options.get("storage_class") or "")
    return [Claim(subject, "DAGs", storage_class, str(access_mode), str(options.get("size") or DAGS_SIZE))]


def _dags_of_chart(values):
    """What is known without the rendered chart: only overrides let it make a claim for DAGs."""
    options = map_at(values, "dags.persistence")
    if not is_on(options, "enabled") or options.get("existingClaim"):
        return []
    access_mode, size = text_at(options, "accessMode", ONE_NODE), text_at(options, "size", DAGS_SIZE_OF_CHART)
    subject = "airflow_values_overrides.dags.persistence"
    return [Claim(subject, "DAGs", text_at(options, "storageClassName"), access_mode, size)]


def storage(environment, facts):
    """:returns: list of `PreflightFinding` about the StorageClasses of the volumes that are asked for."""
    if "storage_classes" not in facts:
        return []
    classes = {item["name"]: item for item in facts["storage_classes"]}
    default = next((item for item in classes.values() if item.get("default")), None)
    findings = []
    for claim in claims(environment):
        chosen = classes.get(claim.storage_class) if claim.storage_class else default
        findings += _access(environment, claim, chosen) if chosen else [_missing(claim, classes)]
    return findings + _one_node(environment, facts)


def _missing(claim, classes):
    known = ", ".join(sorted(classes)) or "none"
    if claim.storage_class:
        problem = f"The cluster has no StorageClass {claim.storage_class} for the volume of {claim.what}. It has: {known}."
        return found("WA401", claim.subject, problem)
    problem = (
        f"No StorageClass is named for the volume of {claim.what}, and none of the cluster is the default. It has: {known}."
    )
    return found("WA402", claim.subject, problem)


def _access(environment, claim, chosen):
    provisioner = chosen.get("provisioner", "")
    modes = access_modes(provisioner)
    what = f"The volume of {claim.what} is to be {claim.access_mode}, and StorageClass {chosen['name']} ({provisioner})"
    if modes and claim.access_mode not in modes.sure | modes.possible:
        told = " and ".join(sorted(modes.sure))
        return [found("WA403", claim.subject, f"{what} makes volumes that are {told} only: {modes.source}.")]
    # The role that makes the local cluster also makes its classes.
    if environment.is_local or claim.access_mode != MANY or (modes and MANY in modes.sure):
        return []
    if modes:
        return [found("WA404", claim.subject, f"{what} makes such volumes only where {modes.condition}: {modes.source}.")]
    return [found("WA404", claim.subject, f"{what} is of a kind that is not known here.")]


def _one_node(environment, facts):
    nodes = [node for node in facts.get("nodes") or [] if node.get("schedulable", True) and not node.get("taints")]
    access_mode = environment.text("airflow_logs_claim_access_mode", MANY)
    if not environment.has_logs_claim or access_mode == MANY or len(nodes) < 2:
        return []
    problem = f"The volume of logs can be used on one node at a time, and pods may be on any of {len(nodes)} nodes."
    return [found("WA405", "airflow_logs_claim_access_mode", problem)]
