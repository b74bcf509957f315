# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which node of the local cluster stands in for which node pool. Pure: no I/O."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.amounts import amounts, lacking
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.nodes import Pool, pools, takes
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.pods import components, tasks
from ansible_collections.windrose.airflow.plugins.module_utils._values import node_pools
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import as_integer
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.worker_profiles import default_profile

# Labels that the nodes of a cloud have and no inventory writes (https://kubernetes.io/docs/reference/labels-annotations-taints/).
_MACHINE_TYPE = "node.kubernetes.io/instance-type"
# What a kubelet takes unless it is told otherwise.
_PODS = "110"


@dataclasses.dataclass(frozen=True)
class NodeShape:
    """What one node of the local cluster looks like in a rehearsal.

    :param name: the name of the node.
    :param pool: what messages call the pool that it stands for; empty where the inventory declares none.
    :param is_simulated: whether kwok only says that its pods run.
    :param labels: {name: value} that it has beside its own.
    :param taints: list of {key, value, effect}.
    :param allocatable: {resource: quantity} of a simulated node; a real one has what it has.
    """

    name: str
    pool: str
    is_simulated: bool
    labels: dict
    taints: list
    allocatable: dict


def node_shapes(environment, workers):
    """Give the real nodes to the pools that a rehearsal has to run pods on, and simulate the nodes of all others.

    Of real nodes each pool gets one: first those that the components need, then that of the default worker profile, then those of other
    profiles whose pods fit on a real node, in the order of the inventory. What is left over joins the first. A pool with a real node has
    no simulated one, so that rules of spread see one kind alone.

    :param environment: an `Environment`.
    :param workers: list of {name, allocatable}: the real nodes, as the module cluster_info returns them.
    :returns: (list of `NodeShape`, names of pools that components or the default profile need and that got no real node).
    """
    declared = [entry for entry in environment.listing(node_pools.VARIABLE) if isinstance(entry, dict)]
    if not declared or not workers:
        return [], []
    known = pools(environment, [])
    needed, further = _needed(environment, known, amounts(workers[0]["allocatable"]))
    chosen = (needed + further)[: len(workers)] or [0]
    counts = {place: 0 for place in chosen}
    shapes = []
    for worker, place in zip(sorted(workers, key=lambda node: node["name"]), chosen + [chosen[0]] * len(workers)):
        shapes.append(_shape(worker["name"], declared[place], known[place].name, counts[place]))
        counts[place] += 1
    for place, entry in enumerate(declared):
        if place not in counts:
            shapes += [_simulated(entry, known[place].name, place, number) for number in range(_how_many(entry))]
    return shapes, [known[place].name for place in needed[len(workers):]]


def _needed(environment, known, size):
    """:returns: (places of the pools that components and the default profile need, places of others whose pods a real node takes)."""
    kinds = tasks(environment)
    needed = []
    for pod in [pod for pod in components(environment) if not pod.is_on_every_node] + kinds[:1]:
        fitting = [place for place, pool in enumerate(known) if takes(pool, pod)]
        if fitting and not set(fitting) & set(needed):
            needed.append(fitting[0])
    further = []
    for pod in kinds[1:]:
        fitting = [place for place, pool in enumerate(known) if takes(pool, pod)]
        if fitting and not set(fitting) & {*needed, *further} and not lacking(pod.requests, size):
            further.append(fitting[0])
    return needed, further


def _how_many(entry):
    """:returns: a node for each zone, and no more than the pool may have; one of each pool is there."""
    zones = len(node_pools.zones(entry))
    return max(1, min(zones, as_integer(entry.get("maximum_nodes"), zones)))


def _shape(name, entry, pool, number):
    zones, machines = sorted(node_pools.zones(entry)), entry.get("machine_types") or []
    labels = {label: str(value) for label, value in node_pools.labels(entry).items()}
    if zones:
        labels[node_pools.ZONE] = zones[number % len(zones)]
    if machines:
        labels[_MACHINE_TYPE] = str(machines[0])
    taints = [{key: str(value) for key, value in taint.items() if value not in (None, "")} for taint in node_pools.taints(entry)]
    return NodeShape(name, pool, False, labels, taints, {})


def _simulated(entry, pool, place, number):
    shape = _shape(f"simulated-{place}-{number}", entry, pool, number)
    allocatable = {"pods": _PODS, **{name: str(value) for name, value in (entry.get("allocatable") or {}).items()}}
    return dataclasses.replace(shape, is_simulated=True, allocatable=allocatable)


def _alone(shape):
    """:returns: a `Pool` of one node. Kubernetes sets more labels on it than those of its shape."""
    return Pool(shape.name, shape.labels, shape.taints, [], is_declared=True)


def task_pods(environment, shapes):
    """Say which nodes the scheduler may choose for the tasks of each worker profile.

    :param environment: an `Environment`.
    :param shapes: list of `NodeShape`.
    :returns: list of {profile, nodes, is_simulated}; ``nodes`` are names, ``is_simulated`` says whether all of them are. None where tasks have
        no pods, or where the inventory declares no profile.
    """
    declared = environment.specification["worker_profiles"]
    chosen = default_profile(environment.specification)
    names = [chosen["name"], *(profile["name"] for profile in declared if profile is not chosen)] if chosen else []
    found = []
    for name, pod in zip(names, tasks(environment)):
        nodes = [shape for shape in shapes if takes(_alone(shape), pod)]
        found.append({
            "profile": name, "nodes": [shape.name for shape in nodes],
            "is_simulated": bool(nodes) and all(shape.is_simulated for shape in nodes),
        })  # fmt: skip
    return found
