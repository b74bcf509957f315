# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents the action plugin of this name, which does all of it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: template_check
short_description: Refuse texts of a variable that Ansible takes for templates and cannot read
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment: [windrose.airflow.attributes, windrose.airflow.attributes.info]
description:
  - Evaluates each text of a variable alone, and names the file, the line and the path of those that Ansible cannot read, or reads
    otherwise than helm. Nothing else has to evaluate the variable before.
  - It runs on the controller, whatever the connection of the host is.
  - M(ansible.builtin.assert) and every other task end with the error of the template engine, which names neither path nor remedy.
options:
  variable:
    description: The name of the variable. One that is not set holds nothing.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Refuse templates of helm that are not tagged as such
  windrose.airflow.template_check:
    variable: airflow_values_overrides
"""

RETURN = r"""
"""
