# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rehearsal_nodes
short_description: Say which node of the local cluster stands in for which node pool
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Gives the real nodes to the pools that the components and the default worker profile need, and to one more whose pods fit; the nodes of
    all other pools are simulated.
positional: nodes
options:
  _input:
    description: All variables C(airflow_*) of the host, by name.
    type: dict
    required: true
  nodes:
    description: The real worker nodes, as M(windrose.airflow.cluster_info) returns them.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what each node stands for
  ansible.builtin.debug:
    msg: "{{ (variables | windrose.airflow.rehearsal_nodes(workers)).nodes }}"
  vars:
    names: "{{ query('ansible.builtin.varnames', '^airflow_') }}"
    variables: "{{ dict(names | zip(query('ansible.builtin.vars', *names))) }}"
    workers: [{name: worker, allocatable: {cpu: "64", memory: 20Gi, pods: "110"}}]
"""

RETURN = r"""
_value:
  description: The nodes, and the pools that were left without one.
  type: dict
  contains:
    nodes:
      description: C(name), C(pool), C(is_simulated), C(labels), C(taints) and C(allocatable) of each node.
      type: list
      elements: dict
    task_pods:
      description: C(profile), the names of the C(nodes) that its pods may run on, and whether all of these are simulated, as C(is_simulated).
      type: list
      elements: dict
    without_node:
      description: Names of pools that need a real node and got none.
      type: list
      elements: str
"""

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.plain import plain
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.node_shapes import node_shapes, task_pods


def rehearsal_nodes(variables, nodes):
    """Say what each node stands for.

    :param variables: {name: value} of all variables ``airflow_*``.
    :param nodes: list of {name, allocatable} of the real workers.
    :returns: dict, as above.
    """
    environment = Environment(plain(variables))
    shapes, without = node_shapes(environment, plain(nodes))
    return {
        "nodes": [dataclasses.asdict(shape) for shape in shapes],
        "task_pods": task_pods(environment, shapes),
        "without_node": without,
    }


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"rehearsal_nodes": rehearsal_nodes}
