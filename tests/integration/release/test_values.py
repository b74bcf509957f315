# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module values beside a real cluster, of which it reads what is deployed and nothing else."""

from __future__ import annotations

import pathlib

import pytest

CHART = pathlib.Path(__file__).resolve().parents[3] / "roles" / "airflow_release" / "files" / "chart"


@pytest.fixture
def compiled(run_module, namespace, helm_binary):
    """Run the module: ``compiled(specification, overrides, diff=False)``."""

    def run(specification, raw=None, diff=False):
        return run_module("values", {
            "name": "demo", "namespace": namespace, "helm_binary": helm_binary, "chart": {"source": "bundled", "path": str(CHART)},
            "specification": {"release_name": "demo", "logs": {"store": "none"}, **specification}, "values_overrides": raw or {},
        }, diff=diff)

    return run


def test_a_diff_shows_the_objects_that_would_come_and_writes_nothing(compiled, cluster, namespace):
    before = {kind: cluster.client.list("v1", kind, namespace) for kind in ("Secret", "ConfigMap", "ServiceAccount")}
    result = compiled({}, diff=True)
    headers = [entry["after_header"] for entry in result["diff"]]
    assert not result["changed"] and f"ConfigMap {namespace}/demo-config" in headers
    assert all(entry["before"] == {} for entry in result["diff"])
    for kind, found in before.items():
        names = {item["metadata"]["name"] for item in cluster.client.list("v1", kind, namespace)}
        # Kubernetes itself puts a few into every namespace, in its own time.
        assert names - {item["metadata"]["name"] for item in found} <= {"default", "kube-root-ca.crt"}


def test_an_override_that_no_chart_takes_is_refused_and_not_shown(compiled):
    result = compiled({}, {"scheduler": {"replicaCount": "unseen-7"}})
    assert result["failed"] and result["findings"][0]["subject"] == "airflow_values_overrides.scheduler.replicaCount"
    assert "unseen-7" not in result.output
