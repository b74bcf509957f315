#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: Tell which cluster this is and what it has
description:
  - Reads identity, version and nodes of a Kubernetes cluster.
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
    description: What to read. Each choice needs only the rights for itself.
    type: list
    elements: str
    choices: [version, identity, nodes]
    default: [version, identity, nodes]
"""

EXAMPLES = r"""
- name: Find out which cluster this is
  windrose.airflow.cluster_info:
    kubeconfig: ~/.kube/prod
    gather: [identity]
  register: cluster

- name: Show what to put into the inventory
  ansible.builtin.debug:
    msg: "{{ {'airflow_expected_cluster': cluster.identity} }}"
"""

RETURN = r"""
identity:
  description: What tells this cluster from all others.
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
    allocatable:
      description: What pods can use of it, as Kubernetes quantities by resource.
      type: dict
      sample: {cpu: "4", memory: 16Gi, pods: "110"}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._service.cluster_info import describe_cluster

GATHERED = ["version", "identity", "nodes"]


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            "gather": {"type": "list", "elements": "str", "choices": GATHERED, "default": GATHERED},
        },
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: describe_cluster(KubeClient.from_parameters(module.params), module.params["gather"]))


if __name__ == "__main__":
    main()
