# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of nodes that a cluster has or can have, and which pods they take. Pure: no I/O."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.nodes import (
    HARD_EFFECTS,
    PASSING_TAINTS,
    is_tolerated,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.amounts import amounts, without
from ansible_collections.windrose.airflow.plugins.module_utils._values import node_pools
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import as_integer


@dataclasses.dataclass(frozen=True)
class Pool:
    """Nodes that are alike, or one that stands alone.

    :param name: what it is called in findings.
    :param labels: {name: value} that all of its nodes have.
    :param taints: list of {key, value, effect} that all of its nodes have.
    :param sizes: list of {resource: Decimal}: what an empty node leaves to pods; empty where it is not known.
    :param is_open: whether one of its nodes takes new pods; None where it has no nodes now.
    :param maximum_nodes: how many nodes it may have; None where it is not said.
    :param zones: the set of zones that its nodes are in or can be in; None where it is not known.
    :param is_declared: whether the inventory describes it, maybe without the labels that Kubernetes sets.
    """

    name: str
    labels: dict
    taints: list
    sizes: list
    is_open: bool | None = None
    maximum_nodes: int | None = None
    zones: frozenset | None = None
    is_declared: bool = False


def pools(environment, nodes):
    """Sort the nodes of a cluster into the pools that the inventory describes.

    A node belongs to the pool whose labels and one of whose zones it has; of several such to the one that says most, and then
    to the one whose taints are nearest to its own. A node that belongs to none is a pool of its own: pods do not ask whether the
    inventory knows it.

    :param nodes: list of dicts, as the module cluster_info returns them.
    :returns: list of `Pool`.
    """
    declared = [entry for entry in environment.listing(node_pools.VARIABLE) if isinstance(entry, dict)]
    members = {place: [] for place in range(len(declared))}
    alone = []
    for node in nodes:
        fitting = [place for place, entry in enumerate(declared) if _may_be_of(node, entry)]
        if fitting:
            members[max(fitting, key=lambda place: _likeness(node, declared[place]))].append(node)
        else:
            alone.append(node)
    found = [_declared(entry, place, members[place]) for place, entry in enumerate(declared)]
    return found + [_of_nodes(f"node {node['name']}", [node]) for node in alone]


def may_run_on(pod, node):
    """:returns: whether a node may take a pod, whatever its size."""
    return takes(_of_nodes("", [node]), pod)


def _may_be_of(node, entry):
    labels, zones = node.get("labels") or {}, node_pools.zones(entry)
    has_labels = all(str(labels.get(name)) == str(value) for name, value in node_pools.labels(entry).items())
    return has_labels and (not zones or node_pools.ZONE not in labels or str(labels[node_pools.ZONE]) in zones)


def _likeness(node, entry):
    other = {_identity(taint) for taint in node_pools.taints(entry)} ^ {_identity(taint) for taint in _lasting(node.get("taints"))}
    return len(node_pools.labels(entry)), -len(other)


def _identity(taint):
    return tuple(str(taint.get(part) or "") for part in ("key", "value", "effect"))


def _of_nodes(name, nodes):
    first = nodes[0]
    return Pool(
        name, first.get("labels") or {}, _lasting(first.get("taints")), [empty_node(node) for node in nodes],
        any(node.get("schedulable", True) for node in nodes), zones=_zones_of(nodes),
    )  # fmt: skip


def _zones_of(nodes):
    """:returns: the set of the zones of nodes; None where one tells its zone and another does not."""
    told = [str((node.get("labels") or {}).get(node_pools.ZONE, "")) for node in nodes]
    return None if "" in told and any(told) else frozenset(told) - {""}


def _lasting(taints):
    return [taint for taint in taints or [] if not str(taint.get("key")).startswith(PASSING_TAINTS)]


def _declared(entry, place, nodes):
    name = f"pool {entry.get('name') or _told(entry) or place}"
    maximum, zones = as_integer(entry.get("maximum_nodes")), node_pools.zones(entry)
    if nodes:
        found = _of_nodes(name, nodes)
        # The next node may come in any of the zones that are declared.
        grows = zones and found.zones is not None and (maximum is None or len(nodes) < maximum)
        return dataclasses.replace(found, maximum_nodes=maximum, zones=found.zones | zones if grows else found.zones)
    size = amounts(entry.get("allocatable"))
    labels, taints = node_pools.labels(entry), node_pools.taints(entry)
    return Pool(name, labels, taints, [size] if size else [], None, maximum, zones or None, is_declared=True)


def _told(entry):
    return ",".join(f"{name}={value}" for name, value in sorted(node_pools.labels(entry).items()))


def empty_node(node):
    """:returns: {resource: Decimal} that a node leaves to pods when only its DaemonSets run, as far as they are known."""
    return without(amounts(node.get("allocatable")), amounts(node.get("daemon_set_requested")))


def takes(pool, pod):
    """:returns: whether pods of this kind may run on nodes of a pool, whatever their size."""
    return selects(pool, pod.node_selector) and not open_taints(pool, pod)


def open_taints(pool, pod):
    """:returns: those taints of a pool that keep pods of this kind away."""
    return [taint for taint in pool.taints if taint.get("effect") in HARD_EFFECTS and not is_tolerated(taint, pod.tolerations)]


def selects(pool, selector):
    """:returns: whether the nodes of a pool have, or may have, the labels of a node selector."""
    return all(_may_have(pool, name, value) for name, value in selector.items())


def _may_have(pool, name, value):
    if pool.is_declared:
        return node_pools.may_have(pool.labels, pool.zones, name, value)
    if name == node_pools.ZONE and pool.zones is not None:
        # The nodes of a pool differ in this one.
        return str(value) in pool.zones
    return name in pool.labels and str(pool.labels[name]) == str(value)
