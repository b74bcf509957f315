# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why helm rendered nothing, in terms of the chart values. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

HELM_BINARY = "airflow_helm_binary"
# What is wrong with the chart as a whole is wrong with no key of it.
WHOLE = "chart_values"
# A line of what `helm_output.cause` makes of a refusal by values.schema.json.
_SCHEMA_LINE = re.compile(r"^ +- (?P<path>\S.*?): (?P<text>.+)$", re.MULTILINE)


def failures(cause, remedy):
    """:param cause: why helm rendered nothing, as `helm_output.cause` has it.
    :param remedy: what `helm_output.remedy` says to it.
    :returns: list of `ValueFinding`, not empty.
    """
    refused = [(line["path"], line["text"]) for line in _SCHEMA_LINE.finditer(cause)]
    if refused:
        return [
            ValueFinding(path, f"helm refuses it by the chart's schema: {text}", "Correct it; the chart's values.schema.json says what it may hold")
            for path, text in refused
        ]
    return [ValueFinding(WHOLE, f"helm cannot render the chart with these values: {cause.splitlines()[0]}", remedy.rstrip("."))]


def helm_missing(cause, remedy):
    """:param cause: why helm cannot be started.
    :param remedy: what to do about it.
    :returns: list of `ValueFinding`.
    """
    return [ValueFinding(HELM_BINARY, f"the chart cannot be rendered: {cause}", remedy.rstrip("."))]
