# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells people where chart values come from. Pure: no I/O."""

from __future__ import annotations

import json

LONGEST_VALUE = 48


def explanation(settings):
    """Explain settings.

    :param settings: list of settings; they hold names of Secrets and no secret.
    :returns: a table, one line for each setting: path, value (long ones shortened), variable, why.
    """
    rows = [(_path(setting.path), _shown(setting.value), setting.variable, f"{setting.why}.") for setting in settings]
    if not rows:
        return ""
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    return "".join("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[3]]) + "\n" for row in rows)


def _path(keys):
    return ".".join(json.dumps(key) if "." in key else key for key in keys)


def _shown(value):
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, str) and "\n" in value:
        return f"(text of {len(value.splitlines())} lines)"
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
