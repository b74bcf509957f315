# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._release.fingerprint import (
    release_fingerprint,
    secret_hmac,
    values_hmac,
)

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
SETS = st.dictionaries(st.text(), VALUES)
BASE = {"chart": "digest", "chart_values": {"replicas": 1}, "secrets": {"metadata": {"password": "czM="}}}


@given(key=st.binary(min_size=1), chart_values=SETS)
def test_is_a_label_value_and_the_same_each_time(key, chart_values):
    first = release_fingerprint(key, "digest", chart_values, {})
    assert re.fullmatch("[0-9a-f]{40}", first)
    assert first == release_fingerprint(key, "digest", dict(reversed(chart_values.items())), {})


@given(before=SETS, after=SETS)
def test_differs_exactly_where_the_values_do(before, after):
    same = release_fingerprint(b"k", "digest", before, {}) == release_fingerprint(b"k", "digest", after, {})
    # In Python True equals 1; in JSON, and in a chart, it does not.
    assert same == (repr(_sorted(before)) == repr(_sorted(after)))


def _sorted(value):
    if isinstance(value, dict):
        return [(name, _sorted(value[name])) for name in sorted(value)]
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def test_depends_on_every_part():
    variants = [
        release_fingerprint(b"k", **BASE),
        release_fingerprint(b"other", **BASE),
        release_fingerprint(b"k", **{**BASE, "chart": "other"}),
        release_fingerprint(b"k", **{**BASE, "chart_values": {"replicas": "1"}}),
        release_fingerprint(b"k", **{**BASE, "secrets": {"metadata": {"password": "czQ="}}}),
        release_fingerprint(b"k", **{**BASE, "secrets": {}}),
    ]
    assert len(set(variants)) == len(variants)


def test_the_hmac_of_a_secret_fits_an_annotation_and_depends_on_every_part():
    found = [
        secret_hmac(b"k", "metadata", {"password": "czM="}),
        secret_hmac(b"other", "metadata", {"password": "czM="}),
        secret_hmac(b"k", "another", {"password": "czM="}),
        secret_hmac(b"k", "metadata", {"password": "czQ="}),
        secret_hmac(b"k", "metadata", {"passwor": "dczM="}),
    ]
    assert len(set(found)) == len(found) and all(re.fullmatch("[0-9a-f]{16}", text) for text in found)


def test_the_hmac_of_values_does_not_depend_on_their_order():
    first, second = values_hmac(b"k", {"a": 1, "b": 2}), values_hmac(b"k", {"b": 2, "a": 1})
    assert first == second and re.fullmatch("[0-9a-f]{40}", first)
    assert values_hmac(b"k", {"a": 1}) != first and values_hmac(b"other", {"a": 1, "b": 2}) != first
