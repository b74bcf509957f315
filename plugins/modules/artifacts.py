#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: artifacts
short_description: Build artifacts once and keep them in a cache, keyed by what they are made from
description:
  - Runs the command of each artifact that the cache lacks, several at a time, and keeps what the command writes to
    the folder E(OUTPUT) under a key of the artifact's inputs, with a list of SHA-256 checksums beside it.
  - An artifact whose files no longer match the checksums is built again.
  - A build that was interrupted leaves nothing behind that a later run would take for an artifact.
  - M(ansible.builtin.command) with O(ansible.builtin.command#module:creates) knows neither inputs nor checksums and
    shows nothing while it runs.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment: [windrose.airflow.attributes, windrose.airflow.cache]
options:
  artifacts:
    description: The artifacts.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The artifact's name.
        type: str
        required: true
      argv:
        description:
          - The command. It writes the artifact to the folder that the environment variable E(OUTPUT) names, and may
            use the folder E(WORK), which is removed afterwards.
          - It runs in O(checkout). Every argument that names a file or folder there is an input, whose content is part of
            the key, as are the other arguments.
          - A line C(::total N WORD...) in its output announces N lines to come that begin with one of the words, or N lines where
            none is given, for the progress line.
        type: list
        elements: str
        required: true
      environment:
        description: Environment variables of the command, in addition to those of the module. Not part of the key.
        type: dict
        default: {}
      shared_folder:
        description:
          - A folder in O(cache) that the command shares with other builds, such as a module cache. It is made where it is missing.
          - While the command runs it shares the lock of the file C(.lock) in it (see C(flock(2\))), so that nothing is pruned there.
        type: path
      remedy:
        description: What the user should do when the command fails.
        type: str
        default: Read the lines above, fix the cause and run the same command again; what was built is kept.
"""

EXAMPLES = r"""
- name: Build helm from its Go module
  windrose.airflow.artifacts:
    cache: ~/.cache/windrose-airflow
    checkout: "{{ playbook_dir }}"
    artifacts:
      - name: helm
        argv: [sh, build_go_binaries.sh, tools/helm, "", helm.sh/helm/v4/cmd/helm]
"""

RETURN = r"""
paths:
  description: The folder of each artifact, by name.
  returned: success
  type: dict
  sample: {helm: /home/me/.cache/windrose-airflow/artifacts/helm-4a1c9f0be3d21a77}
built:
  description: The names of the artifacts that were built, or would be in check mode.
  returned: success
  type: list
  elements: str
broken:
  description: The names of the artifacts that were in the cache, but damaged.
  returned: success
  type: list
  elements: str
"""

import datetime
import functools
import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import ansible_run
from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster import holder
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.artifacts import ArtifactService


def _about(checkout):
    return holder.about(ansible_run.of_this_process(), checkout, datetime.datetime.now())


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CACHE,
            "artifacts": {
                "type": "list", "elements": "dict", "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "argv": {"type": "list", "elements": "str", "required": True},
                    "environment": {"type": "dict", "default": {}},
                    "shared_folder": {"type": "path"},
                    "remedy": {
                        "type": "str",
                        "default": "Read the lines above, fix the cause and run the same command again; "
                                   "what was built is kept.",
                    },
                },
            },
        },
        supports_check_mode=True,
    )
    checkout = module.params["checkout"]
    service = ArtifactService(
        module.params["cache"], checkout, Progress(), dict(os.environ),
        functools.partial(_about, checkout))
    _boundary.run(module, lambda: service.ensure(
        module.params["artifacts"], module.params["concurrency"], module.check_mode))


if __name__ == "__main__":
    main()
