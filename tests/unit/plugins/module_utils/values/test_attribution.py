# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a chart value was written, and what is enough to be rid of a finding."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.attribution import Attribution
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting


@pytest.mark.parametrize(
    ("path", "told"),
    [
        # Entries of both: the compiled one is the first, and what was written second is the third.
        ("secret.0.envName", "airflow_logs (secret.0.envName): it is wrong. Fix it."),
        ("secret.1.envName", "airflow_values_overrides.secret.0.envName: it is wrong. Fix it."),
        ("secret.2", "airflow_values_overrides.secret.1: it is wrong. Fix it."),
        ("scheduler.replicaz", "airflow_values_overrides.scheduler.replicaz: it is wrong. Fix it."),
        # Below a value that is no map, the value itself was written in the overrides.
        ("env.0.name", "airflow_values_overrides.env.0.name: it is wrong. Fix it."),
        ("scheduler.replicas", "airflow_components.scheduler.replicas (scheduler.replicas): it is wrong. Fix it."),
        ("triggerer", "triggerer: it is wrong. Fix it."),
    ],
)
def test_a_finding_names_where_the_value_was_written(path, told):
    raw = {"scheduler": {"replicaz": 3}, "env": [{"name": 1}], "secret": [{"envName": "B"}, {"envName": "C"}]}
    settings = [
        Setting(("scheduler", "replicas"), 2, "airflow_components.scheduler.replicas", "as asked for"),
        Setting(("secret",), [{"envName": "A"}], "airflow_logs", "opens the log store"),
    ]
    assert str(Attribution(raw, settings).attributed(ValueFinding(path, "it is wrong", "Fix it"))) == told


@pytest.mark.parametrize(("raw", "remedy", "wanted"), [
    ({"a": {"b": 1}}, "Set a.b to 2", "Remove it, so that what airflow_x gives holds"),
    ({"c": None}, "Set c to the name of a Secret", "Remove it, so that what this collection gives holds"),
    # Another remedy, another place, and what was not written by hand.
    ({"a": {"b": 1}}, "Write 2 without quotes", None), ({"a": {"b": 1}}, "Set a.bc to 2", None), ({"a": {"d": 1}}, "Set a.d to 2", None),
    ({"c": 1}, "Set a.b to 2", None),
])
def test_a_compiled_value_that_is_right_comes_back(raw, remedy, wanted):
    settings = [Setting(("a", "b"), 2, "airflow_x", "so"), Setting(("c",), "s", "collection", "so")]
    path = "c" if raw.get("c", 1) is None else f"a.{next(iter(raw.get('a', {'b': 1})))}"
    told = Attribution(raw, settings).relieved(ValueFinding(path, "it is wrong", remedy))
    assert told == ValueFinding(path, "it is wrong", wanted or remedy)
