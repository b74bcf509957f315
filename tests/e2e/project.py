# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project as a user runs it: by its make targets, on this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess

from machine_state import CACHE, CHECKOUT, environment

STATE = os.path.join(CHECKOUT, ".local")


class Project:
    """The checkout, and what a user types in it."""

    def run(self, *argv, check=True):
        """Run a command in the checkout, with the folders of a run under test, and show its output as it comes.

        :returns: what it printed.
        """
        lines = []
        with subprocess.Popen(argv, cwd=CHECKOUT, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace") as process:
            for line in process.stdout:
                print(line, end="", flush=True)
                lines.append(line)
        if check:
            assert process.returncode == 0, f"{' '.join(argv)} ended with {process.returncode}"
        return "".join(lines)

    def site(self, *options, check=True):
        """Run site.yml against the local inventory."""
        return self.run("ansible-playbook", "site.yml", "-i", "inventories/local", *options, check=check)

    def kubectl(self, *arguments, standard_input=None):
        """:returns: what kubectl prints."""
        return subprocess.run(
            [os.path.join(STATE, "bin", "kubectl"), "--kubeconfig", os.path.join(STATE, "kubeconfig"), *arguments],
            check=True, capture_output=True, text=True, input=standard_input).stdout

    def docker(self, *argv, standard_input=None):
        """Run docker for the engine of the local cluster: the private one, or the user's own.

        :returns: what it printed.
        """
        own = os.path.join(CACHE, "engine", "docker.sock")
        chosen = {"DOCKER_HOST": f"unix://{own}"} if os.path.exists(own) else {}
        docker = os.path.join(STATE, "bin", "docker") if chosen else "docker"
        return subprocess.run(
            [docker, *argv], check=True, capture_output=True, text=True, input=standard_input or "",
            env={**os.environ, **chosen}).stdout

    def in_node(self, node, *argv, standard_input=None):
        """Run a command in a node of the local cluster.

        :returns: what it printed.
        """
        return self.docker("exec", "--interactive", node, *argv, standard_input=standard_input)

    def objects(self, *arguments):
        """:returns: the objects that `kubectl get` finds, as dicts."""
        return json.loads(self.kubectl("get", *arguments, "--output", "json"))["items"]


def changed(output):
    """:returns: the number of changed tasks that Ansible's recap counts."""
    return int(re.search(r"changed=(\d+)", output).group(1))
