#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: Describe the identity, versions and resources of a cluster
description:
  - Reads what a Kubernetes cluster is, what it has and what it allows, with a few parallel requests. It asks the
    server about rights by reviews, which change nothing.
  - The identity is what O(expected_cluster) of all modules of this collection compares;
    M(kubernetes.core.k8s_cluster_info) does not return it.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.attributes.info
options:
  expected_cluster:
    description:
      - The cluster that this has to be; another one is an error. Without it, whichever cluster answers is described.
  gather:
    description:
      - What to read. Each choice needs only the rights for itself.
      - V(nodes) includes what the pods on each node request. V(namespace) and V(rights) need O(namespace) and
        O(required_rights).
    type: list
    elements: str
    choices:
      - version
      - identity
      - nodes
      - api_groups
      - storage
      - ingress_classes
      - priority_classes
      - namespace
      - rights
      - provider
    default: [version, identity, nodes]
  namespace:
    description: The namespace to describe. It need not exist.
    type: str
  required_rights:
    description: The rights to look for.
    type: list
    elements: dict
    default: []
    suboptions:
      api_group:
        description: The API group; empty for the core group.
        type: str
        default: ""
      resource:
        description: The resource in its plural, with a subresource behind a slash.
        type: str
        required: true
      verbs:
        description: The verbs.
        type: list
        elements: str
        required: true
      namespace:
        description: The namespace. Left out for the whole cluster.
        type: str
      names:
        description: Names of single objects. All objects when empty.
        type: list
        elements: str
        default: []
  skip_forbidden:
    description:
      - Leave out what the user may not read, instead of failing, and name its kind in RV(forbidden).
      - That applies to RV(identity), too, and then O(expected_cluster) could not be compared.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Find out which cluster this is
  windrose.airflow.cluster_info:
    kubeconfig: ~/.kube/prod
    gather: [identity]
  register: cluster

- name: Find out whether this user may make a Deployment in the namespace airflow
  windrose.airflow.cluster_info:
    gather: [rights]
    required_rights:
      - api_group: apps
        resource: deployments
        verbs: [create, patch]
        namespace: airflow

- name: Show what to put into the inventory
  ansible.builtin.debug:
    msg: "{{ {'airflow_expected_cluster': cluster.identity} }}"
"""

RETURN = r"""
forbidden:
  description: The kinds that the user may not read and that were left out, sorted.
  returned: always
  type: list
  elements: str
  sample: []
identity:
  description: What distinguishes this cluster from all others.
  returned: when O(gather) has V(identity)
  type: dict
  contains:
    uid:
      description: The C(metadata.uid) of the namespace C(kube-system).
      type: str
      sample: e8f60e21-b3b9-43f3-9e03-e06f95fb1f3b
    ca_sha256:
      description:
        - Hex SHA-256 over the sorted DER certificates of the authorities that the kubeconfig trusts.
        - Empty where it trusts the system's.
      type: str
      sample: 20b54357b06731e980b1364a2c0febfd04253ef1d81f1ba8372c29388e193d2d
server_version:
  description: The version of the API server.
  returned: when O(gather) has V(version)
  type: dict
  contains:
    git_version:
      description: The full version.
      type: str
      sample: v1.34.2
    major:
      description: The major version.
      type: str
      sample: "1"
    minor:
      description: The minor version; some providers append a plus sign.
      type: str
      sample: "34"
nodes:
  description: The nodes, by name.
  returned: when O(gather) has V(nodes)
  type: list
  elements: dict
  contains:
    name:
      description: The node's name.
      type: str
      sample: worker-1
    ready:
      description: Whether its kubelet reports it as ready.
      type: bool
      sample: true
    roles:
      description: What its C(node-role.kubernetes.io) labels say, sorted.
      type: list
      elements: str
      sample: [control-plane]
    kubelet_version:
      description: The version of its kubelet.
      type: str
      sample: v1.34.2
    schedulable:
      description: Whether it takes new pods, and is not cordoned.
      type: bool
      sample: true
    labels:
      description: Its labels.
      type: dict
      sample: {kubernetes.io/arch: amd64}
    taints:
      description: Its taints, each with key, value and effect.
      type: list
      elements: dict
      sample: []
    allocatable:
      description: What pods can use of it, as Kubernetes quantities by resource.
      type: dict
      sample: {cpu: "4", memory: 16Gi, pods: "110"}
    requested:
      description: What the pods on it request, as quantities by resource. Left out where pods may not be listed.
      type: dict
      sample: {cpu: "0.95", memory: "304087040", pods: "9"}
    daemon_set_requested:
      description: The part of it that pods of DaemonSets request.
      type: dict
      sample: {cpu: "0.1", memory: "52428800", pods: "2"}
api_groups:
  description: The API groups that the server serves, each with its version, sorted.
  returned: when O(gather) has V(api_groups)
  type: list
  elements: str
  sample: [apps/v1, v1]
storage_classes:
  description: The StorageClasses, by name.
  returned: when O(gather) has V(storage)
  type: list
  elements: dict
  sample: [{name: standard, default: true, provisioner: rancher.io/local-path, volume_binding_mode: WaitForFirstConsumer}]
ingress_classes:
  description: The IngressClasses, by name.
  returned: when O(gather) has V(ingress_classes)
  type: list
  elements: dict
  sample: [{name: nginx, default: false, controller: k8s.io/ingress-nginx}]
priority_classes:
  description: The names of the PriorityClasses, sorted.
  returned: when O(gather) has V(priority_classes)
  type: list
  elements: str
  sample: [system-cluster-critical, system-node-critical]
namespace:
  description: The namespace O(namespace), with what limits it.
  returned: when O(gather) has V(namespace)
  type: dict
  sample: {exists: true, terminating: false, labels: {}, quotas: [], limit_ranges: []}
missing_rights:
  description: Those of O(required_rights) that the user lacks, each with those verbs only.
  returned: when O(gather) has V(rights)
  type: list
  elements: dict
  sample: [{api_group: apps, resource: deployments, verbs: [create], namespace: airflow, names: []}]
rights_complete:
  description: Whether the server could answer for all rights.
  returned: when O(gather) has V(rights)
  type: bool
  sample: true
user:
  description: The user that the server takes the module for; the name is empty if it does not say.
  returned: when O(gather) has V(rights)
  type: dict
  sample: {username: kubernetes-admin}
provider:
  description:
    - The provider of the cluster, as far as it can be recognised.
    - One of V(eks), V(gke), V(aks), V(openshift), V(kind) and V(other).
  returned: when O(gather) has V(provider)
  type: str
  sample: eks
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.cluster_info import ClusterInfo

GATHERED = [
    "version", "identity", "nodes", "api_groups", "storage", "ingress_classes", "priority_classes", "namespace", "rights",
    "provider",
]  # fmt: skip
RIGHT = {
    "api_group": {"type": "str", "default": ""},
    "resource": {"type": "str", "required": True},
    "verbs": {"type": "list", "elements": "str", "required": True},
    "namespace": {"type": "str"},
    "names": {"type": "list", "elements": "str", "default": []},
}


def serve(params):
    """Return the result for the module's parameters."""
    info = ClusterInfo(
        KubeClient.from_parameters(params), params["namespace"], params["required_rights"], params["skip_forbidden"])
    return info.describe(params["gather"])


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            "gather": {
                "type": "list", "elements": "str", "choices": GATHERED, "default": ["version", "identity", "nodes"],
            },
            "namespace": {"type": "str"},
            "required_rights": {"type": "list", "elements": "dict", "default": [], "options": RIGHT},
            "skip_forbidden": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module.params))


if __name__ == "__main__":
    main()
