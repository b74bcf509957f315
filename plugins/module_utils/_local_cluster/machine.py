# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges whether a machine can hold the local cluster. Pure: facts in, findings out."""

from __future__ import annotations

import re

GIBIBYTE = 1024 ** 3
MINIMUM_MEMORY_BYTES = 6 * GIBIBYTE
# The kernel keeps part of the memory to itself, so a machine sold with 6 GiB reports a little less.
MEMORY_TOLERANCE = 0.95
MINIMUM_DISK_BYTES = 20 * GIBIBYTE
DISTRIBUTIONS = ("debian", "ubuntu")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
# How /proc/net/tcp6 begins the address of a socket that speaks IPv4.
IPV4_MAPPED = "0000000000000000FFFF0000"


def machine_findings(facts, needs_packages):
    """What keeps this machine from holding a local cluster.

    :param facts: {distribution, like: [distributions], architecture, root, memory_bytes, disk_bytes, disk_path, engine:
        docker or private}.
    :param needs_packages: whether an engine or images are made from Debian packages, which requires root and apt.
    :returns: list of sentences; each says what is wrong and what to do.
    """
    findings = []
    if facts["architecture"] not in ARCHITECTURES:
        findings.append(
            f"The architecture {facts['architecture']} is not supported; use a machine of {' or '.join(ARCHITECTURES)}.")
    if needs_packages:
        findings += _package_findings(facts)
    if facts["memory_bytes"] < MINIMUM_MEMORY_BYTES * MEMORY_TOLERANCE:
        findings.append(
            f"The machine has {facts['memory_bytes'] / GIBIBYTE:.1f} GiB of memory; the cluster and Airflow need "
            f"{MINIMUM_MEMORY_BYTES // GIBIBYTE} GiB. Use a larger machine.")
    if facts["disk_bytes"] < MINIMUM_DISK_BYTES:
        findings.append(
            f"{facts['disk_path']} has {facts['disk_bytes'] / GIBIBYTE:.1f} GiB of free disk; builds and images need "
            f"{MINIMUM_DISK_BYTES // GIBIBYTE} GiB. Free some, or point XDG_CACHE_HOME at a larger disk.")
    return findings


def _package_findings(facts):
    found = []
    private = facts["engine"] == "private"
    if not facts["root"]:
        found.append(
            "No Docker engine answers, and starting a private one requires root. Run the command as root (sudo), start "
            "Docker, or set DOCKER_HOST to an engine that you may use." if private else
            "Building images from Debian packages requires root. Run the command as root (sudo), or set "
            "airflow_local_cluster_images to pull.")
    if not set(DISTRIBUTIONS) & {facts["distribution"], *facts["like"]}:
        found.append(
            f"No Docker engine answers, and a private one is made of Debian packages, which {facts['distribution']} "
            "does not have. Install Docker, or use a machine with Debian or Ubuntu." if private else
            f"Images are built from Debian packages, which {facts['distribution']} does not have. Set "
            "airflow_local_cluster_images to pull, or use a machine with Debian or Ubuntu.")
    return found


def engine_findings(wanted, running):
    """:param wanted: auto, docker or private.
    :param running: whether the engine that would be used answers.

    :returns: list of sentences; only a Docker that was asked for and does not answer is in the way, a private engine is started.
    """
    if wanted == "docker" and not running:
        return [
            "No Docker engine answers to `docker version`, and airflow_local_cluster_engine asks for one. Start Docker, set DOCKER_HOST to an "
            "engine that you may use, or set airflow_local_cluster_engine to auto."]
    return []


def port_findings(holders):
    """:param holders: {(name, variable, port): process that listens there}.

    :returns: list of sentences; each says which port is taken, by whom, and which variable moves ours.
    """
    return [
        f"Port {port} of 127.0.0.1, for {name}, is in use by {holder}. Stop that program, or set {variable} to a free port."
        for (name, variable, port), holder in sorted(holders.items())
    ]


def is_in_use_elsewhere(nodes, record, checkout, exists):
    """Whether another checkout works with the cluster; one that is gone cannot, and nobody could run `make down` there.

    :param nodes: the containers of a kind cluster of this name: list of {name, running}.
    :param record: what the run that made the cluster wrote down: {checkout}; None where no run of ours did.
    :param checkout: the folder of this checkout.
    :param exists: callable that says whether a folder exists.
    """
    return (record is not None and record["checkout"] != checkout and any(node["running"] for node in nodes)
            and exists(record["checkout"]))


def dags_findings(path, facts):
    """:param path: the folder of DAGs that was asked for, as an absolute path; empty where none was.
    :param facts: {exists, is_folder, readable, holds_cache}: what the path is, whether this user may list it, and whether the cache is in it.

    :returns: list of sentences; each says why the folder cannot be served and what to do.
    """
    if not path:
        return []
    if not facts["exists"]:
        return [f"There is no folder {path} to take the DAGs from. Make it, name another with make run DAGS=…, or none with make run DAGS= ."]
    if not facts["is_folder"]:
        return [f"{path}, to take the DAGs from, is no folder. Name the folder that it is in: make run DAGS=…"]
    if not facts["readable"]:
        return [f"The folder {path}, to take the DAGs from, cannot be read by this user. Give yourself the rights r and x on it."]
    if facts["holds_cache"]:
        return [
            f"The folder {path}, to take the DAGs from, also holds what the local cluster writes. Name a folder with nothing but DAGs: "
            "make run DAGS=…"]
    return []


def cluster_findings(name, nodes, record, in_use_elsewhere):
    """:param nodes: the containers of a kind cluster of this name: list of {name, running}.
    :param record: what the run that made the cluster wrote down: {checkout}; None where no run of ours did.
    :param in_use_elsewhere: whether another checkout works with the cluster.

    :returns: list of sentences; each says whose the cluster is and what to do.
    """
    if not nodes:
        return []
    if record is None:
        return [
            f"A kind cluster named {name} exists, and was not made by this collection. It is left alone: set "
            "airflow_local_cluster_name to another name, or remove it yourself with `kind delete cluster --name "
            f"{name}`."]
    if in_use_elsewhere:
        return [
            f"The cluster {name} was made from the checkout {record['checkout']} and is running. A machine holds one "
            "local cluster: run `make down` there first."]
    return []


def other_cluster_findings(others):
    """:param others: {name: checkout} of the running clusters of ours that have other names; a checkout may be unknown.

    :returns: list of sentences; each says which cluster is in the way and what to do.
    """
    return [
        f"The cluster {name}{f', made from the checkout {checkout},' if checkout else ''} is running on the same container engine. "
        "A machine holds one local cluster: run `make down` there first. Where that checkout is gone, run "
        f"playbooks/local_down.yml here, with airflow_local_cluster_name set to {name}."
        for name, checkout in sorted(others.items())
    ]


def cluster_state(nodes, record):
    """:returns: `absent`, `half_made` (a run was killed while kind made it), `stopped` or `running`."""
    if not nodes:
        return "absent"
    if record and not record["complete"]:
        return "half_made"
    return "running" if all(node["running"] for node in nodes) else "stopped"


def parse_os_release(text):
    """:returns: {distribution, like} of an /etc/os-release file (https://www.freedesktop.org/software/systemd/man/os-release.html)."""
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {
        "distribution": fields.get("ID", "linux").strip("\"'"),
        "like": fields.get("ID_LIKE", "").strip("\"'").split(),
    }


def is_recent_go(found, wanted):
    """:param found: what `go env GOVERSION` prints, such as go1.26.8.
    :param wanted: the oldest release that will do, such as 1.26.

    :returns: whether the one found is as new.
    """
    numbers = [int(number) for number in re.findall(r"\d+", found)]
    return bool(numbers) and numbers[:2] >= [int(number) for number in wanted.split(".")[:2]]


def memory_bytes(meminfo):
    """:returns: MemTotal of a /proc/meminfo text, in bytes."""
    for line in meminfo.splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    raise ValueError("no MemTotal in /proc/meminfo")


def has_capability(status, bit):
    """:param status: the text of /proc/self/status.
    :param bit: the capability's number (linux/capability.h).

    :returns: whether the capability bounding set holds it.
    """
    for line in status.splitlines():
        if line.startswith("CapBnd:"):
            return bool(int(line.split()[1], 16) >> bit & 1)
    return True


def listening_inodes(table, port):
    """:param table: the text of /proc/net/tcp or tcp6.

    :returns: inodes of the sockets that listen on a port of loopback or of all addresses.
    """
    inodes = set()
    for fields in map(str.split, table.splitlines()):
        if len(fields) < 10 or ":" not in fields[1]:
            continue
        address, hexadecimal = fields[1].rsplit(":", 1)
        if fields[3] == "0A" and int(hexadecimal, 16) == port and _is_local(address):
            inodes.add(fields[9])
    return inodes


def _is_local(address):
    # Words of 32 bits, each with its first byte last: 127.0.0.1 ends in 7F, alone or mapped into IPv6.
    mapped = address.removeprefix(IPV4_MAPPED)
    return set(mapped) == {"0"} or (len(mapped) == 8 and mapped.endswith("7F"))
