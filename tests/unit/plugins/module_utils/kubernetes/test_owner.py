# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import owner

OWNER = owner.Owner("platform", "airflow")


def thing(kind="ConfigMap", name="a", namespace="n", api_version="v1", labels=None):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **({"labels": labels} if labels else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


@pytest.mark.parametrize("name", ["", "A", "a_b", "-a", "a-", "a" * 49, "a.b", "a\n"])
def test_a_name_that_fits_in_no_label_is_refused(name):
    with pytest.raises(DefinitionError, match="Use at most 48"):
        owner.Owner(name, "airflow")


def test_labels_are_added_to_a_copy():
    plain = thing(labels={"x": "1"})
    assert OWNER.labelled(plain)["metadata"]["labels"] == {"x": "1", **OWNER.labels}
    assert plain == thing(labels={"x": "1"})


@pytest.mark.parametrize(
    ("labels", "other"),
    [
        (None, None),
        (OWNER.labels, None),
        ({**OWNER.labels, owner.LABEL: "another"}, "airflow/another"),
        ({**OWNER.labels, owner.NAMESPACE_LABEL: "staging"}, "staging/platform"),
    ],
)
def test_whom_an_object_belongs_to(labels, other):
    assert OWNER.other(thing(labels=labels)) == other


def test_a_record_gives_back_what_went_into_it():
    places = {("v1", "ConfigMap", "n"), ("rbac.authorization.k8s.io/v1", "ClusterRole", "")}
    record = OWNER.record(places)
    assert owner.recorded(record) == places and owner.is_record(record)
    assert record["metadata"]["name"] == "windrose-owner-platform" and record["metadata"]["namespace"] == "airflow"
    assert OWNER.record(places) == OWNER.record(set(sorted(places)))


@pytest.mark.parametrize("data", [None, {}, {"collections": "no JSON"}, {"collections": "7"}, {"collections": "[[1]]"}])
def test_a_record_that_cannot_be_read_tells_of_nothing(data):
    assert owner.recorded({"data": data}) == set()
    assert owner.recorded(None) == set()


def test_what_is_no_longer_wanted_goes_and_what_holds_data_stays():
    found = [
        thing(name="wanted"), thing(name="gone"), thing(name="wanted", namespace="other"),
        *(thing(kind, "data", None if kind in ("Namespace", "PersistentVolume", "CustomResourceDefinition") else "n")
          for kind in sorted(owner.KEPT)),
    ]  # fmt: skip
    gone, kept = owner.surplus(found, [thing(name="wanted")], [])
    assert gone == [thing(name="gone"), thing(name="wanted", namespace="other")]
    assert [item["kind"] for item in kept] == sorted(owner.KEPT)


@pytest.mark.parametrize(
    ("named", "goes"),
    [
        ({"kind": "Secret", "name": "data", "namespace": "n"}, True),
        ({"kind": "Secret", "name": "data", "namespace": "other"}, False),
        ({"kind": "Secret", "name": "data", "namespace": None}, False),
        ({"kind": "PersistentVolumeClaim", "name": "data", "namespace": "n"}, False),
    ],
)
def test_data_goes_only_by_its_name(named, goes):
    gone, kept = owner.surplus([thing("Secret", "data")], [], [named])
    assert (bool(gone), bool(kept)) == (goes, not goes)


def test_an_object_is_the_same_in_another_version_of_its_group():
    found = [thing("HorizontalPodAutoscaler", api_version="autoscaling/v1")]
    assert owner.surplus(found, [thing("HorizontalPodAutoscaler", api_version="autoscaling/v2")], []) == ([], [])
    assert owner.surplus(found, [thing("HorizontalPodAutoscaler", api_version="another/v1")], []) == (found, [])
