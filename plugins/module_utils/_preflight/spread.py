# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do zones and nodes suffice for the pods that have to be apart? Pure: no I/O.

Sources: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/ and
https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/. Of the nodes that a pod may run on, only what its node
selector and its tolerations say is known here. Whatever else confines it leaves fewer zones and not more, so that what is found
is true.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.nodes import pools, takes
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.pods import components
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import as_integer, list_at
from ansible_collections.windrose.airflow.plugins.module_utils._values.node_pools import HOSTNAME, ZONE

# The labels of nodes whose values are known, and what has one value of them.
_KINDS = {ZONE: "zone", HOSTNAME: "node"}


def spread(environment, facts):
    """:returns: list of `PreflightFinding` about components with more pods than can be apart as they have to be."""
    known = pools(environment, facts.get("nodes") or [])
    findings = []
    for pod in components(environment):
        fitting = [pool for pool in known if takes(pool, pod)]
        # Where there is none, that is what is wrong.
        if fitting:
            findings += [*_constraints(pod, fitting), *_anti_affinity(pod, fitting, environment.namespace)]
    return findings


def _constraints(pod, fitting):
    findings = []
    for constraint in pod.spread:
        if not isinstance(constraint, dict) or constraint.get("whenUnsatisfiable") != "DoNotSchedule":
            continue
        key, least = constraint.get("topologyKey"), as_integer(constraint.get("minDomains"), 1)
        number, each = _domains(fitting, key), as_integer(constraint.get("maxSkew"))
        if None in (number, each) or not _counts(constraint.get("labelSelector"), pod.labels):
            continue
        limit = room(number, each, least)
        if limit is not None and limit < pod.least:
            kind = _KINDS[key]
            rule = f"with fewer than {least} {kind}s (minDomains) each of them takes {each} (maxSkew)" if number else (
                f"DoNotSchedule lets no pod on a node without the label {key}")
            remedy = (
                f"Let the pool have more {kind}s, lower minDomains or the number of pods, or leave minDomains out and set "
                "whenUnsatisfiable to ScheduleAnyway.")
            findings.append(_found(pod, "topology_spread_constraints", limit, f"{rule}, and {_told(fitting, key)}", remedy))
    return findings


def room(number, each, least):
    """Tell how many pods a constraint that must hold lets run.

    The fewest pods of a domain count as none while there are fewer domains than there have to be; otherwise one more always finds
    the domain that has the fewest.

    :param number: how many domains there are.
    :param each: maxSkew, by how many pods a domain may exceed the fewest.
    :param least: minDomains, how many domains there have to be.
    :returns: None where there is no such limit.
    """
    return number * each if number < least else None


def _anti_affinity(pod, fitting, namespace):
    findings = []
    for term in list_at(pod.affinity, "podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution"):
        if not isinstance(term, dict) or not _keeps_its_own_away(term, pod.labels, namespace):
            continue
        key = term.get("topologyKey")
        number = _domains(fitting, key)
        # Where a node lacks the label, nobody is in its way.
        if number is not None and number < pod.least and (key != ZONE or all(pool.zones for pool in fitting)):
            kind = _KINDS[key]
            rule = f"its podAntiAffinity lets one run for each {kind}"
            remedy = (
                f"Let the pool have more {kind}s, lower the number of pods, or write the rule as "
                "preferredDuringSchedulingIgnoredDuringExecution.")
            findings.append(_found(pod, "affinity", number, f"{rule}, and {_told(fitting, key)}", remedy))
    return findings


def _found(pod, option, limit, why, remedy):
    return found("WA706", f"{pod.subject}.{option}", f"Of {pod.least} pods of {pod.name} {limit} can run: {why}.", remedy)


def _domains(fitting, key):
    """:returns: how many zones or nodes there can be at most; None where it is not known."""
    if key == ZONE:
        return None if any(pool.zones is None for pool in fitting) else len(_zones(fitting))
    if key == HOSTNAME:
        return None if any(pool.maximum_nodes is None for pool in fitting) else sum(pool.maximum_nodes for pool in fitting)
    return None


def _zones(fitting):
    return sorted({zone for pool in fitting for zone in pool.zones})


def _told(fitting, key):
    names = " and ".join(pool.name for pool in fitting)
    have = "has" if len(fitting) == 1 else "have together"
    if key == HOSTNAME:
        return f"{names} {have} at most {_domains(fitting, key)} (maximum_nodes)"
    zones = _zones(fitting)
    return f"{names} {have} {len(zones)}: {', '.join(zones)}" if zones else f"{names} {have} none"


def _keeps_its_own_away(term, labels, namespace):
    others = term.get("namespaces") or []
    is_here = namespace in others or term.get("namespaceSelector") == {} or not others and term.get("namespaceSelector") is None
    return is_here and not term.get("mismatchLabelKeys") and _counts(term.get("labelSelector"), labels)


def _counts(selector, labels):
    """Tell whether a label selector is sure to select a pod; left out, it selects none."""
    if not isinstance(selector, dict):
        return False
    wanted, expressions = selector.get("matchLabels") or {}, selector.get("matchExpressions") or []
    if not isinstance(wanted, dict) or not isinstance(expressions, list):
        return False
    return all(str(labels.get(name)) == str(value) for name, value in wanted.items()) and all(
        isinstance(expression, dict) and _holds(expression, labels) for expression in expressions
    )


def _holds(expression, labels):
    value, among = labels.get(expression.get("key")), expression.get("values") or []
    return {
        "In": value is not None and value in among,
        "NotIn": value not in among,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }.get(expression.get("operator"), False)
