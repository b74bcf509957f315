# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is there, or can there be, a node for every pod? Pure: no I/O.

A pod is compared with an empty node: what runs there today may be gone tomorrow, and an autoscaler brings empty ones. Where no
cluster told its nodes, the pools that the inventory declares are all that there is.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.amounts import (
    added,
    formatted,
    lacking,
    largest,
    times,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.nodes import (
    open_taints,
    pools,
    selects,
    takes,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.pods import (
    at_a_time,
    components,
    tasks,
    tasks_at_a_time,
)


def capacity(environment, facts):
    """:returns: list of `PreflightFinding` about nodes that are missing, too small or too few."""
    is_read = "nodes" in facts
    known = pools(environment, facts["nodes"] if is_read else [])
    if not known and not is_read:
        return []
    if not known:
        problem = "The cluster has no nodes now, and airflow_node_pools describes none, so no pod was compared with any."
        return [found("WA703", "airflow_node_pools", problem)]
    running, one_of_each = [pod for pod in components(environment) if not pod.is_on_every_node], tasks(environment)
    findings = [finding for pod in [*running, *one_of_each] for finding in _judged(pod, known)]
    # A pool of which nobody has looked for nodes is no news.
    findings = [finding for finding in findings if is_read or finding.code != "WA703"]
    return findings + _too_many(environment, running, one_of_each[:1], known)


def _judged(pod, known):
    fitting = [pool for pool in known if takes(pool, pod)]
    if not fitting:
        return [found("WA701", pod.subject, f"No node may take {_called(pod)}: {_asked_for(pod, known)}.")]
    large = [pool for pool in fitting if any(not lacking(pod.requests, size) for size in pool.sizes)]
    if large:
        return _cordoned(pod, large)
    unknown = [pool.name for pool in fitting if not pool.sizes]
    if unknown:
        problem = f"Whether {_called(pod)} fits is not known: {', '.join(unknown)} has no nodes now."
        return [found("WA703", pod.subject, problem)]
    return [_too_large(pod, fitting)]


def _called(pod):
    return f"a {pod.name}" if pod.name.startswith("task") else pod.name


def _asked_for(pod, known):
    selector = ", ".join(f"{name}={value}" for name, value in sorted(pod.node_selector.items()))
    selected = [pool for pool in known if selects(pool, pod.node_selector)]
    if selector and not selected:
        return f"none has the labels {selector}"
    taints = sorted({_written(taint) for pool in selected for taint in open_taints(pool, pod)})
    return f"{f'those with the labels {selector}' if selector else 'all'} have taints that it does not tolerate: {', '.join(taints)}"


def _written(taint):
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint.get('key')}{value}:{taint['effect']}"


def _cordoned(pod, large):
    if any(pool.is_open is not False for pool in large):
        return []
    names = ", ".join(pool.name for pool in large)
    return [found("WA705", pod.subject, f"Only cordoned nodes may take {_called(pod)}: {names}.")]


def _too_large(pod, fitting):
    """Report the node that lacks least."""
    sizes = [(pool.name, size) for pool in fitting for size in pool.sizes]
    name, size = min(sizes, key=lambda item: (len(lacking(pod.requests, item[1])), _distance(pod.requests, item[1]), item[0]))
    lack = "; ".join(
        f"of {resource} it requests {formatted(resource, pod.requests[resource])}, and an empty node has "
        f"{formatted(resource, size[resource]) if resource in size else 'none'}"
        for resource in lacking(pod.requests, size)
    )
    return found("WA702", pod.subject, f"No node can ever hold {_called(pod)}. The nearest is {name}: {lack}.")


def _distance(wanted, size):
    return sum(wanted[name] / size[name] if size.get(name) else wanted[name] + 1 for name in lacking(wanted, size))


def _too_many(environment, running, default_task, known):
    """Compare what may run at the same time with what the pools hold at most.

    For each set of pools that some pods are confined to, all pods that are confined to it or to a part of it count. Tasks
    of the default profile count as many as Airflow starts at a time; how many of the others there are, DAGs decide.
    """
    confined = [(pod, {pool.name for pool in known if takes(pool, pod)}) for pod in [*running, *default_task]]
    findings = []
    for names in sorted({tuple(sorted(names)) for unused_pod, names in confined if names}):
        room = _room([pool for pool in known if pool.name in names])
        if room is not None:
            inside = [pod for pod, its in confined if its and its <= set(names)]
            findings += _compared(" and ".join(names), room, inside, default_task, tasks_at_a_time(environment))
    return findings


def _room(chosen):
    """:returns: {resource: Decimal} that pools have with all of their nodes; None where one does not say how many."""
    if any(pool.maximum_nodes is None or not pool.sizes for pool in chosen):
        return None
    return added(times(largest(pool.sizes), pool.maximum_nodes) for pool in chosen)


def _compared(where, room, inside, default_task, number):
    running = [pod for pod in inside if pod not in default_task]
    wanted = at_a_time([(pod, times(pod.requests, pod.most)) for pod in running])
    if lacking(wanted, room):
        problem = f"With all of its nodes it does not hold all components: {_shortage(wanted, room)}."
        return [found("WA704", where, problem)]
    for task in [task for task in default_task if task in inside]:
        wanted = added([wanted, times(task.requests, number)])
        if lacking(wanted, room):
            shortage = _shortage(wanted, room)
            problem = f"With all of its nodes it does not hold the {number} tasks that may run at a time: {shortage}."
            return [found("WA704", where, problem)]
    return []


def _shortage(wanted, room):
    return "; ".join(
        f"of {name} they request {formatted(name, wanted[name])}, "
        f"and it has {formatted(name, room[name]) if name in room else 'none'}"
        for name in lacking(wanted, room)
    )
