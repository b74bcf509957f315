# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rehearsal_plan
short_description: Say what there is of an environment in a rehearsal on the local cluster
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Compares what an environment asks for from elsewhere with what its inventory declares in C(airflow_rehearsal_*) and with what a
    run makes itself. What each code means is in C(docs/rehearsal.md).
  - It knows the names of Secrets and of their keys, and no content of any.
positional: declared, compiled, definitions, secret_keys, package, unreachable
options:
  _input:
    description: All variables C(airflow_*) of the host, by name.
    type: dict
    required: true
  declared:
    description: Names of variables that roles declare.
    type: list
    elements: str
    required: true
  compiled:
    description: What M(windrose.airflow.values) returned for the same variables, whether it failed or not.
    type: dict
    required: true
  definitions:
    description: The objects with pods that roles apply beside the chart.
    type: list
    elements: dict
    required: true
  secret_keys:
    description: C(made_keys) and C(findings) of what P(windrose.airflow.secret_definitions#filter) returned.
    type: dict
    required: true
  package:
    description: The package of the official chart that was taken in the place of what the inventory names; empty where none was.
    type: str
    default: ""
  unreachable:
    description: Why the chart that the inventory names cannot be had, where the bundled one was taken in its place.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Show what nothing stands in for
  ansible.builtin.debug:
    msg: "{{ (variables | windrose.airflow.rehearsal_plan(declared, compiled, [], secret_keys)).findings }}"
  vars:
    names: "{{ query('ansible.builtin.varnames', '^airflow_') }}"
    variables: "{{ dict(names | zip(query('ansible.builtin.vars', *names))) }}"
    declared: "{{ names }}"
    secret_keys: {made_keys: [], findings: []}
"""

RETURN = r"""
_value:
  description: The plan.
  type: dict
  contains:
    chart:
      description: Which chart the plan is made with, and why.
      type: str
      sample: Chart airflow 1.22.0, as airflow_chart_source says (bundled).
    rows:
      description:
        - A row for each thing that is asked for, as M(windrose.airflow.rehearsal_table) takes them.
        - There are none where the chart could not be rendered.
      type: list
      elements: dict
      contains:
        what:
          description: Kind and name.
          type: str
          sample: "Secret airflow-metadata: connection"
        asked_by:
          description: The objects or the variable that ask for it.
          type: str
        stand_in:
          description: What there is in the rehearsal.
          type: str
        state:
          description: V(real), V(simulated) or V(not checked).
          type: str
    findings:
      description: The findings, errors first, as M(windrose.airflow.preflight_verdict) takes them.
      type: list
      elements: dict
"""

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.plain import plain
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.chart import told
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.plan import plan


def rehearsal_plan(variables, declared, compiled, definitions, secret_keys, package="", unreachable=""):
    """Say what there is of an environment in a rehearsal.

    :param variables: {name: value} of all variables ``airflow_*``.
    :param declared: names of variables that roles declare.
    :param compiled: what the module values returned.
    :param definitions: the objects with pods that roles apply.
    :param secret_keys: ``made_keys`` and ``findings`` of the filter secret_definitions.
    :param package: the package that was taken in the place of the chart, or empty.
    :param unreachable: why the chart cannot be had, or empty.
    :returns: dict with ``chart``, ``rows`` and ``findings``.
    """
    variables, compiled = plain(variables), plain(compiled)
    rows, findings = plan(variables, plain(declared), compiled, plain(definitions), plain(secret_keys))
    return {
        "chart": told(variables, compiled.get("chart"), plain(package), plain(unreachable)),
        "rows": [dataclasses.asdict(row) for row in rows],
        "findings": [dataclasses.asdict(finding) for finding in findings],
    }


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"rehearsal_plan": rehearsal_plan}
