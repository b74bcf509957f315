# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents the action plugin of this name, which does all of it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_verdict
short_description: Show findings of the preflight, and refuse what cannot work
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment: [windrose.airflow.stage, windrose.airflow.attributes, windrose.airflow.attributes.info]
description:
  - Shows findings as one table, errors first, and fails if one of them is an error.
  - The table is as wide as the terminal, or as C(COLUMNS) says. Where there is neither, as in CI or in a pipe, it has 120 columns.
    Where that is too few for a table, findings stand one below the other.
  - It runs on the controller, whatever the connection of the host is.
  - M(ansible.builtin.assert) and M(ansible.builtin.fail) show their message twice and do not know the terminal.
options:
  findings:
    description: Findings, as P(windrose.airflow.preflight_findings#filter) returns them.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Refuse an inventory that cannot work
  windrose.airflow.preflight_verdict:
    findings:
      - code: WA101
        severity: error
        subject: airflow_namespce
        problem: No role knows this variable.
        remedy: Did you mean airflow_namespace?
"""

RETURN = r"""
msg:
  description:
    - The table, as a list of its lines where Ansible shows results as JSON.
    - Where one of the findings is an error, how many there are; the table is in front of it then.
  returned: always
  type: raw
  sample: The preflight found 1 error. Airflow has not been touched. The codes are explained in docs/preflight.md.
"""
