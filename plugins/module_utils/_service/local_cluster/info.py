# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a machine holds of the local cluster: engine, containers, ports, room. Changes nothing."""

from __future__ import annotations

import glob
import json
import os
import platform
import shutil
import subprocess

from ansible_collections.windrose.airflow.plugins.module_utils import _plain_paths
from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster import artifacts, machine

CAP_SYS_RESOURCE = 24
COMMAND_TIMEOUT_SECONDS = 120
KIND_LABEL = "io.x-k8s.kind.cluster"
OWNER_LABEL = "windrose.airflow/cluster"
INPUTS_LABEL = "windrose.airflow/inputs"


class LocalClusterError(WindroseError):
    """This machine cannot hold the local cluster as it is asked for."""


def _read(path, default=""):
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return default


def _run(argv, environment=None):
    try:
        return subprocess.run(argv, env={**os.environ, **(environment or {})}, capture_output=True, text=True,
                              timeout=COMMAND_TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None


class LocalClusterInfoService:
    """:param parameters: the parameters of the module `local_cluster_info`."""

    def __init__(self, parameters):
        self._parameters = parameters
        self._folder = os.path.join(parameters["cache"], "engine")

    def gather(self):
        """:returns: what the module returns.

        :raises LocalClusterError: listing everything that is in the way, where `required` is set.
        """
        engine = self._engine()
        containers = self._containers(engine)
        others = self._others(engine)
        nodes = [container for container in containers if container["kind_cluster"]]
        record = self._record(self._parameters["name"])
        in_use_elsewhere = machine.is_in_use_elsewhere(nodes, record, self._parameters["checkout"], os.path.isdir)
        facts = self._machine(engine)
        key = artifacts.key(self._parameters["inputs"], self._parameters["variables"])
        current = self._is_current(key, containers, nodes, record)
        if self._parameters["required"]:
            # Another folder of DAGs is served by a cluster that is as it should be.
            findings = machine.dags_findings(self._parameters["dags"], self._dags())
            if not current:
                findings += self._machine_findings(engine, facts) + self._path_findings()
                findings += machine.cluster_findings(self._parameters["name"], nodes, record, in_use_elsewhere)
                findings += machine.other_cluster_findings(others)
                if not any(container["running"] for container in containers):
                    findings += machine.port_findings(self._held_ports())
            _refuse(findings)
        return {
            "changed": False,
            "key": key,
            "current": current,
            "engine": engine,
            "machine": facts,
            "state": machine.cluster_state(nodes, record),
            "nodes": nodes,
            "containers": [container for container in containers if not container["kind_cluster"]],
            "record": record,
            "foreign": bool(nodes) and record is not None and record["checkout"] != self._parameters["checkout"],
            "in_use_elsewhere": in_use_elsewhere,
            "others": sorted(others),
            "go_binary": self._go_binary(),
        }

    def _machine_findings(self, engine, facts):
        facts["disk_bytes"] = self._disk_bytes(facts["disk_path"])
        needs_packages = engine["kind"] == "private" or self._parameters["packages"]
        return (machine.engine_findings(self._parameters["engine"], engine["running"])
                + machine.machine_findings(facts, needs_packages))

    def _path_findings(self):
        """:returns: what keeps the cluster's files and folders from being written, each once."""
        checks = [(path, _plain_paths.check_folder) for path in self._parameters["folders"]]
        for path in self._parameters["files"]:
            if os.path.isdir(os.path.dirname(path)):
                checks.append((path, _plain_paths.check_file))
        found = []
        for path, check in checks:
            below = next((folder for folder in (self._parameters["cache"], self._parameters["checkout"])
                          if f"{path}/".startswith(f"{folder}/")), os.path.dirname(path))
            try:
                check(path, below)
            except _plain_paths.PlainPathError as error:
                found.append(str(error))
        return list(dict.fromkeys(found))

    def _dags(self):
        path = self._parameters["dags"]
        cache = os.path.realpath(self._parameters["cache"])
        return {
            "exists": os.path.exists(path),
            "is_folder": os.path.isdir(path),
            "readable": os.access(path, os.R_OK | os.X_OK),
            "holds_cache": f"{cache}/".startswith(f"{os.path.realpath(path).rstrip('/')}/"),
        }

    def _is_current(self, key, containers, nodes, record):
        """Whether all of it runs, and was made of what is asked for now."""
        made = record or {}
        return (
            made.get("key") == key
            and made["checkout"] == self._parameters["checkout"]
            and machine.cluster_state(nodes, record) == "running"
            and set(made["containers"]) <= {found["name"] for found in containers if found["running"]}
            and all(os.path.exists(path) for path in self._parameters["outputs"])
        )

    def _go_binary(self):
        binary = shutil.which("go") or ""
        # The release is read and not asked for: every `go` command leaves telemetry in the user's folder.
        release = _read(os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(binary))), "VERSION"))
        if binary and machine.is_recent_go(release, self._parameters["go_version"]):
            return binary
        return ""

    def _record(self, name):
        """:returns: what the run that made a cluster wrote down; None where there is nothing."""
        return json.loads(_read(os.path.join(self._parameters["cache"], "clusters", f"{name}.json"), "null"))

    def _engine(self):
        wanted = self._parameters["engine"]
        holds_containers = bool(glob.glob(os.path.join(self._folder, "data", "containers", "*")))
        private = f"unix://{self._folder}/docker.sock"
        processes = self._engine_processes()
        found = {"processes": processes, "holds_containers": holds_containers}
        if wanted != "docker" and processes and (version := self._answers(private)):
            return {"kind": "private", "host": private, "running": True, "version": version, **found}
        if wanted != "private" and (version := self._answers("")):
            host = os.environ.get("DOCKER_HOST", "")
            return {"kind": "docker", "host": host, "running": True, "version": version, **found}
        kind = "docker" if wanted == "docker" else "private"
        return {"kind": kind, "host": private, "running": False, "version": "", **found}

    def _docker(self, arguments, host):
        private = os.path.join(self._folder, "tools", "usr", "bin", "docker")
        if host.startswith(f"unix://{self._folder}/"):
            return _run([private, *arguments], {"DOCKER_HOST": host})
        return _run(["docker", *arguments])

    def _ask_engine(self, arguments, host, forgiven=None):
        """Ask an engine that has just answered.

        :param forgiven: words of an error, in lower case, that is none here.
        :returns: what the command printed.
        :raises LocalClusterError: where no answer comes, or a refusal. Taken for an engine without containers, it would be given others.
        """
        command = f"`docker {' '.join(arguments[:2])} …`"
        result = self._docker(arguments, host)
        if result is None:
            raise LocalClusterError(
                "Could not ask", f"the container engine {host}".rstrip(), f"{command} did not answer within {COMMAND_TIMEOUT_SECONDS} s",
                "See whether the machine is short of memory or its disk is busy, and whether `docker ps` answers by hand. "
                "If it does not, restart the engine: Docker by `systemctl restart docker`, a private one by killing its "
                "dockerd. Then run the same command again")
        said = [line for line in result.stderr.splitlines() if line.strip()]
        if result.returncode and not (said and forgiven and all(forgiven in line.lower() for line in said)):
            raise LocalClusterError(
                "Could not ask", f"the container engine {host}".rstrip(), f"{command} ended with {result.returncode}: {' '.join(said)}",
                "Check that `docker ps` answers by hand, and run the same command again")
        return result.stdout

    def _answers(self, host):
        result = self._docker(["version", "--format", "{{.Server.Version}}"], host)
        return result.stdout.strip() if result and result.returncode == 0 else ""

    def _engine_processes(self):
        """The process identifiers of a private engine of this cache: its outermost process first."""
        configuration = os.path.join(self._folder, "daemon.json")
        found = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            arguments = _read(path).split("\0")
            if configuration in arguments and os.path.basename(arguments[0]) == "unshare":
                found.append(int(path.split("/")[2]))
        return sorted(found)

    def _containers(self, engine):
        if not engine["running"]:
            return []
        name = self._parameters["name"]
        found = []
        for label in (KIND_LABEL, OWNER_LABEL):
            listed = self._ask_engine(["ps", "--all", "--quiet", "--filter", f"label={label}={name}"], engine["host"]).split()
            if listed:
                # A container that has gone since is no error: the others are described.
                details = self._ask_engine(["inspect", "--type", "container", *listed], engine["host"], forgiven="no such container")
                found += [_describe(entry) for entry in json.loads(details or "[]")]
        return sorted(found, key=lambda container: container["name"])

    def _others(self, engine):
        """:returns: {name: checkout} of the clusters of ours by other names that run on the engine; a checkout may be unknown."""
        if not engine["running"]:
            return {}
        wanted = ["--filter", f"label={OWNER_LABEL}", "--format", '{{.Label "' + OWNER_LABEL + '"}}']
        names = set(self._ask_engine(["ps", *wanted], engine["host"]).split()) - {self._parameters["name"]}
        return {name: (self._record(name) or {}).get("checkout", "") for name in names}

    def _machine(self, engine):
        folder = os.path.abspath(self._parameters["cache"])
        while not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        return {
            **machine.parse_os_release(_read("/etc/os-release")),
            "architecture": platform.machine(),
            "root": os.geteuid() == 0,
            "memory_bytes": machine.memory_bytes(_read("/proc/meminfo")),
            "disk_bytes": shutil.disk_usage(folder).free,
            "disk_path": folder,
            "sys_resource": machine.has_capability(_read("/proc/self/status"), CAP_SYS_RESOURCE),
            "engine": engine["kind"],
        }

    def _disk_bytes(self, folder):
        free = shutil.disk_usage(folder).free
        if free < machine.MINIMUM_DISK_BYTES:
            # What an earlier run has put into the cache need not find room again. Counting it takes seconds, so only where it decides.
            counted = _run(["du", "--summarize", "--block-size=1", self._parameters["cache"]])
            free += int(counted.stdout.split()[0]) if counted and counted.stdout else 0
        return free

    def _held_ports(self):
        tables = _read("/proc/net/tcp") + "\n" + "\n".join(_read("/proc/net/tcp6").splitlines()[1:])
        held = {}
        for port in self._parameters["ports"]:
            inodes = machine.listening_inodes(tables.strip("\n"), port["port"])
            if inodes:
                held[(port["name"], port["variable"], port["port"])] = _holder(inodes)
        return held


def _refuse(findings):
    if findings:
        raise LocalClusterError(
            "Preparing", "the local cluster on this machine", "".join(f"\n- {finding}" for finding in findings),
            "Nothing was changed.", findings=findings)


def _describe(entry):
    labels = entry["Config"]["Labels"] or {}
    networks = entry["NetworkSettings"]["Networks"] or {}
    return {
        "name": entry["Name"].lstrip("/"),
        "running": entry["State"]["Running"],
        "image": entry["Config"]["Image"],
        "role": labels.get("io.x-k8s.kind.role", ""),
        "kind_cluster": labels.get(KIND_LABEL, ""),
        "inputs": labels.get(INPUTS_LABEL, ""),
        "addresses": {name: network.get("IPAddress", "") for name, network in networks.items()},
    }


def _holder(inodes):
    """:returns: the name of the process that holds a socket, as far as this user may see it."""
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for path in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            if os.readlink(path) in wanted:
                process = path.split("/")[2]
                return f"{_read(f'/proc/{process}/comm').strip()} (process {process})"
        except OSError:
            continue
    return "another program"
