# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rights import access_reviews, uncovered


def right(resource="pods", verbs=("get", "list"), api_group="", names=()):
    return {"api_group": api_group, "resource": resource, "verbs": list(verbs), "namespace": "n", "names": list(names)}


def rule(resources=("pods",), verbs=("get", "list"), api_groups=("",), names=None):
    named = {"resourceNames": list(names)} if names else {}
    return {"resources": list(resources), "verbs": list(verbs), "apiGroups": list(api_groups), **named}


@pytest.mark.parametrize(
    ("wanted", "rules"),
    [
        (right(), [rule()]),
        (right(), [rule(verbs=["get"]), rule(verbs=["list"])]),
        (right(), [rule(["*"], ["*"], ["*"])]),
        (right("pods/log", ["get"]), [rule(["pods/log"])]),
        (right("pods/log", ["get"]), [rule(["*/log"])]),
        (right("pods/log", ["get"]), [rule(["*"])]),
        (right("deployments", ["get"], "apps"), [rule(["deployments"], api_groups=["apps"])]),
        (right(names=["a"]), [rule(names=["a", "b"])]),
        (right(names=["a", "b"]), [rule(names=["a"]), rule(names=["b"])]),
        (right(names=["a"]), [rule()]),
    ],
)
def test_what_is_granted(wanted, rules):
    assert uncovered(wanted, rules) is None


@pytest.mark.parametrize(
    ("wanted", "rules", "left"),
    [
        (right(), [], ["get", "list"]),
        (right(), [rule(verbs=["get"])], ["list"]),
        (right(), [rule(["services"])], ["get", "list"]),
        (right(), [rule(api_groups=["apps"])], ["get", "list"]),
        (right("pods/log", ["get"]), [rule(["pods"])], ["get"]),
        (right("pods/log", ["get"]), [rule(["*/exec"])], ["get"]),
        (right(), [rule(names=["a"])], ["get", "list"]),
        (right(names=["a", "b"]), [rule(names=["a"])], ["get", "list"]),
        (right(), [{"verbs": ["get"]}], ["get", "list"]),
    ],
)
def test_what_is_not_granted(wanted, rules, left):
    assert uncovered(wanted, rules) == {**wanted, "verbs": left}


def test_each_verb_and_name_is_asked_for():
    asked = access_reviews(right("pods/log", ["get", "list"], names=["a", "b"]))
    assert [verb for verb, unused in asked] == ["get", "get", "list", "list"]
    assert asked[1][1]["spec"]["resourceAttributes"] == {
        "resource": "pods", "subresource": "log", "verb": "get", "namespace": "n", "name": "b"}  # fmt: skip
    cluster_wide = {**right("nodes", ["list"]), "namespace": None}
    assert access_reviews(cluster_wide)[0][1]["spec"]["resourceAttributes"] == {"resource": "nodes", "verb": "list"}
