# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the Airflow image waits for its database."""

from __future__ import annotations

import runpy
import sys
import types

import pytest


@pytest.fixture
def waiter(images):
    # Not imported: byte code beside the script would be a change of the image's build context.
    return types.SimpleNamespace(**runpy.run_path(str(images / "airflow" / "wait_for_database.py")))


@pytest.fixture
def psycopg2(monkeypatch):
    """:returns: a stand-in for psycopg2; a test adds its connect()."""
    driver = types.SimpleNamespace(
        OperationalError=type("OperationalError", (Exception,), {}),
        ProgrammingError=type("ProgrammingError", (Exception,), {}))
    monkeypatch.setitem(sys.modules, "psycopg2", driver)
    return driver


@pytest.mark.parametrize("url, expected", [
    ("postgresql://u:p@h/d", "postgresql://u:p@h/d"),
    ("postgresql+psycopg2://u:p@h/d?sslmode=require", "postgresql://u:p@h/d?sslmode=require"),
    ("postgres://h/d", "postgresql://h/d"),
    ("mysql+mysqldb://h/d", None),
    ("sqlite:////tmp/postgresql://x", None),
    ("", None),
])
def test_libpq_url(waiter, url, expected):
    assert waiter.libpq_url(url) == expected


def test_it_stops_at_the_first_answer(waiter, capsys):
    answers = iter(["refused", "refused", None])
    pauses = []
    assert waiter.wait(20, 3, ask_once=lambda: next(answers), sleep=pauses.append) is None
    assert pauses == [3, 3]
    assert capsys.readouterr().err.count("refused") == 1


def test_it_gives_up_without_a_last_pause(waiter):
    pauses = []
    assert waiter.wait(2, 3, ask_once=lambda: "refused", sleep=pauses.append) == "refused"
    assert pauses == [3]


def test_a_refusal_is_one_line(waiter, psycopg2):
    def refuse(url, connect_timeout):
        raise psycopg2.OperationalError("connection failed:\n\tConnection refused\n")
    psycopg2.connect = refuse
    assert waiter.ask_postgresql("postgresql://h/d") == "connection failed: Connection refused"


def test_a_url_that_libpq_rejects_is_left_to_airflow_and_not_reported(waiter, psycopg2, monkeypatch):
    def reject(url, connect_timeout):
        raise psycopg2.ProgrammingError("invalid percent-encoded token: se%cret")
    psycopg2.connect = reject
    monkeypatch.setattr(waiter.subprocess, "run", lambda *_arguments, **_options: types.SimpleNamespace(returncode=1))
    reason = waiter.ask_postgresql("postgresql://u:se%cret@h/d")
    assert "airflow db check exited with 1" in reason
    assert "cret" not in reason


def test_other_databases_are_airflow_s_to_try(waiter, monkeypatch):
    monkeypatch.setenv(waiter.URL_VARIABLE, "sqlite:////tmp/airflow.db")
    monkeypatch.setattr(waiter.subprocess, "run", lambda *_arguments, **_options: types.SimpleNamespace(returncode=0))
    assert waiter.ask() is None
