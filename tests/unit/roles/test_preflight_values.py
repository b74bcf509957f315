# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight as a whole, without a cluster: it compiles the chart values, and tells what is wrong with them in its one table."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PLAY = """
- hosts: all
  gather_facts: false
  module_defaults:
    group/windrose.airflow.cluster:
      kubeconfig: "{{ airflow_kubeconfig }}"
  tasks:
    - block:
        - ansible.builtin.include_role:
            name: windrose.airflow.airflow_preflight
      rescue:
        - ansible.builtin.copy:
            content: "{{ __airflow_preflight_findings | to_json }}"
            dest: "{{ inventory_dir }}/{{ inventory_hostname }}.json"
            mode: "0600"
"""
SECRET = "hunter2-of-nobody"
NOWHERE = "/nonesuch/chart"
COMMON = {
    "ansible_connection": "local", "ansible_python_interpreter": sys.executable, "airflow_kubeconfig": "/nonesuch/kubeconfig",
    "airflow_expected_cluster": {"uid": "11111111-2222-3333-4444-555555555555"}, "airflow_chart_source": "bundled",
    "airflow_helm_binary": "/nonesuch/helm", "airflow_logs": {"store": "none"},
}
NO_CHART = {"airflow_chart_source": "path", "airflow_chart_path": NOWHERE}
# {case: (variables, {(code, subject): words of the finding})}
CASES = {
    "sound": ({"airflow_helm_binary": "the one of the tests"}, {}),
    "no_renderer": ({}, {("WA113", "airflow_helm_binary"): "the chart cannot be rendered: there is no such program on the PATH"}),
    "contradiction": (
        {"airflow_logs": {"store": "s3", "connection_secret": {"name": "s3", "key": "connection"}}},
        {("WA113", "airflow_logs.url"): "Write s3://bucket/path."},
    ),
    "raw_values": (
        {"airflow_values_overrides": {"schedular": {}, "env": [{"name": "AIRFLOW_CONN_X", "value": f"postgresql://u:{SECRET}@db/x"}]}},
        {("WA113", "airflow_values_overrides.schedular"): "scheduler", ("WA110", "airflow_values_overrides.env[0].value"): "password"},
    ),
    # One finding, whatever else Airflow 3 would have against it.
    "airflow_2": (
        {"airflow_version": "2.11.0", "airflow_logs": {"store": "s3"}, "airflow_values_overrides": {"webserver": {"replicas": 2}}},
        {("WA115", "airflow_version"): 'guide "Upgrading to Airflow 3"'},
    ),
    "raw_airflow_2": (
        {"airflow_values_overrides": {"airflowVersion": "2.11.0"}},
        {("WA113", "airflow_values_overrides.airflowVersion"): 'guide "Upgrading to Airflow 3"'},
    ),
    "no_chart": (NO_CHART, {("WA114", "airflow_chart_path"): f"Could not read chart {NOWHERE}: "}),
    "no_helm": ({"airflow_chart_source": "official"}, {("WA114", "airflow_chart_source"): "Could not find helm as `/nonesuch/helm`"}),
    "other_chart": ({"airflow_chart_digest": "0" * 64}, {("WA114", "airflow_chart_source"): "is pinned"}),
    "no_path": ({**NO_CHART, "airflow_chart_path": ""}, {("WA103", "airflow_chart_path"): "empty"}),
}


def run(playbook, hosts, folder, *options):
    """:returns: what a playbook prints; the preflight of every host has to refuse it."""
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": COMMON}}), encoding="utf-8")
    environment = {
        **os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        # From 2.21 on, ansible-core shows the parameters of a module only where it is told to.
        "ANSIBLE_INJECT_INVOCATION": "true",
        # In that of the user there may be the official chart.
        "XDG_CACHE_HOME": str(folder / "cache"),
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", str(playbook), "--inventory", str(inventory), *options],
        env=environment, capture_output=True, text=True, timeout=300, check=False).stdout


@pytest.fixture(scope="module", name="told")
def fixture_told(tmp_path_factory, helm):
    """What is found in each case, and what was printed: ({case: findings}, output)."""
    folder = tmp_path_factory.mktemp("preflight")
    (folder / "play.yml").write_text(PLAY)
    # With differences, for which the release asks the cluster.
    hosts = {case: variables for case, (variables, found) in CASES.items()}
    hosts["sound"] = {"airflow_helm_binary": helm.binary}
    output = run(folder / "play.yml", hosts, folder, "--diff", "-vvv")
    return {case: json.loads((folder / f"{case}.json").read_text(encoding="utf-8")) for case in CASES}, output


@pytest.mark.parametrize("case", CASES)
def test_values_and_chart_are_judged_beside_the_cluster(case, told):
    found = {(finding["code"], finding["subject"]): finding for finding in told[0][case]}
    assert set(found) == {("WA203", "cluster"), *CASES[case][1]}
    for place, words in CASES[case][1].items():
        assert words in " ".join(found[place].values())
        assert found[place]["severity"] == "error"


def test_the_table_holds_all_of_it_and_no_raw_value(told):
    output = told[1]
    for words in ("airflow_logs.url", "WA113", "WA114", "WA203"):
        assert words in output
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in output and SECRET not in output


@pytest.mark.parametrize("playbook", ["verify", "destroy"])
def test_what_installs_nothing_needs_no_chart(playbook, tmp_path):
    output = run(ROOT / "playbooks" / f"{playbook}.yml", {"case": NO_CHART}, tmp_path, "-e", "airflow_destroy_confirm=airflow")
    assert output.count("WA203") == 1 and "WA114" not in output


def test_what_is_refused_is_shown_once_and_written_down_once(tmp_path):
    playbook, hosts = ROOT / "playbooks" / "verify.yml", {"case": CASES["raw_values"][0]}
    asked = ("-e", f"airflow_preflight_report={tmp_path}/{{{{ inventory_hostname }}}}")
    files = [tmp_path / "case.json", tmp_path / "case.md"]
    for option, changed, is_written in (("--check", 1, False), ("--verbose", 1, True), ("--diff", 0, True)):
        output = run(playbook, hosts, tmp_path, *asked, option)
        # The result of the task that judges is shown as well, where results are asked for.
        assert output.count("WA110") == output.count("WA203") == (2 if option == "--verbose" else 1)
        assert f"changed={changed}" in output
        assert [file.exists() for file in files] == [is_written] * 2
    assert [file.stat().st_mode & 0o777 for file in files] == [0o644] * 2
    told = json.loads(files[0].read_text(encoding="utf-8"))
    assert [finding["code"] for finding in told["findings"]] == ["WA110", "WA203"] and not told["passed"]
    assert "| error | WA110 | `airflow_values_overrides.env[0].value` |" in files[1].read_text(encoding="utf-8")
    assert not [file for file in files if SECRET in file.read_text(encoding="utf-8")]


def test_the_values_alone_are_refused_with_each_finding_once(tmp_path):
    path = "airflow_values_overrides.workers.celery.persistence.fixPermissions"
    overrides = {"workers": {"celery": {"persistence": {"fixPermissions": True}}}, "schedular": {}}
    hosts = {"case": {"airflow_values_overrides": overrides, "airflow_values_file": f"{tmp_path}/values.yml"}}
    output = run(ROOT / "playbooks" / "values.yml", hosts, tmp_path)
    assert output.count(path) == output.count("airflow_values_overrides.schedular") == 1
    assert "The check of the chart values found 2 errors." in output and not (tmp_path / "values.yml").exists()


def test_a_chart_that_is_not_there_is_still_an_error_of_the_values_alone(tmp_path):
    hosts = {"case": {**NO_CHART, "airflow_values_file": f"{tmp_path}/values.yml"}}
    output = run(ROOT / "playbooks" / "values.yml", hosts, tmp_path)
    assert f"Could not read chart {NOWHERE}: " in output and "failed=1" in output


def test_the_release_compiles_what_the_preflight_has_judged():
    files = [path for folder in ("roles", "playbooks") for path in (ROOT / folder).rglob("*.yml")]
    calling = [path.relative_to(ROOT) for path in files if "windrose.airflow.values:" in path.read_text(encoding="utf-8")]
    assert list(map(str, calling)) == ["roles/airflow_specification/tasks/values.yml"]
