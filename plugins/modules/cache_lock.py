#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cache_lock
short_description: Let one run at a time change the local cluster of a cache
description:
  - Waits until no other run holds the lock of the cache, says meanwhile who does, and holds it until this run of Ansible ends.
  - The lock goes with the run, also where that is killed. A run that holds it already goes on immediately.
  - In check mode nothing is locked, because nothing will be changed.
  - No module of Ansible holds a lock for longer than one task.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment: [windrose.airflow.attributes]
options:
  cache:
    description: The cache folder; it is made where it is missing.
    type: path
    required: true
  checkout:
    description: The folder that this run works in, for those who wait.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Wait until no other run changes the local cluster
  windrose.airflow.cache_lock:
    cache: ~/.cache/windrose-airflow
    checkout: "{{ playbook_dir }}"
"""

RETURN = r"""
held:
  description: Whether this run holds the lock; false in check mode.
  returned: success
  type: bool
"""

import datetime

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import ansible_run
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.lock import CacheLockService


def main():
    module = AnsibleModule(
        argument_spec={"cache": {"type": "path", "required": True}, "checkout": {"type": "path", "required": True}},
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: CacheLockService(
        module.params["cache"], module.params["checkout"], Progress(), ansible_run.of_this_process(), ansible_run.accompany,
        datetime.datetime.now).hold(module.check_mode))


if __name__ == "__main__":
    main()
