# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts of resources: read, added, compared and formatted. Pure: no I/O."""

from __future__ import annotations

import decimal

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import quantities

CPU, PODS = "cpu", "pods"
_NONE = decimal.Decimal(0)
_UNITS = (("Ti", 1024**4), ("Gi", 1024**3), ("Mi", 1024**2), ("Ki", 1024))
_BYTES = ("memory", "storage")


def amounts(raw):
    """Read a mapping of quantities.

    :param raw: {resource: quantity}; what is not a quantity is left out: it is reported elsewhere.
    :returns: {resource: Decimal}; cores for CPU, bytes for memory and storage.
    """
    read = {}
    for name, quantity in (raw or {}).items() if isinstance(raw, dict) else ():
        try:
            read[str(name)] = quantities.parse(quantity)
        except ValueError:
            continue
    return read


def added(several):
    """:returns: the sum of mappings of amounts, resource by resource."""
    total = {}
    for one in several:
        for name, amount in one.items():
            total[name] = total.get(name, _NONE) + amount
    return total


def largest(several):
    """:returns: of mappings of amounts, the largest amount of each resource."""
    several = list(several)
    return {name: max(one.get(name, _NONE) for one in several) for name in {name for one in several for name in one}}


def times(one, factor):
    """:returns: a mapping of amounts, each of them taken several times."""
    return {name: amount * factor for name, amount in one.items()}


def without(one, other):
    """:returns: what is left of amounts when others are taken away; nothing is less than none."""
    return {name: max(amount - other.get(name, _NONE), _NONE) for name, amount in one.items()}


def lacking(wanted, available):
    """:returns: the names of the resources of which more is wanted than available, sorted; what is not there is none."""
    return sorted(name for name, amount in wanted.items() if amount > available.get(name, _NONE))


def formatted(name, amount):
    """Write an amount as Kubernetes does.

    :param name: the name of the resource, which says what it is measured in.
    :returns: for example 500m, 2 or 1.5Gi; rounded to two digits behind the point.
    """
    amount, kind = decimal.Decimal(amount), name.rpartition(".")[2]
    if kind == CPU and amount != amount.to_integral_value():
        return f"{_rounded(amount * 1000)}m"
    if kind in _BYTES or kind.endswith("-storage") or kind.startswith("hugepages-"):
        for suffix, factor in _UNITS:
            if amount >= factor:
                return f"{_rounded(amount / factor)}{suffix}"
    return _rounded(amount)


def _rounded(amount):
    text = f"{amount.quantize(decimal.Decimal('0.01')):f}"
    return text.rstrip("0").rstrip(".")
