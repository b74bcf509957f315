# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second rehearsal of an environment, and one that is killed."""

from __future__ import annotations

import json
import subprocess

import pytest
from machine_state import CHECKOUT, environment
from no_way_out import PREFIX, no_way_out
from processes import descendants, kill
from rehearsal import releases

BRIDGE = "windrose0"
PROD = ("scripts/rehearse", "-i", "inventories/prod")


@pytest.mark.usefixtures("rehearsals")
def test_a_second_one_changes_nothing_and_sends_nothing_out_of_this_machine(project):
    """The chart alone is asked for at its repository, in the plan, where packages may be fetched: here it is at a port that nobody has."""
    before = releases()
    with no_way_out(BRIDGE) as guard:
        project.run(*PREFIX, *PROD, "-e", "airflow_chart_repository=http://127.0.0.1:9")
        assert guard.refused() == 0
    assert releases() == before


@pytest.mark.usefixtures("rehearsals")
@pytest.mark.parametrize("step", ["Give the real nodes the shape of the pools", "Install or upgrade the release"])
def test_one_that_was_killed_goes_on(project, step):
    changed = json.dumps({"airflow_concurrency": {"parallelism": 48}})
    with subprocess.Popen([*PROD, "-e", changed], cwd=CHECKOUT, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as running:
        printed = next((line for line in running.stdout if f": {step}]" in line), "")
        kill(descendants(running.pid))
    assert printed, f"it never came to: {step}"
    assert "The rehearsal succeeded in " in project.run(*PROD, "-e", changed)
