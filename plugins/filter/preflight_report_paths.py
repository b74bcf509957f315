# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_report_paths
short_description: Say which files a report of the preflight is written to
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - A path that ends in V(.json) or V(.md) means that file alone. Any other path means two files, with these endings added.
  - The second stage of the preflight writes to files of its own, so that no report replaces another within a run.
positional: stage
options:
  _input:
    description: What C(airflow_preflight_report) says.
    type: str
    required: true
  stage:
    description: Which stage of the preflight is reported, as for P(windrose.airflow.preflight_report#filter).
    type: str
    choices: [preflight, probe]
    default: preflight
"""

EXAMPLES = r"""
- name: Show where the reports are
  ansible.builtin.debug:
    # prod-probe.json and prod-probe.md
    msg: "{{ 'prod' | windrose.airflow.preflight_report_paths('probe') }}"
"""

RETURN = r"""
_value:
  description: The path of the file for each of the forms V(json) and V(markdown) that is asked for.
  type: dict
  sample: {json: prod.json, markdown: prod.md}
"""

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.documents import paths


def preflight_report_paths(path, stage="preflight"):
    """Say which files a report is written to.

    :param path: what the user asked for.
    :param stage: ``preflight`` or ``probe``.
    :returns: {form: path}
    """
    return paths(path, stage)


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"preflight_report_paths": preflight_report_paths}
