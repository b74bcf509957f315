# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: own_pods
short_description: Say what the pods are like that the collection starts beside those of the chart
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Says where the pods of the collection's Jobs, or the pod of PostgreSQL, run. That is where the scheduler runs, unless the
    inventory says otherwise.
  - Says which labels and annotations they have, and those of the image pre-pull.
options:
  _input:
    description: Variables of the specification without C(airflow_). What is left out has its default.
    type: dict
    required: true
  values_overrides:
    description: Raw chart values that are laid over the compiled ones.
    type: dict
    required: true
  variable:
    description: Which pods are meant.
    type: str
    choices: [airflow_job_pods, airflow_database_pods, airflow_image_prepull_pods]
    required: true
  asked:
    description: What the inventory says in O(variable).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show where the migration runs
  ansible.builtin.debug:
    msg: "{{ specification | windrose.airflow.own_pods({}, 'airflow_job_pods', {'priority_class': 'low'}) }}"
  vars:
    specification:
      components:
        scheduler:
          node_selector: {example.com/pool: core}
"""

RETURN = r"""
_value:
  description: A mapping with V(labels), V(annotations), and V(spec), fields of a PodSpec.
  type: dict
"""

from ansible_collections.windrose.airflow.plugins.module_utils._values.own_pods import of_inventory


def own_pods(specification, values_overrides, variable, asked):
    """Say what pods of the collection are like, for templates.

    :param specification: {name of a variable without ``airflow_``: value}.
    :param values_overrides: raw chart values that are laid over the compiled ones.
    :param variable: ``airflow_job_pods``, ``airflow_database_pods`` or ``airflow_image_prepull_pods``.
    :param asked: what the inventory says in it.
    :returns: dict with the fields of `OwnPods`.
    """
    return dict(vars(of_inventory(specification, values_overrides, variable, asked)))


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"own_pods": own_pods}
