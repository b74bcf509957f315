# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module manifests goes on where an API server that was killed under it comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest
from project import CHECKOUT, STATE

NAMESPACE = "windrose-restarted-api-server"
# Enough for the server to be killed while they are written.
COUNT = 2000
# The kubelet starts the container again after up to ten seconds, and the server needs some more.
LIMIT_SECONDS = 300


def definitions():
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    return [namespace] + [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"a{number}", "namespace": NAMESPACE}, "data": {"x": "1"}}
        for number in range(COUNT)
    ]


@pytest.fixture(autouse=True)
def namespace(project):
    """Nothing of the test stays."""
    yield
    project.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")


def names(project):
    found = project.kubectl("get", "configmaps", "--namespace", NAMESPACE, "--output", "name").splitlines()
    return {name for name in found if not name.endswith("kube-root-ca.crt")}


def test_a_restart_of_the_api_server_is_waited_for(project, tmp_path):
    arguments = {
        "kubeconfig": os.path.join(STATE, "kubeconfig"), "definitions": definitions(), "wait": False,
        "wait_timeout": LIMIT_SECONDS, "_ansible_remote_tmp": str(tmp_path),
    }
    progress = tmp_path / "progress"
    module = subprocess.Popen(
        [sys.executable, "-m", "ansible_collections.windrose.airflow.plugins.modules.manifests"], text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.path.join(CHECKOUT, "collections"), "WINDROSE_PROGRESS_FILE": str(progress)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    module.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))
    module.stdin.close()
    module.stdin = None
    # The progress shows when some objects are written and others are not.
    while not (progress.exists() and "ConfigMap" in progress.read_text()):
        assert module.poll() is None
        time.sleep(0.05)
    project.in_node("windrose-airflow-control-plane", "pkill", "-KILL", "kube-apiserver")
    assert module.poll() is None
    result = json.loads(module.communicate(timeout=2 * LIMIT_SECONDS)[0])
    assert not result.get("failed"), result.get("msg")
    assert {item["operation"] for item in result["objects"]} == {"created"}
    assert names(project) == {f"configmap/a{number}" for number in range(COUNT)}
    project.kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=300s")
