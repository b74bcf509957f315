# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_required_rights
short_description: Say which rights a run needs in the cluster
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Works out of the variables of a cluster what the roles, helm and the charts will do in it.
  - The rights of the Roles in the charts are among them, because Kubernetes lets only those make a Role who have its rights.
options:
  _input:
    description: All variables C(airflow_*) of the host, by name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what the user of the kubeconfig has to be allowed to do
  ansible.builtin.debug:
    msg: "{{ variables | windrose.airflow.preflight_required_rights }}"
  vars:
    names: "{{ query('ansible.builtin.varnames', '^airflow_') }}"
    variables: "{{ dict(names | zip(query('ansible.builtin.vars', *names))) }}"
"""

RETURN = r"""
_value:
  description: The rights, sorted.
  type: list
  elements: dict
  contains:
    api_group:
      description: The API group; empty for the core group.
      type: str
    resource:
      description: The resource, with its subresource behind a slash.
      type: str
      sample: pods/log
    verbs:
      description: What is done with it.
      type: list
      elements: str
      sample: [get, list]
    namespace:
      description: The namespace; null for the whole cluster.
      type: str
    names:
      description: The names of the objects; empty for all.
      type: list
      elements: str
"""

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.plain import plain
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.required_rights import required_rights


def preflight_required_rights(variables):
    """Say which rights a run needs.

    :param variables: {name: value} of all variables ``airflow_*``.
    :returns: list of dicts with ``api_group``, ``resource``, ``verbs``, ``namespace`` and ``names``.
    """
    return required_rights(Environment(plain(variables)))


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"preflight_required_rights": preflight_required_rights}
