# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values without what Ansible attaches to them. Pure: no I/O."""

from __future__ import annotations


def plain(value):
    """:returns: a value made of Python's own types alone, not of types that are derived from them."""
    if isinstance(value, dict):
        return {plain(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    # A date, or a secret that ansible-core decrypts when it is asked for its text.
    return str.__str__(value) if isinstance(value, str) else str(value)
