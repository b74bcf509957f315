# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which paths the official chart takes today. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import official_tree


def takes(path):
    """:returns: whether the chart takes a path; below types of Kubernetes, and where keys are free, it takes any."""
    tree = official_tree()
    place = tree.root
    for key in path:
        known = tree.keys(place)
        if known is None:
            return True
        if key not in known:
            return False
        place = tree.child(place, key)
    return True
