# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.attribution import Attribution
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import official_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import value_check
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

COMPILED = compiler.compile_settings({})


def told(raw):
    """:returns: list of (path, remedy) of what is told of raw values, in an environment of defaults."""
    facts = official_facts()
    below = compiler.minimal(COMPILED, facts.defaults)
    values = overrides.merged(compiler.chart_values(below), raw)
    context = value_check.context(values, facts, COMPILED, raw, "none")
    found = value_check.check_values(values, facts, context, Attribution(raw, below))
    return [(finding.path.removeprefix(f"{overrides.VARIABLE}."), finding.remedy) for finding in found]


@pytest.mark.parametrize(("raw", "path", "remedy"), [
    # A wrong key, a wrong value in place of a compiled one, and what other roles act on.
    ({"scheduler": {"replicaCount": 2}}, "scheduler.replicaCount", "The nearest key is scheduler.replicas"),
    ({"executor": "CeleryExecuter"}, "executor", "Remove it, so that what airflow_executor gives holds"),
    ({"data": {"metadataSecretName": None}}, "data.metadataSecretName", "Remove it, and set airflow_database_secret_name"),
    # An entry is counted among those that were written, not among the compiled ones before it.
    ({"workers": {"kubernetes": {"env": [{"name": "AIRFLOW__CORE__PARALELISM", "value": "1"}]}}}, "workers.kubernetes.env.0.name",
     "The nearest option is AIRFLOW__CORE__PARALLELISM"),
])
def test_one_thing_is_told_of_each_fault_where_it_was_written(raw, path, remedy):
    assert told(raw) == [(path, remedy)]


def test_nothing_is_told_of_what_was_compiled():
    assert told({}) == []


def test_of_places_that_are_told_nothing_more_is_told():
    found = [ValueFinding(path, "it is wrong", "Fix it") for path in ("a.b", "a")]
    assert value_check.elsewhere(found, [ValueFinding("a", "it is refused", "Remove it")]) == found[:1]
