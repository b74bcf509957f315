#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: release_info
short_description: Report what is known of a helm release, its history and what was changed by hand
description:
  - Reads what helm keeps of a release, and the ledger that M(windrose.airflow.release) keeps with it. helm is not
    needed.
  - M(kubernetes.core.helm_info) starts helm, knows no ledger and compares nothing with the cluster.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.attributes.info
options:
  name:
    description: The release's name.
    type: str
    required: true
  namespace:
    description: The release's namespace.
    type: str
    required: true
  gather:
    description:
      - What to read in addition to the deployed revision.
      - V(drift) asks the server by dry runs where this machine cannot decide by itself whether an object was edited.
        That needs the rights to change these objects.
    type: list
    elements: str
    choices: [history, drift]
    default: [history]
"""

EXAMPLES = r"""
- name: Read the release and its history
  windrose.airflow.release_info:
    name: airflow
    namespace: airflow
  register: release

- name: Show who released what
  ansible.builtin.debug:
    msg: "{{ release.history | map(attribute='by', default='unknown') }}"

- name: Find out what was changed by hand
  windrose.airflow.release_info:
    name: airflow
    namespace: airflow
    gather: [drift]
"""

RETURN = r"""
status:
  description: What helm calls the newest revision, or V(absent) where there is no such release.
  returned: success
  type: str
  sample: deployed
revision:
  description: The newest revision, or 0.
  returned: success
  type: int
  sample: 7
deployed_revision:
  description: The revision whose objects the cluster holds, or 0.
  returned: success
  type: int
  sample: 7
chart_name:
  description: The name of its chart.
  returned: success
  type: str
  sample: airflow
chart_version:
  description: The version of its chart.
  returned: success
  type: str
  sample: 1.22.0
app_version:
  description: The version of what its chart installs, as the chart says.
  returned: success
  type: str
  sample: 3.3.2
applied_at:
  description: When helm applied it.
  returned: success
  type: str
  sample: "2026-03-01T12:00:00.123456789Z"
fingerprint:
  description: What M(windrose.airflow.release) made it from; empty where something else made it.
  returned: success
  type: str
  sample: 3f1d7c0b9a5e4c2f8d6b1a0e7c3f5d9b2a4e6c8f
holder:
  description: The run that works on the release just now, or was killed while it did; empty where there is none.
  returned: success
  type: str
  sample: alice@controller-1, process 4711 (9f3c2a1b)
history:
  description:
    - The attempts that the ledger knows and the revisions that only helm knows, oldest first.
    - Of a revision that only helm knows there are C(revision) and C(status).
  returned: when O(gather) has V(history)
  type: list
  elements: dict
  contains:
    revision:
      description: The revision.
      type: int
      sample: 7
    status:
      description: What helm calls it now; empty if helm no longer keeps it.
      type: str
      sample: superseded
    operation:
      description: What was done, as O(windrose.airflow.release#module:state) led to it.
      type: str
      sample: upgraded
    reason:
      description: Why it was done.
      type: str
      sample: chart, values or secrets differ from the deployed revision
    outcome:
      description:
        - V(deployed) where it worked, V(applied) where it was applied and nobody has waited until it works, V(failed)
          where it could not be applied or did not work, V(rolled back) where it was replaced by an earlier one for that.
        - V(started) while a run is at work, V(interrupted) where that run was killed.
      type: str
      sample: deployed
    started_at:
      description: When it was begun.
      type: str
      sample: "2026-03-01T12:00:00Z"
    ended_at:
      description: When its outcome was known.
      type: str
      sample: "2026-03-01T12:01:00Z"
    by:
      description: User and host of the run.
      type: str
      sample: alice@controller-1
    job:
      description: The job of AWX that the run was a part of.
      type: str
      sample: AWX job 4711
    chart:
      description: Name and version of the chart.
      type: str
      sample: airflow-1.22.0
    chart_digest:
      description: SHA-256 of the chart.
      type: str
      sample: sha256:8a5e6c0f
    image:
      description: Airflow's image, where the values or the chart's own name it.
      type: str
      sample: apache/airflow:3.3.2
    values_hmac:
      description: The same for two revisions with the same values; it gives nothing away.
      type: str
      sample: 5d9b2a4e6c8f3f1d7c0b9a5e4c2f8d6b1a0e7c3f
    migration_head:
      description: The revision of the metadata database's schema, if the run was given it.
      type: str
      sample: 29ce7909c52b
    leftovers:
      description: Objects of revisions that were not ended, which this attempt was to remove and has not yet.
      type: list
      elements: str
      sample: [networking.k8s.io/v1 Ingress airflow/airflow-ingress]
drift:
  description: The objects that are not as they were released; never what their fields hold.
  returned: when O(gather) has V(drift)
  type: list
  elements: dict
  contains:
    object:
      description: Kind, namespace and name.
      type: str
      sample: Deployment airflow/airflow-scheduler
    state:
      description: V(edited), V(deleted), or V(unknown) where the server does not say whether it was edited.
      type: str
      sample: edited
    fields:
      description: The paths of the fields that differ.
      type: list
      elements: str
      sample: [spec.replicas]
    cause:
      description: Why the server does not say it.
      returned: where the state is V(unknown)
      type: str
      sample: the right to patch deployments.apps in namespace airflow is missing
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.info import describe_release


def serve(params):
    """:returns: the result for the module's parameters."""
    return describe_release(KubeClient.from_parameters(params), params["name"], params["namespace"], params["gather"])


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str", "required": True},
            "gather": {"type": "list", "elements": "str", "choices": ["history", "drift"], "default": ["history"]},
        },
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module.params))


if __name__ == "__main__":
    main()
