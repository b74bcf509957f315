#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: values
short_description: Compile the specification of an environment to chart values, and check them key by key
description:
  - Compiles the variables C(airflow_*) of an inventory to the values of the Airflow chart, lays raw values over them, and
    refuses what the chart would silently ignore or what cannot work. Everything that is wrong is reported together.
  - Keys are checked against the chart's own C(values.schema.json), and against its C(values.yaml) at every level that the
    schema leaves open.
  - The chart is then rendered with them, so that what helm cannot render, or refuses, is told before anything is changed.
  - Raw values with which the chart renders the same as without them are told as warnings, with the reason where one is known.
  - It changes nothing, and asks no cluster unless in diff mode. There it shows which rendered objects would differ from
    those of the deployed revision, with the content of Secrets hidden.
  - C(helm lint) and C(helm template) take any key at the levels that the schema of the official chart leaves open.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.chart
  - windrose.airflow.attributes
  - windrose.airflow.attributes.info
attributes:
  diff_mode:
    description: Shows which rendered objects would differ from those of the deployed revision.
    support: full
requirements:
  - jsonschema
  - kubernetes-validate
  - helm 3.19 or newer
options:
  chart:
    required: true
  specification:
    description: The variables of the environment, by their names without C(airflow_).
    type: dict
    required: true
  values_overrides:
    description: >-
      Raw chart values, laid over the compiled ones and checked as strictly. Lists are merged by the names of their entries, and what
      other roles act on is refused.
    type: dict
    default: {}
  name:
    description: The release's name.
    type: str
    default: airflow
  namespace:
    description: The release's namespace.
    type: str
    default: airflow
  node_pools:
    description: >-
      The cluster's node pools, for the check that every pod finds one and that they do not contradict themselves. Not checked when
      empty. How large they are and whether pods can be spread over them, the preflight judges.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the pool. Left out, messages call it by its labels.
        type: str
      machine_types:
        description: The types of machines of the cloud that its nodes are.
        type: list
        elements: str
      minimum_nodes:
        description: How many nodes it always has.
        type: int
      maximum_nodes:
        description: How many nodes it may have.
        type: int
      zones:
        description: The zones that its nodes are in, as values of C(topology.kubernetes.io/zone).
        type: list
        elements: str
      spot:
        description: Whether the cloud may take its nodes away at any time.
        type: bool
        default: false
      labels:
        description: Labels of its nodes.
        type: dict
      taints:
        description: Taints of its nodes, as Kubernetes writes them.
        type: list
        elements: dict
        suboptions:
          key:
            description: Key of the taint.
            type: str
            required: true
          value:
            description: Value of the taint.
            type: str
          effect:
            description: What becomes of pods that do not tolerate it.
            type: str
            choices: [NoSchedule, PreferNoSchedule, NoExecute]
            required: true
      allocatable:
        description: What one of its nodes has for pods, by resource.
        type: dict
  database_max_connections:
    description: How many connections the database server accepts, for the check that they suffice for the components.
    type: int
  in_place_of_official:
    description: >-
      Whether the chart stands in for the official one. Chart values that it has no key for, and the official chart has, are left out
      then and returned as RV(left_out), instead of being refused.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Compile the chart values
  windrose.airflow.values:
    chart:
      source: official
      name: airflow
      repository: https://airflow.apache.org
      version: 1.22.0
      digest: "{{ airflow_chart_digest }}"
    specification:
      executor: KubernetesExecutor
      components:
        scheduler: {replicas: 2}
    values_overrides:
      scheduler:
        revisionHistoryLimit: 3
  register: compiled

- name: Release Airflow
  windrose.airflow.release:
    name: airflow
    namespace: airflow
    chart: "{{ chart }}"
    chart_values: "{{ compiled.chart_values }}"
"""

RETURN = r"""
chart_values:
  description: The values, sorted, without what the chart's default says already.
  returned: success
  type: dict
  sample: {executor: KubernetesExecutor, scheduler: {replicas: 2}}
chart:
  description: Which chart the values are of.
  returned: always, but where the chart cannot be had
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: airflow
    version:
      description: Its version.
      type: str
      sample: 1.22.0
left_out:
  description: What the chart has no key for, where it stands in for the official one.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The path of the chart value.
      type: str
      sample: scheduler.revisionHistoryLimit
    variable:
      description: The variable that it was written in.
      type: str
      sample: airflow_values_overrides.scheduler.revisionHistoryLimit
is_chart_unreachable:
  description: Whether the chart is neither on this machine nor could be downloaded.
  returned: where that is so
  type: bool
explanation:
  description: One line for each value, with the variable that it came from and why it is there.
  returned: success
  type: list
  elements: str
secret_names:
  description: The Secrets that pods of the release read, and that have to be there before it.
  returned: success
  type: list
  elements: str
  sample: [airflow-fernet-key, airflow-metadata]
claims:
  description: The volumes that the chart asks for, so that they can be judged by the StorageClasses of a cluster.
  returned: where the chart could be rendered
  type: list
  elements: dict
  contains:
    subject:
      description: As that of a finding.
      type: str
      sample: airflow_values_overrides.logs.persistence
    what:
      description: What the volume is for.
      type: str
      sample: logs
    access_modes:
      description: Its access modes.
      type: list
      elements: str
      sample: [ReadWriteMany]
    storage_class:
      description: The StorageClass; empty for the cluster's default.
      type: str
      sample: gp3
    size:
      description: Its size, as a quantity.
      type: str
      sample: 10Gi
    replicas:
      description: How many of them.
      type: int
      sample: 1
images:
  description: The images of all containers, those of the pods of tasks among them.
  returned: where the chart could be rendered
  type: list
  elements: dict
  contains:
    image:
      description: The image as the container names it.
      type: str
      sample: registry.example.com/airflow:3.3.2-7
    used_by:
      description: The objects whose pods run it. Of a pod template it is the key of the ConfigMap.
      type: list
      elements: str
      sample: [Deployment airflow-scheduler, pod_template_file.yaml of ConfigMap airflow-config]
secret_references:
  description: The keys of Secrets that pods and Ingresses refer to. None of it is the content of a Secret.
  returned: where the chart could be rendered
  type: list
  elements: dict
  contains:
    secret:
      description: The name of the Secret.
      type: str
      sample: airflow-metadata
    key:
      description: The key; empty where the Secret is taken as a whole.
      type: str
      sample: connection
    is_optional:
      description: Whether everything that refers to it starts without it, too.
      type: bool
    is_made:
      description: Whether the chart itself makes it.
      type: bool
    used_by:
      description: The objects that refer to it.
      type: list
      elements: str
      sample: [Deployment airflow-scheduler]
ingress_classes:
  description: The classes of the Ingresses.
  returned: where the chart could be rendered
  type: list
  elements: dict
  contains:
    ingress_class:
      description: The name of the IngressClass; empty for the cluster's default.
      type: str
      sample: nginx
    used_by:
      description: The Ingresses that are of it.
      type: list
      elements: str
      sample: [Ingress airflow-ingress]
addons:
  description: What the autoscalers need to be installed in the cluster.
  returned: where the chart could be rendered
  type: list
  elements: dict
  contains:
    addon:
      description: V(metrics-server) or V(keda).
      type: str
      sample: metrics-server
    used_by:
      description: The autoscalers that need it.
      type: list
      elements: str
      sample: [HorizontalPodAutoscaler airflow-api-server]
findings:
  description: What is wrong or doubtful, all of it. The message of a refusal has a line for each error.
  returned: always, but where the chart cannot be had
  type: list
  elements: dict
  contains:
    severity:
      description: V(error) refuses the values, V(warning) does not.
      type: str
      sample: error
    subject:
      description:
        - The variable that it was written in, with the option inside it. Where only the chart value of it is wrong, the path of
          that follows in brackets.
        - The path of the chart value alone, where no variable is known.
      type: str
      sample: airflow_values_overrides.scheduler.replicaCount
    problem:
      description: What is wrong. It never quotes what may be a secret.
      type: str
      sample: the chart airflow 1.22.0 has no such key.
    remedy:
      description: What to write instead.
      type: str
      sample: The nearest key is scheduler.replicas.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary, _cache
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import helm
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.rendering import Rendering
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesService
from ansible_collections.windrose.airflow.plugins.module_utils._values import declaration, node_pools


def serve(module):
    """:returns: the result for the module's parameters."""
    params = module.params
    progress = Progress()
    charts = ChartService.of_this_user(os.environ, params["helm_binary"], module.tmpdir, progress)
    rendering = Rendering.by_helm(
        params["helm_binary"], module.tmpdir, params["name"], params["namespace"], _cache.folder(os.environ))
    service = ValuesService(charts, params, rendering, progress)
    if not module._diff:
        return service.gather()
    # Imported here because only a difference needs the cluster, and its library takes half as long to load as all the rest.
    from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import client  # pylint: disable=import-outside-toplevel

    return service.gather(client.KubeClient.from_parameters(params), helm.without_cluster(params["helm_binary"], module.tmpdir))


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            **_argument_specs.CHART,
            "chart": {**_argument_specs.CHART["chart"], "required": True},
            "specification": {"type": "dict", "required": True},
            "values_overrides": {"type": "dict", "default": {}, "no_log": True},
            "name": {"type": "str", "default": "airflow"},
            "namespace": {"type": "str", "default": "airflow"},
            "node_pools": {**declaration.argument(node_pools.VARIABLES["node_pools"]), "default": []},
            "database_max_connections": {"type": "int"},
            "in_place_of_official": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    # A secret that somebody wrote into the overrides is refused, and not shown either.
    _boundary.run(module, lambda: serve(module), concealed=("values_overrides",))


if __name__ == "__main__":
    main()
