#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: manifests
short_description: Bring a list of Kubernetes objects into a cluster or out of it
description:
  - Applies objects on the server's side as field manager C(windrose.airflow). All are read first, and only those that
    differ are written, so a second run writes nothing at all.
  - A field that an earlier run set and that is no longer in the definition is removed. A field that another manager
    owns is never taken over; the error names field and manager, before anything is written.
  - Objects are written in the order of their dependencies (namespaces, kinds, access, configuration, workloads, custom
    resources) and deleted in the opposite one, whatever their order in the list.
  - An existing Job is left as it is and waited for, because its template cannot be changed. Give a new Job a new name.
    A Job that has failed is deleted and made again, so that a plain re-run recovers.
  - M(kubernetes.core.k8s) cannot predict objects of a namespace or kind that does not exist yet, and waits for a pod
    that cannot start until the time is over.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.wait
  - windrose.airflow.attributes
options:
  definitions:
    description:
      - The objects, as in manifests. Objects of kind C(List) are taken apart.
      - In Secrets, C(stringData) becomes C(data). The parameter is never logged, and values of Secrets never appear in
        results or differences.
    type: list
    elements: dict
    required: true
  state:
    description: Whether the objects are to exist.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - With O(state=present), wait until Deployments, StatefulSets, DaemonSets, Jobs, Pods, PersistentVolumeClaims,
        Namespaces and CustomResourceDefinitions are ready. A claim whose storage class waits for its first consumer is
        not waited for.
      - With O(state=absent), wait until the objects are gone, and the pods and other objects that they own.
      - The wait follows what happens and ends at the first state that waiting longer cannot cure, with the pod, the
        reason and its last log lines.
  wait_timeout:
    description: How many seconds each wait may take at most.
notes:
  - Objects that are being deleted are waited for before they are made anew, also without O(wait).
"""

EXAMPLES = r"""
- name: Bring a namespace and its configuration into the cluster
  windrose.airflow.manifests:
    context: prod
    expected_cluster: "{{ airflow_expected_cluster }}"
    definitions:
      - apiVersion: v1
        kind: Namespace
        metadata:
          name: airflow
      - apiVersion: v1
        kind: ConfigMap
        metadata:
          name: settings
          namespace: airflow
        data:
          region: eu-central-1

- name: Remove what a file defines
  windrose.airflow.manifests:
    definitions: "{{ lookup('ansible.builtin.file', 'objects.yml') | from_yaml_all }}"
    state: absent
"""

RETURN = r"""
objects:
  description: The objects in the order of O(definitions). When the module fails, those that were written before.
  returned: always
  type: list
  elements: dict
  contains:
    api_version:
      description: The object's C(apiVersion).
      type: str
      sample: apps/v1
    kind:
      description: The object's kind.
      type: str
      sample: Deployment
    namespace:
      description: The object's namespace; null where its kind has none.
      type: str
      sample: airflow
    name:
      description: The object's name.
      type: str
      sample: airflow-scheduler
    operation:
      description:
        - What was done with it, or in check mode would be.
        - One of V(created), V(updated), V(unchanged), V(deleted) and V(absent).
      type: str
      sample: unchanged
    resource_version:
      description:
        - Its version right after it was written, or as read.
        - Null when it is gone and where check mode predicts a write.
      type: str
      sample: "4711"
pod:
  description: The pod that cannot become ready.
  returned: when a wait meets a hopeless pod
  type: str
  sample: airflow-scheduler-7d9c8b6f5-x2x9k
reason:
  description: Why the pod or the workload is hopeless.
  returned: when a wait meets a hopeless pod or workload
  type: str
  sample: ImagePullBackOff
log_tail:
  description: The last lines of its log; empty where it has none.
  returned: when a wait fails
  type: list
  elements: str
  sample: []
conflicts:
  description: The fields that other managers own.
  returned: when a definition sets a field of another manager
  type: list
  elements: dict
  sample: [{field: .spec.replicas, manager: kubectl}]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._service.manifests import Manifests


def serve(module):
    """Return the result for the module's parameters."""
    params = module.params
    manifests = Manifests(
        KubeClient.from_parameters(params),
        params["definitions"],
        module.check_mode,
        params["wait"],
        params["wait_timeout"],
    )
    result = manifests.present() if params["state"] == "present" else manifests.absent()
    return result if module._diff else {name: value for name, value in result.items() if name != "diff"}


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            **_argument_specs.WAIT,
            "definitions": {"type": "list", "elements": "dict", "required": True, "no_log": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module), concealed=["definitions"])


if __name__ == "__main__":
    main()
