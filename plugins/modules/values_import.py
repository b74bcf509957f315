#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: values_import
short_description: Make an inventory of a values file of an Airflow chart
description:
  - Reads a values file of the official chart (apache/airflow, 1.0 to 1.22) or of the community chart (airflow-helm/charts, 7 and 8), also
    where it stands below a key of an umbrella chart's values, and writes an inventory for this collection.
  - What a variable stands for becomes that variable, the rest stays as C(airflow_values_overrides), and what the chart of today does not
    read is left out. The report, in the file C(import.md) of the folder, says which is which, why, and what is left to do.
  - The result is checked as M(windrose.airflow.values) does. What is found does not fail the module; the report has it.
  - Secrets in plain text are never written. What a values file cannot know, such as the cluster, is written as a placeholder that the
    preflight refuses.
  - There is no other module for it.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment: [windrose.airflow.chart, windrose.airflow.attributes]
requirements:
  - jsonschema
  - helm 3.19 or newer, to download the chart
options:
  source:
    description: The values file.
    type: path
    required: true
  destination:
    description: The folder of the inventory. It must not exist, or be empty; its last part is the name of the host, which is the cluster.
    type: path
    required: true
  chart:
    required: true
"""

EXAMPLES = r"""
- name: Make an inventory of a values file
  windrose.airflow.values_import:
    source: values-prod.yaml
    destination: inventories/prod
    chart:
      source: official
      name: airflow
      repository: https://airflow.apache.org
      version: 1.22.0
"""

RETURN = r"""
chart_name:
  description: Which chart the file is for, V(official) or V(community).
  returned: success
  type: str
  sample: official
destination:
  description: The folder of the inventory.
  returned: success
  type: str
files:
  description: The files of the inventory, by their paths in the folder.
  returned: success
  type: list
  elements: str
  sample: [group_vars/all/ansible.yml, group_vars/all/cluster.yml, hosts.yml, import.md]
rows:
  description: What became of each key of the file.
  returned: success
  type: list
  elements: dict
  contains:
    origin:
      description: The path of the key in the file.
      type: str
      sample: webserver.replicas
    outcome:
      description: V(variable), V(override) or V(dropped).
      type: str
      sample: variable
    target:
      description: The variable, or the path of the override. Empty for what was dropped.
      type: str
      sample: airflow_components.api_server.replicas
    note:
      description: Why, and what to do. It never quotes what may be a secret.
      type: str
      sample: Airflow 3 has an API server in place of the webserver.
findings:
  description: What the check of the result found, as M(windrose.airflow.values) returns it.
  returned: success
  type: list
  elements: dict
tasks:
  description: What is left to do by hand, in sentences.
  returned: success
  type: list
  elements: str
report:
  description: All of it in lines for a terminal.
  returned: success
  type: list
  elements: str
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary, _cache
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.rendering import Rendering
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values_import import ImportService


def serve(module):
    """:returns: the result for the module's parameters."""
    params, progress = module.params, Progress()
    charts = ChartService.of_this_user(os.environ, params["helm_binary"], module.tmpdir, progress)

    def check(parameters):
        rendering = Rendering.by_helm(
            params["helm_binary"], module.tmpdir, parameters["name"], parameters["namespace"], _cache.folder(os.environ))
        return ValuesService(charts, parameters, rendering, progress)

    return ImportService(charts, params, check).run(module.check_mode)


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CHART,
            "chart": {**_argument_specs.CHART["chart"], "required": True},
            "source": {"type": "path", "required": True},
            "destination": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module))


if __name__ == "__main__":
    main()
