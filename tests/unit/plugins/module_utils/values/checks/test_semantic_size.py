# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import random
import string

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_size

ALPHABET = string.ascii_letters + string.digits + "+/"


def incompressible(length):
    return "".join(random.Random(1).choices(ALPHABET, k=length))


# What `helm install --dry-run=client -o json` of the official chart 1.22.0 prints, packed as helm packs it.
@pytest.mark.parametrize(
    ("length", "measured"), [(0, 486_248), (20_000, 529_772), (100_000, 691_488), (270_000, 1_034_876)]
)
def test_the_estimate_is_near_what_was_measured(length, measured):
    values = {
        "executor": "KubernetesExecutor",
        "extraConfigMaps": {"x": {"data": f"key: |\n  {incompressible(length)}\n"}},
    }
    assert abs(semantic_size.estimated_release_bytes(values) - measured) < 0.02 * measured


def test_compressible_text_counts_little():
    values = {"podTemplate": "containers: [{name: base}]\n" * 10_000}
    assert semantic_size.estimated_release_bytes(values) < semantic_size.CHART_BYTES + 10_000


@pytest.mark.parametrize(("length", "told"), [(0, False), (200_000, False), (240_000, True), (600_000, True)])
def test_a_release_stays_below_the_limit(length, told):
    values = {"executor": "KubernetesExecutor", "extraConfigMaps": {"x": {"data": incompressible(length)}}}
    found = semantic_size.release_size(values)
    assert [finding.path for finding in found] == (["extraConfigMaps"] if told else [])
    assert all("1024 KiB" in finding.problem for finding in found)
