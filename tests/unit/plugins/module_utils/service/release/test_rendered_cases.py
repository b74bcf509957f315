# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that people wrote, with the chart rendered: what is found, where, and what cures it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.official_chart

ERROR, WARNING = "error", "warning"
TASKS = {"executor": "KubernetesExecutor"}
CELERY = {"executor": "CeleryExecutor", "broker_secret_name": "broker"}
SAFE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
ROOT = {"name": "fix", "image": "registry.acme.test/busybox:1", "command": ["chown", "-R", "50000", "/logs"], "securityContext": {"runAsUser": 0}}
TEMPLATE = """
apiVersion: v1
kind: Pod
metadata:
  name: placeholder
  labels: {tier: airflow, component: worker, release: {{ .Release.Name }}}
spec:
  containers:
    - name: base
      image: registry.acme.test/airflow:3
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      env:
        {{- include "standard_airflow_environment" . | indent 6 }}
        {{- include "custom_airflow_environment" . | indent 6 }}
      volumeMounts:
        - {name: config, mountPath: /opt/airflow/airflow.cfg, subPath: airflow.cfg}
  restartPolicy: Never
  serviceAccountName: {{ include "worker.serviceAccountName" . }}
  securityContext: {runAsUser: 50000, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  volumes:
    - {name: config, configMap: {name: '{{ include "airflow_config" . }}'}}
"""
# {case: (raw values, variables, severity, the chart value, words)}
CASES = {
    "F09 one variable from two sources": (
        {"env": [{"name": "PYTHONPATH", "value": "/a"}], "scheduler": {"env": [{"name": "PYTHONPATH", "value": "/b"}]}}, {}, ERROR,
        "scheduler.env.0", "two entries with name PYTHONPATH"),
    "one variable twice in extraEnv": (
        {"extraEnv": "- {name: A, value: a}\n- {name: A, value: b}\n"}, {}, ERROR, "extraEnv.0", "two entries with name A"),
    "a variable that is a secret, too": (
        {"secret": [{"envName": "A", "secretName": "s", "secretKey": "k"}], "triggerer": {"env": [{"name": "A", "value": "a"}]}}, {}, ERROR,
        "triggerer.env.0", "two entries with name A"),
    "a variable that the chart sets": (
        {"env": [{"name": "AIRFLOW_HOME", "value": "/home"}]}, {}, ERROR, "env.0", "another entry of the list, which the chart makes"),
    "a volume of the chart's name": (
        {"volumes": [{"name": "config", "emptyDir": {}}]}, {}, ERROR, "volumes.0", "two entries with name config"),
    "two volumes at one place": (
        {"volumes": [{"name": "a", "emptyDir": {}}], "volumeMounts": [{"name": "a", "mountPath": "/opt/airflow/airflow.cfg"}]}, {}, ERROR,
        "volumeMounts.0", "two entries with mountPath"),
    "a container of the chart's name": (
        {"scheduler": {"extraContainers": [{"name": "scheduler", "image": "x", "securityContext": SAFE}]}}, {}, ERROR,
        "scheduler.extraContainers.0", "two entries with name scheduler"),
    "F11 a template that is not there": (
        {"airflowPodAnnotations": {"checksum/mails": '{{ include (print $.Template.BasePath "/configmaps/mails.yaml") . | sha256sum }}'}}, {}, ERROR,
        "airflowPodAnnotations.checksum/mails", 'no template "airflow/templates/configmaps/mails.yaml"'),
    "a template with an unknown function": (
        {"config": {"core": {"dags_folder": "{{ nosuch }}"}}}, {}, ERROR, "config.core.dags_folder", 'function "nosuch" not defined'),
    "a text that is no YAML": (
        {"extraConfigMaps": {"mine": {"data": "a: b\n  c: : d"}}}, {}, ERROR, "extraConfigMaps.mine.data", "no YAML"),
    "F14 null without a default": ({"config": {"api": None}}, {}, ERROR, "config.api", "got null, want object"),
    "null in place of a map": ({"statsd": None}, {}, ERROR, "statsd", "null"),
    "F25 root in an init container": (
        {"dagProcessor": {"extraInitContainers": [ROOT]}}, {}, ERROR, "dagProcessor.extraInitContainers.0.securityContext", "runAsUser is 0"),
    "root in the pods of tasks": (
        {"workers": {"kubernetes": {"extraInitContainers": [ROOT]}}}, TASKS, ERROR,
        "workers.kubernetes.extraInitContainers.0.securityContext", "runAsUser is 0"),
    "a sidecar that says nothing": (
        {"scheduler": {"extraContainers": [{"name": "proxy", "image": "x"}]}}, {}, ERROR,
        "scheduler.extraContainers.0.securityContext", "does not drop all capabilities"),
    "the engine's socket": (
        {"volumes": [{"name": "docker", "hostPath": {"path": "/var/run/docker.sock"}}]}, {}, ERROR, "volumes.0", "docker is a hostPath"),
    "a context that replaces that of all": (
        {"scheduler": {"securityContexts": {"pod": {"runAsUser": 50000}}}}, {}, ERROR, "scheduler.securityContexts.pod", "lacks runAsNonRoot: true"),
    "F26 logs on disks": (
        {"logs": {"persistence": {"enabled": True, "size": "10Gi", "storageClassName": "gp3"}}}, {}, WARNING, "logs.persistence", "one of disks"),
    "F27 workers without rights": (
        {"workers": {"celery": {"serviceAccount": {"name": "worker"}}}}, CELERY, ERROR, "workers.celery.serviceAccount.name",
        "airflow_service_account_source"),
    "a template that is no YAML": ({"podTemplate": "a: [b"}, TASKS, ERROR, "podTemplate", "no YAML of one document"),
    "a template with another container": (
        {"podTemplate": TEMPLATE.replace("name: base", "name: worker")}, TASKS, ERROR, "podTemplate", "not named base"),
    "a template without the configuration": (
        {"podTemplate": TEMPLATE.replace("- {name: config, mountPath", "#").replace("volumeMounts:", "")}, TASKS, ERROR, "podTemplate",
        "mounts no airflow.cfg"),
    "a template without variables": (
        {"podTemplate": TEMPLATE.replace("{{- include", "{{/*").replace("indent 6 }}", "*/}}").replace("env:", "")}, TASKS, WARNING,
        "podTemplate", "AIRFLOW__CORE__FERNET_KEY"),
    "a template without labels": (
        {"podTemplate": TEMPLATE.replace("component: worker, ", "")}, TASKS, ERROR, "podTemplate", "component: worker"),
    "a template of root": (
        {"podTemplate": TEMPLATE.replace("runAsUser: 50000", "runAsUser: 0")}, TASKS, ERROR, "podTemplate.spec.securityContext.runAsUser",
        "runAsUser is 0"),
    "a template with a misspelt field": (
        {"podTemplate": TEMPLATE.replace("restartPolicy", "priorityClass: high\n  restartPolicy")}, TASKS, ERROR,
        "podTemplate.spec.priorityClass", "no field priorityClass"),
    "a misspelt field in a text": (
        {"extraEnvFrom": "- configMapRf: {name: x}\n"}, {}, ERROR, "extraEnvFrom.0.configMapRf", "Write configMapRef"),
    "a volume that is not there": (
        {"triggerer": {"extraVolumeMounts": [{"name": "nope", "mountPath": "/x"}]}}, {}, ERROR, "triggerer.extraVolumeMounts.0", "the volume nope"),
    "a label that selectors use": ({"scheduler": {"labels": {"component": "x"}}}, {}, ERROR, "scheduler.labels.component", "Use another label"),
    "a label that is too long": ({"labels": {"team": "x" * 64}}, {}, ERROR, "labels.team", "no more than 63"),
    "a name in capitals": (
        {"triggerer": {"extraContainers": [{"name": "Side_Car", "image": "x", "securityContext": SAFE}]}}, {}, ERROR,
        "triggerer.extraContainers.0.name", "lower-case letters"),
    "two objects of one name": (
        {"priorityClasses": [{"name": "a", "preemptionPolicy": "Never", "value": 1}] * 2}, {}, ERROR, "priorityClasses.0.name", "twice"),
}
# {case: what is written in its place; a case whose remedy is to leave it out has none}
CURES = {
    "F09 one variable from two sources": ({"env": [{"name": "PYTHONPATH", "value": "/a"}]}, {}),
    "F25 root in an init container": (
        {"dagProcessor": {"extraInitContainers": [{**ROOT, "securityContext": {"runAsUser": 50000, **SAFE}}]}}, {}),
    "F26 logs on disks": ({"logs": {"persistence": {"enabled": True, "size": "10Gi", "storageClassName": "efs"}}}, {}),
    "a template": ({"podTemplate": TEMPLATE}, TASKS),
    "a context that replaces that of all": (
        {"scheduler": {"securityContexts": {"pod": {"runAsUser": 50000, "runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}}}}, {}),
    "a sidecar": ({"scheduler": {"extraContainers": [{"name": "proxy", "image": "x", "securityContext": SAFE}]}}, {}),
}


@pytest.mark.parametrize(("raw", "variables", "severity", "path", "words"), [pytest.param(*case, id=name) for name, case in CASES.items()])
def test_what_is_wrong_is_found_where_it_was_written(raw, variables, severity, path, words, official_findings):
    place, found = (severity, f"airflow_values_overrides.{path}"), official_findings(raw, **variables)
    told = [f"{finding['problem']} {finding['remedy']}" for finding in found if (finding["severity"], finding["subject"]) == place]
    assert any(words in text for text in told), found


@pytest.mark.parametrize(("raw", "variables"), [pytest.param(*case, id=name) for name, case in CURES.items()])
def test_what_a_remedy_asks_for_is_accepted(raw, variables, official_findings):
    assert official_findings(raw, **variables) == []
