# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import (
    EVERYWHERE,
    environment_variables,
)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, []),
        ({"env": [{"name": "A", "value": "1"}, "x"]}, [(("env", 0, "value"), "A", "1", EVERYWHERE)]),
        ({"secret": [{"envName": "A"}, None]}, [(("secret", 0, "envName"), "A", None, EVERYWHERE)]),
        (
            {"extraEnv": "- name: A\n  value: b\n- {name: \"B\"}\n- valueFrom: {secretKeyRef: {name: some-secret}}\n"},
            [(("extraEnv",), name, None, EVERYWHERE) for name in "AB"],
        ),
        (
            {"workers": {"celery": {"sets": [{"env": [{"name": "A", "valueFrom": {}}]}]}}},
            [(("workers", "celery", "sets", 0, "env", 0, "value"), "A", None, ("workers", "celery", "sets", 0))],
        ),
        ({"scheduler": {"env": [{"name": "A", "value": "1"}]}}, [(("scheduler", "env", 0, "value"), "A", "1", ("scheduler",))]),
        ({"scheduler": {"extraContainers": [{"env": [{"name": "A"}]}], "extraInitContainers": [{"env": [{"name": "A"}]}]}}, []),
        ({"env": {"name": "A"}, "secret": "A", "extraEnv": ["A"]}, []),
    ],
)
def test_variables_of_every_list_are_found(values, found):
    told = [(variable.path, variable.name, variable.value, variable.scope) for variable in environment_variables(values)]
    assert told == found


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("AIRFLOW__CORE__EXECUTOR", ("core", "executor")),
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", ("database", "sql_alchemy_conn")),
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD", ("database", "sql_alchemy_conn")),
        ("AIRFLOW__CORE__FERNET_KEY_SECRET", ("core", "fernet_key")),
        ("AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE", ("kubernetes_executor", "namespace")),
        ("AIRFLOW_CONN_A", None),
        ("AIRFLOW__CORE", None),
    ],
)
def test_a_variable_is_known_as_the_option_that_it_sets(name, option):
    (variable,) = environment_variables({"env": [{"name": name, "value": "1"}]})
    assert variable.option == option and variable.list_path == ("env",)
