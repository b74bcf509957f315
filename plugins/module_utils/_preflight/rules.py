# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges an inventory and the cluster that it means, by all rules. Pure: no I/O."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.addons import addons
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.api_groups import api_groups
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.capacity import capacity
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE, found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.compiled_values import compiled_values
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import ERROR, WARNING
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.identity import identity, versions
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.inventory import (
    contradictions,
    unknown_variables,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.logins import logins
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.network import network_policies
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.placeholders import placeholders
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.policy import policy
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.rights import rights
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.secrets_in_inventory import (
    secrets_in_plain_text,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.spread import spread
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.storage import storage

# Each takes the environment and the facts; a rule whose facts were not gathered finds nothing.
RULES = (
    contradictions, placeholders, logins, identity, versions, rights, api_groups, storage, addons, network_policies, policy,
    capacity, spread,
)  # fmt: skip
ACCEPTED = "airflow_preflight_accepted"


def findings(variables, declared, facts, sources, compiled=None):
    """Apply all rules.

    :param variables: {name: value} of all variables ``airflow_*`` of one cluster, with the defaults of the roles.
    :param declared: the names of variables that roles declare.
    :param facts: what the module cluster_info returned; what was not gathered is not judged, and an empty mapping means that
        no cluster was asked.
    :param sources: where values come from, as `secrets_in_inventory` says; None where it is not known.
    :param compiled: what the module values returned; None where it was not asked.
    :returns: list of `PreflightFinding`, errors first, each once.
    """
    environment = Environment(variables, (compiled or {}).get("claims"))
    if "msg" in facts:
        # A module that fails returns the fields of its error, which may have the names of facts.
        facts = {name: facts[name] for name in ("msg", "found_identity") if name in facts}
    every = unknown_variables(variables, declared)
    every += secrets_in_plain_text(environment, sources, compiled)
    every += [finding for rule in RULES for finding in rule(environment, facts)]
    told = accepted(every + _unacceptable(_accepted_codes(environment)), environment)
    # Last, because what another rule has reported is not reported again.
    return accepted(told + compiled_values(environment, compiled, told), environment)


def accepted(found_ones, environment):
    """Turn errors of accepted codes into warnings.

    :param found_ones: list of `PreflightFinding`.
    :param environment: an `Environment`.
    :returns: list of `PreflightFinding`, errors first, each once.
    """
    codes = _accepted_codes(environment)
    return sorted({_accepted(finding, codes) for finding in found_ones}, key=lambda finding: finding.rank())


def _accepted_codes(environment):
    return [str(code) for code in environment.listing(ACCEPTED)]


def _accepted(finding, codes):
    if finding.severity != ERROR or finding.code not in codes or not CATALOGUE[finding.code].is_acceptable:
        return finding
    problem = f"{finding.problem} Accepted in {ACCEPTED}."
    return dataclasses.replace(finding, severity=WARNING, problem=problem)


def _unacceptable(codes):
    return [
        found(
            "WA112", ACCEPTED,
            f"The preflight has no code {code}." if code not in CATALOGUE else
            f"{code} ({CATALOGUE[code].title}) cannot be accepted.")
        for code in sorted(set(codes))
        if code not in CATALOGUE or not CATALOGUE[code].is_acceptable
    ]  # fmt: skip
