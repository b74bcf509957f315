# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which command the Airflow image runs, and what it waits for before that."""

from __future__ import annotations

import pytest

WAITED = "/usr/local/lib/windrose/wait_for_database.py"


@pytest.fixture
def entrypoint(images, shell):
    def run(*arguments, user="50000", group="0", **environment):
        for program in ("airflow", "bash", "python"):
            shell.stand_in(program, f'echo "{program} $*"')
        shell.stand_in("id", f'case "$1" in -u) echo {user} ;; -g) echo {group} ;; *) echo someone ;; esac')
        return shell.run("/bin/sh", images / "airflow" / "entrypoint", *arguments, **environment)
    return run


@pytest.mark.parametrize("arguments, command", [
    (["bash", "-c", "true"], "bash -c true"),
    (["python", "-V"], "python -V"),
    (["airflow", "version"], "airflow version"),
    (["api-server", "--port", "1"], "airflow api-server --port 1"),
    ([], "airflow "),
])
def test_the_command(entrypoint, arguments, command):
    result = entrypoint(*arguments, CONNECTION_CHECK_MAX_COUNT="0")
    assert result.stdout.splitlines() == [command]


@pytest.mark.parametrize("environment, counts", [
    ({}, "20 3"),
    ({"CONNECTION_CHECK_MAX_COUNT": "5", "CONNECTION_CHECK_SLEEP_TIME": "1"}, "5 1"),
])
def test_the_database_is_waited_for_first(entrypoint, environment, counts):
    result = entrypoint("scheduler", **environment)
    assert result.stdout.splitlines() == [f"python {WAITED} {counts}", "airflow scheduler"]


@pytest.mark.parametrize("arguments", [
    ["python", "-m", "airflow.sdk.execution_time.execute_workload", "--json-string", "{}"],
    ["bash", "/clean-logs"],
])
def test_tasks_and_the_log_groomer_need_no_database(entrypoint, arguments):
    assert WAITED not in entrypoint(*arguments).stdout


@pytest.mark.parametrize("user, group, accepted", [
    ("1000", "0", True), ("50000", "50000", True), ("1000", "1000", False),
])
def test_group_0_is_required_of_other_users(entrypoint, user, group, accepted):
    result = entrypoint("version", user=user, group=group, CONNECTION_CHECK_MAX_COUNT="0")
    assert (result.returncode == 0) is accepted
    assert ("Set runAsGroup: 0" in result.stderr) is not accepted
