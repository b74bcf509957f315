#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: database_job
short_description: Run a Kubernetes Job once for each database that a Secret leads to
description:
  - Names a Job by what it is made of and by host, port and database of a URL in a Secret, applies it, and waits until it has
    succeeded. A Job that has succeeded for just this is not run again.
  - Users and passwords stay in the Secret. They are no part of the name, and neither results nor messages hold the URL. Where the
    URL names no host for certain, such as that of a socket, the Secret's version takes the place of host, port and database.
  - A Job that has failed is made again, and so is one whose pod has not started where the pod template is another one by now.
  - Jobs of its kind that are over are removed. The last one that succeeded stays as the record.
  - M(kubernetes.core.k8s) cannot name a Job by what a Secret holds without showing it to Ansible.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.attributes
options:
  definition:
    description:
      - The Job, as in a manifest. What its name is to begin with is its C(metadata.name); a hyphen and ten digits follow.
      - Its C(metadata.labels) are those that all Jobs of its kind have, and no others.
    type: dict
    required: true
  state:
    description: Whether the Job is to have succeeded, or all Jobs of its kind are to be gone.
    type: str
    choices: [present, absent]
    default: present
  made_of:
    description: Whatever else another Job is needed for when it changes, such as the image.
    type: list
    elements: str
    default: []
  connection:
    description: Where the URL of the database is. Required with O(state=present).
    type: dict
    suboptions:
      secret:
        description: The name of the Secret, in the namespace of the Job.
        type: str
        required: true
      key:
        description: The key in it.
        type: str
        default: connection
  after:
    description:
      - Labels of other Jobs. Where one of them has succeeded after this Job did, it is run again.
    type: dict
    default: {}
  witnesses:
    description:
      - Labels of pods that cannot work where what the Job did has been undone, such as by a backup that was restored. Where one of
        them is not ready, and one of its containers has failed after the Job succeeded, the Job is run again.
      - The database itself is not asked.
    type: list
    elements: dict
    default: []
  wait_timeout:
    description: How many seconds each wait may take at most.
    type: int
    default: 300
"""

EXAMPLES = r"""
- name: Migrate the database
  windrose.airflow.database_job:
    context: prod
    definition: "{{ lookup('ansible.builtin.template', 'migration.yml.j2') | from_yaml }}"
    made_of: ["docker.io/apache/airflow:3.3.2"]
    connection:
      secret: airflow-metadata
    witnesses:
      - {release: airflow, component: scheduler}
"""

RETURN = r"""
name:
  description:
    - The name of the Job.
    - Empty with O(state=absent), and in check mode where the Secret or its key is not there yet.
  returned: success
  type: str
  sample: airflow-migration-0f3a9c1b7d
operation:
  description: What was done with it, or in check mode would be. One of V(created), V(replaced) and V(unchanged).
  returned: success
  type: str
  sample: unchanged
reason:
  description: Why a Job that was there has been made again; empty where none was.
  returned: success
  type: str
  sample: pod airflow-scheduler-7d9c8b6f5-x2x9k is not ready, and has failed after it
removed:
  description: The names of the Jobs that were over and have been removed.
  returned: success
  type: list
  elements: str
  sample: [airflow-migration-4711aa0815]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.database_job import DatabaseJob


def serve(module):
    """Return the result for the module's parameters."""
    params = module.params
    job = DatabaseJob(
        KubeClient.from_parameters(params, params["wait_timeout"]), params["definition"], params, Progress(), module.check_mode)
    result = job.present() if params["state"] == "present" else job.absent()
    return result if module._diff else {name: value for name, value in result.items() if name != "diff"}


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            "definition": {"type": "dict", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "made_of": {"type": "list", "elements": "str", "default": []},
            "connection": {
                "type": "dict",
                "options": {
                    "secret": {"type": "str", "required": True, "no_log": False},
                    "key": {"type": "str", "default": "connection", "no_log": False},
                },
            },
            "after": {"type": "dict", "default": {}},
            "witnesses": {"type": "list", "elements": "dict", "default": []},
            "wait_timeout": {"type": "int", "default": 300},
        },
        required_if=[("state", "present", ["connection"])],
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module))


if __name__ == "__main__":
    main()
