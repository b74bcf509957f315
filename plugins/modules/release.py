#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: release
short_description: Install, upgrade, recover and remove a helm release
description:
  - Brings a helm release to the wanted state and waits until its workloads work.
  - Keeps a fingerprint of chart, values and secrets with each revision, so that a run with nothing to change neither
    starts helm nor writes anything. A workload that was removed by hand is a change.
  - What a killed run left behind is taken up by a plain second run. Revisions in C(pending-install),
    C(pending-upgrade) and C(pending-rollback) are dropped and applied again, failed ones are applied again, an
    interrupted uninstallation is finished first. Where a revision was applied and its workloads are not ready yet, the
    run waits for them.
  - Watches the workloads itself, so that a pod that cannot start ends the run with its name, reason and last log
    lines, and not with a time-out.
  - M(kubernetes.core.helm) compares values through a helm plugin, and cannot recover a pending release.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.wait
  - windrose.airflow.attributes
requirements:
  - helm 3.19 or newer, also helm 4
options:
  name:
    description: The release's name.
    type: str
    required: true
  namespace:
    description: The release's namespace. It has to exist.
    type: str
    required: true
  state:
    description: Whether the release is to exist.
    type: str
    choices: [present, absent]
    default: present
  chart:
    description: The chart. Required where O(state=present).
    type: dict
    suboptions:
      source:
        description:
          - Where the chart comes from.
          - V(path) and V(bundled) are charts on this machine; their whole content is part of the fingerprint.
          - V(official) and V(oci) are downloaded, and only where something changes. Their version and digest are part
            of the fingerprint, so pin both.
        type: str
        choices: [path, bundled, official, oci]
        default: path
      path:
        description: A chart's folder or a packaged chart. Required where the chart is on this machine.
        type: path
      name:
        description: The chart's name in its repository. Required where the chart is downloaded.
        type: str
      repository:
        description: The repository's address, C(https://…) or C(oci://…). Required where the chart is downloaded.
        type: str
      version:
        description: The chart's version. Required where the chart is downloaded.
        type: str
      digest:
        description:
          - SHA-256 of the packaged chart in hex digits, as a repository's index lists it. Another chart is refused.
          - Of a folder it is the digest that the module computes over names and contents of all files.
        type: str
  chart_values:
    description:
      - The chart's values. They replace those of the revision before; what is not named is the chart's default.
    type: dict
    default: {}
  secrets:
    description:
      - Names of Secrets in O(namespace) whose content is part of the fingerprint, so that a changed password is
        rolled out. They have to exist.
    type: list
    elements: str
    default: []
  helm_binary:
    description: Name or path of helm.
    type: path
    default: helm
"""

EXAMPLES = r"""
- name: Release Airflow from a chart on this machine
  windrose.airflow.release:
    name: airflow
    namespace: airflow
    chart:
      path: /srv/charts/airflow
    chart_values:
      executor: KubernetesExecutor
    secrets: [airflow-metadata]

- name: Release Airflow from the official repository
  windrose.airflow.release:
    name: airflow
    namespace: airflow
    chart:
      source: official
      name: airflow
      repository: https://airflow.apache.org
      version: 1.22.0
      digest: "{{ airflow_chart_digest }}"
    chart_values: "{{ chart_values }}"
    wait_timeout: 900

- name: Remove the release
  windrose.airflow.release:
    name: airflow
    namespace: airflow
    state: absent
"""

RETURN = r"""
operation:
  description:
    - What was done, or would be in check mode.
    - V(recovered) is an installation or upgrade that took up what an earlier run left unfinished, or that brought back
      workloads that were removed.
  returned: success
  type: str
  sample: upgraded
reason:
  description: Why the release was not left unchanged; empty where it was.
  returned: when O(state=present)
  type: str
  sample: chart, values or secrets differ from the deployed revision
revision:
  description: The release's revision.
  returned: when O(state=present)
  type: int
  sample: 2
fingerprint:
  description:
    - What the release is made from, in 40 hex digits that give nothing away.
    - Empty in check mode where a Secret that counts does not exist yet.
  returned: when O(state=present)
  type: str
  sample: 3f1d7c0b9a5e4c2f8d6b1a0e7c3f5d9b2a4e6c8f
chart_version:
  description: The chart's version.
  returned: when O(state=present)
  type: str
  sample: 1.22.0
app_version:
  description:
    - The version of what the chart installs, as the chart says.
    - Empty in check mode where the chart would have to be downloaded.
  returned: when O(state=present)
  type: str
  sample: 3.2.2
changed_values:
  description: Names of the values that differ from the deployed revision.
  returned: with C(--diff), where something differs
  type: list
  elements: str
  sample: [scheduler.replicas]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients import helm
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.release import ReleaseService
from ansible_collections.windrose.airflow.plugins.module_utils._service.waiting import wait_until_ready

DOWNLOADED = ["name", "repository", "version"]
CHART = {
    "type": "dict",
    "options": {
        "source": {"type": "str", "choices": ["path", "bundled", "official", "oci"], "default": "path"},
        "path": {"type": "path"},
        "name": {"type": "str"},
        "repository": {"type": "str"},
        "version": {"type": "str"},
        "digest": {"type": "str"},
    },
    "required_if": [
        ("source", "path", ["path"]),
        ("source", "bundled", ["path"]),
        ("source", "official", DOWNLOADED),
        ("source", "oci", DOWNLOADED),
    ],
}


def serve(module):
    """:returns: the result for the module's parameters."""
    params = module.params
    kube = KubeClient.from_parameters(params)
    progress = Progress()

    def open_helm():
        return helm.opened(kube, params["helm_binary"], module.tmpdir)

    def wait_ready(objects, seconds):
        wait_until_ready(kube, objects, seconds, progress)

    service = ReleaseService(kube, open_helm, wait_ready, progress, module.tmpdir, params)
    if params["state"] == "absent":
        return service.ensure_absent(module.check_mode)
    return service.ensure_present(module.check_mode, module._diff)


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            **_argument_specs.WAIT,
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "chart": CHART,
            "chart_values": {"type": "dict", "default": {}},
            "secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
            "helm_binary": {"type": "path", "default": "helm"},
        },
        required_if=[("state", "present", ["chart"])],
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module))


if __name__ == "__main__":
    main()
