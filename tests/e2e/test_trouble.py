# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user sees who mistypes a variable, points at the wrong cluster, or has no room: one message, and nothing is changed.

Runs on the cluster that test_run.py made.
"""

from __future__ import annotations

import json

import pytest
from project import changed

MISTAKES = {
    "a mistyped variable": ({"airflow_namespce": "x"}, ["airflow_namespce", "airflow_namespace"]),
    "the wrong cluster": ({"airflow_expected_cluster": {"uid": "00000000", "ca_sha256": "00"}}, ["00000000", "uid"]),
    "a port in use": (
        {"airflow_local_cluster_name": "another"},
        ["Port 8080 of 127.0.0.1, for Airflow, is in use by docker-proxy", "set airflow_local_cluster_airflow_port",
         "Port 6443", "Port 5000", "Nothing was changed."],
    ),
    "an executor that does not exist": ({"airflow_executor": "KubernetsExecutor"}, ["KubernetesExecutor"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_reported_before_anything_is_changed(project, mistake):
    variables, words = MISTAKES[mistake]
    output = project.site("--extra-vars", json.dumps(variables), check=False)
    assert "fatal: " in output
    text = " ".join(output.split())
    assert [word for word in words if word not in text] == []
    assert changed(output) == 0
    assert "Traceback" not in output


def test_a_damaged_image_is_reported_by_pod_and_reason(project):
    """An image that does not exist: the run stops early and names pod, reason and remedy."""
    variables = {"airflow_image_tag": "no-such-tag"}
    output = project.site("--tags", "image_prepull", "--extra-vars", json.dumps(variables), check=False)
    text = " ".join(output.split())
    assert "fatal: " in output
    for word in ("airflow-image-prepull-", "no-such-tag", "ImagePull"):
        assert word in text, word
    assert changed(project.site()) >= 1
    assert changed(project.site()) == 0
