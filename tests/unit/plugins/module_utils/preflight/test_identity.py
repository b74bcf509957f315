# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import rules

PIN = {"uid": "11111111-2222-3333-4444-555555555555", "ca_sha256": "aa"}
OTHER = {"uid": "99999999-2222-3333-4444-555555555555", "ca_sha256": "aa"}
ZEROS = {"uid": "00000000-0000-0000-0000-000000000000"}
UNREACHABLE = {"identity": None, "msg": "Could not reach it."}
REFUSED = {"identity": None, "msg": "Refused to write to it.", "found_identity": OTHER}


@pytest.mark.parametrize(
    ("variables", "facts", "codes"),
    [
        ({}, {"identity": {**PIN, "uid": "other"}}, ["WA202"]),
        ({}, {"identity": {**PIN, "ca_sha256": "other"}}, ["WA202"]),
        # An empty authority says that the system's are used, and is compared.
        ({"airflow_expected_cluster": {"ca_sha256": ""}}, {}, ["WA202"]),
        ({"airflow_expected_cluster": {"ca_sha256": None}}, {"identity": {**PIN, "ca_sha256": "other"}}, []),
        ({}, UNREACHABLE, ["WA203"]),
        ({}, REFUSED, ["WA202"]),
        ({"airflow_expected_cluster": ZEROS}, REFUSED, ["WA201"]),
        ({"airflow_expected_cluster": ZEROS}, {}, ["WA201"]),
        ({"airflow_expected_cluster": {"uid": "…"}}, {}, ["WA201"]),
        ({"airflow_expected_cluster": {"uid": ""}}, UNREACHABLE, ["WA201", "WA203"]),
        ({"airflow_expected_cluster": {"uid": "00000000"}}, {}, ["WA202"]),
    ],
)
def test_the_cluster_that_is_meant(variables, facts, codes, judged):
    assert [finding.code for finding in judged(variables, facts)] == codes


def test_another_cluster_is_reported_with_both_identities(judged):
    (finding,) = judged({}, {"identity": OTHER})
    assert PIN["uid"] in finding.problem
    assert OTHER["uid"] in finding.problem


def test_the_message_of_the_module_is_reported(judged):
    (finding,) = judged({}, UNREACHABLE)
    assert finding.problem == "Could not reach it."


def test_an_identity_that_may_not_be_read_is_reported_as_such(judged):
    (finding,) = judged({}, {"identity": None, "forbidden": ["Namespace", "Node"]})
    assert (finding.code, finding.severity) == ("WA206", "error")
    assert "kube-system" in finding.problem
    (finding,) = judged({}, {"identity": None, "forbidden": ["Node"]})
    assert finding.problem == "The cluster did not answer."


def test_without_facts_only_the_inventory_is_judged(environment):
    variables = environment().variables
    assert rules.findings(variables, list(variables), {}, {}) == []


@pytest.mark.parametrize(
    ("version", "codes"),
    [
        ("v1.29.15", ["WA204"]), ("v1.30.0", []), ("v1.36.9-gke.1", []), ("v1.37.0", ["WA204"]), ("v2.0.0", ["WA204"]),
        ("1.34+", []), ("", []),
    ],
)  # fmt: skip
def test_versions_of_kubernetes(version, codes, judged):
    found = judged({}, {"server_version": {"git_version": version}, "nodes": None})
    assert [finding.code for finding in found] == codes


@pytest.mark.parametrize(
    ("kubelets", "told"),
    [
        (["v1.31.4"], None), (["v1.30.4"], "worker-0"), (["v1.30.4", "v1.29.0", "v1.34.0"], "worker-0, worker-1"),
        (["v1.30.0"] * 7, "and 2 more"), ([""], None), (["v1.35.0"], None),
    ],
)  # fmt: skip
def test_nodes_far_behind_the_api_server(kubelets, told, judged, make_node):
    nodes = [make_node(f"worker-{place}", kubelet_version=kubelet) for place, kubelet in enumerate(kubelets)]
    found = judged({}, {"nodes": nodes})
    assert [finding.code for finding in found] == (["WA205"] if told else [])
    assert not told or told in found[0].problem
