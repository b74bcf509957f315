#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: local_cluster_info
short_description: Read what this machine holds of the local cluster, and what is in its way
description:
  - Finds the container engine, the cluster's containers and who made them, and judges memory, disk, ports, system and
    rights, all in one look. It changes nothing.
  - Everything that is in the way is reported together, before anything is changed.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment: [windrose.airflow.attributes, windrose.airflow.attributes.info]
options:
  name:
    description: The kind cluster's name.
    type: str
    required: true
  cache:
    description: The cache folder.
    type: path
    required: true
  checkout:
    description: The folder that the cluster is made from.
    type: path
    required: true
  engine:
    description: Which container engine to use. V(auto) takes the Docker that answers, else a private one.
    type: str
    choices: [auto, docker, private]
    default: auto
  go_version:
    description: The oldest release of Go that is new enough.
    type: str
    default: "1.26"
  packages:
    description: Whether images are built from Debian packages.
    type: bool
    default: false
  required:
    description: Whether to fail when something is in the way of making the cluster.
    type: bool
    default: true
  inputs:
    description: Files and folders that the cluster is made from.
    type: list
    elements: path
    default: []
  variables:
    description: Settings that the cluster is made from.
    type: dict
    default: {}
  outputs:
    description: Files that a complete cluster has left on this machine.
    type: list
    elements: path
    default: []
  files:
    description: Files that the making of the cluster writes. No link in O(cache) or O(checkout) may lead out of them.
    type: list
    elements: path
    default: []
  folders:
    description: Folders that the making of the cluster makes or writes to, with the same rule for links.
    type: list
    elements: path
    default: []
  dags:
    description: The folder of DAGs that the cluster will serve, as an absolute path; empty where there is none.
    type: str
    default: ""
  ports:
    description: The ports of 127.0.0.1 that the cluster will listen on.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What listens there.
        type: str
        required: true
      variable:
        description: The variable that sets the port.
        type: str
        required: true
      port:
        description: The port.
        type: int
        required: true
"""

EXAMPLES = r"""
- name: Look at this machine
  windrose.airflow.local_cluster_info:
    name: windrose-airflow
    cache: ~/.cache/windrose-airflow
    checkout: "{{ playbook_dir }}"
"""

RETURN = r"""
engine:
  description: The container engine.
  returned: success
  type: dict
  sample: {kind: private, host: "unix:///root/.cache/windrose-airflow/engine/docker.sock", running: true, version: 20.10.24, processes: [4711]}
machine:
  description: What was found of the machine.
  returned: success
  type: dict
key:
  description: A digest of O(inputs) and O(variables).
  returned: success
  type: str
current:
  description: Whether all of the cluster runs, and was made of the same O(inputs) and O(variables).
  returned: success
  type: bool
state:
  description: The state of the cluster.
  returned: success
  type: str
  choices: [absent, half_made, stopped, running]
nodes:
  description: The cluster's node containers.
  returned: success
  type: list
  elements: dict
containers:
  description: The other containers that belong to the cluster.
  returned: success
  type: list
  elements: dict
record:
  description: What the run that made the cluster wrote down; null where there is none.
  returned: success
  type: dict
foreign:
  description: Whether the cluster was made from another checkout.
  returned: success
  type: bool
in_use_elsewhere:
  description: Whether the cluster runs and the other checkout that it was made from still exists.
  returned: success
  type: bool
others:
  description: The names of the running clusters of this collection, on the same engine, that are called otherwise.
  returned: success
  type: list
  elements: str
go_binary:
  description: Path of the C(go) command; empty where there is none, or an older one.
  returned: success
  type: str
findings:
  description: What is in the way.
  returned: failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.info import (
    LocalClusterInfoService,
)


def main():
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "cache": {"type": "path", "required": True},
            "checkout": {"type": "path", "required": True},
            "engine": {"type": "str", "choices": ["auto", "docker", "private"], "default": "auto"},
            "go_version": {"type": "str", "default": "1.26"},
            "packages": {"type": "bool", "default": False},
            "required": {"type": "bool", "default": True},
            "inputs": {"type": "list", "elements": "path", "default": []},
            "variables": {"type": "dict", "default": {}},
            "outputs": {"type": "list", "elements": "path", "default": []},
            "files": {"type": "list", "elements": "path", "default": []},
            "folders": {"type": "list", "elements": "path", "default": []},
            "dags": {"type": "str", "default": ""},
            "ports": {
                "type": "list", "elements": "dict", "default": [],
                "options": {
                    "name": {"type": "str", "required": True},
                    "variable": {"type": "str", "required": True},
                    "port": {"type": "int", "required": True},
                },
            },
        },
        supports_check_mode=True,
    )
    _boundary.run(module, LocalClusterInfoService(module.params).gather)


if __name__ == "__main__":
    main()
