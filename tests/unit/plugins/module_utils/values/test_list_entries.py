# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import list_entries

ENTRIES = st.lists(st.fixed_dictionaries({"name": st.sampled_from("abc"), "value": st.integers(0, 2)}))


@pytest.mark.parametrize(
    ("field", "entry", "known_by"),
    [
        ("env", {"name": "A", "value": "1"}, ("A",)),
        ("secret", {"envName": "A", "secretName": "s"}, ("A",)),
        ("extraVolumeMounts", {"name": "v", "mountPath": "/a"}, ("/a",)),
        ("volumeMounts", {"name": "v", "mountPath": "/a"}, ("/a",)),
        ("extraVolumes", {"name": "v", "emptyDir": {}}, ("v",)),
        ("hostAliases", {"ip": "10.0.0.1", "hostnames": []}, ("10.0.0.1",)),
        ("imagePullSecrets", {"name": "a"}, ("a",)),
        ("imagePullSecrets", "a", ("a",)),
        ("hosts", "a.example.com", ("a.example.com",)),
        ("metrics", {"type": "Resource", "resource": {"name": "cpu"}}, ("Resource", "cpu")),
        ("topologySpreadConstraints", {"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}, ("zone", "DoNotSchedule")),
        ("env", {"value": "1"}, None),
        ("env", {"name": 1}, None),
        ("metrics", {"type": "External"}, None),
        ("args", "bash", None),
        ("args", 1, None),
    ],
)
def test_entries_are_known_as_kubernetes_knows_them(field, entry, known_by):
    assert list_entries.identity(entry, field) == known_by


@pytest.mark.parametrize(
    ("below", "above", "field", "joined"),
    [
        ([{"name": "a"}], [{"name": "b"}], "env", [({"name": "a"}, None), ({"name": "b"}, 0)]),
        ([{"name": "a"}, {"name": "b"}], [{"name": "a", "value": 1}], "env", [({"name": "a", "value": 1}, 0), ({"name": "b"}, None)]),
        ([{"name": "a"}], [], "env", [({"name": "a"}, None)]),
        ([{"key": "a"}], [{"key": "b"}, {"key": "a"}], "tolerations", [({"key": "a"}, 1), ({"key": "b"}, 0)]),
        # A sequence of words means something only as a whole.
        (["bash", "-c"], ["airflow"], "args", [("airflow", 0)]),
        ([{"name": "a"}], [{"valueFrom": {}}], "env", [({"valueFrom": {}}, 0)]),
    ],
)
def test_entries_of_the_same_name_are_replaced_in_place_and_others_follow(below, above, field, joined):
    assert list_entries.joined(below, above, field) == joined


@given(ENTRIES, ENTRIES)
def test_every_name_stays_and_nothing_changes_a_second_time(below, above):
    once = [entry for entry, _place in list_entries.joined(below, above, "env")]
    assert {entry["name"] for entry in (*below, *above)} == {entry["name"] for entry in once}
    assert [entry for entry, _place in list_entries.joined(once, above, "env")] == once


@given(ENTRIES, ENTRIES)
def test_each_entry_is_told_where_it_was_written(below, above):
    for entry, place in list_entries.joined(below, above, "env"):
        assert entry in below if place is None else entry == above[place]
