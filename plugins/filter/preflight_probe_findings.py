# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_probe_findings
short_description: Judge what a pod found out about images and addresses
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Turns what the module M(windrose.airflow.preflight_probe) returned into findings. C(airflow_preflight_accepted) makes errors
    of codes that it names warnings.
  - What each code means is in C(docs/preflight.md).
positional: probed
options:
  _input:
    description: All variables C(airflow_*) of the host, by name.
    type: dict
    required: true
  probed:
    description: What M(windrose.airflow.preflight_probe) returned.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what is wrong
  ansible.builtin.debug:
    msg: "{{ variables | windrose.airflow.preflight_probe_findings(probed) | windrose.airflow.preflight_report }}"
  vars:
    names: "{{ query('ansible.builtin.varnames', '^airflow_') }}"
    variables: "{{ dict(names | zip(query('ansible.builtin.vars', *names))) }}"
"""

RETURN = r"""
_value:
  description: The findings, errors first, as those of P(windrose.airflow.preflight_findings#filter).
  type: list
  elements: dict
"""

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import rules
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.plain import plain
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.probe import probe


def preflight_probe_findings(variables, probed):
    """Judge what a pod found out.

    :param variables: {name: value} of all variables ``airflow_*``.
    :param probed: what the module preflight_probe returned.
    :returns: list of dicts with ``code``, ``severity``, ``subject``, ``problem`` and ``remedy``.
    """
    environment = Environment(plain(variables))
    found = rules.accepted(probe(environment, plain(probed)), environment)
    return [dataclasses.asdict(finding) for finding in found]


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"preflight_probe_findings": preflight_probe_findings}
