#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: openshift_project
short_description: Ask OpenShift for projects
description:
  - Asks for the projects that are missing, with a ProjectRequest each. That is for users who may not make namespaces; they
    become administrators of what they ask for.
  - Of projects that exist, it sets display name and description. Nothing is ever removed.
  - M(kubernetes.core.k8s) asks for projects, too, and does not compare the cluster with the one that is expected.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.attributes
requirements:
  - openshift (Python library)
options:
  projects:
    description: The projects.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The project's name, which is that of its namespace.
        type: str
        required: true
      display_name:
        description: What the console calls it. Empty leaves it as it is.
        type: str
        default: ""
      description:
        description: What the console says of it. Empty leaves it as it is.
        type: str
        default: ""
"""

EXAMPLES = r"""
- name: Ask for two projects
  windrose.airflow.openshift_project:
    context: openshift
    projects:
      - name: airflow-dev
        display_name: Airflow (development)
      - name: airflow-staging
        display_name: Airflow (staging)
"""

RETURN = r"""
projects:
  description: The projects in the order of O(projects).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The project's name.
      type: str
      sample: airflow-dev
    operation:
      description:
        - What was done with it, or in check mode would be.
        - One of V(created), V(updated) and V(unchanged).
      type: str
      sample: unchanged
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.openshift import OpenShiftClient
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.openshift_project import (
    OpenShiftProjects,
)


def serve(module):
    """Return the result for the module's parameters."""
    params = module.params
    projects = OpenShiftProjects(OpenShiftClient.from_parameters(params), params["projects"], module.check_mode)
    result = projects.present()
    return result if module._diff else {name: value for name, value in result.items() if name != "diff"}


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            "projects": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "display_name": {"type": "str", "default": ""},
                    "description": {"type": "str", "default": ""},
                },
            },
        },
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module))


if __name__ == "__main__":
    main()
