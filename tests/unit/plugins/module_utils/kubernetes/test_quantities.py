# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes.utils.quantity import parse_quantity

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import quantities


@pytest.mark.parametrize(
    ("quantity", "amount"),
    [
        ("500m", Decimal("0.5")),
        ("2", Decimal(2)),
        (2, Decimal(2)),
        (0.5, Decimal("0.5")),
        ("1.5Gi", Decimal(1610612736)),
        ("64Mi", Decimal(67108864)),
        ("1k", Decimal(1000)),
        ("1E", Decimal(10**18)),
        ("1e3", Decimal(1000)),
        ("1E3", Decimal(1000)),
        ("12e-1", Decimal("1.2")),
        (".5", Decimal("0.5")),
        ("1.", Decimal(1)),
        ("+1", Decimal(1)),
        ("-1", Decimal(-1)),
        ("5u", Decimal("0.000005")),
    ],
)
def test_quantities_are_read(quantity, amount):
    assert quantities.parse(quantity) == amount


@pytest.mark.parametrize(
    "quantity",
    [
        "",
        " 1",
        "1 Gi",
        "1GB",
        "512MB",
        "1K",
        "1ki",
        "Gi",
        "1e3Mi",
        "1_000",
        "NaN",
        "Infinity",
        "0x10",
        "１",
        "1,5",
        "1" * 50,
        True,
        None,
        [],
        {},
        float("nan"),
        float("inf"),
        pytest.param(10**5000, id="huge"),
    ],
)
def test_what_is_no_quantity_is_refused(quantity):
    with pytest.raises(ValueError, match=r".") as caught:
        quantities.parse(quantity)
    assert "1_000" not in str(caught.value)


SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]


@given(st.decimals(min_value=0, max_value=10**9, places=3), st.sampled_from(SUFFIXES))
def test_reads_what_the_client_library_reads(number, suffix):
    assert quantities.parse(f"{number}{suffix}") == parse_quantity(f"{number}{suffix}")


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text):
    try:
        quantities.parse(text)
    except ValueError:
        pass
