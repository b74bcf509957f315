# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine shows of programs that ran on it: processes, mounts, network, firewall, control groups, files."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "windrose-airflow")
CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
# Programs of the machine itself write to the other folders, too: logs, package lists, the tests' own temporary files.
FOLDERS = ("/etc", "/opt", "/run", "/srv", "/usr", "/var/lib", "/var/spool", os.path.expanduser("~"))
NAMES = ("dockerd", "containerd", "docker-proxy", "kind", "kubelet", "helm", "go", "mmdebstrap", "tini", "unshare", "ansible-playboo")


def read(path):
    """:returns: the text of a file of /proc; empty where its process has ended."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def belongs_to_us(folder):
    """Whether a process runs a program of the cache, works in the cache or the checkout, or is in a container of ours."""
    links = []
    for name in ("exe", "cwd"):
        try:
            links.append(os.readlink(os.path.join(folder, name)))
        except OSError:
            continue
    return any(path.startswith((f"{CACHE}/", f"{CHECKOUT}/")) or path == CHECKOUT for path in links) or (
        "/windrose-airflow/" in read(os.path.join(folder, "cgroup")) or CACHE in read(os.path.join(folder, "cmdline")))


def processes():
    """:returns: the names of running programs of ours, of the kinds that a local cluster consists of."""
    folders = glob.glob("/proc/[0-9]*")
    names = {folder: read(os.path.join(folder, "comm")).strip() for folder in folders}
    return sorted(name for folder, name in names.items() if name.startswith(NAMES) and belongs_to_us(folder))


def mounts():
    """:returns: the mount points."""
    with open("/proc/mounts", encoding="utf-8") as stream:
        return sorted(line.split()[1] for line in stream)


def links():
    """:returns: the network interfaces."""
    return sorted(os.listdir("/sys/class/net"))


def firewall():
    """:returns: the rules of iptables, of both kinds, without counters and comments."""
    rules = []
    tools = os.path.join(CACHE, "engine", "tools")
    environment = dict(os.environ)
    if os.path.isdir(tools):
        library = glob.glob(os.path.join(tools, "usr/lib/*-linux-gnu"))[0]
        environment.update(PATH=f"{tools}/usr/sbin:{environment['PATH']}", LD_LIBRARY_PATH=library,
                           XTABLES_LIBDIR=f"{library}/xtables")
    for command in ("iptables-nft-save", "iptables-legacy-save"):
        if shutil.which(command, path=environment["PATH"]):
            listing = subprocess.run([command], env=environment, capture_output=True, text=True, check=False).stdout
            rules += [line for line in listing.splitlines() if line.startswith("-A")]
    return rules


def control_groups():
    """:returns: the control groups that name this project."""
    return sorted(path for path in glob.glob("/sys/fs/cgroup/**/*windrose*", recursive=True))


def files():
    """:returns: the paths of all files in the folders of the system and of the user, but for the cache and the checkout."""
    found = []
    for folder in FOLDERS:
        for parent, names, entries in os.walk(folder):
            names[:] = [name for name in names if os.path.join(parent, name) not in (CACHE, CHECKOUT)]
            found += [os.path.join(parent, name) for name in entries]
    return sorted(found)


def forwarding():
    """:returns: whether the machine forwards packets."""
    with open("/proc/sys/net/ipv4/ip_forward", encoding="utf-8") as stream:
        return stream.read().strip()


def snapshot():
    """:returns: all of it, as JSON data."""
    parts = (processes, mounts, links, firewall, control_groups, files, forwarding)
    return {part.__name__: part() for part in parts}
