# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods of the collection go where the scheduler goes, or where the inventory says."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.own_pods import (
    DATABASE,
    JOBS,
    PREPULL,
    findings,
    of_inventory,
    own_pods,
)

CORE, TAINT = {"pool": "core"}, {"key": "pool", "operator": "Exists"}
NODES = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}
SCHEDULER = {
    "components": {"scheduler": {"node_selector": CORE, "tolerations": [TAINT], "affinity": NODES, "priority_class": "airflow-core"}}}
PLACE = {"nodeSelector": CORE, "tolerations": [TAINT], "affinity": NODES, "priorityClassName": "airflow-core"}
VARIABLES = pytest.mark.parametrize("variable", [JOBS, DATABASE])


def spec(specification=None, raw=None, asked=None, variable=JOBS):
    """:returns: the fields of the PodSpec that an inventory leads to."""
    return of_inventory(specification or {}, raw or {}, variable, asked or {}).spec


@VARIABLES
def test_they_go_where_the_scheduler_goes(variable):
    assert spec(SCHEDULER, variable=variable) == PLACE


@VARIABLES
def test_what_the_inventory_says_of_them_goes_before(variable):
    own = {"node_selector": {"pool": "own"}, "tolerations": [{"key": "own"}], "affinity": {"podAffinity": {}}, "priority_class": "own"}
    assert spec(SCHEDULER, asked=own, variable=variable) == {
        "nodeSelector": {"pool": "own"}, "tolerations": [{"key": "own"}], "affinity": {"podAffinity": {}}, "priorityClassName": "own"}
    assert spec(SCHEDULER, asked={"node_selector": {"pool": "own"}}, variable=variable) == {**PLACE, "nodeSelector": {"pool": "own"}}
    assert spec(SCHEDULER, asked={"node_selector": {}, "priority_class": ""}, variable=variable) == PLACE


def test_without_a_place_they_may_run_anywhere():
    assert spec() == {}


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ({"nodeSelector": CORE, "tolerations": [TAINT], "affinity": NODES}, {"nodeSelector": CORE, "tolerations": [TAINT], "affinity": NODES}),
        ({"nodeSelector": {"pool": "all"}, "scheduler": {"nodeSelector": CORE}}, {"nodeSelector": CORE}),
        ({"schedulerName": "volcano"}, {"schedulerName": "volcano"}),
        ({"scheduler": {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["db"]}]}}, {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["db"]}]}),
        ({"scheduler": {"affinity": {**NODES, "podAntiAffinity": {"x": []}}}}, {"affinity": NODES}),
        ({"scheduler": {"nodeSelector": None, "tolerations": "x"}, "apiServer": {"nodeSelector": CORE}}, {}),
    ],
)  # fmt: skip
def test_overrides_of_the_schedulers_place_count(raw, found):
    assert spec(raw=raw) == found


EVERYONE = {"labels": {"team": "data", "release": "x"}, "airflowPodAnnotations": {"mesh/inject": "true", "tpl": "{{ .Release.Name }}"}}


@pytest.mark.parametrize("variable", [JOBS, DATABASE, PREPULL])
def test_they_have_the_labels_and_annotations_of_all_pods_and_their_own(variable):
    found = of_inventory({}, EVERYONE, variable, {})
    assert (found.labels, found.annotations) == ({"team": "data"}, {"mesh/inject": "true"})
    own = {"labels": {"kind": "own", "component": "scheduler"}, "annotations": {"mesh/inject": "false"}}
    found = of_inventory({}, EVERYONE, variable, own)
    assert (found.labels, found.annotations) == ({"team": "data", "kind": "own"}, {"mesh/inject": "false"})


@pytest.mark.parametrize("raw", [{}, {"labels": None, "airflowPodAnnotations": "x"}, {"scheduler": {"labels": {"a": "b"}}}])
def test_without_any_they_have_none(raw):
    found = of_inventory({}, raw, JOBS, {})
    assert (found.labels, found.annotations) == ({}, {})


@pytest.mark.parametrize(
    ("asked", "path", "problem"),
    [
        ({"annotations": {"sidecar.istio.io/inject": False}}, ".annotations.sidecar.istio.io/inject", "it is a flag"),
        ({"labels": {"team": "a b"}}, ".labels.team", "it does not have the expected form"),
        ({"labels": {"component": "scheduler"}}, ".labels", "component says what a pod is to the chart and to the collection"),
    ],
)
@pytest.mark.parametrize("variable", [JOBS, DATABASE, PREPULL])
def test_what_cannot_be_right_is_told(variable, asked, path, problem):
    (finding,) = findings({variable: asked})
    assert (finding.path, finding.problem) == (f"{variable}{path}", problem)


def test_nothing_is_told_against_what_is_right_or_left_out():
    assert findings({JOBS: {"labels": {"team": "data"}, "annotations": {"sidecar.istio.io/inject": "false"}}, DATABASE: None}) == []


def test_a_class_that_the_chart_makes_comes_too_late_for_them():
    classes = {"priorityClasses": [{"name": "core", "value": 1}]}
    assert "priorityClassName" not in spec(SCHEDULER, classes)
    assert spec({**SCHEDULER, "release_name": "other"}, classes)["priorityClassName"] == "airflow-core"


def test_a_specification_that_is_refused_leaves_what_is_said_of_them():
    refused = {**SCHEDULER, "worker_profiles": [{"name": "a"}, {"name": "a"}]}
    with pytest.raises(compiler.SpecificationError):
        compiler.compile_settings(refused)
    assert spec(refused, asked={"node_selector": CORE}) == {"nodeSelector": CORE}


def test_what_cannot_be_read_counts_as_left_out():
    assert own_pods({}, "airflow", JOBS, {"node_selector": "core", "priority_class": "low"}).spec == {"priorityClassName": "low"}
