# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rehearsal_password
short_description: Derive a password of a rehearsal
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Derives a password of what stands in for something, as P(windrose.airflow.rehearsal_secrets#filter) has it.
positional: what
options:
  _input:
    description: A random text that belongs to the cluster of the rehearsal.
    type: str
    required: true
  what:
    description: What the password is for.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Log in to the database of the rehearsal
  ansible.builtin.copy:
    content: "{{ seed | windrose.airflow.rehearsal_password('database') }}"
    dest: /run/password
    mode: "0600"
"""

RETURN = r"""
_value:
  description: A password of 32 letters and digits.
  type: str
"""

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.plain import plain
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.secret_contents import password


def rehearsal_password(seed, what):
    """:param seed: the random text of the cluster.
    :param what: what it is for.
    :returns: a password.
    """
    return password(plain(seed), plain(what))


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"rehearsal_password": rehearsal_password}
