# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import declaration
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import kubernetes_options
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import given


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"a": None, "b": {}, "c": [], "d": 0, "e": "", "f": False}, {"d": 0, "e": "", "f": False}),
        ({"a": {"b": {"c": None}}}, {}),
        ([{"a": None}], [{"a": None}]),
        (None, None),
    ],
)
def test_what_was_left_out_is_left_out(value, kept):
    assert given(value) == kept


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("RESOURCES", {"requests": {"cpu": "1"}, "limits": {"nvidia.com/gpu": "1"}}),
        ("TOLERATIONS", [{"operator": "Exists"}, {"key": "a", "effect": "NoExecute", "tolerationSeconds": 5}]),
        ("TOPOLOGY_SPREAD_CONSTRAINTS", [
            {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {}}]),
        ("TOPOLOGY_SPREAD_CONSTRAINTS", [
            {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "minDomains": 3,
             "matchLabelKeys": ["pod-template-hash"], "nodeAffinityPolicy": "Honor", "nodeTaintsPolicy": "Ignore"}]),
        ("AFFINITY", {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {}}]}}),
        ("NODE_SELECTOR", {"kubernetes.io/arch": "amd64", "dedicated": ""}),
    ],
)  # fmt: skip
def test_words_of_kubernetes_are_handed_on_as_they_are(option, value):
    assert declaration.read(value, getattr(kubernetes_options, option), "airflow_x") == (value, [])


@pytest.mark.parametrize(
    ("option", "value", "path"),
    [
        ("RESOURCES", {"request": {"cpu": "1"}}, "airflow_x"),
        ("RESOURCES", {"requests": {"cpu": "one"}}, "airflow_x.requests.cpu"),
        ("TOLERATIONS", [{"effekt": "NoSchedule"}], "airflow_x[0]"),
        ("TOLERATIONS", [{"key": "a", "value": True}], "airflow_x[0].value"),
        (
            "TOPOLOGY_SPREAD_CONSTRAINTS",
            [{"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
            "airflow_x[0].maxSkew",
        ),
        ("AFFINITY", {"nodeafinity": {}}, "airflow_x"),
        ("NODE_SELECTOR", {"spot": True}, "airflow_x.spot"),
    ],
)
def test_what_kubernetes_would_refuse_is_reported(option, value, path):
    assert [
        finding.path for finding in declaration.read(value, getattr(kubernetes_options, option), "airflow_x")[1]
    ] == [path]
