# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which key a wrong one was meant to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import nearest_key

KEYS = ["replicas", "revisionHistoryLimit", "resources", "networkPolicy", "nodeSelector", "labels", "address"]
PLACES = {
    "keda": [("workers",), ("workers", "celery"), ("triggerer",)], "apiServer": [(), ("ingress",)], "ingress": [()],
    "repo": [("dags", "gitSync")], "resources": [("scheduler",), ("apiServer",), ("triggerer",)],
    "hosts": [("ingress", "apiServer"), ("ingress", "web"), ("ingress", "flower")],
}


@pytest.mark.parametrize(("key", "wanted"), [
    ("replicas", "replicas"), ("Replicas", "replicas"), ("REPLICAS", "replicas"), ("replica", "replicas"),
    ("replicaz", "replicas"), ("replicaCount", "replicas"), ("node_selector", "nodeSelector"),
    ("node-selectors", "nodeSelector"),
    ("networkPolicies", "networkPolicy"), ("label", "labels"), ("addresses", "address"), ("resource", "resources"),
    ("revisionHistory", "revisionHistoryLimit"), ("x", None), ("", None), ("notAKeyOfAnyChart", None),
])
def test_the_nearest_key(key, wanted):
    assert nearest_key.nearest(key, KEYS) == wanted


@pytest.mark.parametrize(("key", "wanted"), [("replicaz", "replicas"), ("replicaCount", None), ("revision", None)])
def test_a_near_miss_has_little_wrong(key, wanted):
    assert nearest_key.nearest(key, KEYS, nearest_key.NEAR_MISS) == wanted


def test_two_keys_that_begin_alike_leave_it_open():
    assert nearest_key.nearest("meta", ["metadata", "metal"]) != nearest_key.nearest("meta", ["metadataConnection"])
    assert nearest_key.nearest("metadata", ["metadataConnectionString", "metadataSecretReference"]) is None


@given(st.text(max_size=20), st.sets(st.text(min_size=1, max_size=20), max_size=6))
def test_the_nearest_key_is_one_of_the_known_ones(key, known):
    assert nearest_key.nearest(key, known) in {*known, None}
    if key in known and key.strip(" _-"):
        assert nearest_key.nearest(key, [key]) == key


@pytest.mark.parametrize(("path", "key", "wanted"), [
    (("apiServer",), "ingress", ["ingress.apiServer"]),
    (("workers", "kubernetes"), "keda", ["workers.celery.keda"]),
    (("dags",), "repo", ["dags.gitSync.repo"]),
    ((), "repo", ["dags.gitSync.repo"]),
    (("apiServer",), "hosts", ["ingress.apiServer.hosts"]),
    (("ingress",), "hosts", ["ingress.apiServer.hosts", "ingress.flower.hosts"]),
    (("statsd",), "resources", []),
    (("statsd",), "unknown", []),
    (("env", 0), "repo", ["dags.gitSync.repo"]),
])
def test_where_else_a_key_is_known(path, key, wanted):
    assert [".".join(found) for found in nearest_key.elsewhere(path, key, PLACES)] == wanted
