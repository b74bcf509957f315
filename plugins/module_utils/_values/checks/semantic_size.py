# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large the Secret becomes in which helm keeps the release. Pure: no I/O.

helm writes the release as JSON, packs it with gzip and base64, and puts it into one Secret: the chart with its
templates and schema, the values as they were given, and the manifest
(https://helm.sh/docs/topics/advanced/#storage-backends). Kubernetes counts that text, before its own base64, against a
limit of 1 MiB for the data of a Secret
(https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size).
"""

from __future__ import annotations

import gzip
import json

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

LIMIT_BYTES = 1024 * 1024
# What the official chart 1.22.0 takes by itself, measured on what `helm install --dry-run -o json` prints.
CHART_BYTES = 489_000
# A text stands in the values and once more in the manifest, too far away for gzip to see that it is the same.
COPIES = 2
WARN_PERCENT = 90


def estimated_release_bytes(chart_values):
    """:param chart_values: the values of a release of the official chart.

    :returns: estimated size of the release in its Secret, as Kubernetes counts it, in bytes; within 2 % for the
        official chart.
    """
    packed = gzip.compress(json.dumps(chart_values, default=str).encode(), mtime=0)
    return CHART_BYTES + COPIES * -(-len(packed) // 3) * 4


def release_size(values):
    """Kubernetes refuses a release of more than 1 MiB, after helm has done everything else.

    :returns: list of findings.
    """
    size = estimated_release_bytes(values)
    if size * 100 <= LIMIT_BYTES * WARN_PERCENT:
        return []
    name = max(values, key=lambda key: len(json.dumps(values[key], default=str)))
    return [ValueFinding(
        str(name),
        f"it holds most of the text of a release of about {size // 1024} KiB, and a Secret holds {LIMIT_BYTES // 1024} "
        "KiB",
        f"Move long texts out of {name} into ConfigMaps of your own, or into the image",
    )]  # fmt: skip
