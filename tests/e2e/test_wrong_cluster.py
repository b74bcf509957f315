# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules and roles that are pointed at the wrong cluster write nothing there, as its own audit log proves.

WINDROSE_WRONG_RUNS is the number of random runs of modules, chosen by a fixed seed.
"""

from __future__ import annotations

import json
import os
import pathlib
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from project import CHECKOUT, STATE
from random_runs import SEED, generators, random_runs

RUNS = int(os.environ.get("WINDROSE_WRONG_RUNS", "200"))
AT_ONCE = 3
PLAYS = yaml.safe_load(pathlib.Path(CHECKOUT, "playbooks", "deploy.yml").read_text(encoding="utf-8"))
# The local cluster is not made where another one is named.
TAGS = [tag for play in PLAYS for role in play["roles"] for tag in role["tags"] if tag != "local_cluster"]
OTHER, OTHER_IN_MODULES = "WA202", "this is not the cluster that expected_cluster names"


@pytest.fixture(scope="module", name="pin")
def fixture_pin():
    """The identity of the local cluster."""
    return yaml.safe_load(pathlib.Path(STATE, "expected_cluster.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", name="chart")
def fixture_chart(tmp_path_factory):
    """A chart of one ConfigMap."""
    folder = tmp_path_factory.mktemp("chart")
    (folder / "Chart.yaml").write_text('apiVersion: v2\nname: demo\nversion: 0.1.0\nappVersion: "1"\n')
    (folder / "values.yaml").write_text("{}\n")
    (folder / "templates").mkdir()
    (folder / "templates" / "one.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n")
    return str(folder)


def run_module(name, arguments, folder):
    """:returns: the module's result."""
    ended = subprocess.run(
        [sys.executable, "-m", f"ansible_collections.windrose.airflow.plugins.modules.{name}"],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": {**arguments, "_ansible_remote_tmp": str(folder)}}), cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{CHECKOUT}/collections"}, capture_output=True, text=True, check=False)
    return json.loads(ended.stdout)


def test_no_module_writes_to_another_cluster(other, pin, chart, tmp_path):
    choose, before, refused = random.Random(SEED), len(other.mutating_requests()), 0
    wrong = [pin, {"uid": pin["uid"]}, {**pin, "ca_sha256": "0" * 64}]
    runs = [
        (module, {"kubeconfig": other.kubeconfig, "expected_cluster": choose.choice(wrong), **arguments})
        for module, arguments in random_runs(RUNS, chart)
    ]
    assert {module for module, unused in runs} == set(generators(random.Random(SEED), chart))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda run: run_module(*run, tmp_path), runs))
    for (module, arguments), result in zip(runs, results):
        # What only reads, or removes what is not there, need not ask where it is.
        assert result.get("failed") or arguments["_ansible_check_mode"] or not result["changed"], (module, arguments, result)
        refused += OTHER_IN_MODULES in result.get("msg", "")
    assert refused > RUNS / 3
    assert other.mutating_requests()[before:] == []


@pytest.mark.parametrize("tag", TAGS)
def test_no_tag_gets_a_role_past_the_pin(project, other, pin, tag):
    before = len(other.mutating_requests())
    variables = {
        "airflow_local_cluster_enabled": False, "airflow_kubeconfig": other.kubeconfig, "airflow_expected_cluster": pin,
        "airflow_context": "",
    }  # fmt: skip
    output = project.site("--tags", tag, "--extra-vars", json.dumps(variables), check=False)
    assert OTHER in output and "failed=1" in output
    assert other.mutating_requests()[before:] == []


def test_the_log_would_say(other, tmp_path):
    wanted = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "right", "namespace": "default"}}
    result = run_module("manifests", {"kubeconfig": other.kubeconfig, "definitions": [wanted]}, tmp_path)
    assert result.get("changed"), result
    assert [verb for verb, uri in other.mutating_requests() if "/configmaps/right" in uri] == ["patch"]
