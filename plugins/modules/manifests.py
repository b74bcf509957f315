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
  - Applies objects on the server's side as field manager C(windrose.airflow). All are read first, with one request for
    all objects of a kind and namespace where that pays, and only those that differ are written, so a second run writes
    nothing at all.
  - A field that an earlier run set and that is no longer in the definition is removed. A field that another manager
    owns is never taken over; the error names all such fields and their managers, before anything is written.
  - Objects are written in the order of their dependencies (namespaces, kinds, access, configuration, workloads, custom
    resources) and deleted in the opposite one, whatever their order in the list.
  - An existing Job is left as it is and waited for, because its template cannot be changed. Give a new Job a new name.
    A Job that has failed is deleted and made again, so that a plain re-run recovers.
  - An object is deleted only while it is what was read. One that another run has made anew, labelled or applied meanwhile
    stays, and the task fails and names it; a failed Job that another run has replaced is waited for.
  - A server that is away, busy or failing is asked again, more and more slowly, until O(wait_timeout) is over. When the
    module fails half-way, it reports what was written and what was not, and running it again does the rest.
  - M(kubernetes.core.k8s) cannot predict objects of a namespace or kind that does not exist yet, and waits for a pod
    that cannot start until the time is over.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.wait
  - windrose.airflow.attributes
requirements:
  - openshift (Python library), for kinds of the API groups C(*.openshift.io), such as Route
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
        Namespaces, CustomResourceDefinitions and ExternalSecrets are ready. A claim whose storage class waits for its first
        consumer is not waited for.
      - A DaemonSet is not waited for on nodes that are not ready, cordoned, being removed or gone, as long as it works on
        all others and there is one. Without the right to list nodes it is waited for on all that it counts.
      - With O(state=absent), wait until the objects are gone, and the pods and other objects that they own.
      - The wait follows what happens and ends at the first state that waiting longer cannot cure, with the pod, the
        reason and its last log lines.
      - A pod that can never start and has never been ready, because its StatefulSet had another definition before, is
        deleted, so that it comes back with the new one; Kubernetes would wait for it for ever. That needs the right to
        delete pods; without it, the error has the command.
  wait_timeout:
    description: How many seconds each wait, and the repetition of requests that fail, may take at most.
  owner:
    description:
      - Who the objects belong to. They get the labels C(windrose.airflow/owner) and C(windrose.airflow/owner-namespace),
        and a ConfigMap remembers in which kinds and namespaces there are some.
      - An object that carries the labels of another owner is refused.
    type: dict
    suboptions:
      name:
        description: The owner's name, at most 48 lower-case letters, digits and hyphens.
        type: str
        required: true
      namespace:
        description: The namespace of the ConfigMap. It has to exist, or to be one of the definitions.
        type: str
        required: true
  prune:
    description:
      - Whether objects of the O(owner) that are not among O(definitions) are deleted, with O(state=absent) all of them.
      - A PersistentVolumeClaim, PersistentVolume, Secret, Namespace or CustomResourceDefinition is kept all the same,
        because what it holds cannot be brought back, unless O(prune_kept) names it.
    type: bool
    default: false
  prune_kept:
    description: Objects that O(prune) may delete although they hold data.
    type: list
    elements: dict
    default: []
    suboptions:
      kind:
        description: The object's kind.
        type: str
        required: true
      name:
        description: The object's name.
        type: str
        required: true
      namespace:
        description: The object's namespace; left out where its kind has none.
        type: str
  only_applied:
    description:
      - Whether O(state=absent) deletes only what this collection has applied, as the C(managedFields) of the objects say.
        What others made under the same names stays, and is V(absent) in the result.
    type: bool
    default: false
notes:
  - Objects that are being deleted are waited for before they are created again, also without O(wait).
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

- name: Bring what two templates define into the cluster, and delete what they defined before
  windrose.airflow.manifests:
    definitions: "{{ query('ansible.builtin.template', 'namespace.yml.j2', 'quota.yml.j2') | map('from_yaml') }}"
    owner:
      name: objects
      namespace: airflow
    prune: true

- name: Remove what a file defines
  windrose.airflow.manifests:
    definitions: "{{ lookup('ansible.builtin.file', 'objects.yml') | from_yaml_all }}"
    state: absent
"""

RETURN = r"""
objects:
  description:
    - The objects in the order of O(definitions), then the record of the O(owner) and what was pruned.
    - When the module fails, those that were written before.
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
kept:
  description: Objects that O(prune) would have deleted and kept because of what they hold, in the form of RV(objects).
  returned: success
  type: list
  elements: dict
  sample: []
spared_nodes:
  description:
    - Nodes that a DaemonSet was not waited for, because they take no pods now. It gives them what it has once they do.
    - Each of them is told as a warning as well.
  returned: success
  type: list
  elements: dict
  contains:
    object:
      description: The DaemonSet.
      type: str
      sample: DaemonSet airflow/airflow-image-prepull
    node:
      description: The name of the node.
      type: str
      sample: worker-3
    reason:
      description: One of V(NotReady), V(cordoned), V(being removed) and V(gone).
      type: str
      sample: cordoned
replaced_pods:
  description:
    - Pods that held up a StatefulSet of RV(objects) and were deleted, so that they came back with its new definition.
    - Such a pod has a former definition, can never start and has never been ready.
  returned: success
  type: list
  elements: str
  sample: [Pod airflow/airflow-postgresql-0]
not_written:
  description: Objects that were still to be written or deleted, in the form of RV(objects).
  returned: when the module fails half-way
  type: list
  elements: dict
  sample: []
failures:
  description: What failed, where several objects failed at a time.
  returned: when several objects failed
  type: list
  elements: dict
  contains:
    object:
      description: The object.
      type: str
      sample: ConfigMap airflow/settings
    cause:
      description: Why it failed.
      type: str
      sample: the server refuses it
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
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.openshift import OpenShiftClient
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.owner import Owner
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.manifests import Manifests


def serve(module):
    """Return the result for the module's parameters."""
    params = module.params
    manifests = Manifests(
        OpenShiftClient.from_parameters(params, params["wait_timeout"]),
        params["definitions"],
        module.check_mode,
        params["wait"],
        params["wait_timeout"],
        owner=Owner(**params["owner"]) if params["owner"] else None,
        prune=params["prune"],
        prune_kept=params["prune_kept"],
        only_applied=params["only_applied"],
        show_difference=module._diff,
    )
    result = manifests.present() if params["state"] == "present" else manifests.absent()
    for spared in result["spared_nodes"]:
        module.warn(f"{spared['object']} was not waited for on node {spared['node']}: {spared['reason']}.")
    return result if module._diff else {name: value for name, value in result.items() if name != "diff"}


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            **_argument_specs.WAIT,
            "definitions": {"type": "list", "elements": "dict", "required": True, "no_log": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "owner": {
                "type": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "namespace": {"type": "str", "required": True},
                },
            },
            "prune": {"type": "bool", "default": False},
            "prune_kept": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "kind": {"type": "str", "required": True},
                    "name": {"type": "str", "required": True},
                    "namespace": {"type": "str"},
                },
            },
            "only_applied": {"type": "bool", "default": False},
        },
        required_if=[("prune", True, ["owner"])],
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module), concealed=["definitions"])


if __name__ == "__main__":
    main()
