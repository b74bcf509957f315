#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_probe
short_description: Let a pod pull the images of a release and connect to what it needs
description:
  - Renders the chart, and runs a Job in the namespace of the release whose pod has a container for each image, pulled with the
    pull secrets of the release, and one that connects to O(endpoints).
  - The Job is removed at the end. If the run is killed, it ends and is removed by itself.
  - What a probe that found nothing wrong was made of is kept in the ConfigMap C(NAME-preflight-probe), so that the same is not
    probed again.
  - What is wrong is returned, and does not make the module fail.
  - No module of another collection does this; M(kubernetes.core.k8s) could run the Job, and would not report what its
    pod found.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.chart
  - windrose.airflow.attributes
options:
  name:
    description: Name of the release.
    type: str
    required: true
  namespace:
    description: Namespace of the release.
    type: str
    required: true
  chart:
    required: true
  chart_values:
    description: The values of the chart, as M(windrose.airflow.values) returns them.
    type: dict
    required: true
  image:
    description: The Airflow image, whose Python connects to O(endpoints).
    type: str
    required: true
  endpoints:
    description: Addresses to connect to by TCP.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What messages call it; no two have the same.
        type: str
        required: true
      host:
        description: Name or address. Of an endpoint with O(endpoints[].secret), where the Secret names none.
        type: str
      port:
        description: Port that belongs to O(endpoints[].host).
        type: int
      secret:
        description: The key of a Secret that holds a URL, whose host and port are meant. Its content stays inside the pod.
        type: dict
        suboptions:
          name:
            description: The Secret's name.
            type: str
            required: true
          key:
            description: The key in it.
            type: str
            required: true
      is_connection:
        description: Whether the Secret holds an Airflow connection, of whose extra options C(endpoint_url) is meant.
        type: bool
        default: false
      is_http:
        description: Whether Airflow goes there through the proxy that its environment names, if any.
        type: bool
        default: false
  depends_on:
    description: Whatever else is a reason to probe again when it changes, such as the versions of the pod's network policies.
    type: list
    elements: raw
    default: []
  labels:
    description: Labels of the Job, of its pod, and of the ConfigMap.
    type: dict
    default: {}
  pod_labels:
    description: Labels that the pod has beside O(labels).
    type: dict
    default: {}
  pod_annotations:
    description: Annotations of the pod.
    type: dict
    default: {}
  pod_security_context:
    description: The security context of the pod.
    type: dict
    default: {}
  place:
    description:
      - Fields of a PodSpec that decide where the pod runs and how it finds others, such as C(tolerations).
      - What is left out is as in the pod of the scheduler.
    type: dict
    default: {}
  resources:
    description: Requests and limits of each container.
    type: dict
    default: {}
  repeat:
    description: Whether to probe V(always), or only what has V(changed) since the last probe that found nothing wrong.
    type: str
    choices: [changed, always]
    default: changed
  wait_timeout:
    description: How long to wait, in seconds. Images have to be pulled in this time.
    type: int
    default: 600
"""

EXAMPLES = r"""
- name: Let a pod pull the images and connect to the database
  windrose.airflow.preflight_probe:
    context: prod
    name: airflow
    namespace: airflow
    chart:
      path: /charts/airflow-1.22.0.tgz
    chart_values: "{{ compiled.chart_values }}"
    image: docker.io/apache/airflow:3.3.2
    endpoints:
      - name: database
        secret:
          name: airflow-metadata
          key: connection
      - name: repository
        host: github.com
        port: 443
        is_http: true
"""

RETURN = r"""
probed:
  description: Whether a pod ran. It does not in check mode, nor where nothing has changed since it found nothing wrong.
  returned: success
  type: bool
images:
  description: The images of the release; empty where no pod ran.
  returned: success
  type: list
  elements: dict
  contains:
    image:
      description: The image, as the pods of the release name it.
      type: str
      sample: docker.io/apache/airflow:3.3.2
    used_by:
      description: What uses it.
      type: list
      elements: str
      sample: [Deployment airflow/airflow-scheduler]
    pulled:
      description: Whether a node has it now; none if the time was over before that was known.
      type: bool
    is_refused:
      description: Whether the registry refuses the credentials, or requires some.
      type: bool
    message:
      description: What the kubelet says of a pull that failed.
      type: str
    remedy:
      description: What to do about it.
      type: str
endpoints:
  description: The endpoints, in the order of O(endpoints); empty where no pod ran.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: O(endpoints[].name).
      type: str
    host:
      description: The name or address that was meant.
      type: str
      sample: db.acme.io
    port:
      description: The port.
      type: int
      sample: 5432
    state:
      description:
        - V(reachable); V(unresolved), where the name is not known to the pod; V(unreachable), where nothing answers.
        - V(unknown), where the Secret names no host for certain; V(not_tried), where the container gave no answer.
      type: str
      sample: reachable
    message:
      description: What happened.
      type: str
pull_secrets:
  description: The pull secrets of the release; in check mode those that are there, because the others may only be predicted.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The Secret's name.
      type: str
    is_valid:
      description: Whether the kubelet can use it.
      type: bool
    message:
      description: Why not.
      type: str
    registries:
      description: The registries that it has credentials for.
      type: list
      elements: str
      sample: [registry.acme.io]
problem:
  description: Why the probe did not finish; empty if it did.
  returned: success
  type: str
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import helm
from ansible_collections.windrose.airflow.plugins.module_utils._probe.needs import needs
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._release.rendered import objects
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.preflight_probe import PreflightProbe
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService


def serve(module):
    """Return the result for the module's parameters."""
    params, progress = module.params, Progress()
    client = KubeClient.from_parameters(params)
    chart = ChartService.of_this_user(os.environ, params["helm_binary"], module.tmpdir, progress).path(params["chart"])
    rendered = helm.without_cluster(params["helm_binary"], module.tmpdir).render(
        params["name"], params["namespace"], chart, params["chart_values"], client.server_version()["gitVersion"])
    needed = needs(objects(rendered, params["namespace"]))
    return PreflightProbe(
        client, params["name"], params["namespace"], needed, params, progress, module.check_mode).run()


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            **_argument_specs.CHART,
            "chart": {**_argument_specs.CHART["chart"], "required": True},
            "chart_values": {"type": "dict", "required": True},
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str", "required": True},
            "image": {"type": "str", "required": True},
            "endpoints": {
                "type": "list", "elements": "dict", "default": [],
                "required_one_of": [("host", "secret")], "required_together": [("host", "port")],
                "options": {
                    "name": {"type": "str", "required": True},
                    "host": {"type": "str"},
                    "port": {"type": "int"},
                    "secret": {
                        "type": "dict", "no_log": False,
                        "options": {"name": {"type": "str", "required": True}, "key": {"type": "str", "required": True, "no_log": False}},
                    },
                    "is_connection": {"type": "bool", "default": False},
                    "is_http": {"type": "bool", "default": False},
                },
            },
            "depends_on": {"type": "list", "elements": "raw", "default": []},
            "labels": {"type": "dict", "default": {}},
            "pod_labels": {"type": "dict", "default": {}},
            "pod_annotations": {"type": "dict", "default": {}},
            "pod_security_context": {"type": "dict", "default": {}},
            "place": {"type": "dict", "default": {}},
            "resources": {"type": "dict", "default": {}},
            "repeat": {"type": "str", "choices": ["changed", "always"], "default": "changed"},
            "wait_timeout": {"type": "int", "default": 600},
        },
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module))


if __name__ == "__main__":
    main()
