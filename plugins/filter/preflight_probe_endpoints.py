# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_probe_endpoints
short_description: Name the addresses that a release needs
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Reads from the variables of a cluster where its database, its broker, its repositories with DAGs and its log store are.
  - What comes with the release itself is left out.
options:
  _input:
    description: All variables C(airflow_*) of the host, by name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what pods have to reach
  ansible.builtin.debug:
    msg: "{{ variables | windrose.airflow.preflight_probe_endpoints }}"
  vars:
    names: "{{ query('ansible.builtin.varnames', '^airflow_') }}"
    variables: "{{ dict(names | zip(query('ansible.builtin.vars', *names))) }}"
"""

RETURN = r"""
_value:
  description: The endpoints, as the module M(windrose.airflow.preflight_probe) takes them; each is called by its variable.
  type: list
  elements: dict
"""

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.endpoints import endpoints
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.plain import plain


def preflight_probe_endpoints(variables):
    """Name the addresses that a release needs.

    :param variables: {name: value} of all variables ``airflow_*``.
    :returns: list of endpoints.
    """
    return endpoints(Environment(plain(variables)))


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"preflight_probe_endpoints": preflight_probe_endpoints}
