# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The single values inside variables, and what they are called in findings. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import walk


def written(path):
    """Write a path as people do.

    :param path: keys and places of a list, the name of the variable first.
    :returns: for example ``airflow_dag_bundles[0].repository``.
    """
    first, *rest = path
    return str(first) + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest)


def leaves(variables):
    """Find every single value.

    :param variables: {name: value}.
    :returns: list of (path as a tuple, value) of everything that is neither a mapping nor a list, sorted by path.
    """
    found = [(path, value) for path, value in walk(variables) if not isinstance(value, (dict, list))]
    return sorted(found, key=lambda leaf: written(leaf[0]))
