# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts are what helm 4.3.1 printed."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._release import helm_output
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import failures

SCHEMA = """Error: values don't meet the specifications of the schema(s) in the following chart(s):
airflow:
- at '/config/api': got null, want object
- at '/scheduler': additional properties 'replicaCount' not allowed
"""
DEBUG = "\n\nUse --debug flag to render out invalid YAML\n"
WORKER = "airflow/templates/workers/worker-deployment.yaml"
TPL = f'Error: template: {WORKER}:128:14: executing "{WORKER}" at <tpl (toYaml $podAnnotations) .>: error calling tpl: '
SECRET = "hunter2-of-nobody"


def told(stderr, values):
    """:returns: {path: finding as a text} of what helm printed."""
    return {finding.path: str(finding) for finding in failures.failures(helm_output.cause(stderr), stderr, values)}


def test_a_refusal_by_the_schema_names_every_key():
    found = told(SCHEMA, {"config": {"api": None}})
    assert "got null, want object" in found["config.api"] and "no such key" in found["scheduler.replicaCount"]
    assert len(found) == 2


def quoted(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


TEMPLATES = {
    "template that is not there": (
        '{{ include (print $.Template.BasePath "/configmaps/mails.yaml") . | sha256sum }}',
        'error during tpl function execution for "{}": template: gotpl:1:20: executing "gotpl" at <include (print $.Template.BasePath '
        '"/configmaps/mails.yaml") .>: error calling include: template: no template "airflow/templates/configmaps/mails.yaml" associated with '
        'template "gotpl"', 'no template "airflow/templates/configmaps/mails.yaml"'),
    "function that is not there": (
        "{{ foo }}", 'cannot parse template "{}": template: gotpl:1: function "foo" not defined', 'function "foo" not defined'),
    "value that is not there": (
        "{{ .Values.nope.mine }}",
        'error during tpl function execution for "{}": template: gotpl:1:14: executing "gotpl" at <.Values.nope.mine>: '
        "nil pointer evaluating interface {{}}.mine", "nil pointer evaluating interface {}.mine"),
    "function that fails on a value": (
        f'{{{{ "{SECRET}" | atoi | fail }}}}',
        'error during tpl function execution for "{}": template: gotpl:1:20: executing "gotpl" at <fail>: error calling fail: ' + SECRET,
        "the function fail fails"),
}  # fmt: skip


@pytest.mark.parametrize(("template", "output", "words"), [pytest.param(*case, id=name) for name, case in TEMPLATES.items()])
def test_a_template_that_is_a_value_is_named(template, output, words):
    values = {"airflowPodAnnotations": {"b": "{{ .Release.Name }}", "a": template}, "config": {"core": {"x": SECRET}}}
    among = quoted(f"a: '{template}'\nb: '{{{{ .Release.Name }}}}'\nsafe: \"false\"")
    found = told(TPL + output.replace("{{}}", "{}").replace('"{}"', f'"{among}"', 1) + DEBUG, values)
    assert list(found) == ["airflowPodAnnotations.a"]
    assert words in found["airflowPodAnnotations.a"] and SECRET not in str(found)


def test_a_template_that_yaml_breaks_anew_is_found():
    text = "{{ include (print $.Template.BasePath \"/configmaps/mails.yaml\") . | nosuch }}"
    among = quoted(text.replace(". |", ".\n  |"))
    found = told(f'{TPL}cannot parse template "{among}": template: gotpl:1: function "nosuch" not defined{DEBUG}', {"env": [{"name": text}]})
    assert list(found) == ["env.0.name"]


def test_null_in_place_of_a_default_is_named():
    output = (
        f'Error: template: {WORKER}:124:36: executing "{WORKER}" at <include "x" .>: error calling include: template: '
        'airflow/templates/_helpers.yaml:594:16: executing "airflow_dags" at <.Values.dags.mountPath>: nil pointer evaluating interface '
        "{}.mountPath")
    found = told(output + DEBUG, {"dags": None})
    assert list(found) == ["dags"] and "takes away the chart's default" in found["dags"]
    assert list(told(output + DEBUG, {"workers": {}})) == ["workers"]
    assert list(told(output + DEBUG, {})) == [failures.WHOLE]


def test_the_only_null_of_a_component_is_what_its_templates_need():
    output = (
        'Error: template: airflow/templates/api-server/api-server-service.yaml:31:22: executing "x" at <$service.type>: nil pointer evaluating '
        "interface {}.type")
    found = told(output + DEBUG, {"apiServer": {"service": None}, "triggerer": {"persistence": None}})
    assert list(found) == ["apiServer.service"] and "takes away the chart's default" in found["apiServer.service"]
    assert list(told(output + DEBUG, {"apiServer": None})) == ["apiServer"]
    assert list(told(output + DEBUG, {"apiServer": {"service": None, "env": None}})) == ["apiServer"]


def test_what_the_chart_refuses_names_the_key_of_its_message():
    message = "You must set one of the values data.brokerUrlSecretName or data.brokerUrl when using a Celery based executor."
    found = told(f"Error: execution error at (airflow/templates/check-values.yaml:62:11): {message}{DEBUG}", {"executor": "CeleryExecutor"})
    assert list(found) == ["data.brokerUrlSecretName"] and message.rstrip(".") in found["data.brokerUrlSecretName"]


def test_a_template_of_the_user_that_refuses_is_named():
    values = {"scheduler": {"env": [{"name": "A", "value": '{{ required "need me" .Values.z }}'}]}}
    found = told(f"Error: execution error at (airflow/templates/scheduler/scheduler-deployment.yaml:185:14): need me{DEBUG}", values)
    assert list(found) == ["scheduler.env.0.value"]


YAML = "Error: YAML parse error on airflow/templates/api-server/api-server-deployment.yaml: error converting YAML to JSON: yaml: "


def test_a_text_that_is_no_yaml_is_named():
    values = {"extraEnv": f"- name: A\n value: {SECRET}", "extraEnvFrom": "- secretRef: {name: '{{ .Release.Name }}'}", "airflowHome": "a: b: c"}
    # Python is none either, and the chart does not read it.
    values = {**values, "airflowLocalSettings": "def hook(pod):\n    return {pod: [\n    ]}\n"}
    found = told(f"{YAML}line 102: did not find expected '-' indicator{DEBUG}", values)
    assert list(found) == ["extraEnv"] and SECRET not in str(found)


def test_without_such_a_text_the_component_is_named():
    assert list(told(f"{YAML}line 102: did not find expected key{DEBUG}", {"apiServer": {"replicas": 1}})) == ["apiServer"]


def test_a_key_that_appears_twice_is_named():
    output = f'{YAML}unmarshal errors:\n  line 12: mapping key "tier" already defined at line 10{DEBUG}'
    assert list(told(output.replace("errors:\n  ", "errors: "), {"labels": {"tier": "x"}})) == ["labels.tier"]


def test_what_has_no_helm_names_the_variable():
    (finding,) = failures.helm_missing("there is no such program on the PATH", "Install helm, or set helm_binary to its path")
    assert finding.path == "airflow_helm_binary" and "no such program" in finding.problem
