# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that nothing reads, with the bundled chart and helm."""

from __future__ import annotations

import json
import pathlib

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._release import chart
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.unread_keys import (
    MOST_RENDERINGS,
    UnreadKeys,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesError, ValuesService
from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantics
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING, ValueFinding

CHART = str(pathlib.Path(__file__).resolve().parents[6] / "roles" / "airflow_release" / "files" / "chart")
PREFIX = "airflow_values_overrides."


class Steps(list):
    """A `Progress` that keeps its steps."""

    step = list.append


@pytest.fixture(name="facts", scope="module")
def fixture_facts():
    """The facts of the bundled chart."""
    return ChartFacts(**chart.contents(CHART))


def judged(facts, render, raw, steps=None):
    """:returns: the findings of raw values over those of an environment of defaults."""
    settings = compiler.compile_settings({"executor": "KubernetesExecutor"})
    below = compiler.chart_values(compiler.minimal(settings, facts.defaults))

    def lay_over(values):
        return overrides.merged(below, values)

    keys = UnreadKeys(render, lay_over, Steps() if steps is None else steps)
    return keys.findings(raw, render(lay_over(raw)), facts, settings, "3.3.2")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({}, {}),
        ({"scheduler": {"replicas": 2, "env": [{"name": "A", "value": "b"}], "labels": {"team": "data"}}}, {}),
        ({"statsd": {"enabled": False, "resources": {"limits": {"memory": "99Mi"}}}}, {"statsd.resources.limits.memory": "statsd.enabled is false"}),
        ({"config": {"core": {"parallelism": 5}}, "pgbouncer": {"uid": 1000, "replicas": 2}}, {"pgbouncer": "pgbouncer.enabled is false"}),
        (
            {"apiServer": {"hpa": {"maxReplicaCount": 7}}, "ingress": {"apiServer": {"path": "/team", "hosts": [{"name": "a.example.com"}]}}},
            {"apiServer.hpa.maxReplicaCount": "apiServer.hpa.enabled is false", "ingress.apiServer": "ingress.apiServer.enabled is false"},
        ),
    ],
)
def test_keys_that_nothing_reads_are_told_with_the_reason(facts, rendering, raw, told):
    found = judged(facts, lambda values: rendering.render(CHART, values), raw)
    assert {finding.path.removeprefix(PREFIX): finding.problem.rpartition(": ")[2] for finding in found} == told
    assert all(finding.path.startswith(PREFIX) and finding.severity == "warning" for finding in found)


def test_the_chart_is_rendered_no_more_often_than_is_allowed_and_each_time_is_told(facts):
    raw = {"scheduler": {"labels": {f"label{number}": "x" for number in range(40)}, "waitForMigrations": {"enabled": False}}}
    steps, asked = Steps(), []

    def render(values):
        asked.append(values)
        # Nothing of it can be recognised, and half of it is read.
        return str(hash(str(sorted(values["scheduler"].get("labels", {}).items())[::2])))

    judged(facts, render, raw, steps)
    assert len(asked) == MOST_RENDERINGS and len(steps) == MOST_RENDERINGS - 1
    assert steps[-1] == "helm renders the chart, to find keys that nothing reads (12 of at most 12 times)"


def test_what_helm_refuses_is_not_taken_for_unread(facts):
    def render(values):
        if values["scheduler"]["replicas"] != 2:
            raise ReleaseError("Could not render", "x", "y", "z")
        return "text"

    assert judged(facts, render, {"scheduler": {"replicas": 2}}) == []


class Memory:
    """A `Rendering` that counts, and keeps verdicts.

    :param rendering: the `Rendering` to ask.
    """

    def __init__(self, rendering):
        self._rendering = rendering
        self._verdicts = {}
        self.renderings = 0

    def __getattr__(self, name):
        return getattr(self._rendering, name)

    def render(self, path, chart_values):
        self.renderings += 1
        return self._rendering.render(path, chart_values)

    def remembered(self, inputs, judge):
        key = json.dumps(inputs, sort_keys=True)
        if key not in self._verdicts:
            self._verdicts[key] = judge()
        return self._verdicts[key]


@pytest.fixture(name="memory")
def fixture_memory(rendering):
    """The `Memory` of one test."""
    return Memory(rendering)


@pytest.fixture(name="gather")
def fixture_gather(memory):
    """:returns: a function that compiles raw values, and returns findings."""

    def gather(raw, **specification):
        parameters = {
            "specification": {"logs": {"store": "none"}, **specification}, "values_overrides": raw, "name": "airflow",
            "namespace": "airflow", "node_pools": [], "database_max_connections": None,
            "chart": {"source": "bundled", "path": CHART, "digest": None},
        }
        return ValuesService(ChartService(None, None, None, Steps()), parameters, memory, Steps()).gather()["findings"]

    return gather


OFF = {"pgbouncer": {"replicas": 2, "labels": {"team": "data"}}}
TOO_LITTLE = {"scheduler": {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}}}


def test_the_module_tells_them_as_warnings_and_the_next_run_renders_nothing(gather, memory):
    (told,) = gather(OFF)
    assert told == {
        "severity": "warning", "subject": "airflow_values_overrides.pgbouncer",
        "problem": "nothing below it changes anything in what the chart renders: pgbouncer.enabled is false.",
        "remedy": "Remove it, or switch that on by airflow_pgbouncer.enabled.",
    }
    renderings = memory.renderings
    assert gather(OFF) == [told] and memory.renderings == renderings


def test_the_values_as_they_are_are_rendered_once(gather, memory):
    gather({"scheduler": {"replicas": 2}})
    # As they are, and with another number, which shows in the text.
    assert memory.renderings == 2


def test_nothing_more_is_rendered_without_overrides_and_after_a_refusal(gather, memory):
    gather({})
    assert memory.renderings == 1
    with pytest.raises(ValuesError):
        gather({**OFF, **TOO_LITTLE})
    assert memory.renderings == 2


def test_what_was_told_before_is_told_once(gather, monkeypatch):
    before = ValueFinding("pgbouncer", "it is doubtful", "Think again", WARNING)
    monkeypatch.setattr(semantics, "check_semantics", lambda *_arguments: [before])
    (told,) = gather(OFF)
    assert told["problem"] == "it is doubtful."


def test_with_a_variable_that_switches_it_on_nothing_is_told(gather):
    assert gather(OFF, pgbouncer={"enabled": True}) == []
