# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: service_accounts
short_description: Say which service accounts an Airflow has
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Names the service accounts of all components, and those of worker profiles, as the chart would.
  - Says what each is to the cloud, and what its pods ask of the Kubernetes API.
options:
  _input:
    description: Variables of the specification without C(airflow_). What is left out has its default.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the names of the service accounts
  ansible.builtin.debug:
    msg: "{{ specification | windrose.airflow.service_accounts | map(attribute='name') }}"
  vars:
    specification:
      release_name: airflow
      identity:
        provider: aws_irsa
        principal: arn:aws:iam::111122223333:role/airflow
"""

RETURN = r"""
_value:
  description: >-
    One entry for each service account, sorted by name, with V(name), V(components) whose pods use it, V(annotations), and
    V(purposes), what its pods ask of the Kubernetes API.
  type: list
  elements: dict
"""

from ansible.errors import AnsibleFilterError

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._values.service_accounts import accounts


def service_accounts(specification):
    """Say which service accounts an environment has, for templates.

    :param specification: {name of a variable without ``airflow_``: value}.
    :returns: list of dicts, as of `accounts`.
    :raises AnsibleFilterError: a variable that accounts are made of cannot be right.
    """
    try:
        return accounts(specification)
    except WindroseError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"service_accounts": service_accounts}
