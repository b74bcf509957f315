#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: container_images
short_description: Build container images without network and push them to a registry on loopback
description:
  - Builds each image whose inputs changed since it was built last, and pushes what the registry lacks.
  - An image's tag ends in a key of everything that it is made from, so the same tag is always the same content.
  - The modules of community.docker are not available where only Python package mirrors are reachable, and do not know inputs.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment: [windrose.airflow.attributes, windrose.airflow.cache]
options:
  docker_binary:
    description: Path of the C(docker) command.
    type: path
    default: docker
  docker_host:
    description: Address of the container engine. The command's own default when empty.
    type: str
    default: ""
  registry:
    description: Host and port of the registry to push to. Nothing is pushed when empty.
    type: str
    default: ""
  prefix:
    description: What stands before each image's name.
    type: str
    required: true
  images:
    description: The images.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The image's name.
        type: str
        required: true
      version:
        description: The first part of the tag. It is also a tag of its own, for people.
        type: str
        default: ""
      arguments:
        description: Build arguments.
        type: dict
        default: {}
      context:
        description: What the build context holds.
        type: list
        elements: dict
        required: true
        suboptions:
          artifact:
            description: The folder of an artifact, as returned by M(windrose.airflow.artifacts).
            type: path
          source:
            description: File or folder, relative to O(images[].context[].artifact), or to O(checkout) where no artifact is given.
            type: str
            required: true
          destination:
            description: Path in the build context.
            type: str
            required: true
"""

EXAMPLES = r"""
- name: Build the Airflow image
  windrose.airflow.container_images:
    cache: ~/.cache/windrose-airflow
    checkout: "{{ playbook_dir }}"
    prefix: localhost:5000/windrose
    registry: localhost:5000
    images:
      - name: airflow
        version: 3.3.2
        context:
          - source: images/airflow
            destination: .
"""

RETURN = r"""
references:
  description: Where each image is found, by name.
  returned: success
  type: dict
  sample:
    airflow:
      repository: localhost:5000/windrose/airflow
      tag: 3.3.2-4a1c9f0be3d21a77
      reference: localhost:5000/windrose/airflow:3.3.2-4a1c9f0be3d21a77
built:
  description: The names of the images that were built, or would be in check mode.
  returned: success
  type: list
  elements: str
pushed:
  description: The names of the images that were pushed, or would be in check mode.
  returned: success
  type: list
  elements: str
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local.docker import DockerClient
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local.registry import RegistryClient
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.artifacts import ArtifactService
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.container_images import (
    ContainerImageService,
)


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CACHE,
            "docker_binary": {"type": "path", "default": "docker"},
            "docker_host": {"type": "str", "default": ""},
            "registry": {"type": "str", "default": ""},
            "prefix": {"type": "str", "required": True},
            "images": {
                "type": "list", "elements": "dict", "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "version": {"type": "str", "default": ""},
                    "arguments": {"type": "dict", "default": {}},
                    "context": {
                        "type": "list", "elements": "dict", "required": True,
                        "options": {
                            "artifact": {"type": "path"},
                            "source": {"type": "str", "required": True},
                            "destination": {"type": "str", "required": True},
                        },
                    },
                },
            },
        },
        supports_check_mode=True,
    )
    parameters = module.params
    progress = Progress()
    service = ContainerImageService(
        docker=DockerClient(parameters["docker_binary"], parameters["docker_host"]),
        registry=RegistryClient(parameters["registry"]) if parameters["registry"] else None,
        prefix=parameters["prefix"],
        artifacts=ArtifactService(parameters["cache"], parameters["checkout"], progress, dict(os.environ)),
        checkout=parameters["checkout"],
        progress=progress,
    )
    _boundary.run(module, lambda: service.ensure(
        parameters["images"], parameters["concurrency"], module.check_mode))


if __name__ == "__main__":
    main()
