#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: release
short_description: Install, upgrade, repair, roll back and remove a helm release
description:
  - Brings a helm release to the wanted state and waits until its workloads work.
  - Keeps a fingerprint of chart, values and secrets with each revision, so that a run with nothing to change neither
    starts helm nor writes anything.
  - Compares the release's objects with what helm stored of them. What was edited or deleted by hand is restored, or
    only reported. Fields that an autoscaler or another controller owns, and what others added to the chart's
    fields, do not count as a difference.
  - What a killed run left behind is recovered by a second run. Revisions in C(pending-install), C(pending-upgrade)
    and C(pending-rollback) are dropped and applied again, failed ones are applied again, an interrupted uninstallation
    is finished first. Objects of such revisions that the wanted one lacks, and that helm would forget, are removed. Where a
    revision was applied and its workloads are not ready yet, the run waits for them.
  - Two runs never work on one release at the same time. The one that changes something holds the Lease
    C(<name>-release) and renews it; another one waits for it. The Lease of a run that was killed is taken after 30
    seconds, or immediately if the process ran on the same machine. A run that loses its Lease stops helm and fails.
  - What a run judged without the Lease, it looks at again under the Lease. It notes a revision as working, rolls it back or
    removes the release only while the newest revision is the one that was judged. Where another run brought the same about
    meanwhile, that is what is reported; where it brought something else about, the task fails, changes nothing, and names
    that revision and its author. Whatever is deleted is deleted only while it is what was read.
  - Watches the workloads itself, so that a pod that cannot start ends the run with its name, reason and last log lines,
    and not with a time-out. A pod that can never start and has never been ready, because its StatefulSet had another
    definition before, is replaced; Kubernetes would wait for it for ever. That needs the right to delete pods; without it, the
    error has the command.
  - Keeps a ledger of the last 50 attempts in the ConfigMap C(<name>-ledger), with who, when, chart, image and outcome.
    helm calls a revision deployed as soon as it is applied. The ledger says V(applied) until a run has seen it work, and
    V(deployed) from then on; with O(wait=false) it stays V(applied) until a later run waits for it. Ledgers from before
    this distinction say V(deployed) of both, and are believed.
  - M(kubernetes.core.helm) compares values through a helm plugin, and cannot recover a pending release.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.chart
  - windrose.airflow.wait
  - windrose.airflow.attributes
requirements:
  - helm 3.19 or newer, also helm 4
notes:
  - Beside what helm needs, the user needs the rights to get, create, update and delete
    C(leases.coordination.k8s.io), Secrets and ConfigMaps in O(namespace).
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
    description:
      - V(present) installs, upgrades, recovers or repairs the release; it needs O(chart).
      - V(rolled_back) brings it back to O(revision).
      - V(absent) uninstalls it, and removes its ledger and the key of its fingerprints. Volume claims and Secrets that
        helm did not make stay, unless O(purge) names them. A revision that another run made while this one waited for
        the Lease is not removed; the task fails then.
    type: str
    choices: [present, rolled_back, absent]
    default: present
  chart_values:
    description:
      - The chart's values. They replace those of the revision before; what is not named is the chart's default.
    type: dict
    default: {}
  secrets:
    description:
      - Names of Secrets in O(namespace) whose content is part of the fingerprint, so that a changed password is rolled
        out. They have to exist.
      - The pods that read them get an HMAC of the content as the annotation C(windrose.airflow/<secret>-hmac), so that
        a changed Secret restarts these pods and no others. For Airflow's charts the values say which pods read what.
        The fernet key, the metadata connection, the secret key of the API server, the broker, the result connection and
        what C(secret) names are read by all components of Airflow; the key that signs task tokens by API server and
        scheduler; the configuration of PgBouncer by PgBouncer; the credentials of git-sync by DAG processor, triggerer
        and Celery workers. Task pods of KubernetesExecutor read them when they start, and are not annotated.
    type: list
    elements: str
    default: []
  secret_annotations:
    description: More Secrets of that kind, with the places of the chart's values that annotate the pods that read them.
    type: list
    elements: dict
    default: []
    suboptions:
      secret:
        description: Name of a Secret in O(namespace).
        type: str
        required: true
      paths:
        description: Paths of maps of pod annotations in the values, with dots, such as V(statsd.podAnnotations).
        type: list
        elements: str
        required: true
  drift:
    description:
      - What to do about objects of the release that were edited or deleted since.
      - V(repair) applies the release again. V(report) only returns them. V(ignore) does not look.
      - Where this machine cannot decide by itself, a dry run asks the server, which needs the same rights as the
        repair. Without them V(repair) fails, and V(report) says which are missing.
    type: str
    choices: [repair, report, ignore]
    default: repair
  on_failure:
    description:
      - What to do where a new revision cannot be applied or does not work. The task fails in either case.
      - V(keep) leaves everything as it is, to be looked at. V(rollback) goes back to the last revision that the ledger
        knows to have worked and waits for it; where there is none, or nothing was applied, everything stays.
    type: str
    choices: [keep, rollback]
    default: keep
  revision:
    description:
      - The revision to go back to, with O(state=rolled_back). Nothing is done where the deployed revision came from it.
      - A later run with O(state=present) applies its own values again.
    type: int
  lease_timeout:
    description: How many seconds to wait while another run works on the release.
    type: int
    default: 60
  migration_head:
    description: The revision of the metadata database's schema, for the ledger.
    type: str
  purge:
    description: Data to remove with O(state=absent), besides what helm owns. Nothing is removed that is not named here.
    type: list
    elements: dict
    default: []
    suboptions:
      kind:
        description: What it is.
        type: str
        choices: [PersistentVolumeClaim, Secret]
        required: true
      name:
        description: Its name, in O(namespace).
        type: str
        required: true
"""

EXAMPLES = r"""
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
    secrets: [airflow-metadata, airflow-fernet-key]
    on_failure: rollback
    wait_timeout: 900

- name: Report what was changed by hand, and leave it
  windrose.airflow.release:
    name: airflow
    namespace: airflow
    chart:
      path: /srv/charts/airflow
    chart_values: "{{ chart_values }}"
    drift: report
  register: release

- name: Go back to revision 7
  windrose.airflow.release:
    name: airflow
    namespace: airflow
    state: rolled_back
    revision: 7

- name: Remove the release and the logs of its triggerer
  windrose.airflow.release:
    name: airflow
    namespace: airflow
    state: absent
    purge:
      - kind: PersistentVolumeClaim
        name: logs-airflow-triggerer-0
"""

RETURN = r"""
operation:
  description:
    - What was done, or would be in check mode.
    - V(recovered) is an installation or upgrade that finished what an earlier run left unfinished, or that restored
      what was edited or deleted.
  returned: success
  type: str
  sample: upgraded
reason:
  description: Why the release was not left unchanged; empty where it was.
  returned: unless O(state=absent)
  type: str
  sample: chart, values or secrets differ from the deployed revision
revision:
  description: The release's revision.
  returned: unless O(state=absent)
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
  returned: unless O(state=absent)
  type: str
  sample: 1.22.0
app_version:
  description:
    - The version of what the chart installs, as the chart says.
    - Empty in check mode where the chart would have to be downloaded.
  returned: unless O(state=absent)
  type: str
  sample: 3.3.2
applied_at:
  description: When helm applied the revision; empty in check mode where there would be another one.
  returned: unless O(state=absent)
  type: str
  sample: "2026-03-01T12:00:00.123456789Z"
drift:
  description:
    - The objects that are not as they were released, or were not before they were repaired; never what their fields
      hold.
    - Empty where the release has to be applied anyway, because nothing is compared then.
  returned: unless O(state=absent)
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
      sample: ["spec.template.spec.containers[scheduler].image"]
    cause:
      description: Why the server does not say it; only O(drift=report) goes on then.
      returned: where the state is V(unknown)
      type: str
      sample: the right to patch deployments.apps in namespace airflow is missing
replaced_pods:
  description:
    - Pods that held up a StatefulSet of the release and were deleted, so that they came back with its new definition.
    - Such a pod has a former definition, can never start and has never been ready; where one was replaced, the module has changed
      something, although the release may be unchanged.
  returned: unless O(state=absent)
  type: list
  elements: str
  sample: [Pod airflow/airflow-triggerer-0]
changed_values:
  description: Names of the values that differ from the deployed revision.
  returned: with C(--diff), where something differs
  type: list
  elements: str
  sample: [scheduler.replicas]
purged:
  description: What O(purge) named and was there.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: [PersistentVolumeClaim airflow/logs-airflow-triggerer-0]
rolled_back_to:
  description: The revision that works again; with O(wait=false), that was applied again.
  returned: on failure, where O(on_failure=rollback) went back to one
  type: int
  sample: 6
holder:
  description: The run that works on the release.
  returned: on failure, where another run works on it for longer than O(lease_timeout)
  type: str
  sample: alice@controller-1, process 4711 (9f3c2a1b)
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import helm, processes
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local.child_runner import ChildRunner
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._release import ledger
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.waiting import wait_until_ready
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.installation import ReleaseService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.lease import Lease
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.removal import ReleaseRemoval
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.rollback import ReleaseRollback
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.work import Tools

ANNOTATED = {
    "secret": {"type": "str", "required": True, "no_log": False},
    "paths": {"type": "list", "elements": "str", "required": True},
}
PURGED = {
    "kind": {"type": "str", "choices": ["PersistentVolumeClaim", "Secret"], "required": True},
    "name": {"type": "str", "required": True},
}


def tools_for(module):
    """:returns: the `Tools` for the module's parameters."""
    params, progress = module.params, Progress()
    kube, runner = KubeClient.from_parameters(params), ChildRunner(os.environ)
    holder, replaced = processes.this_process(), []
    return Tools(
        kube=kube,
        charts=ChartService.of_this_user(os.environ, params["helm_binary"], module.tmpdir, progress),
        lease=Lease(kube, params["namespace"], params["name"], holder, params["lease_timeout"], progress, runner.stop),
        open_helm=lambda: helm.opened(kube, params["helm_binary"], module.tmpdir, runner),
        wait_ready=lambda objects, seconds: wait_until_ready(kube, objects, seconds, progress, replaced.append),
        progress=progress,
        author={"by": processes.user_at_host(), "job": ledger.job(os.environ)},
        replaced_pods=replaced,
    )


def serve(module):
    """:returns: the result for the module's parameters."""
    tools, params = tools_for(module), module.params
    if params["state"] == "absent":
        return ReleaseRemoval(tools, params).ensure_absent(module.check_mode)
    if params["state"] == "rolled_back":
        return ReleaseRollback(tools, params).ensure_rolled_back(module.check_mode)
    return ReleaseService(tools, params).ensure_present(module.check_mode, module._diff)


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            **_argument_specs.CHART,
            **_argument_specs.WAIT,
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "rolled_back", "absent"], "default": "present"},
            "chart_values": {"type": "dict", "default": {}},
            "secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
            "secret_annotations": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "no_log": False,
                "options": ANNOTATED,
            },
            "drift": {"type": "str", "choices": ["repair", "report", "ignore"], "default": "repair"},
            "on_failure": {"type": "str", "choices": ["keep", "rollback"], "default": "keep"},
            "revision": {"type": "int"},
            "lease_timeout": {"type": "int", "default": 60},
            "migration_head": {"type": "str"},
            "purge": {"type": "list", "elements": "dict", "default": [], "options": PURGED},
        },
        required_if=[("state", "present", ["chart"]), ("state", "rolled_back", ["revision"])],
        supports_check_mode=True,
    )
    if module.params["purge"] and module.params["state"] != "absent":
        module.fail_json(msg="purge removes data, so it is taken with state=absent only. Remove it from the task.")
    _boundary.run(module, lambda: serve(module))


if __name__ == "__main__":
    main()
