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


def quantities(description):
    """:returns: the Option of quantities by resource."""
    return texts_by_name(description, forms.RESOURCE_NAME, forms.QUANTITY)


def free_labels(description):
    """:returns: the Option of labels."""
    return texts_by_name(description, forms.LABEL_NAME, forms.LABEL_VALUE)


def free_annotations(description):
    """:returns: the Option of annotations."""
    return texts_by_name(description, forms.LABEL_NAME, forms.LINE)


def secret_reference(description, content="the connection"):
    """:param content: what the Secret holds.
    :returns: the Option of a Secret that something comes from."""
    return mapping(
        description,
        name=text("Name of the Secret.", forms.NAME, required=True),
        key=text(f"Its key that holds {content}.", forms.SECRET_KEY, required=True),
    )


RESOURCES = mapping(
    "Kubernetes resources of its container.",
    requests=quantities("What is set aside for it, by resource, such as cpu and memory."),
    limits=quantities("What it may use at most, by resource."),
)
IMAGE = mapping(
    "Image to run. What is left out is the chart's own.",
    repository=text("Repository of the image.", forms.IMAGE_REPOSITORY),
    tag=text("Tag of the image.", forms.IMAGE_TAG),
    digest=text(
        "Digest of the image, sha256, a colon and 64 digits. It stands behind the tag, which then has to be written, too, "
        "unless airflow_image_tag is meant in a worker profile. Left out, the tag decides.",
        forms.IMAGE_DIGEST,
    ),
)
NODE_SELECTOR = free_labels("Labels of the nodes that it runs on.")
TOLERATIONS = listing(
    sparse_mapping(
        "Taints of nodes that it tolerates, as Kubernetes writes them.",
        key=text("Key of the taint.", forms.LABEL_NAME),
        operator=text("Whether the value counts.", choices=("Equal", "Exists")),
        value=text("Value of the taint.", forms.LABEL_VALUE),
        effect=text(
            "Effect of the taint. All if left out.", choices=("NoSchedule", "PreferNoSchedule", "NoExecute")
        ),
        tolerationSeconds=integer("Seconds to stay on a node that gets the taint."),
    )
)
AFFINITY = free_mapping(
    "Kubernetes affinity (nodeAffinity, podAffinity, podAntiAffinity) of its pods.",
    "nodeAffinity", "podAffinity", "podAntiAffinity",
)  # fmt: skip
TOPOLOGY_SPREAD_CONSTRAINTS = listing(
    sparse_mapping(
        "How its pods are spread over zones and nodes, as Kubernetes writes it.",
        maxSkew=integer("By how many pods two domains may differ.", 1, required=True),
        topologyKey=text("Label of nodes that makes a domain.", forms.LABEL_NAME, required=True),
        whenUnsatisfiable=text(
            "What happens to a pod that would break it.", choices=("DoNotSchedule", "ScheduleAnyway"), required=True
        ),
        labelSelector=free_mapping("Which pods are counted.", "matchLabels", "matchExpressions"),
        matchLabelKeys=listing(
            text("Labels whose values have to be the same for pods to be counted together.", forms.LABEL_NAME)
        ),
        minDomains=integer("How many domains there are to be at least.", 1),
        nodeAffinityPolicy=text("Whether nodes that affinity excludes count.", choices=("Honor", "Ignore")),
        nodeTaintsPolicy=text("Whether nodes with taints count.", choices=("Honor", "Ignore")),
    )
)
PLACEMENT = {
    "node_selector": NODE_SELECTOR,
    "tolerations": TOLERATIONS,
    "affinity": AFFINITY,
    "topology_spread_constraints": TOPOLOGY_SPREAD_CONSTRAINTS,
    "priority_class": text("PriorityClass of its pods.", forms.NAME),
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
