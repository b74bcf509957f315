# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local cluster as a rehearsal has it: more processors than the machine, no way to the outside, nodes by their names."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess

import pytest

FILES = pathlib.Path(__file__).resolve().parents[3] / "roles" / "airflow_local_cluster" / "files"
SUBNET, BRIDGE = "172.28.0.0/24", "br-windrose"
COMMENT = "-m comment --comment windrose.airflow"
OPEN = {
    f"-t nat POSTROUTING -s {SUBNET} ! -o {BRIDGE} -j MASQUERADE", f"-t filter FORWARD -i {BRIDGE} -j ACCEPT",
    f"-t filter FORWARD -o {BRIDGE} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
}  # fmt: skip
CLOSED = {f"-t filter FORWARD -i {BRIDGE} ! -o {BRIDGE} -j REJECT"}
# Keeps the rules in a file, a line each; like the real one it refuses to delete what is not there.
IPTABLES = """#!/bin/sh
set -eu
rules=$(dirname "$0")/rules
touch "$rules"
[ "$1 $2" = "-w -t" ]
table=$3
action=$4
shift 4
rule="-t $table $*"
echo "$action" >> "$rules.calls"
case $action in
  -C) grep -qxF -e "$rule" "$rules" ;;
  -I) { echo "$rule"; cat "$rules"; } > "$rules.new" && mv "$rules.new" "$rules" ;;
  -D) grep -qxF -e "$rule" "$rules" && { grep -vxF -e "$rule" "$rules" > "$rules.new" || :; } && mv "$rules.new" "$rules" ;;
esac
"""


@pytest.fixture(name="machine")
def fixture_machine(tmp_path):
    """:returns: a function that makes a folder of a machine with these processors online."""

    def make(online):
        (tmp_path / "machine" / "cpu").mkdir(parents=True)
        (tmp_path / "machine" / "cpu" / "online").write_text(f"{online}\n", encoding="utf-8")
        return tmp_path / "machine"

    return make


def processors(folder, number, machine):
    """:returns: {name of a processor's folder: (its core, its package)}."""
    subprocess.run(["sh", str(FILES / "cluster" / "processors.sh"), str(folder), str(number), str(machine)], check=True, timeout=60)
    return {
        path.name: tuple((path / "topology" / name).read_text(encoding="utf-8").strip() for name in ("core_id", "physical_package_id"))
        for path in (folder / "cpu").iterdir() if path.is_dir()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("online", "number", "made"), [("0-1", 64, 64), ("0-3", 6, 8), ("0", 3, 3), ("0-1,3", 4, 6), ("1,4-6", 8, 8), ("0-7", 2, 8)])
def test_there_are_as_many_processors_as_are_asked_for_or_more(tmp_path, machine, online, number, made):
    found = processors(tmp_path / "made", number, machine(online))
    assert len(found) == made >= number
    # A core is counted once for each package.
    assert len(set(found.values())) == made and {package for core, package in found.values()} == {"0"}
    assert (tmp_path / "made" / "cpu" / "online").read_text(encoding="utf-8") == f"{online}\n"


def test_the_kernel_knows_the_number_of_every_processor(tmp_path, machine):
    # As cadvisor reads it from the name of a folder (utils/sysfs/sysfs.go, cpuBusPath and utils/sysinfo, getUniqueMatches).
    numbers = [re.fullmatch(r"cpu([0-9]+)", name)[1] for name in processors(tmp_path / "made", 9, machine("0-1,3"))]
    assert {int(number) for number in numbers} == {0, 1, 3} and len(set(numbers)) == len(numbers)


def test_a_second_run_makes_nothing_else(tmp_path, machine):
    folder = machine("0-1,3")
    assert processors(tmp_path / "made", 7, folder) == processors(tmp_path / "made", 7, folder)


@pytest.fixture(name="masquerade")
def fixture_masquerade(tmp_path):
    """:returns: a function that runs the script and returns the rules that there are then, the first one first."""
    tools = tmp_path / "tools" / "usr" / "sbin"
    tools.mkdir(parents=True)
    (tools / "iptables").write_text(IPTABLES, encoding="utf-8")
    (tools / "iptables").chmod(0o755)
    script = (FILES / "engine" / "masquerade.sh").read_text(encoding="utf-8")
    # The machine's own is not touched.
    changed = script.replace("/proc/sys/net/ipv4/ip_forward", str(tmp_path / "ip_forward"))
    assert changed != script
    (tmp_path / "masquerade.sh").write_text(changed, encoding="utf-8")

    def run(action, *others):
        if others:
            (tools / "rules").write_text("\n".join(others) + "\n", encoding="utf-8")
        finished = subprocess.run(
            ["sh", str(tmp_path / "masquerade.sh"), action, str(tmp_path / "tools"), SUBNET, BRIDGE],
            env={"PATH": os.defpath}, capture_output=True, text=True, timeout=60, check=False)
        assert (finished.returncode, finished.stderr) == (0, "")
        return (tools / "rules").read_text(encoding="utf-8").splitlines()

    return run


def ours(rules):
    """:returns: the rules with our name, without it."""
    return {rule.removesuffix(f" {COMMENT}") for rule in rules if rule.endswith(COMMENT)}


RULES = {"open": OPEN, "close": CLOSED, "remove": set()}


@pytest.mark.parametrize("before", RULES)
@pytest.mark.parametrize("action", RULES)
def test_the_way_to_the_outside_is_as_it_was_asked_for_whatever_it_was_before(masquerade, before, action):
    masquerade(before)
    rules = masquerade(action)
    assert ours(rules) == RULES[action] and len(rules) == len(RULES[action])
    assert masquerade(action) == rules


def test_no_rule_of_others_is_touched_and_ours_come_first(masquerade):
    others = ["-t filter FORWARD -j DROP", f"-t filter FORWARD -i {BRIDGE} -j ACCEPT"]
    masquerade("open", *others)
    assert masquerade("close") == [f"{rule} {COMMENT}" for rule in CLOSED] + others
    assert masquerade("remove") == others


@pytest.mark.parametrize(("action", "is_forwarding"), [("open", True), ("close", True), ("remove", False)])
def test_the_machine_forwards_for_containers_and_not_because_rules_are_removed(masquerade, tmp_path, action, is_forwarding):
    masquerade(action)
    assert (tmp_path / "ip_forward").exists() is is_forwarding


def test_nodes_have_the_names_that_kind_gives_them(evaluate):
    common = {"role_path": str(FILES.parent), "airflow_local_cluster_name": "windrose-x"}
    cases = {number: {**common, "airflow_local_cluster_workers": number} for number in (0, 1, 3)}
    workers = ["windrose-x-worker", "windrose-x-worker2", "windrose-x-worker3"]
    assert evaluate("airflow_local_cluster", "__airflow_local_cluster_node_names", cases) == {
        number: ["windrose-x-control-plane", *workers[:number]] for number in cases}
