# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding of the preflight, provoked on a real API server; one run of Ansible judges one inventory host for each."""

from __future__ import annotations

import json
import pathlib
import sys

import pytest
import yaml
from preflight_cases import CASES, COMPONENTS, namespace_of, objects
from project import CHECKOUT, STATE

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE


def impersonating(kubeconfig, user, folder):
    """:returns: the path of a kubeconfig whose requests count as another user's."""
    config = yaml.safe_load(pathlib.Path(kubeconfig).read_text(encoding="utf-8"))
    config["users"][0]["user"].update({"as": user, "as-groups": ["system:authenticated"]})
    path = folder / f"{user}-kubeconfig"
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return str(path)


def host(code, variables, kubeconfig, pin, folder):
    """:returns: the variables of the inventory host of a case."""
    user = variables.get("user")
    return {
        "airflow_kubeconfig": impersonating(kubeconfig, user, folder) if user else kubeconfig,
        "airflow_expected_cluster": pin, "airflow_namespace": namespace_of(code), "airflow_components": COMPONENTS,
        "airflow_image_repository": "registry.acme.io/airflow",
        # Nothing is downloaded.
        "airflow_chart_source": "bundled", "airflow_helm_binary": f"{STATE}/bin/helm",
        **({} if "airflow_logs_claim_enabled" in variables else {"airflow_logs": {"store": "none"}}),
        **{name: value for name, value in variables.items() if name != "user"},
    }  # fmt: skip


@pytest.fixture(scope="module", name="found")
def fixture_found(project, other, tmp_path_factory):
    """What the preflight finds in each case, and what it printed: ({code: result}, output)."""
    folder = tmp_path_factory.mktemp("findings")
    client = KubeClient.from_parameters({"kubeconfig": other.kubeconfig})
    for definition in objects():
        client.create(definition)
    # A node that has not reported yet is tainted when it is made, and nothing in this cluster takes that back.
    for name in ("worker-1", "worker-2"):
        client.merge({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": {"taints": []}})
    # Nothing in this cluster removes it for good.
    client.delete("v1", "Namespace", namespace_of("WA601"))
    hosts = {code: host(code, variables, other.kubeconfig, client.identity(), folder) for code, variables in CASES.items()}
    common = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "found_folder": str(folder)}
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": common}}), encoding="utf-8")
    before = len(other.mutating_requests())
    output = project.run(
        "ansible-playbook", f"{CHECKOUT}/tests/e2e/playbooks/preflight.yml", "-i", str(inventory), "--forks", "3", check=False)
    assert other.mutating_requests()[before:] == []
    return {code: json.loads((folder / f"{code}.json").read_text(encoding="utf-8")) for code in CASES}, output


def test_every_code_is_provoked():
    # What only a pod can find out: test_preflight_probe.py. What only another ansible-core is told: the unit tests of the filter.
    assert set(CASES) == {code for code in CATALOGUE if not code.startswith("WA8")} - {"WA116"}


@pytest.mark.parametrize("code", CASES)
def test_what_a_code_is_for_provokes_it(code, found):
    result = found[0][code]
    severities = {finding["code"]: finding["severity"] for finding in result["findings"]}
    assert severities.get(code) == CATALOGUE[code].severity
    assert result["failed"] is ("error" in severities.values())


def test_the_table_shows_what_was_found(found):
    output = found[1]
    for code in ("WA101", "WA202", "WA301", "WA402"):
        assert code in output
    assert "kind: Role" in output and "hunter2" not in output
