# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents the action plugin of this name, which does all of it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rehearsal_table
short_description: Show the plan of a rehearsal as one table
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment: [windrose.airflow.attributes, windrose.airflow.attributes.info]
description:
  - Shows what an environment asks for and what there is of it in a rehearsal, below a line about the chart.
  - The table is as wide as that of M(windrose.airflow.preflight_verdict), which shows the findings of the plan.
  - It runs on the controller, whatever the connection of the host is.
  - M(ansible.builtin.debug) does not know the terminal.
options:
  chart:
    description: A sentence about the chart.
    type: str
    required: true
  rows:
    description: The rows, as P(windrose.airflow.rehearsal_plan#filter) returns them.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what there will be of an environment
  windrose.airflow.rehearsal_table:
    chart: Chart airflow 1.22.0, as airflow_chart_source says.
    rows:
      - what: image registry.example.com/airflow:3.3.2-7
        asked_by: Deployment airflow-scheduler
        stand_in: the image airflow of the local cluster
        state: simulated
"""

RETURN = r"""
msg:
  description: The table, as a list of its lines where Ansible shows results as JSON.
  returned: always
  type: raw
"""
