# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that the collection starts beside those of the chart: its Jobs, PostgreSQL, and the pre-pull. Pure: no I/O.

Jobs and PostgreSQL go where the scheduler goes, unless the inventory says otherwise, because a cluster whose node pools are all
tainted has no other place for them. All have the labels and annotations that the chart values give to all pods, because what
they are for, a service mesh or a policy of the company, does not ask who has made a pod.
"""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, declaration, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import list_at, map_at, text_at
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX, named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    PLACEMENT,
    free_annotations,
    free_labels,
    given,
)

# By these the chart, the collection, and network policies know a pod.
RESERVED_LABELS = frozenset({
    "tier", "component", "release", "app.kubernetes.io/component", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by",
    "app.kubernetes.io/part-of",
})  # fmt: skip
_OPTIONS = {name: option for name, option in PLACEMENT.items() if name != "topology_spread_constraints"}
_METADATA = {
    "labels": free_labels(
        "Labels that they get beside those that airflow_values_overrides gives to all pods (labels)."
    ),
    "annotations": free_annotations(
        "Annotations that they get beside those that airflow_values_overrides gives to all pods (airflowPodAnnotations), such as "
        "sidecar.istio.io/inject: a Job with the sidecar of a service mesh may never end."
    ),
}
VARIABLES = {
    "job_pods": declaration.mapping(
        "The pods of the collection's own Jobs: the migration, the first user, and the probe of the preflight. What is left out "
        "or empty is as for the scheduler, airflow_values_overrides among it.",
        **_OPTIONS,
        **_METADATA,
    ),
    "database_pods": declaration.mapping(
        "The pod of PostgreSQL in mode in_cluster. What is left out or empty is as for the scheduler, airflow_values_overrides "
        "among it.",
        **_OPTIONS,
        **_METADATA,
    ),
    "image_prepull_pods": declaration.mapping("The pods of the image pre-pull.", **_METADATA),
}
JOBS, DATABASE, PREPULL = (named(name) for name in VARIABLES)


@dataclasses.dataclass(frozen=True)
class OwnPods:
    """What pods of the collection have in common with those of the chart.

    :param labels: their labels, without those by which they are known.
    :param annotations: their annotations.
    :param spec: fields of a PodSpec that decide where they run and how they find others; none of them is empty.
    """

    labels: dict
    annotations: dict
    spec: dict


def findings(raw):
    """Say what cannot be right.

    :param raw: {name of a variable with ``airflow_``: value}, as the inventory has it.
    :returns: list of `ValueFinding`.
    """
    found = []
    for name, option in VARIABLES.items():
        read, refused = declaration.read(raw.get(named(name)), option, named(name))
        found += refused
        taken = sorted(RESERVED_LABELS & set(read["labels"]))
        if taken:
            problem = f"{', '.join(taken)} says what a pod is to the chart and to the collection"
            found.append(ValueFinding(f"{named(name)}.labels", problem, "Use another label"))
    return found


def own_pods(chart_values, release, variable, asked):
    """Say what pods of the collection are like.

    A component's own place takes the place of the global one, as in the official chart's template of the scheduler.

    :param chart_values: the compiled chart values, with the overrides laid over.
    :param release: the name of the release.
    :param variable: `JOBS`, `DATABASE` or `PREPULL`.
    :param asked: what the inventory says in it; what cannot be read counts as left out.
    :returns: `OwnPods`.
    """
    option = VARIABLES[variable.removeprefix(PREFIX)]
    read = declaration.read(asked, option, variable)[0]
    # What an empty part of an affinity means, Kubernetes knows.
    own = {**given(read), "affinity": read.get("affinity")}
    spec = {
        "nodeSelector": own.get("node_selector") or _of_scheduler(map_at, chart_values, "nodeSelector"),
        "tolerations": own.get("tolerations") or _of_scheduler(list_at, chart_values, "tolerations"),
        "affinity": own["affinity"] or _near_no_others(_of_scheduler(map_at, chart_values, "affinity")),
        "priorityClassName": own.get("priority_class") or _priority_class(chart_values, release),
        "schedulerName": text_at(chart_values, "schedulerName"),
        "hostAliases": list_at(chart_values, "scheduler.hostAliases"),
    }
    labels = {**_texts(chart_values, "labels"), **own.get("labels", {})}
    return OwnPods(
        {name: text for name, text in labels.items() if name not in RESERVED_LABELS},
        {**_texts(chart_values, "airflowPodAnnotations"), **own.get("annotations", {})},
        {field: value for field, value in spec.items() if value},
    )


def _texts(values, path):
    """:returns: the texts of a map; those that only the chart can fill in are not for these pods."""
    return {name: text for name, text in map_at(values, path).items() if isinstance(text, str) and "{{" not in text}


def _of_scheduler(read, values, field):
    return read(values, f"scheduler.{field}") or read(values, field)


def _near_no_others(affinity):
    """:returns: an affinity without what it says of other pods: that is meant for schedulers."""
    return {kind: terms for kind, terms in affinity.items() if kind == "nodeAffinity"}


def _priority_class(values, release):
    """:returns: the class of the scheduler, unless the chart itself makes it, and so after the migration."""
    name = text_at(values, "scheduler.priorityClassName")
    of_chart = [entry.get("name") for entry in list_at(values, "priorityClasses") if isinstance(entry, dict)]
    return "" if name in [f"{release}-{made}" for made in of_chart] else name


def of_inventory(specification, raw, variable, asked):
    """Say the same of an inventory.

    :param specification: {name of a variable without ``airflow_``: value}.
    :param raw: the raw chart values that are laid over.
    :returns: `OwnPods`; where the specification is refused, only what the inventory says of these pods counts: the step that
        compiles it says why.
    """
    try:
        compiled = compiler.chart_values(compiler.compile_settings(specification))
    except compiler.SpecificationError:
        compiled = {}
    release = specification.get("release_name") or compiler.VARIABLES["release_name"].default
    return own_pods(overrides.merged(compiled, raw), release, variable, asked)
