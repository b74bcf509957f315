# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine shows of programs that ran on it: processes, mounts, network, firewall, control groups, files."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "windrose-airflow")
CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
# The runs under test have a home and a folder for temporary files of their own, so that whatever is in these is theirs.
OWN = os.path.join(CHECKOUT, ".build", "e2e")
FOLDERS = {"HOME": os.path.join(OWN, "home"), "TMPDIR": os.path.join(OWN, "tmp")}
# How this machine reaches its mirrors and registries. Runs find it in their own home.
SETTINGS = (".config/go", ".config/pip", ".docker", ".netrc", ".pip")
# Programs of the machine keep these for themselves: Go counts its uses, and rustup writes settings when pip asks rustc for its version.
OTHERS = (".config/go/telemetry", ".rustup")
# The system has one of each of its folders, and other programs write there all the time. What ours would leave is called after them.
SYSTEM_FOLDERS = ("/etc", "/opt", "/run", "/srv", "/usr", "/var/lib", "/var/spool")
OURS = re.compile(
    r"(?<![a-z])(airflow|ansible|containerd|docker|etcd|helm|kube|kwok|mmdebstrap|windrose|xtables|(cni|kind|runc|tini)(?![a-z]))")
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


def firewall_tools():
    """:returns: the environment variables that iptables needs: it is the private engine's where that one is there, else this machine's."""
    tools = os.path.join(CACHE, "engine", "tools")
    if not os.path.isdir(tools):
        return {}
    library = glob.glob(os.path.join(tools, "usr/lib/*-linux-gnu"))[0]
    return {"PATH": f"{tools}/usr/sbin:{os.environ['PATH']}", "LD_LIBRARY_PATH": library, "XTABLES_LIBDIR": f"{library}/xtables"}


def firewall():
    """:returns: the rules of iptables, of both kinds, without counters and comments."""
    rules = []
    with_tools = {**os.environ, **firewall_tools()}
    for command in ("iptables-nft-save", "iptables-legacy-save"):
        if shutil.which(command, path=with_tools["PATH"]):
            listing = subprocess.run([command], env=with_tools, capture_output=True, text=True, check=False).stdout
            rules += [line for line in listing.splitlines() if line.startswith("-A")]
    return rules


def control_groups():
    """:returns: the control groups that name this project."""
    return sorted(path for path in glob.glob("/sys/fs/cgroup/**/*windrose*", recursive=True))


def prepare(home):
    """Give the runs under test folders of their own, empty but for the settings of a user.

    :param home: the home folder of the user, who may have none of the settings.
    """
    shutil.rmtree(OWN, ignore_errors=True)
    for folder in FOLDERS.values():
        os.makedirs(folder, mode=0o700)
    for name in SETTINGS:
        source, target = os.path.join(home, name), os.path.join(FOLDERS["HOME"], name)
        if os.path.isdir(source):
            shutil.copytree(source, target, symlinks=True)
        elif os.path.exists(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)


def environment():
    """:returns: the environment of a run under test: beside the cache and the checkout, its folders are its own."""
    if not os.path.isdir(OWN):
        prepare(os.path.expanduser("~"))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    return {**inherited, **FOLDERS, "XDG_CACHE_HOME": os.path.dirname(CACHE)}


def files_below(folder):
    """:returns: the paths of all files below a folder, but for the cache and the checkout."""
    found, passed = [], {CACHE, CHECKOUT, *(os.path.join(FOLDERS["HOME"], name) for name in OTHERS)}
    for parent, names, entries in os.walk(folder):
        names[:] = [name for name in names if os.path.join(parent, name) not in passed]
        found += [os.path.join(parent, name) for name in entries]
    return found


def files():
    """:returns: the paths of all files in the runs' own folders, and of those of the system that are called after programs of ours."""
    own = [path for folder in FOLDERS.values() for path in files_below(folder)]
    return sorted(own + [path for folder in SYSTEM_FOLDERS for path in files_below(folder) if OURS.search(path)])


def forwarding():
    """:returns: whether the machine forwards packets."""
    with open("/proc/sys/net/ipv4/ip_forward", encoding="utf-8") as stream:
        return stream.read().strip()


def snapshot():
    """:returns: all of it, as JSON data."""
    parts = (processes, mounts, links, firewall, control_groups, files, forwarding)
    return {part.__name__: part() for part in parts}
