# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.origins import Origins

CONTAINER = ("spec", "template", "spec", "containers", 0)


@pytest.mark.parametrize(
    ("values", "path", "value", "component", "origin"),
    [
        ({"a": {"resources": {"limits": {"cpu": 1}}}}, (*CONTAINER, "resources", "limits", "cpu"), 1, None, "a.resources.limits.cpu"),
        ({"a": {"resources": {"limits": {"cpu": 2}}}}, (*CONTAINER, "resources", "limits", "cpu"), 1, None, None),
        ({"env": [{"name": "A"}]}, (*CONTAINER, "env", 7, "name"), "A", None, "env.0.name"),
        ({"env": ["A"]}, (*CONTAINER, "env", 7, "name"), "A", None, None),
        ({"a": ["x"]}, (*CONTAINER, "args", 0), "x", None, None),
        ({"triggerer": {"x": {"y": 1}}, "scheduler": {"x": {"y": 1}}}, ("x", "y"), 1, "scheduler", "scheduler.x.y"),
        ({"podTemplate": "spec:\n  a: 5\n"}, ("spec", "a"), 5, None, "podTemplate.spec.a"),
        ({"extraEnv": "- name: A\n  value: {{ .x }}\n"}, ("env", 3, "name"), "A", None, "extraEnv.0.name"),
        ({"extraEnv": "- name: A\n{{- with .x }}\n  value: b\n{{- end }}\n"}, ("env", 3, "value"), "b", None, "extraEnv.0.value"),
        ({"extraEnv": "- name: [A\n  - b"}, ("env", 3, "name"), "A", None, None),
    ],
)  # fmt: skip
def test_what_was_copied(values, path, value, component, origin):
    assert Origins(values).of(path, value, component) == origin


def test_entries_of_lists_by_their_keys():
    values = {"env": [{"name": "A"}], "scheduler": {"env": [{"name": "A"}], "extraVolumes": [{"name": "A"}]}, "triggerer": {"env": [{"name": "A"}]}}
    origins = Origins(values)
    assert origins.of_entry({"name": "A"}, "scheduler", "env") == ["scheduler.env.0", "env.0"]
    assert origins.of_entry({"name": "A"}, "scheduler", "volumes") == ["scheduler.extraVolumes.0"]
    assert origins.of_entry({"name": "B"}) == []
    ports = Origins({"ports": [{"containerPort": 80}]})
    assert ports.of_entry({"containerPort": 80, "protocol": "TCP"}) == ["ports.0"]
    assert ports.of_entry({"containerPort": 80, "protocol": "UDP"}) == []
    twice = Origins({"secret": [{"envName": "A", "secretName": "s"}], "env": [{"name": "A"}], "volumes": [{"name": "A"}]})
    assert sorted(twice.of_entry({"name": "A"}, "scheduler", "env")) == ["env.0", "secret.0"]


@pytest.mark.parametrize(
    ("values", "is_written"),
    [
        ({"a": "lost"}, True), ({"lost": 1}, True), ({"a": "{{ .Release.Name }}st"}, True), ({"a": "x-{{ .Release.Name }}"}, False),
        ({"a": "- name: l{{ .x }}t\n"}, True), ({"a": "lost+"}, False), ({}, False),
    ],
)  # fmt: skip
def test_whether_a_name_is_written(values, is_written):
    assert bool(Origins(values).is_written("lost")) is is_written


def test_null_in_the_way_to_a_path():
    assert Origins({"a": {"b": None}}).nothing_at(["a", "b", "c"]) == "a.b"
    assert Origins({"a": {"b": {}}}).nothing_at(["a", "b", "c"]) is None


def test_the_texts_of_pod_templates():
    def template(name):
        return {"metadata": {"name": name}}

    origins = Origins({"podTemplate": "x", "extraConfigMaps": {"airflow-pod-templates": {"data": "y"}}})
    assert origins.of_template(template("airflow-config")) == "podTemplate"
    assert origins.of_template(template("airflow-pod-templates")) == "extraConfigMaps.airflow-pod-templates.data"
    assert Origins({}).of_template(template("airflow-config")) is None
