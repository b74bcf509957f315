# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The node pools of a cluster as an environment declares them. Pure: no I/O.

GPUs have no option of their own: to Kubernetes they are a resource of a node like any other, pods are compared with that, and
a second place could say something else.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import declaration, forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import (
    boolean,
    integer,
    listing,
    text,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    free_labels,
    quantities,
)

ZONE, HOSTNAME = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
_POOL = declaration.mapping(
    "The cluster's node pools, for the check that every pod finds nodes that it may run on and fits on. When empty, pods are "
    "compared with the nodes that there are.",
    name=text("Name of the pool. Left out, messages call it by its labels.", forms.LABEL_VALUE),
    machine_types=listing(text(
        "The types of machines of the cloud that its nodes are, such as m7i.2xlarge. All of them are about as large as allocatable says.",
        forms.LABEL_VALUE,
    )),
    minimum_nodes=integer("How many nodes it always has."),
    maximum_nodes=integer(
        "How many nodes it may have. Left out, nobody compares it with the tasks that may run at a time."
    ),
    zones=listing(text(
        f"The zones that its nodes are in, as values of {ZONE}. Left out, no spread over zones is judged.", forms.LABEL_VALUE
    )),
    spot=boolean(
        "Whether the cloud may take its nodes away at any time. Labels and taints that say so to pods have to be written, too."
    ),
    labels=free_labels(
        f"Labels of its nodes. Those that Kubernetes sets itself need not be written; {ZONE} is what zones says."
    ),
    taints=listing(declaration.mapping(
        "Taints of its nodes, as Kubernetes writes them.",
        key=text("Key of the taint.", forms.LABEL_NAME, required=True),
        value=text("Value of the taint.", forms.LABEL_VALUE),
        effect=text(
            "What becomes of pods that do not tolerate it.",
            choices=("NoSchedule", "PreferNoSchedule", "NoExecute"), required=True,
        ),
    )),
    allocatable=quantities(
        "What one of its nodes has for pods, by resource, as quantities of Kubernetes: cpu, memory, pods, and devices such as "
        "nvidia.com/gpu. For pools that are scaled to zero, and for checks without a cluster: a node that is there reports it itself."
    ),
)  # fmt: skip
VARIABLES = {"node_pools": listing(_POOL)}
VARIABLE = named("node_pools")


def findings(raw):
    """Say what cannot be right.

    :param raw: what the inventory has in `VARIABLE`; a null is nothing.
    :returns: list of `ValueFinding`; each names the pool.
    """
    if not isinstance(raw, list):
        return declaration.read(raw, VARIABLES["node_pools"], VARIABLE)[1]
    found, names = [], []
    for place, entry in enumerate(raw):
        name = str(entry.get("name") or "") if isinstance(entry, dict) else ""
        path = f"{VARIABLE}[{name or place}]"
        read, refused = declaration.read(entry, _POOL, path)
        found += refused or _contradictions(read, path)
        names.append(name)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    return found + [
        ValueFinding(f"{VARIABLE}[{name}]", "two pools have this name", "Rename one, or make one pool of them") for name in twice]


def _contradictions(pool, path):
    """:returns: list of `ValueFinding` about a pool, each option of which is right by itself."""
    found = []
    for option in ("zones", "machine_types"):
        twice = sorted({word for word in pool[option] if pool[option].count(word) > 1})
        found += [ValueFinding(f"{path}.{option}", f"it names {word} twice", "Remove one of the two") for word in twice]
    least, most = pool["minimum_nodes"], pool["maximum_nodes"]
    if None not in (least, most) and least > most:
        problem = f"it is {least}, and maximum_nodes is {most}"
        found.append(ValueFinding(f"{path}.minimum_nodes", problem, "Lower it, or raise maximum_nodes"))
    label = pool["labels"].get(ZONE)
    if label and pool["zones"] and set(pool["zones"]) != {label}:
        problem = f"it is {label}, and zones says {', '.join(pool['zones'])}"
        found.append(ValueFinding(f"{path}.labels.{ZONE}", problem, "Remove it: every node has the label of its own zone"))
    return found


def labels(entry):
    """:returns: {name: value} of the labels that a pool declares; what is no mapping counts as left out."""
    return entry["labels"] if isinstance(entry.get("labels"), dict) else {}


def taints(entry):
    """:returns: list of {key, value, effect} of the taints that a pool declares."""
    raw = entry.get("taints")
    return [taint for taint in raw if isinstance(taint, dict)] if isinstance(raw, list) else []


def zones(entry):
    """:returns: the set of the zones that a pool declares; empty where it declares none."""
    raw = entry.get("zones")
    declared = raw if isinstance(raw, list) and raw else [labels(entry).get(ZONE)]
    return frozenset(str(zone) for zone in declared if zone)


def may_have(own_labels, own_zones, name, value):
    """Tell whether nodes that are only declared may have a label.

    :param own_labels: the labels that the pool declares.
    :param own_zones: the zones that it declares; none where it declares none.
    """
    if name == ZONE and own_zones:
        return str(value) in own_zones
    if name in own_labels:
        return str(own_labels[name]) == str(value)
    # Kubernetes sets labels of its own on each node, which a description of a pool seldom repeats.
    return is_set_by_kubernetes(name)


def is_set_by_kubernetes(name):
    """Source: https://kubernetes.io/docs/reference/labels-annotations-taints/.

    :returns: whether a label of nodes is one of Kubernetes' own.
    """
    domain = str(name).partition("/")[0]
    return domain == "kubernetes.io" or domain.endswith(".kubernetes.io")
