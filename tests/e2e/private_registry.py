# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image registry that requires credentials, on every node: it serves what the local cluster's own registry has."""

from __future__ import annotations

import base64
import contextlib
import json

# Container runtimes speak plain HTTP with localhost only.
ADDRESS = "localhost:5001"
USER, PASSWORD = "someone", "open-sesame"
# PASSWORD by bcrypt, which is all that the registry takes (https://distribution.github.io/distribution/about/configuration/#htpasswd).
HASHED = "$2b$05$abcdefghijklmnopqrstuutXu9KzOt.1yBoZUeFWoT/914/JfszCO"
CLUSTER = "windrose-airflow"
UPSTREAM = f"{CLUSTER}-registry"


def docker_configuration(user=USER, password=PASSWORD):
    """:returns: the content of a pull secret for the registry."""
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return json.dumps({"auths": {ADDRESS: {"auth": token}}})


def _start(project, node, image, htpasswd):
    """:returns: the id of the container of a node's registry."""
    environment = {
        "REGISTRY_HTTP_ADDR": f"127.0.0.1:{ADDRESS.rpartition(':')[2]}",
        "REGISTRY_PROXY_REMOTEURL": f"http://{UPSTREAM}:5000",
        "REGISTRY_AUTH": "htpasswd",
        "REGISTRY_AUTH_HTPASSWD_REALM": "private",
        "REGISTRY_AUTH_HTPASSWD_PATH": "/htpasswd",
        "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": "/tmp/images",
    }
    variables = [part for name, value in environment.items() for part in ("--env", f"{name}={value}")]
    # With this label the container goes with the cluster, whatever becomes of the test.
    label = f"windrose.airflow/cluster={CLUSTER}"
    # The runtime of the node looks for it on the node's own loopback.
    container = project.docker("create", "--label", label, "--network", f"container:{node}", *variables, image).strip()
    project.docker("cp", str(htpasswd), f"{container}:/htpasswd")
    project.docker("start", container)
    return container


@contextlib.contextmanager
def private_registry(project, folder):
    """Run the registry while the context lasts.

    :param folder: where its password file is written to.
    """
    htpasswd = folder / "htpasswd"
    htpasswd.write_text(f"{USER}:{HASHED}\n", encoding="utf-8")
    htpasswd.chmod(0o644)
    image = project.docker("inspect", UPSTREAM, "--format", "{{.Config.Image}}").strip()
    nodes = [item["metadata"]["name"] for item in project.objects("nodes", "--selector", "type!=kwok")]
    containers = []
    try:
        for node in nodes:
            containers.append(_start(project, node, image, htpasswd))
        yield
    finally:
        if containers:
            project.docker("rm", "--force", "--volumes", *containers)
