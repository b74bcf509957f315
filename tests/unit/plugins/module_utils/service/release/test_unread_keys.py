# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that nothing reads, with the bundled chart and helm."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._release import chart
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.unread_keys import (
    MOST_RENDERINGS,
    UnreadKeys,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts

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
