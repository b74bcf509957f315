# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible_collections.windrose.airflow.plugins.filter.rehearsal_nodes import FilterModule, rehearsal_nodes

VARIABLES = {
    "airflow_node_pools": [
        {"name": "core"},
        {"name": "gpu", "labels": {"gpu": "yes"}, "taints": [{"key": "gpu", "effect": "NoSchedule"}], "allocatable": {"cpu": "8"}},
    ],
    "airflow_worker_profiles": [{"name": "default", "default": True}],
}  # fmt: skip
WORKERS = [{"name": "worker", "allocatable": {"cpu": "64", "memory": "20Gi", "pods": "110"}, "labels": {}, "ready": True}]


def test_nodes_and_profiles_are_plain_data():
    found = rehearsal_nodes(VARIABLES, WORKERS)
    assert json.loads(json.dumps(found)) == found
    assert found == {
        "nodes": [
            {"name": "worker", "pool": "pool core", "is_simulated": False, "labels": {}, "taints": [], "allocatable": {}},
            {"name": "simulated-1-0", "pool": "pool gpu", "is_simulated": True, "labels": {"gpu": "yes"},
             "taints": [{"key": "gpu", "effect": "NoSchedule"}], "allocatable": {"pods": "110", "cpu": "8"}},
        ],
        "task_pods": [{"profile": "default", "nodes": ["worker"], "is_simulated": False}],
        "without_node": [],
    }  # fmt: skip


def test_an_inventory_without_pools_leaves_the_nodes_as_they_are():
    assert rehearsal_nodes({}, WORKERS) == {"nodes": [], "task_pods": [], "without_node": []}


def test_templates_call_it_by_its_name():
    assert FilterModule().filters() == {"rehearsal_nodes": rehearsal_nodes}
