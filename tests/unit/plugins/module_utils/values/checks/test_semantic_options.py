# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.semantic_options import options_set_twice
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting

NAME = "AIRFLOW__CORE__PARALLELISM"
CONFIG = {"core": {"parallelism": 32, "load_examples": False}}
OF_VARIABLE = {"settings": [Setting(("config", "core", "parallelism"), 32, "airflow_concurrency.tasks", "so")]}


@pytest.mark.parametrize(("values", "path"), [
    ({"env": [{"name": NAME, "value": "64"}]}, "env.0.name"),
    ({"secret": [{"envName": NAME, "secretName": "a"}]}, "secret.0.envName"),
    ({"extraEnv": f"- name: {NAME}\n  value: '64'\n"}, "extraEnv"),
    ({"scheduler": {"env": [{"name": NAME, "value": "64"}]}}, "scheduler.env.0.name"),
])
def test_a_variable_that_wins_is_told_with_what_it_wins_over(values, path):
    (found,) = options_set_twice({"config": CONFIG, **values}, OF_VARIABLE)
    assert (found.path, found.severity) == (path, WARNING)
    assert NAME in found.problem and "which airflow_concurrency.tasks gives" in found.problem
    assert found.remedy == "Remove it, and write the value as airflow_concurrency.tasks"
    assert ("in these containers alone" in found.problem) == path.startswith("scheduler")


@pytest.mark.parametrize(("context", "source"), [
    ({}, "this collection"), ({"settings": [Setting(("config", "core", "parallelism"), 1, "collection", "so")]}, "this collection"),
    ({**OF_VARIABLE, "overrides": {"config": CONFIG}}, "airflow_values_overrides"),
])
def test_who_gave_the_other_value(context, source):
    (found,) = options_set_twice({"config": CONFIG, "env": [{"name": NAME, "value": "64"}]}, context)
    assert found.problem.endswith(f"which {source} gives")
    assert found.remedy == "Remove it, and write the value as config.core.parallelism"


@pytest.mark.parametrize("values", [
    {"config": CONFIG, "env": [{"name": NAME, "value": "32"}]},
    {"config": CONFIG, "env": [{"name": "AIRFLOW__CORE__LOAD_EXAMPLES", "value": "False"}]},
    {"config": CONFIG, "env": [{"name": "AIRFLOW__CORE__FERNET_KEY", "value": ""}]},
    {"config": {"core": "odd"}, "env": [{"name": NAME, "value": "64"}]}, {"env": [{"name": NAME, "value": "64"}]},
])
def test_the_same_value_twice_and_other_options(values):
    assert options_set_twice(values, OF_VARIABLE) == []


def test_a_variable_that_is_compiled_is_meant_to_win():
    values = {"config": CONFIG, "apiServer": {"env": [{"name": NAME, "value": "64"}]}}
    assert len(options_set_twice(values, {})) == 1
    assert options_set_twice(values, {"settings": [Setting(("apiServer", "env"), values["apiServer"]["env"], "airflow_auth", "so")]}) == []


@pytest.mark.parametrize("key", ["extraContainers", "extraInitContainers"])
def test_a_container_of_one_s_own_has_options_of_its_own(key):
    assert options_set_twice({"config": CONFIG, "scheduler": {key: [{"env": [{"name": NAME, "value": "64"}]}]}}, {}) == []
