# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled chart refuses what it does not know, at every level, and says where to go."""

from __future__ import annotations

import copy
import json
import re

import pytest
import yaml

# Free-form on purpose: the keys belong to Kubernetes users, to Airflow or to a DAG bundle, and have no list.
FREE_FORM = {
    "#/$defs/stringMap": "labels, annotations, node selectors",
    "#/$defs/quantities": "resource names",
    "#/$defs/configMaps": "names of ConfigMaps",
    "#/$defs/scalars": "keyword arguments of a DAG bundle",
    "#/$defs/sections": "sections of airflow.cfg",
    "#/$defs/sections/additionalProperties": "keys of a section of airflow.cfg",
}
# Known to the schema, read by no template.
WITHOUT_EFFECT = {
    "data.brokerUrlSecretName": "keeps the official chart from making a junk Secret; nothing here makes one",
}
UNKNOWN = "notAKeyOfAnyChart"


@pytest.fixture(scope="module")
def schema(chart) -> dict:
    return json.loads((chart.path / "values.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def defaults(chart) -> dict:
    return yaml.safe_load((chart.path / "values.yaml").read_text(encoding="utf-8"))


def subschemas(node, pointer="#"):
    """Every schema inside a schema, with its JSON pointer."""
    yield pointer, node
    for keyword in ("properties", "$defs"):
        for name, child in node.get(keyword, {}).items():
            yield from subschemas(child, f"{pointer}/{name}" if keyword == "properties" else f"{pointer}/$defs/{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            yield from subschemas(node[keyword], f"{pointer}/{keyword}")


def is_object(node: dict) -> bool:
    return "properties" in node or "object" in node.get("type", [])


def test_every_object_level_is_closed_or_listed_as_free_form(schema):
    levels = {pointer: node for pointer, node in subschemas(schema) if is_object(node)}
    open_levels = {pointer for pointer, node in levels.items() if node.get("additionalProperties") is not False}
    assert open_levels == set(FREE_FORM)


def test_no_value_is_left_without_a_type(schema):
    untyped = [pointer for pointer, node in subschemas(schema) if not {"type", "enum", "$ref"} & set(node)]
    assert untyped == []


def test_every_reference_resolves_and_every_definition_is_used(schema):
    used = {node["$ref"] for _pointer, node in subschemas(schema) if "$ref" in node}
    assert used == {f"#/$defs/{name}" for name in schema["$defs"]}


def test_the_schema_names_the_way_out(schema):
    assert "airflow_chart_source: official" in schema["description"]


def key_paths(values: dict, prefix: str = ""):
    for key, value in values.items():
        path = f"{prefix}{key}"
        yield path
        if isinstance(value, dict):
            yield from key_paths(value, f"{path}.")


def test_every_key_is_one_of_the_official_chart(chart, defaults):
    text = (chart.fixtures / "value_paths.txt").read_text(encoding="utf-8")
    official = {line for line in text.splitlines() if not line.startswith("#")}
    # The official chart writes this key of airflow.cfg itself, and only when the user does not.
    assert set(key_paths(defaults)) - official == {"config.core.execution_api_server_url"}


def test_every_key_down_to_the_second_level_is_read_by_a_template(chart, schema, defaults):
    templates = "".join(path.read_text(encoding="utf-8") for path in (chart.path / "templates").iterdir())
    paths = [path for path in key_paths(defaults) if path.count(".") <= 1 and not path.startswith("config.")]
    unread = {path for path in paths if not re.search(rf"\b{path.rsplit('.', maxsplit=1)[-1]}\b", templates)}
    assert unread == set(WITHOUT_EFFECT)


def with_unknown_keys(values: dict, path: str, free_form: set[str], levels: list[str]) -> dict:
    """The values with a key that no chart knows in every map that is not free-form."""
    result = dict(values)
    for key, value in values.items():
        if isinstance(value, dict):
            result[key] = with_unknown_keys(value, f"{path}/{key}", free_form, levels)
    if path not in free_form:
        levels.append(path)
        result[UNKNOWN] = 1
    return result


def free_form_paths(schema: dict, node: dict, path: str = ""):
    """Where, in the values, the free-form maps are."""
    if node.get("$ref") in FREE_FORM:
        yield path
    target = schema["$defs"][node["$ref"].removeprefix("#/$defs/")] if "$ref" in node else node
    for name, child in target.get("properties", {}).items():
        yield from free_form_paths(schema, child, f"{path}/{name}")


def test_helm_refuses_an_unknown_key_in_every_map_of_the_default_values(chart, schema, defaults):
    free_form = set(free_form_paths(schema, schema))
    free_form |= {f"/config/{section}" for section in defaults["config"]}
    levels: list[str] = []
    message = chart.refusal(with_unknown_keys(copy.deepcopy(defaults), "", free_form, levels))
    refused = set(re.findall(rf"at '([^']*)': additional properties '{UNKNOWN}' not allowed", message))
    assert len(levels) > 100
    assert refused == set(levels)


@pytest.mark.parametrize("values, place", [
    ({"flower": {"enabled": True}}, "at '': additional properties 'flower'"),
    ({"workers": {"celery": {"replicas": 2}}}, "at '/workers/celery': additional properties 'replicas'"),
    ({"workers": {"resources": {}}}, "at '/workers': additional properties 'resources'"),
    ({"data": {"metadataConnection": {"pass": "x"}}}, "at '/data': additional properties 'metadataConnection'"),
    ({"fernetKey": "x"}, "at '': additional properties 'fernetKey'"),
    ({"tolerations": [{"key": "a", "effekt": "NoSchedule"}]}, "at '/tolerations/0': additional properties 'effekt'"),
    ({"apiServer": {"service": {"ports": [{"port": 1, "node": 2}]}}}, "at '/apiServer/service/ports/0': additional"),
    ({"scheduler": {"resources": {"limit": {"cpu": 1}}}}, "at '/scheduler/resources': additional properties 'limit'"),
    ({"volumes": [{"name": "a", "hostPath": {"path": "/"}}]}, "at '/volumes/0': additional properties 'hostPath'"),
    ({"scheduler": {"replicas": "two"}}, "at '/scheduler/replicas': got string, want integer"),
    ({"env": [{"name": "A", "value": 1}]}, "at '/env/0/value': got number, want string"),
])
def test_helm_names_the_refused_key(chart, values, place):
    assert place in chart.refusal(values)


@pytest.mark.parametrize("values, key", [
    ({"executor": "CeleryExecutor"}, "executor: CeleryExecutor"),
    ({"executor": "CeleryExecutor,KubernetesExecutor"}, "executor: CeleryExecutor,KubernetesExecutor"),
    ({"airflowVersion": "2.11.0"}, "airflowVersion: 2.11.0"),
    ({"migrateDatabaseJob": {"enabled": True}}, "migrateDatabaseJob.enabled: true"),
    ({"createUserJob": {"enabled": True}}, "createUserJob.enabled: true"),
    ({"postgresql": {"enabled": True}}, "postgresql.enabled: true"),
    ({"redis": {"enabled": True}}, "redis.enabled: true"),
    ({"networkPolicies": {"enabled": True}}, "networkPolicies.enabled: true"),
    ({"dags": {"gitSync": {"enabled": True}}}, "dags.gitSync.enabled: true"),
    ({"workers": {"celery": {"persistence": {"enabled": True}}}}, "workers.celery.persistence.enabled: true"),
    ({"rbac": {"createSCCRoleBinding": True}}, "rbac.createSCCRoleBinding: true"),
    ({"allowJobLaunching": True}, "allowJobLaunching: true"),
    ({"multiNamespaceMode": True}, "multiNamespaceMode: true"),
])
def test_a_part_that_only_the_official_chart_has_is_refused_by_name(chart, values, key):
    message = chart.refusal(values)
    assert f"The bundled chart refuses {key}: " in message
    assert "airflow_chart_source: official" in message


@pytest.mark.parametrize("template, cause", [
    ("a: [", "podTemplate is not YAML"),
    ("metadata: {labels: {tier: airflow}}", "podTemplate lacks the label"),
    (
        "metadata: {labels: {tier: airflow, component: worker, release: af}}\nspec: {containers: [{name: main}]}",
        "must have the name base",
    ),
])
def test_a_pod_template_that_no_task_could_use_is_refused(chart, template, cause):
    assert cause in chart.refusal({"podTemplate": template})
