# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every write is carried out, and its answer is lost: the modules send it again, and recognise their own work."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys

import pytest
from api_proxy import ApiProxy, LostAnswers
from project import CHECKOUT, STATE

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: demo\nversion: 0.1.0\n",
    "values.yaml": "greeting: hello\n",
    "templates/settings.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-settings}\ndata: {greeting: {{ .Values.greeting }}}\n"
    ),
}


@pytest.fixture(name="proxy", scope="module")
def fixture_proxy(tmp_path_factory):
    """An `ApiProxy` that runs."""
    with ApiProxy(f"{STATE}/kubeconfig", tmp_path_factory.mktemp("proxy")).running() as running:
        yield running


@pytest.fixture(name="namespace")
def fixture_namespace(project):
    """The name of a new namespace."""
    name = f"windrose-lost-{secrets.token_hex(5)}"
    project.kubectl("create", "namespace", name)
    yield name
    project.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(name="run_module")
def fixture_run_module(proxy, namespace, tmp_path):
    """Run a module: ``run_module(name, arguments) -> (its result, the writes whose answers it missed)``."""

    def run(name, arguments):
        answers = LostAnswers()
        proxy.watch(namespace, answers)
        arguments = {"kubeconfig": proxy.kubeconfig, "_ansible_remote_tmp": str(tmp_path / "remote"), **arguments}
        ended = subprocess.run(
            [sys.executable, "-m", f"ansible_collections.windrose.airflow.plugins.modules.{name}"],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}), cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": f"{CHECKOUT}/collections", "KUBECACHEDIR": str(tmp_path / "kubectl")})
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return json.loads(ended.stdout), answers.lost

    return run


def test_a_release(run_module, project, namespace, tmp_path):
    chart = tmp_path / "chart"
    for name, content in CHART.items():
        (chart / name).parent.mkdir(parents=True, exist_ok=True)
        (chart / name).write_text(content, encoding="utf-8")

    def release(**arguments):
        return run_module("release", {
            "name": "demo", "namespace": namespace, "chart": {"path": str(chart)}, "helm_binary": f"{STATE}/bin/helm", **arguments})

    changed = {"chart_values": {"greeting": "changed"}}
    for arguments, operation, kinds in (
        ({}, "installed", {"leases", "secrets", "configmaps"}),
        (changed, "upgraded", {"leases", "configmaps"}),
        ({"state": "rolled_back", "revision": 1}, "rolled_back", {"leases", "configmaps"}),
    ):
        result, lost = release(**arguments)
        assert result["operation"] == operation
        assert {write.split("/")[-2] for write in lost} | {write.split("/")[-1] for write in lost} >= kinds, lost
        result, lost = release(**arguments)
        assert not result["changed"] and lost == [], result
    (ledger,) = project.objects("configmaps", "--namespace", namespace, "--field-selector", "metadata.name=demo-ledger")
    found = [(entry["revision"], entry["operation"], entry["outcome"]) for entry in json.loads(ledger["data"]["ledger.json"])]
    assert found == [(1, "installed", "deployed"), (2, "upgraded", "deployed"), (3, "rolled_back", "deployed")]
    result, lost = release(state="absent")
    assert result["operation"] == "uninstalled" and lost
    assert project.objects("leases,configmaps,secrets", "--namespace", namespace, "--selector", "app.kubernetes.io/instance=demo") == []


def test_keys_of_secrets(run_module, namespace):
    def keys(*names):
        return run_module("secret_keys", {
            "namespace": namespace, "keys": [{"secret": "airflow-keys", "name": name, "generator": "token"} for name in names]})

    for names, created in ((["one"], ["airflow-keys/one"]), (["one", "two"], ["airflow-keys/two"])):
        result, lost = keys(*names)
        assert (result["changed"], result["created"], len(lost)) == (True, created, 1)
        result, lost = keys(*names)
        assert not result["changed"] and lost == []


def test_objects_of_an_owner(run_module, namespace):
    def apply(*names):
        definitions = [
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": {"a": "1"}}
            for name in names
        ]
        owner = {"name": "platform", "namespace": namespace}
        return run_module("manifests", {"definitions": definitions, "owner": owner, "prune": True})

    for names, operations in ((["a", "b"], {"a": "created", "b": "created"}), (["b"], {"a": "deleted", "b": "unchanged"})):
        result, lost = apply(*names)
        assert operations.items() <= {item["name"]: item["operation"] for item in result["objects"]}.items() and lost
        result, lost = apply(*names)
        assert not result["changed"] and lost == []
