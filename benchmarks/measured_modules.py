# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules as Ansible runs them on this machine, and measures them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from local_run import CHECKOUT, cache_home, environment

# The newest whose kubernetes.core is for the ansible-core of requirements.txt. Ansible Galaxy is no package registry.
PEER_PACKAGE = "ansible==12.3.0"
MODULES = "ansible_collections.windrose.airflow.plugins.modules"
KIBIBYTES_OF_A_MEBIBYTE = 1024


class Measured(NamedTuple):
    """One run of a module: how long it took, the most memory that it had, and what it returned."""

    seconds: float
    mebibytes: float
    result: dict


def measured_module(name, arguments, *collections):
    """Run a module, but without the seconds that Ansible itself takes to start it.

    :param name: the module's Python name.
    :param arguments: its parameters.
    :param collections: further folders to find its collection in.
    :returns: a `Measured`.
    :raises SystemExit: where it fails.
    """
    searched = os.pathsep.join(map(str, [f"{CHECKOUT}/collections", *collections]))
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/output", "w+", encoding="utf-8") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", name], cwd=folder, text=True, stdin=subprocess.PIPE, stdout=output,
            env={**environment(cache_home()), "PYTHONPATH": searched})
        process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": {**arguments, "_ansible_remote_tmp": folder}}))
        process.stdin.close()
        # The only way to a single child's own memory.
        unused_pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    print(f"\n==== {name}: {seconds:.2f} s", file=sys.stderr, flush=True)
    if process.returncode:
        raise SystemExit(f"Module {name} failed: {text}")
    return Measured(seconds, usage.ru_maxrss / KIBIBYTES_OF_A_MEBIBYTE, json.loads(text))
