# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_report
short_description: Write findings of the preflight as a table
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Writes findings as one table of at most 120 columns, errors first. What is to be copied, such as the manifest of missing
    rights, stands below it, and a summary in one line at the head.
positional: stage
options:
  _input:
    description: Findings, as P(windrose.airflow.preflight_findings#filter) returns them.
    type: list
    elements: dict
    required: true
  stage:
    description: Which stage of the preflight found them. V(probe) is the one with a pod.
    type: str
    choices: [preflight, probe]
    default: preflight
"""

EXAMPLES = r"""
- name: Show what was found
  ansible.builtin.debug:
    msg: "{{ findings | windrose.airflow.preflight_report }}"
  vars:
    findings:
      - code: WA101
        severity: error
        subject: airflow_namespce
        problem: No role knows this variable.
        remedy: Did you mean airflow_namespace?
"""

RETURN = r"""
_value:
  description: The table as text of several lines.
  type: str
"""

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import PreflightFinding
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.report import report


def preflight_report(findings, stage="preflight"):
    """Write findings as a table.

    :param findings: list of dicts with ``code``, ``severity``, ``subject``, ``problem`` and ``remedy``.
    :param stage: ``preflight`` or ``probe``.
    :returns: text of several lines.
    """
    return report([PreflightFinding(**finding) for finding in findings], stage)


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"preflight_report": preflight_report}
