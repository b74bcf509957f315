# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills `make run` at moments that a fixed seed chooses, and expects a plain `make run` to finish the work.

WINDROSE_KILLS is the number of kills. Every other one is a power cut: the container engine and all of the cluster die in the same moment.
"""

from __future__ import annotations

import os
import random
import subprocess
import time

import pytest
from machine_state import CACHE, CHECKOUT, environment
from processes import descendants, kill

KILLS = int(os.environ.get("WINDROSE_KILLS", "2"))
EARLIEST_SECONDS = 3
LATEST_SECONDS = 150


def engines():
    """:returns: the outermost processes of private engines."""
    listing = subprocess.run(["pgrep", "--full", f"unshare.*{CACHE}/engine/daemon.json"], capture_output=True, text=True, check=False)
    return [int(process) for process in listing.stdout.split()]


@pytest.mark.parametrize("number", range(KILLS))
def test_a_plain_run_recovers(project, number, tmp_path):
    moment = random.Random(number).uniform(EARLIEST_SECONDS, LATEST_SECONDS)
    power_cut = number % 2 == 1
    if number % 4 == 0:
        project.run("make", "down")
    # A killed process does not remove its temporary files.
    own = {**environment(), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(["make", "run"], cwd=CHECKOUT, env=own, stdin=subprocess.DEVNULL) as running:
        # The moment itself is what the test is about: there is no condition to wait for.
        deadline = time.monotonic() + moment
        while running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        victims = descendants(running.pid)
        kill(victims + (engines() if power_cut else []))
    print(f"\nkilled {len(victims)} processes after {moment:.1f} s{', and the engine' if power_cut else ''}", flush=True)
    project.run("make", "run")
    assert "changed=0" in project.site()
