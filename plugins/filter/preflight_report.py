# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_report
short_description: Write findings of the preflight as a table, as JSON or as Markdown
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment: windrose.airflow.stage
description:
  - Writes findings as one text, errors first. The same findings give the same text.
  - The module M(windrose.airflow.preflight_verdict) shows the table as wide as the terminal is.
positional: stage
options:
  _input:
    description: Findings, as P(windrose.airflow.preflight_findings#filter) returns them.
    type: list
    elements: dict
    required: true
  form:
    description:
      - V(table) is for people at a terminal. What is to be copied, such as the manifest of missing rights, stands below it.
      - V(json) is an object with the fields C(cluster), C(stage), C(passed), C(errors), C(warnings) and C(findings).
      - V(markdown) is a page for the comment on a change.
    type: str
    choices: [table, json, markdown]
    default: table
  cluster:
    description: The cluster's name in the inventory. JSON and Markdown say it.
    type: str
    default: ""
  width:
    description:
      - How many characters a line of the table may have. Where that is too few for a table, findings stand one below the other.
        Less than 40 counts as 40.
      - A word, such as the path of a key, is broken only where it alone is wider. What is to be copied is never broken.
    type: int
    default: 120
"""

EXAMPLES = r"""
- name: Write down what was found
  ansible.builtin.copy:
    content: "{{ findings | windrose.airflow.preflight_report(form='markdown', cluster=inventory_hostname) }}"
    dest: "{{ inventory_hostname }}.md"
    mode: "0644"
  delegate_to: localhost
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
  description: A text of several lines.
  type: str
"""

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.documents import WRITERS
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import PreflightFinding
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.report import WIDTH, report


def preflight_report(findings, stage="preflight", form="table", cluster="", width=WIDTH):
    """Write findings as one text.

    :param findings: list of dicts with ``code``, ``severity``, ``subject``, ``problem`` and ``remedy``.
    :param stage: ``preflight``, ``probe`` or ``values``.
    :param form: ``table``, ``json`` or ``markdown``.
    :param cluster: the cluster's name in the inventory, for JSON and Markdown.
    :param width: how many characters a line of the table may have.
    :returns: text of several lines.
    """
    known = [PreflightFinding(**finding) for finding in findings]
    return report(known, stage, width) if form == "table" else WRITERS[form](known, stage, cluster)


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"preflight_report": preflight_report}
