# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests that run modules against a real API server."""

from __future__ import annotations

import json
import os
import pathlib
import re
import secrets
import subprocess
import sys
import time

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBECONFIG_VARIABLE = "WINDROSE_TEST_KUBECONFIG"
MODULE_LIMIT_SECONDS = 600
# Every wait ends as soon as it may, so a long limit costs nothing, and a busy machine needs it.
LIMIT_SECONDS = 300


class Cluster:
    """The cluster under test: the path of its kubeconfig and a client of our own for what the tests look at."""

    def __init__(self, kubeconfig):
        self.kubeconfig = str(kubeconfig)
        self.client = KubeClient.from_parameters({"kubeconfig": self.kubeconfig})

    def image_at_hand(self, word):
        """Name an image of Kubernetes' own that every node has; simulated nodes run any.

        :param word: ``pause``, which waits forever, or ``coredns``, which prints what its arguments ask for and ends.
        """
        found = [
            {name for image in node["status"]["images"] for name in image["names"] if word in name}
            for node in self.client.list("v1", "Node") if node["status"].get("images")
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
def namespace(cluster, namespace_name, wait_for):
    """A namespace of this test's own, with all that controllers put into it."""
    cluster.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace_name}})
    for kind, name in (("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")):
        wait_for(lambda kind=kind, name=name: cluster.client.get("v1", kind, name, namespace_name))
    return namespace_name


class ModuleRun(dict):
    """A module's result; ``output`` is everything that the module printed, which Ansible shows at its most talkative."""

    def __init__(self, result, output):
        super().__init__({"failed": False, "changed": False, **result})
        self.output = output


@pytest.fixture
def start_module(cluster, tmp_path):
    """Start a module as Ansible starts it: ``start_module(name, args, check=False, diff=False, **environment) -> Popen``.

    A start of Ansible itself for every run would take most of the tests' time; the end-to-end tests run the modules from roles.
    """

    def start(name, args, check=False, diff=False, **environment):
        internal = {"_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_remote_tmp": str(tmp_path / "remote")}
        module = subprocess.Popen(
            [sys.executable, "-m", f"ansible_collections.windrose.airflow.plugins.modules.{name}"],
            env={**os.environ, "PYTHONPATH": str(ROOT / "collections"), **environment},
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        module.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": {"kubeconfig": cluster.kubeconfig, **args, **internal}}))
        module.stdin.close()
        return module

    return start


@pytest.fixture
def run_module(start_module):
    """Run a module to its end: ``run_module(name, args, check=False, diff=False) -> ModuleRun``."""

    def run(name, args, check=False, diff=False):
        with start_module(name, args, check, diff) as module:
            # Nothing is left to write, which communicate() would do.
            module.stdin = None
            try:
                output = module.communicate(timeout=MODULE_LIMIT_SECONDS)[0]
            except subprocess.TimeoutExpired:
                module.kill()
                raise
        result = ModuleRun(json.loads(output), output)
        if result["failed"]:
            # A test that did not expect it fails later, at something else; this shows why.
            print(f"{name} failed: {output}")
        return result

    return run


@pytest.fixture(scope="session")
def wait_for():
    """Wait until a condition holds: ``wait_for(condition, told)``; both are callables, the latter says what is wrong."""

    def wait(condition, told=lambda: f"it did not happen within {LIMIT_SECONDS} s"):
        deadline = time.monotonic() + LIMIT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, told()
            time.sleep(0.1)

    return wait


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


ROLE_PLAY = """
- hosts: all
  gather_facts: false
  module_defaults:
    group/windrose.airflow.cluster:
      kubeconfig: "{{ airflow_kubeconfig }}"
  tasks:
    - ansible.builtin.include_role:
        name: windrose.airflow.ROLE
        tasks_from: TASKS
"""


class RoleRun:
    """A run of a role: how many of its tasks changed something, whether one failed, and everything that was printed."""

    def __init__(self, process):
        self.output = process.stdout + process.stderr
        counted = dict(re.findall(r"(changed|failed)=(\d+)", process.stdout.partition("PLAY RECAP")[2]))
        self.changed, self.failed = int(counted.get("changed", 0)), process.returncode != 0


@pytest.fixture
def run_role(cluster, tmp_path):
    """Run a role against the cluster: ``run_role(name, variables, tasks="main", check=False) -> RoleRun``."""

    def run(name, variables, tasks="main", check=False):
        play = tmp_path / f"{name}-{tasks}.yml"
        play.write_text(ROLE_PLAY.replace("ROLE", name).replace("TASKS", tasks))
        extra = {
            "ansible_connection": "local", "ansible_python_interpreter": sys.executable,
            "airflow_kubeconfig": cluster.kubeconfig, **variables,
        }  # fmt: skip
        process = subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", str(play), "--inventory", "cluster,",
             "--extra-vars", json.dumps(extra), "--diff", *(["--check"] if check else [])],
            env={
                **os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            },
            capture_output=True, text=True, timeout=MODULE_LIMIT_SECONDS, check=False,
        )  # fmt: skip
        return RoleRun(process)

    return run
