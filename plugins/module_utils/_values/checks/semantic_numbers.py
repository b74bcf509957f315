# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers and flags that do not reach Airflow as they were written. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import map_at, value_at, walk
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

# From here on Go's %v writes a float64, which is what helm makes of every number in YAML, with an exponent.
LARGE = 1_000_000
# Numbers that the chart's templates turn into text, and whose schema takes no text.
_NUMBERS_IN_TEXT = ("databaseCleanup.batchSize", "dags.gitSync.depth", "dags.gitSync.maxFailures")


def _is_large(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= LARGE


def large_numbers(values):
    """helm writes 1000000 into a text as 1e+06, which Airflow cannot read as an integer.

    Source: rendered with helm 4.3: ``config`` and the texts named above; numbers in Kubernetes objects survive.

    :returns: list of findings.
    """
    found = []
    for section, options in map_at(values, "config").items():
        for name, value in options.items() if isinstance(options, dict) else ():
            if _is_large(value):
                path = dotted(("config", section, name))
                found.append(ValueFinding(
                    path,
                    "it is a number that helm writes with an exponent, such as 1e+06",
                    f'Set {path} to a text: "{_digits(value)}"',
                ))  # fmt: skip
    for path in _NUMBERS_IN_TEXT:
        if _is_large(value_at(values, path)):
            found.append(
                ValueFinding(
                    path, "it is a number that helm writes with an exponent, such as 1e+06", f"Set {path} below {LARGE}"
                )
            )
    return found


def _digits(value):
    whole = isinstance(value, int) or value.is_integer()
    # Longer numbers are not settings; their digits would only fill the screen.
    return f"{int(value)}" if whole and abs(value) < 10**18 else "…"


def environment_types(values):
    """The value of an environment variable is a text; ``true`` and ``1`` are none, and the chart drops ``false`` and
    ``0``.

    Source: EnvVar in https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/; the chart's
    template for the ``env`` of components, which takes an empty value for none.

    :returns: list of findings.
    """
    found = []
    for path, value in walk(values):
        if len(path) < 3 or path[-1] != "value" or path[-3] != "env" or not isinstance(path[-2], int):
            continue
        if not isinstance(value, str):
            found.append(ValueFinding(
                dotted(path),
                "it is not a text, and environment variables hold texts",
                f'Set {dotted(path)} to a text in quotes, such as "1"',
            ))  # fmt: skip
    return found
