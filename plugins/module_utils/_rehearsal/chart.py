# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which chart a plan is made with, and what it leaves out. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import NOT_CHECKED, NOTHING, Row, listed

# Only these have a version of their own in the inventory.
_FETCHED = ("official", "oci")
_ABSENT = f"{NOTHING}: the bundled chart has no such key"


def told(variables, chart, package, unreachable):
    """:param variables: {name: value} of all variables ``airflow_*``.
    :param chart: {name, version} of the chart; None where it cannot be had.
    :param package: the package that was taken in its place, or empty.
    :param unreachable: why what the inventory names cannot be had, where the bundled chart was taken; or empty.
    :returns: a sentence.
    """
    if not chart:
        return "There is no chart to plan with."
    source, wanted = variables.get("airflow_chart_source", "official"), str(variables.get("airflow_chart_version") or "")
    why = f"as airflow_chart_source says ({source})"
    if package:
        why = f"the package that AIRFLOW_CHART_PACKAGE names, {package}"
    if unreachable:
        why = f"bundled with this collection, because there is no other. {unreachable.rstrip('.')}"
    other = f" The inventory names version {wanted}." if source in _FETCHED and wanted not in ("", chart["version"]) else ""
    return f"Chart {chart['name']} {chart['version']}, {why}.{other}"


def left_out(asked):
    """:param asked: list of {path, variable}: chart values that the chart has no key for, where it is in the place of the official one.
    :returns: (list of `Row`, no findings): one for all keys of one place.
    """
    grouped = {}
    for entry in asked:
        place, unused, key = entry["path"].rpartition(".")
        keys, variables = grouped.setdefault(place, (set(), set()))
        keys.add(key)
        variables.add(entry["variable"])
    return [
        Row(f"chart value {place + ': ' if place else ''}{', '.join(sorted(keys))}", listed(variables), _ABSENT, NOT_CHECKED)
        for place, (keys, variables) in sorted(grouped.items())
    ], []
