# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import quantities
from ansible_collections.windrose.airflow.plugins.module_utils._preflight import amounts

SUFFIXES = ("", "m", "k", "M", "G", "Ki", "Mi", "Gi", "Ti")
QUANTITIES = st.builds("{}{}".format, st.integers(0, 10**6), st.sampled_from(SUFFIXES))
MAPPINGS = st.dictionaries(st.sampled_from(("cpu", "memory", "pods", "nvidia.com/gpu")), QUANTITIES)


def test_what_is_no_quantity_is_left_out():
    assert amounts.amounts({"cpu": "500m", "memory": "much", "pods": None}) == {"cpu": decimal.Decimal("0.5")}
    assert amounts.amounts(None) == amounts.amounts("2") == {}


@given(MAPPINGS, MAPPINGS)
def test_a_sum_lacks_nothing_that_its_parts_have(one, other):
    first, second = amounts.amounts(one), amounts.amounts(other)
    total = amounts.added([first, second])
    assert amounts.lacking(first, total) == amounts.lacking(second, total) == []
    assert amounts.added([amounts.without(total, second), second]) == total
    assert amounts.times(first, 2) == amounts.added([first, first])


@given(MAPPINGS, MAPPINGS)
def test_nothing_is_ever_less_than_none(one, other):
    left = amounts.without(amounts.amounts(one), amounts.amounts(other))
    assert all(amount >= 0 for amount in left.values())
    assert set(left) == set(one)


@pytest.mark.parametrize(
    ("wanted", "available", "lacking"),
    [
        ({"cpu": "1"}, {"cpu": "1000m"}, []),
        ({"cpu": "1001m"}, {"cpu": "1"}, ["cpu"]),
        ({"nvidia.com/gpu": "1"}, {"cpu": "4"}, ["nvidia.com/gpu"]),
        ({"nvidia.com/gpu": "0"}, {}, []),
        ({"memory": "1Gi", "cpu": "2"}, {"memory": "1G", "cpu": "1"}, ["cpu", "memory"]),
    ],
)
def test_what_is_lacking(wanted, available, lacking):
    assert amounts.lacking(amounts.amounts(wanted), amounts.amounts(available)) == lacking


@pytest.mark.parametrize(
    ("name", "quantity", "text"),
    [
        ("cpu", "500m", "500m"), ("cpu", "2", "2"), ("cpu", "1.5", "1500m"), ("requests.cpu", "250m", "250m"),
        ("memory", "2Gi", "2Gi"), ("memory", "1536Mi", "1.5Gi"), ("memory", "1000", "1000"), ("limits.memory", "64Ki", "64Ki"),
        ("requests.storage", "10Ti", "10Ti"), ("ephemeral-storage", "5Gi", "5Gi"), ("pods", "110", "110"),
        ("nvidia.com/gpu", "8", "8"), ("requests.nvidia.com/gpu", "8", "8"), ("memory", "0", "0"), ("cpu", "100", "100"),
    ],
)  # fmt: skip
def test_amounts_are_written_as_kubernetes_writes_them(name, quantity, text):
    assert amounts.formatted(name, quantities.parse(quantity)) == text


@given(st.sampled_from(("cpu", "memory", "nvidia.com/gpu")), QUANTITIES)
def test_what_is_written_is_nearly_the_amount(name, quantity):
    amount = quantities.parse(quantity)
    again = quantities.parse(amounts.formatted(name, amount))
    assert abs(again - amount) <= max(amount * decimal.Decimal("0.01"), decimal.Decimal("0.01"))
