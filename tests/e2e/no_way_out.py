# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets a command and all that it starts reach this machine and its containers alone, and counts what it tried beside that."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess

from machine_state import firewall_tools

# Nobody's group: packets are told apart by it (iptables-extensions(8), owner).
GROUP = "4242"
PREFIX = ["setpriv", "--regid", GROUP, "--clear-groups"]
_COMMENT = ["--match", "comment", "--comment", "windrose.airflow.test"]
_OWNER = ["OUTPUT", "--match", "owner", "--gid-owner", GROUP]


class Guard:
    """The rules of one command.

    :param bridge: the bridge of the containers.
    """

    def __init__(self, bridge):
        self._rules = [
            [*_OWNER, "--out-interface", "lo", *_COMMENT, "--jump", "ACCEPT"],
            [*_OWNER, "--out-interface", bridge, *_COMMENT, "--jump", "ACCEPT"],
            [*_OWNER, *_COMMENT, "--jump", "REJECT"],
        ]  # fmt: skip

    def open(self):
        """Remove the rules, whichever are there."""
        for rule in self._rules:
            while _iptables("--check", *rule, check=False).returncode == 0:
                _iptables("--delete", *rule)

    def close(self):
        """Let the command reach loopback and the bridge, and nothing else."""
        self.open()
        for rule in self._rules:
            _iptables("--append", *rule)

    def refused(self):
        """:returns: how many packets were refused."""
        listing = _iptables("--list", "OUTPUT", "--verbose", "--numeric", "--exact").stdout
        return sum(int(found) for found in re.findall(rf"^ *(\d+) .* REJECT .*owner GID match {GROUP} ", listing, re.MULTILINE))


def _iptables(*arguments, check=True):
    return subprocess.run(["iptables", "--wait", *arguments], env={**os.environ, **firewall_tools()}, check=check, capture_output=True, text=True)


@contextlib.contextmanager
def no_way_out(bridge):
    """:returns: a context manager of a `Guard` whose rules hold within."""
    guard = Guard(bridge)
    guard.close()
    try:
        yield guard
    finally:
        guard.open()
