# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a machine from holding a local cluster, and how it is read off the machine."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster import machine
from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster.machine import GIBIBYTE

GOOD = {
    "distribution": "debian", "like": [], "architecture": "x86_64", "root": True, "engine": "private",
    "memory_bytes": 8 * GIBIBYTE, "disk_bytes": 40 * GIBIBYTE, "disk_path": "/root/.cache",
}
TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1 0000000000000000 100
   1: 00000000:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1002 1 0000000000000000 100
   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 1003 1 0000000000000000 20
   3: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 1004 1 0000000000000000 20
   4: 057FA8C0:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1005 1 0000000000000000 100
"""
TCP6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue uid timeout inode
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 2001 1 0 100
   1: 0000000000000000FFFF00000100007F:1388 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 2002 1 0 100
   2: 00000000000000000000000001000000:192B 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 2003 1 0 100
   3: 000080FE00000000FF7F0002FE00007F:192B 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 2004 1 0 100
"""


def findings(needs_packages=True, **changes):
    return machine.machine_findings({**GOOD, **changes}, needs_packages)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"architecture": "aarch64"},
        {"distribution": "linuxmint", "like": ["ubuntu", "debian"]},
        # A machine of 6 GiB, of which the kernel has kept some.
        {"memory_bytes": int(5.8 * GIBIBYTE)},
        {"disk_bytes": 20 * GIBIBYTE},
    ],
)
def test_a_machine_that_will_do(changes):
    assert findings(**changes) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"root": False},
            "No Docker engine answers, and starting a private one requires root. Run the command as root (sudo), start "
            "Docker, or set DOCKER_HOST to an engine that you may use.",
        ),
        (
            {"root": False, "engine": "docker"},
            "Building images from Debian packages requires root. Run the command as root (sudo), or set "
            "airflow_local_cluster_images to pull.",
        ),
        (
            {"distribution": "fedora", "like": []},
            "No Docker engine answers, and a private one is made of Debian packages, which fedora does not have. "
            "Install Docker, or use a machine with Debian or Ubuntu.",
        ),
        (
            {"distribution": "fedora", "engine": "docker"},
            "Images are built from Debian packages, which fedora does not have. Set airflow_local_cluster_images to "
            "pull, or use a machine with Debian or Ubuntu.",
        ),
        (
            {"architecture": "riscv64"},
            "The architecture riscv64 is not supported; use a machine of x86_64 or aarch64.",
        ),
        (
            {"memory_bytes": int(3.5 * GIBIBYTE)},
            "The machine has 3.5 GiB of memory; the cluster and Airflow need 6 GiB. Use a larger machine.",
        ),
        (
            {"disk_bytes": int(19.5 * GIBIBYTE)},
            "/root/.cache has 19.5 GiB of free disk; builds and images need 20 GiB. Free some, or point "
            "XDG_CACHE_HOME at a larger disk.",
        ),
    ],
)
def test_what_is_in_the_way_is_reported_with_its_remedy(changes, told):
    assert findings(**changes) == [told]


def test_everything_is_reported_together():
    told = findings(architecture="s390x", root=False, distribution="arch", memory_bytes=0, disk_bytes=0)
    assert len(told) == 5


def test_with_docker_and_images_to_pull_neither_root_nor_debian_is_needed():
    assert findings(needs_packages=False, root=False, distribution="fedora", engine="docker") == []


def test_a_port_in_use_names_holder_and_variable():
    holders = {
        ("the registry", "airflow_local_cluster_registry_port", 5000): "registry (process 7)",
        ("Airflow", "airflow_local_cluster_airflow_port", 8080): "java (process 4711)",
    }
    assert machine.port_findings(holders) == [
        "Port 8080 of 127.0.0.1, for Airflow, is in use by java (process 4711). Stop that program, or set "
        "airflow_local_cluster_airflow_port to a free port.",
        "Port 5000 of 127.0.0.1, for the registry, is in use by registry (process 7). Stop that program, or set "
        "airflow_local_cluster_registry_port to a free port.",
    ]
    assert machine.port_findings({}) == []


FOLDER = {"exists": True, "is_folder": True, "readable": True, "holds_cache": False}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"exists": False, "is_folder": False, "readable": False}, "There is no folder /my/dags to take the DAGs from. Make it, name another"),
        ({"is_folder": False}, "/my/dags, to take the DAGs from, is no folder. Name the folder that it is in: make run DAGS=…"),
        ({"readable": False}, "The folder /my/dags, to take the DAGs from, cannot be read by this user. Give yourself the rights r and x"),
        ({"holds_cache": True}, "The folder /my/dags, to take the DAGs from, also holds what the local cluster writes. Name a folder with"),
    ],
)
def test_a_folder_that_cannot_be_served_is_in_the_way(changes, told):
    (finding,) = machine.dags_findings("/my/dags", {**FOLDER, **changes})
    assert finding.startswith(told)


def test_a_folder_of_dags_that_will_do():
    assert machine.dags_findings("/my/dags", FOLDER) == []
    assert machine.dags_findings("", {**FOLDER, "exists": False}) == []


def node(running):
    return {"name": "w-control-plane", "running": running}


def record(checkout="/here", complete=True):
    return {"checkout": checkout, "complete": complete}


@pytest.mark.parametrize(("wanted", "running", "found"), [
    ("docker", False, 1), ("docker", True, 0), ("auto", False, 0), ("private", False, 0)])
def test_only_a_docker_that_was_asked_for_has_to_answer(wanted, running, found):
    assert len(machine.engine_findings(wanted, running)) == found


def test_a_cluster_that_nobody_recorded_is_left_alone():
    assert machine.cluster_findings("w", [node(False)], None, False) == [
        "A kind cluster named w exists, and was not made by this collection. It is left alone: set "
        "airflow_local_cluster_name to another name, or remove it yourself with `kind delete cluster --name w`."]


def test_a_running_cluster_of_another_checkout_is_left_alone():
    assert machine.cluster_findings("w", [node(True), node(False)], record("/there"), True) == [
        "The cluster w was made from the checkout /there and is running. A machine holds one local cluster: run `make down` there first."]


@pytest.mark.parametrize(
    ("nodes", "made"),
    [([], None), ([], record("/there")), ([node(True)], record()), ([node(True)], record(complete=False)), ([node(False)], record("/there"))],
)
def test_any_other_cluster_is_not_in_the_way(nodes, made):
    assert machine.cluster_findings("w", nodes, made, False) == []


@pytest.mark.parametrize(
    ("nodes", "made", "exists", "used"),
    [
        ([node(True), node(False)], record("/there"), True, True),
        # Its checkout is gone: nobody can run `make down` there.
        ([node(True)], record("/there"), False, False),
        ([node(False)], record("/there"), True, False),
        ([node(True)], record("/here"), True, False),
        ([node(True)], None, True, False),
        ([], record("/there"), True, False),
    ],
)
def test_a_cluster_is_in_use_elsewhere_where_it_runs_for_a_checkout_that_exists(nodes, made, exists, used):
    assert machine.is_in_use_elsewhere(nodes, made, "/here", lambda path: exists) is used


@pytest.mark.parametrize(
    ("nodes", "made", "state"),
    [
        ([], None, "absent"),
        ([], record(complete=False), "absent"),
        ([node(True)], record(complete=False), "half_made"),
        ([node(False)], record(complete=False), "half_made"),
        ([node(True), node(True)], record(), "running"),
        ([node(True), node(False)], record(), "stopped"),
        ([node(False)], None, "stopped"),
        ([node(True)], None, "running"),
    ],
)
def test_the_state_of_a_cluster(nodes, made, state):
    assert machine.cluster_state(nodes, made) == state


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', {"distribution": "debian", "like": []}),
        ('ID="linuxmint"\nID_LIKE="ubuntu debian"\n', {"distribution": "linuxmint", "like": ["ubuntu", "debian"]}),
        ("# ID=debian\nID='pop'\nID_LIKE='ubuntu'\nURL=a=b\n", {"distribution": "pop", "like": ["ubuntu"]}),
        ("", {"distribution": "linux", "like": []}),
    ],
)
def test_os_release(text, found):
    assert machine.parse_os_release(text) == found


@pytest.mark.parametrize(
    ("found", "wanted", "answer"),
    [
        ("go1.26", "1.26", True),
        ("go1.26.8\ntime 2026-01-02T03:04:05Z\n", "1.26", True),
        ("go1.27rc1", "1.26", True),
        ("go1.9", "1.26", False),
        ("go1.25.99", "1.26", False),
        ("go2.0", "1.26", True),
        ("devel go1.30-1a2b3c", "1.26", True),
        ("go1.26.1", "1.26.3", True),
        ("", "1.26", False),
        ("gccgo", "1.26", False),
    ],
)
def test_the_release_of_go(found, wanted, answer):
    assert machine.is_recent_go(found, wanted) is answer


@given(st.tuples(*[st.integers(0, 60)] * 3), st.tuples(*[st.integers(0, 60)] * 2))
def test_releases_of_go_compare_as_numbers(found, wanted):
    text = "go" + ".".join(map(str, found))
    assert machine.is_recent_go(text, "{}.{}".format(*wanted)) is (found[:2] >= wanted)


def test_memory():
    assert machine.memory_bytes("MemTotal:       16384 kB\nMemFree:  1 kB\n") == 16 * 1024 ** 2
    with pytest.raises(ValueError, match="MemTotal"):
        machine.memory_bytes("MemFree:  1 kB\n")


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("CapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\n", True),
        ("CapEff:\t000001ffffffffff\nCapBnd:\t000001fffeffffff\n", False),
        ("", True),
    ],
)
def test_the_capability_to_raise_limits(status, answer):
    assert machine.has_capability(status, 24) is answer


@pytest.mark.parametrize(
    ("table", "port", "inodes"),
    [
        (TCP, 8080, {"1001"}),
        (TCP, 5000, {"1002"}),
        (TCP, 50000, set()),
        (TCP, 9999, set()),
        (TCP, 6443, set()),
        (TCP6, 8080, {"2001"}),
        (TCP6, 5000, {"2002"}),
        # Neither ::1 nor an address in which 7F happens to stand takes the port from 127.0.0.1.
        (TCP6, 6443, set()),
        (TCP + TCP6, 8080, {"1001", "2001"}),
        ("", 8080, set()),
        ("no table\n", 8080, set()),
    ],
)
def test_who_listens(table, port, inodes):
    assert machine.listening_inodes(table, port) == inodes


@given(st.ip_addresses(v=4), st.integers(1, 65535), st.booleans())
def test_only_loopback_and_all_addresses_take_the_port_of_loopback(address, port, mapped):
    words = f"{int.from_bytes(address.packed, 'little'):08X}"
    found = machine.listening_inodes(
        f"0: {machine.IPV4_MAPPED if mapped else ''}{words}:{port:04X} 0:0 0A 0:0 0:0 0 0 0 42 1", port)
    assert found == ({"42"} if address.is_loopback or address == ipaddress.IPv4Address(0) else set())
