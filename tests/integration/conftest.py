# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests that run modules against a real API server."""

from __future__ import annotations

import json
import os
import pathlib
import secrets
import subprocess
import sys

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kube import KubeClient

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBECONFIG_VARIABLE = "WINDROSE_TEST_KUBECONFIG"
MODULE_LIMIT_SECONDS = 600


class Cluster:
    """The cluster under test: the path of its kubeconfig and a client of our own for what the tests look at."""

    def __init__(self, kubeconfig):
        self.kubeconfig = str(kubeconfig)
        self.client = KubeClient.from_parameters({"kubeconfig": self.kubeconfig})

    def image_at_hand(self, word):
        """Name an image of Kubernetes' own that every node has; simulated nodes run any.

        :param word: ``pause``, which waits for ever, or ``coredns``, which tells what its arguments ask for and ends.
        """
        found = [
            {name for image in node["status"].get("images") or [] for name in image["names"] if word in name}
            for node in self.client.list("v1", "Node")
        ]
        everywhere = [name for name in sorted(set.intersection(*found) if found else set()) if "@" not in name]
        return everywhere[0] if everywhere else word

    def has_real_nodes(self):
        """Tell whether containers really run here; simulated nodes report no container runtime."""
        nodes = self.client.list("v1", "Node")
        return any("containerd" in node["status"]["nodeInfo"]["containerRuntimeVersion"] for node in nodes)


@pytest.fixture(scope="session")
def cluster():
    """The cluster of this checkout, or of the kubeconfig in ``WINDROSE_TEST_KUBECONFIG``."""
    kubeconfig = pathlib.Path(os.environ.get(KUBECONFIG_VARIABLE) or ROOT / ".local" / "kubeconfig")
    if not kubeconfig.is_file():
        pytest.fail(
            f"The integration tests need a cluster, and {kubeconfig} does not exist. "
            f"Run 'make run' first, or set {KUBECONFIG_VARIABLE} to a kubeconfig whose cluster may be written to.",
            pytrace=False,
        )
    return Cluster(kubeconfig)


@pytest.fixture
def real_nodes(cluster):
    """For tests that need containers to run."""
    if not cluster.has_real_nodes():
        pytest.skip("this cluster has no node that really runs containers")


@pytest.fixture
def namespace_name(cluster):
    """A name for a namespace of this test; what the test makes under it is removed, without waiting."""
    name = f"windrose-test-{secrets.token_hex(5)}"
    yield name
    cluster.client.delete("v1", "Namespace", name)


@pytest.fixture
def namespace(cluster, namespace_name):
    """A namespace of this test's own."""
    cluster.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace_name}})
    return namespace_name


class ModuleRun(dict):
    """A module's result; ``output`` is everything that Ansible printed at its most talkative."""

    def __init__(self, result, output):
        super().__init__(result)
        self.output = output


@pytest.fixture
def run_module(cluster, tmp_path):
    """Run a module of the collection through Ansible: ``run_module(name, args, check=False, diff=False) -> dict``."""
    configuration = tmp_path / "ansible.cfg"
    configuration.write_text("[defaults]\nlocalhost_warning = false\n")
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local"),
        "ANSIBLE_REMOTE_TEMP": str(tmp_path / "remote"),
        "ANSIBLE_NOCOLOR": "1",
    }

    def run(name, args, check=False, diff=False):
        command = [
            str(pathlib.Path(sys.executable).with_name("ansible")), "localhost", "-vvvv",
            "--connection", "local", "--extra-vars", json.dumps({"ansible_python_interpreter": sys.executable}),
            "--module-name", f"windrose.airflow.{name}",
            "--args", json.dumps({"kubeconfig": cluster.kubeconfig, **args}),
        ]  # fmt: skip
        command += ["--check"] if check else []
        command += ["--diff"] if diff else []
        ran = subprocess.run(
            command,
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=MODULE_LIMIT_SECONDS,
            check=False,
        )
        marker = ran.stdout.find(" => {")
        assert marker >= 0, f"no result in the output of Ansible:\n{ran.stdout}\n{ran.stderr}"
        result, unused_end = json.JSONDecoder().raw_decode(ran.stdout[marker + len(" => ") :])
        # The line before the result is "localhost | CHANGED", "localhost | SUCCESS" or "localhost | FAILED!".
        failed = ran.stdout[:marker].endswith("FAILED!")
        return ModuleRun({**result, "failed": failed}, ran.stdout + ran.stderr)

    return run


@pytest.fixture
def resource_versions(cluster):
    """Read versions, which change with every write: ``resource_versions(definitions) -> {name: version}``."""

    def read(definitions):
        versions = {}
        for definition in definitions:
            metadata = definition["metadata"]
            live = cluster.client.get(
                definition["apiVersion"], definition["kind"], metadata["name"], metadata.get("namespace")
            )
            versions[f"{definition['kind']}/{metadata['name']}"] = live and live["metadata"]["resourceVersion"]
        return versions

    return read
