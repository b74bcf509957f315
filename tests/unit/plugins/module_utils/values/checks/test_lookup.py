# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import lookup

VALUES = {"a": {"b": {"c": 1}, "list": [1], "text": " x ", "null": None, "off": False}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b.c", 1),
        ("a.b", {"c": 1}),
        ("a.null", None),
        ("a.missing", "default"),
        ("a.list.c", "default"),
        ("x.y", "default"),
    ],
)
def test_a_value_is_found_by_its_path(path, found):
    assert lookup.value_at(VALUES, path, "default") == found


def test_what_has_another_shape_reads_as_missing():
    assert (
        lookup.map_at(VALUES, "a.list") == {}
        and lookup.list_at(VALUES, "a.b") == []
        and lookup.text_at(VALUES, "a.b") == ""
    )
    assert lookup.text_at(VALUES, "a.text") == "x" and lookup.text_at(VALUES, "missing", "default") == "default"
    assert lookup.integer_at(VALUES, "a.text", 7) == 7
    assert (
        not lookup.is_on(VALUES, "a.null", True)
        and not lookup.is_on(VALUES, "a.off", True)
        and lookup.is_on({}, "a", True)
    )


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3),
        ("3", 3),
        (" -3 ", -3),
        (3.0, 3),
        (3.5, None),
        (True, None),
        ("3.5", None),
        ("", None),
        (None, None),
        ("{{ x }}", None),
    ],
)
def test_whole_numbers(value, number):
    assert lookup.as_integer(value) == number


def test_a_walk_sees_everything():
    assert sorted(lookup.walk({"a": [1, {"b": 2}]}), key=lambda found: (len(found[0]), str(found[0]))) == [
        ((), {"a": [1, {"b": 2}]}), (("a",), [1, {"b": 2}]), (("a", 0), 1), (("a", 1), {"b": 2}), (("a", 1, "b"), 2),
    ]  # fmt: skip


@given(
    st.recursive(
        st.integers(),
        lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    )
)
def test_a_walk_leads_to_what_stands_there(values):
    for path, found in lookup.walk(values):
        below = values
        for name in path:
            below = below[name]
        assert below is found


@pytest.mark.parametrize(
    ("executor", "celery", "task_pods", "local"),
    [
        ("CeleryExecutor", True, False, False),
        ("CeleryExecutor,KubernetesExecutor", True, True, False),
        ("LocalExecutor", False, False, True),
        ("LocalExecutor,KubernetesExecutor", False, True, True),
        ("KubernetesExecutor", False, True, False),
        (5, False, False, False),
    ],
)
def test_executors(executor, celery, task_pods, local):
    values = {"executor": executor}
    assert (lookup.has_celery(values), lookup.has_task_pods(values), lookup.has_local(values)) == (
        celery,
        task_pods,
        local,
    )


def test_celery_is_the_default():
    assert lookup.has_celery({}) and not lookup.has_task_pods({})


def test_the_dag_processor_is_there_unless_it_is_switched_off():
    assert lookup.has_dag_processor({})
    assert lookup.has_dag_processor({"dagProcessor": {"enabled": True}})
    assert not lookup.has_dag_processor({"dagProcessor": {"enabled": False}})
    assert lookup.has_dag_processor({"dagProcessor": {"enabled": None}})


def test_the_nearest_setting_of_workers_applies():
    values = {
        "workers": {
            "hpa": {"enabled": True},
            "queue": "a",
            "celery": {"hpa": {"enabled": None}, "queue": "b", "persistence": {}},
        }
    }
    assert lookup.worker_value(values, "celery", "hpa.enabled") is True
    assert lookup.worker_value(values, "celery", "queue") == "b"
    assert lookup.worker_value(values, "celery", "queue", group={"queue": "c"}) == "c"
    assert lookup.worker_value(values, "celery", "hpa.enabled", group={"hpa": {"enabled": False}}) is False
    assert lookup.worker_value(values, "kubernetes", "queue") == "a"
    assert lookup.worker_value(values, "celery", "missing", 5) == 5


def test_groups_of_celery_workers():
    values = {"workers": {"celery": {"sets": [{"name": "big"}, "odd"]}}}
    assert lookup.celery_groups(values) == [("workers.celery", {}), ("workers.celery.sets.0", {"name": "big"})]
    values["workers"]["celery"]["enableDefault"] = False
    assert lookup.celery_groups(values) == [("workers.celery.sets.0", {"name": "big"})]
    assert lookup.celery_groups({"executor": "KubernetesExecutor"}) == []
