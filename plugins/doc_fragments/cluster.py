# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters that name a cluster; the spec is ``module_utils/_argument_specs.CLUSTER``."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of the kubeconfig, or several joined by C(:), merged as kubectl does.
      - Without it, E(KUBECONFIG), then C(~/.kube/config), then the service account of the pod that the module runs in.
      - Where its user logs in by a program (C(exec), such as C(aws eks get-token)), P(windrose.airflow.credentials#callback)
        lets all modules of a run share what the program answered.
    type: path
  context:
    description: Context of the kubeconfig. Without it, its current context.
    type: str
  expected_cluster:
    description:
      - The cluster that this has to be. It is compared before the first write, on the connection that the write goes
        through, and another cluster is refused.
      - M(windrose.airflow.cluster_info) returns what to put here as RV(windrose.airflow.cluster_info#module:identity).
    type: dict
    suboptions:
      uid:
        description: The C(metadata.uid) of the namespace C(kube-system).
        type: str
      ca_sha256:
        description:
          - Lower-case hex SHA-256 over the sorted DER certificates of the certificate authorities in the kubeconfig.
          - Empty where the system's authorities are used.
        type: str
requirements:
  - kubernetes (Python library) 31 or newer
"""
