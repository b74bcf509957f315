# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: unknown_variables
short_description: Find variables that nobody declares
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Compares names of variables with those that are declared, and suggests the nearest declared name for each that is
    not.
  - Ansible itself ignores a misspelt variable and goes on with the default.
positional: declared
options:
  _input:
    description: Names of variables that are set.
    type: list
    elements: str
    required: true
  declared:
    description: Names of variables that roles declare.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Refuse misspelt variables
  ansible.builtin.assert:
    that: unknown | length == 0
    fail_msg: "{{ unknown | join(' ') }}"
  vars:
    unknown: "{{ query('ansible.builtin.varnames', '^airflow_') | windrose.airflow.unknown_variables(declared) }}"
    declared: [airflow_namespace, airflow_release_name]
"""

RETURN = r"""
_value:
  description: One sentence for each variable that is not declared, sorted by its name.
  type: list
  elements: str
"""

import difflib


def unknown_variables(names, declared):
    """Find the variables that nobody declares.

    :param names: names of variables that are set.
    :param declared: names of variables that roles declare.
    :returns: one sentence for each unknown name, sorted by name.
    """
    return [_sentence(name, sorted(declared)) for name in sorted(set(names) - set(declared))]


def _sentence(name, declared):
    nearest = difflib.get_close_matches(name, declared, n=1)
    remedy = f"Did you mean {nearest[0]}?" if nearest else "Remove it, or give a variable of your own another prefix."
    return f"{name} is a variable that no role knows. {remedy}"


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"unknown_variables": unknown_variables}
