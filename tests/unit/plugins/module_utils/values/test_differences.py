# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import differences

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=10)
VALUES = st.dictionaries(
    st.text(max_size=10),
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@given(VALUES)
def test_nothing_differs_from_itself(values):
    assert differences.changes(values, values) == {}


@given(VALUES, VALUES)
def test_is_symmetric(one, other):
    forward, back = differences.changes(one, other), differences.changes(other, one)
    assert {path: (new, old) for path, (old, new) in back.items()} == forward


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ({"a": 1}, {"a": 1.0}, {}),
        ({"a": 1}, {"a": True}, {"a": ("1", "true")}),
        ({"a": {"b": 1}}, {}, {"a.b": ("1", None)}),
        ({}, {"a": {}}, {"a": (None, "{}")}),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, {"a[1]": ("2", "3"), "a[2]": (None, "4")}),
        ({}, {"a.b": {"c": None}}, {'"a.b".c': (None, "null")}),
        ({"text": "a\nb"}, {"text": "a\nb\nc"}, {"text": ("(text of 2 lines)", "(text of 3 lines)")}),
    ],
)
def test_changes(before, after, wanted):
    assert differences.changes(before, after) == wanted


@pytest.mark.parametrize(
    "values",
    [
        {"fernetKey": "THE-SECRET"},
        {"webserver": {"defaultUser": {"password": "THE-SECRET"}}},
        {"data": {"metadataConnection": {"pass": "THE-SECRET"}}},
        {"config": {"smtp": {"smtp_password": "THE-SECRET"}}},
        {"config": {"database": {"sql_alchemy_conn": "postgresql://airflow:THE-SECRET@db/airflow"}}},
        {"data": {"brokerUrl": "redis://:THE-SECRET@redis/0"}},
        {"data": {"brokerUrl": "redis://user:p/a@ss-THE-SECRET@redis/0"}},
        {"extraSecrets": {"git": {"data": "token: THE-SECRET"}}},
        {"env": [{"name": "AIRFLOW_CONN_DB", "value": "THE-SECRET"}]},
        {"env": [{"name": "SMTP_TOKEN", "value": "THE-SECRET"}]},
        {"extraEnv": "- name: A\n  value: THE-SECRET\n"},
        {"dags": {"gitSync": {"sshKey": "THE-SECRET"}}},
        {"registry": {"credentials": ["THE-SECRET"]}},
    ],
)
def test_secrets_are_hidden(values):
    found = differences.changes({}, values)
    assert found
    assert "THE-SECRET" not in repr(differences.as_diff(found, "values"))


@pytest.mark.parametrize(
    "values",
    [
        {"fernetKeySecretName": "airflow-fernet-key"},
        {"data": {"metadataConnection": {"host": "airflow-fernet-key"}}},
        {"tolerations": [{"key": "airflow-fernet-key"}]},
        {"env": [{"name": "REGION", "value": "airflow-fernet-key"}]},
    ],
)
def test_names_are_shown(values):
    assert "airflow-fernet-key" in repr(differences.changes({}, values))


def test_as_diff():
    found = differences.changes({"a": 1, "b": 1}, {"b": 2, "c": 3})
    assert differences.as_diff(found, "values of release x/y") == {
        "before_header": "values of release x/y",
        "after_header": "values of release x/y",
        "before": "a: 1\nb: 1\n",
        "after": "b: 2\nc: 3\n",
    }
