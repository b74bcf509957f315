# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which logs the groomer of the Airflow image deletes."""

from __future__ import annotations

import os
import time

import pytest

HOUR = 3600


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "airflow" / "logs"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def write(logs):
    def write_log(name, hours_ago, size=1000):
        path = logs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"." * size)
        os.utime(path, (0, time.time() - hours_ago * HOUR))
    return write_log


@pytest.fixture
def groom(images, shell, logs):
    """:returns: a function that runs one round; the pause after it ends the groomer."""
    shell.stand_in("sleep", 'echo "pause $1"; kill -TERM $PPID')

    def run(**environment):
        return shell.run("bash", images / "airflow" / "clean-logs", AIRFLOW_HOME=str(logs.parent), **environment)
    return run


def left(logs):
    return sorted(str(path.relative_to(logs)) for path in logs.rglob("*") if path.is_file())


def test_old_logs_go_and_all_else_stays(groom, write, logs):
    write("run/a task.log", 20 * 24)
    write("run/fresh.log", 1)
    write("run/old.txt", 20 * 24)
    write("lost+found/old.log", 20 * 24)
    result = groom()
    assert left(logs) == ["lost+found/old.log", "run/fresh.log", "run/old.txt"]
    assert (result.returncode, result.stderr) == (0, "")
    assert "pause 900" in result.stdout


def test_days_and_minutes_add_up(groom, write, logs):
    write("older.log", 26)
    write("younger.log", 24.5)
    groom(AIRFLOW__LOG_RETENTION_DAYS="1", AIRFLOW__LOG_RETENTION_MINUTES="60")
    assert left(logs) == ["younger.log"]


def test_the_oldest_go_first_when_there_is_too_much(groom, write, logs):
    for hours in (5, 4, 3, 2, 1):
        write(f"{hours} hours.log", hours)
    result = groom(AIRFLOW__LOG_MAX_SIZE_BYTES="2500")
    assert left(logs) == ["1 hours.log", "2 hours.log"]
    assert "Deleted 3 of the oldest logs" in result.stdout


def test_a_part_of_the_volume_can_be_the_limit(groom, write, logs):
    write("one.log", 1)
    result = groom(AIRFLOW__LOG_MAX_SIZE_PERCENT="100")
    assert "and the oldest beyond" in result.stdout
    assert left(logs) == ["one.log"]


def test_only_folders_that_nobody_is_about_to_use_go(groom, logs):
    (logs / "fresh").mkdir()
    (logs / "stale").mkdir()
    os.utime(logs / "stale", (0, time.time() - HOUR))
    groom()
    assert [path.name for path in logs.iterdir()] == ["fresh"]


def test_a_setting_that_is_no_number_is_named(groom):
    result = groom(AIRFLOW__LOG_RETENTION_DAYS="two")
    assert result.returncode == 1
    assert "AIRFLOW__LOG_RETENTION_DAYS must be a whole number, not 'two'" in result.stderr
