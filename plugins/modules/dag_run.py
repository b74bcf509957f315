#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dag_run
short_description: Trigger a DAG through Airflow's REST API, follow its run and read its logs
description:
  - Waits until Airflow's components are healthy and the DAG is known, unpauses it where it is paused, triggers a run,
    follows it to its end and reads the log of every task back.
  - Fails with the failed tasks, their pods, the exceptions and the last log lines, and stops early where the pod of a task cannot
    start, or where the file of the DAG cannot be imported.
  - Speaks the API v2 of Airflow 3 with any auth manager that gives tokens at C(/auth/token), as those of FAB, Keycloak and
    C(SimpleAuthManager) do, or with a token that is there already. There is no such module elsewhere.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.wait
  - windrose.airflow.attributes
options:
  dag_id:
    description: The DAG.
    type: str
    required: true
  run_id:
    description:
      - The run. One that succeeded is not repeated, one that is running is followed, one that failed is started again.
      - It is started again with the DAG as its bundle holds it then. Airflow is asked to refresh the bundle and to parse the file, which
        requires the right to edit the DAG; without it the version runs that Airflow parsed last.
      - Where it is not given, each run of the module starts a run of its own.
    type: str
  conf:
    description: The configuration of the run, as the DAG's tasks see it.
    type: dict
    default: {}
  namespace:
    description: The namespace of Airflow, of its task pods and of O(credentials).
    type: str
    required: true
  release_name:
    description:
      - The helm release of Airflow. Its api-server is reached through a port that is forwarded to one of its pods.
      - Required where O(api_url) is not given.
    type: str
  api_url:
    description:
      - The address of Airflow, such as C(https://airflow.example.org), to reach it directly and without proxy.
    type: str
  ca_path:
    description: A file with certificate authorities to trust for O(api_url), in addition to those of the system.
    type: path
  credentials:
    description:
      - The Secret in O(namespace) that holds user name and password of a user of Airflow, or a token of its API.
      - Where it is not given, the module asks for a token without saying who it is. C(SimpleAuthManager) gives one where it
        takes everyone for an administrator.
    type: dict
    suboptions:
      secret:
        description: The Secret's name.
        type: str
        required: true
      username_key:
        description: The key of the user name.
        type: str
        default: username
      password_key:
        description: The key of the password.
        type: str
        default: password
      token_key:
        description:
          - The key of a token of Airflow's API. Where it is given, O(credentials.username_key) and
            O(credentials.password_key) are not read.
          - A token expires after C([api_auth] jwt_expiration_time), a day by default, and the module cannot renew it.
        type: str
  read_logs:
    description:
      - Whether to read the log of every task back when the run has succeeded.
      - A task that ran and whose log is gone is an error then. Nobody could read it in the user interface either.
    type: bool
    default: true
  require_components:
    description: The components that have to be healthy before the run is triggered.
    type: list
    elements: str
    choices: [metadatabase, scheduler, dag_processor, triggerer]
    default: [metadatabase, scheduler, dag_processor, triggerer]
"""

EXAMPLES = r"""
- name: Prove that Airflow runs DAGs
  windrose.airflow.dag_run:
    dag_id: windrose_canary
    namespace: airflow
    release_name: airflow
    credentials:
      secret: airflow-first-user
    wait_timeout: 300

- name: Load one day, once
  windrose.airflow.dag_run:
    dag_id: load_orders
    run_id: orders-2026-03-01
    conf:
      day: "2026-03-01"
    namespace: airflow
    api_url: https://airflow.example.org
    credentials:
      secret: airflow-operator

- name: Load one day with a token, where users log in elsewhere
  windrose.airflow.dag_run:
    dag_id: load_orders
    namespace: airflow
    release_name: airflow
    credentials:
      secret: airflow-pipeline
      token_key: token
"""

RETURN = r"""
run_id:
  description: The run's id. Empty in check mode where O(run_id) is not given.
  returned: always
  type: str
  sample: manual__windrose-20260301T120000-3fa2c1
run_state:
  description: The run's state. Empty in check mode where the run would be started.
  returned: always
  type: str
  sample: success
tasks:
  description: The task instances. Of a failed run, those that failed. Empty with O(wait=false) and in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    task_id:
      description: The task.
      type: str
    map_index:
      description: The index of a mapped task; -1 for others.
      type: int
    state:
      description: Its state.
      type: str
    try_number:
      description: Which try it was.
      type: int
    hostname:
      description: Where it ran; with KubernetesExecutor the name of its pod.
      type: str
    seconds_queued:
      description: Seconds from the queue to its start.
      type: float
    seconds_running:
      description: Seconds from its start to its end.
      type: float
    log_tail:
      description: The last lines of its log.
      type: list
      elements: str
phases:
  description: What the time went into, in seconds.
  returned: success
  type: dict
  contains:
    wait_for_dag:
      description: Until the components were healthy and the DAG was known.
      type: float
    queued:
      description: From the trigger to the start of the first task.
      type: float
    running:
      description: From there to the end of the run.
      type: float
    log_read:
      description: Reading the logs.
      type: float
health:
  description: The status of each component that the API reports, where a run was started.
  returned: success
  type: dict
  sample: {metadatabase: healthy, scheduler: healthy, dag_processor: healthy, triggerer: healthy}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.airflow.dag_run import DagRunService, open_api

COMPONENTS = ["metadatabase", "scheduler", "dag_processor", "triggerer"]
CREDENTIALS = {
    "type": "dict",
    "no_log": False,
    "options": {
        "secret": {"type": "str", "required": True, "no_log": False},
        "username_key": {"type": "str", "default": "username", "no_log": False},
        "password_key": {"type": "str", "default": "password", "no_log": False},
        "token_key": {"type": "str", "no_log": False},
    },
}


def serve(module):
    """:returns: the result for the module's parameters."""
    kube = KubeClient.from_parameters(module.params)
    service = DagRunService(lambda: open_api(kube, module.params), kube, Progress(), module.params)
    return service.predict() if module.check_mode else service.ensure()


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            **_argument_specs.WAIT,
            "dag_id": {"type": "str", "required": True},
            "run_id": {"type": "str"},
            "conf": {"type": "dict", "default": {}},
            "namespace": {"type": "str", "required": True},
            "release_name": {"type": "str"},
            "api_url": {"type": "str"},
            "ca_path": {"type": "path"},
            "credentials": CREDENTIALS,
            "read_logs": {"type": "bool", "default": True},
            "require_components": {"type": "list", "elements": "str", "choices": COMPONENTS, "default": COMPONENTS},
        },
        required_one_of=[("release_name", "api_url")],
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module))


if __name__ == "__main__":
    main()
