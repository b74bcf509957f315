# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where chart values give environment variables to containers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import (
    EVERYWHERE,
    added_variables,
    option,
    variable_of,
    variables,
)

NAME = "AIRFLOW__CORE__PARALLELISM"
ENTRY = {"name": NAME, "value": "64"}


def nested(path, value):
    for name in reversed(path.split(".")):
        value = [{}, value] if name == "1" else {name: value}
    return value


@pytest.mark.parametrize("path", [
    "env.1", "scheduler.env.1", "apiServer.env.1", "workers.env.1", "workers.celery.env.1", "workers.kubernetes.env.1",
    "workers.celery.sets.1.env.1", "triggerer.waitForMigrations.env.1", "scheduler.logGroomerSidecar.env.1",
    "migrateDatabaseJob.env.1", "cleanup.env.1", "scheduler.extraContainers.1.env.1", "workers.kubernetes.extraInitContainers.1.env.1",
])
def test_an_entry_is_found_wherever_it_is_listed(path):
    (found,) = variables(nested(path, ENTRY))
    assert (".".join(map(str, found.path)), found.name, found.value) == (path, NAME, "64")
    assert ".".join(map(str, found.name_path)) == f"{path}.name"
    assert ".".join(map(str, found.list_path)) == path.removesuffix(".1")
    assert found.scope == found.list_path[:-1]
    assert (found.scope == EVERYWHERE) == (path == "env.1")
    assert found.is_added == ("Containers" not in path) == (found in added_variables(nested(path, ENTRY)))


@pytest.mark.parametrize(("values", "name_path", "value"), [
    ({"secret": [{"envName": NAME, "secretName": "a", "secretKey": "b"}]}, ("secret", 0, "envName"), None),
    ({"scheduler": {"env": [{"name": NAME, "valueFrom": {}}]}}, ("scheduler", "env", 0, "name"), None),
    ({"extraEnv": f"- name: {NAME}\n  value: '64'\n"}, ("extraEnv",), "64"),
    ({"extraEnv": f"- {{name: {NAME}, value: 64}}\n"}, ("extraEnv",), "64"),
    ({"extraEnv": f'- "name": "{NAME}"\n  "value": "64"\n'}, ("extraEnv",), "64"),
    ({"extraEnv": f"- name: {NAME}\n  valueFrom:\n    secretKeyRef: {{key: a}}\n"}, ("extraEnv",), None),
    ({"podTemplate": f"spec:\n  containers:\n    - env:\n        - name: {NAME}\n          value: '64'\n"}, ("podTemplate",), "64"),
    ({"extraConfigMaps": {"a": {"data": f"{NAME}: '64'\n"}}}, ("extraConfigMaps", "a", "data"), "64"),
    ({"extraSecrets": {"a": {"stringData": f"{NAME}: '64'\n"}}}, ("extraSecrets", "a", "stringData"), None),
    ({"extraSecrets": {"a": {"data": f"{NAME}: NjQ=\n"}}}, ("extraSecrets", "a", "data"), None),
])
def test_texts_and_references_are_read_as_well(values, name_path, value):
    (found,) = (found for found in variables(values) if found.name == NAME)
    assert (found.name_path, found.value) == (name_path, value)


@pytest.mark.parametrize(("values", "scope", "is_added"), [
    ({"secret": [{"envName": NAME}]}, EVERYWHERE, True), ({"extraEnv": f"- name: {NAME}"}, EVERYWHERE, True),
    ({"podTemplate": f"- name: {NAME}"}, ("podTemplate",), False),
    ({"extraConfigMaps": {"a": {"data": f"{NAME}: '64'\n"}}}, ("extraConfigMaps", "a"), False),
    ({"extraSecrets": {"a": {"data": f"{NAME}: NjQ=\n"}}}, ("extraSecrets", "a"), False),
])
def test_who_gets_a_variable(values, scope, is_added):
    (found,) = variables(values)
    assert (found.scope, found.is_added) == (scope, is_added)


@pytest.mark.parametrize(("name", "section_and_option"), [
    ("AIRFLOW__CORE__EXECUTOR", ("core", "executor")),
    ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", ("database", "sql_alchemy_conn")),
    ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD", ("database", "sql_alchemy_conn")),
    ("AIRFLOW__CORE__FERNET_KEY_SECRET", ("core", "fernet_key")),
    # Its own name ends as that of a place in a secrets backend.
    ("AIRFLOW__API_AUTH__JWT_SECRET", ("api_auth", "jwt_secret")), ("AIRFLOW__API_AUTH__JWT_SECRET_CMD", ("api_auth", "jwt_secret")),
    ("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH", ("common.io", "xcom_objectstorage_path")),
    ("AIRFLOW__MY_PLUGIN__TOPIC", ("my_plugin", "topic")), ("AIRFLOW_CONN_A", None), ("AIRFLOW__CORE", None),
])
def test_a_variable_is_known_as_the_option_that_it_sets(name, section_and_option):
    (found,) = variables({"env": [{"name": name, "value": "1"}]})
    assert found.option == section_and_option


@pytest.mark.parametrize("values", [
    {"extraEnv": f"# - name: {NAME}\n#   value: '64'\n"}, {"extraEnv": None}, {"extraEnv": [ENTRY]}, {"env": {"name": NAME}},
    {"env": [NAME, None, {"name": 1}]}, {"secret": [{"name": NAME}, "odd"]}, {"extraEnvFrom": f"- secretRef: {{name: {NAME}}}\n"},
    {"extraConfigMaps": {"a": f"{NAME}: '64'\n"}}, {"labels": {"name": NAME}},
])
def test_what_is_no_variable(values):
    assert list(variables(values)) == []


def test_entries_of_one_list_keep_their_order():
    names = [f"N{number}" for number in range(20)]
    values = {"env": [{"name": name, "value": ""} for name in names], "scheduler": {"env": [ENTRY]}}
    assert [found.name for found in variables(values) if found.scope == EVERYWHERE] == names


CONFIG = {"config": {"core": {"parallelism": 8}}}


@pytest.mark.parametrize(("more", "value"), [
    ({}, 8), ({"env": [ENTRY, "odd"]}, "64"), ({"env": [ENTRY, {**ENTRY, "value": "65"}]}, "65"),
    ({"extraEnv": f"- name: {NAME}\n  value: '64'\n"}, "64"),
    ({"env": [ENTRY], "secret": [{"envName": NAME}]}, f"$({NAME})"),
    # It reaches one component alone.
    ({"scheduler": {"env": [ENTRY]}}, 8), ({"config": {"core": "odd"}}, 32),
])
def test_the_environment_wins_over_the_configuration(more, value):
    assert option({**CONFIG, **more}, "core", "parallelism", 32) == value


def test_a_dot_in_a_section_is_an_underscore_in_the_variable():
    assert variable_of("common.io", "xcom_objectstorage_path") == "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"


KEYS = st.sampled_from(["env", "name", "value", "secret", "envName", "extraEnv", "extraConfigMaps", "data"])
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=9),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=4))  # fmt: skip


@given(st.dictionaries(KEYS, ANYTHING, max_size=4))
def test_values_of_any_shape_are_read(values):
    assert all(isinstance(found.name, str) for found in variables(values))
