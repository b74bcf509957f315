# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantities of Kubernetes, such as ``500m`` and ``2Gi``. Pure: no I/O.

The kubernetes library's own ``parse_quantity`` takes ``NaN``, ``1_000``, ``1e3Mi`` and True for quantities, and
importing it takes longer than everything else here; the tests compare the two on what Kubernetes accepts.
"""

from __future__ import annotations

import decimal
import re

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_QUANTITY = re.compile(
    r"([+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30}))(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?[0-9]{1,2})?"
)
_BINARY = {suffix: 1024**power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}


def parse(quantity):
    """:param quantity: a text, or a number as YAML gives it for ``cpu: 2``.

    :returns: Decimal; cores for CPU, bytes for memory and storage.
    :raises ValueError: it is not a quantity; the message does not quote it.
    """
    if isinstance(quantity, bool) or not isinstance(quantity, (str, int, float)):
        raise ValueError("neither a number nor a text")
    found = _QUANTITY.fullmatch(str(quantity))
    if not found:
        raise ValueError("not a number with an optional suffix such as m, Mi or Gi")
    number, suffix = decimal.Decimal(found.group(1)), found.group(2) or ""
    if suffix in _BINARY:
        return number * _BINARY[suffix]
    exponent = _DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:])
    return number.scaleb(exponent)
