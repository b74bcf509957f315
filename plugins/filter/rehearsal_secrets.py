# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rehearsal_secrets
short_description: Make up the Secrets of a rehearsal
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Makes up what pods read from Secrets that somebody else makes for the real environment. Nothing of it is a secret of anybody.
positional: keys, seed, certificate
options:
  _input:
    description: All variables C(airflow_*) of the host, by name.
    type: dict
    required: true
  keys:
    description: Names of Secrets, each with the names of its keys.
    type: dict
    required: true
  seed:
    description: A random text that belongs to the cluster of the rehearsal. The same text gives the same Secrets.
    type: str
    required: true
  certificate:
    description: C(tls.crt) and C(tls.key) of the authority of the rehearsal.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Make up a Secret
  windrose.airflow.manifests:
    definitions: >-
      {{ {'airflow_namespace': 'airflow'} | windrose.airflow.rehearsal_secrets(
           {'airflow-sso': ['client-secret']}, seed, {'tls.crt': '', 'tls.key': ''}) }}
  vars:
    seed: "{{ lookup('ansible.builtin.password', '.rehearsal/seed') }}"
"""

RETURN = r"""
_value:
  description: The Secrets, as Kubernetes writes them.
  type: list
  elements: dict
"""

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.plain import plain
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.secret_contents import secret_contents


def rehearsal_secrets(variables, keys, seed, certificate):
    """Make up the Secrets of a rehearsal.

    :param variables: {name: value} of all variables ``airflow_*``.
    :param keys: {Secret: names of its keys}.
    :param seed: the random text of the cluster.
    :param certificate: {tls.crt, tls.key}.
    :returns: list of Secrets.
    """
    return secret_contents(Environment(plain(variables)), plain(keys), plain(seed), plain(certificate))


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"rehearsal_secrets": rehearsal_secrets}
