# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options in Kubernetes' own syntax that several variables share. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import (
    free_mapping,
    integer,
    listing,
    mapping,
    sparse_mapping,
    text,
    texts_by_name,
)

_QUANTITIES = texts_by_name(forms.RESOURCE_NAME, forms.QUANTITY)
RESOURCES = mapping(requests=_QUANTITIES, limits=_QUANTITIES)
IMAGE = mapping(repository=text(forms.IMAGE_REPOSITORY), tag=text(forms.IMAGE_TAG))
SECRET_REFERENCE = mapping(name=text(forms.NAME, required=True), key=text(forms.SECRET_KEY, required=True))
LABELS = texts_by_name(forms.LABEL_NAME, forms.LABEL_VALUE)
ANNOTATIONS = texts_by_name(forms.LABEL_NAME, forms.LINE)
NODE_SELECTOR = LABELS
TOLERATIONS = listing(
    sparse_mapping(
        key=text(forms.LABEL_NAME),
        operator=text(choices=("Equal", "Exists")),
        value=text(forms.LABEL_VALUE),
        effect=text(choices=("NoSchedule", "PreferNoSchedule", "NoExecute")),
        tolerationSeconds=integer(),
    )
)
AFFINITY = free_mapping("nodeAffinity", "podAffinity", "podAntiAffinity")
TOPOLOGY_SPREAD_CONSTRAINTS = listing(
    sparse_mapping(
        maxSkew=integer(1, required=True),
        topologyKey=text(forms.LABEL_NAME, required=True),
        whenUnsatisfiable=text(choices=("DoNotSchedule", "ScheduleAnyway"), required=True),
        labelSelector=free_mapping("matchLabels", "matchExpressions"),
        matchLabelKeys=listing(text(forms.LABEL_NAME)),
        minDomains=integer(1),
        nodeAffinityPolicy=text(choices=("Honor", "Ignore")),
        nodeTaintsPolicy=text(choices=("Honor", "Ignore")),
    )
)
PLACEMENT = {
    "node_selector": NODE_SELECTOR,
    "tolerations": TOLERATIONS,
    "affinity": AFFINITY,
    "topology_spread_constraints": TOPOLOGY_SPREAD_CONSTRAINTS,
    "priority_class": text(forms.NAME),
}


def given(value):
    """Leave out what was left out.

    :param value: what was read; of mappings, those with known options or free names.
    :returns: it without options that were not given, down to the lists in it; None, {} or [] where nothing is left.
    """
    if not isinstance(value, dict):
        return value
    kept = {key: given(inner) for key, inner in value.items()}
    return {key: inner for key, inner in kept.items() if inner not in (None, {}, [])}
