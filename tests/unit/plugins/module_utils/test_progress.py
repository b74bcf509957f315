# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest state of a long step, as a file."""

from __future__ import annotations

import os
import stat

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._progress import ENVIRONMENT_VARIABLE, Progress


@pytest.fixture(name="state", autouse=True)
def fixture_state(tmp_path, monkeypatch):
    """:returns: the file that the environment names."""
    folder = tmp_path / "state"
    folder.mkdir()
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(folder / "file"))
    return folder / "file"


def test_the_newest_state_replaces_the_one_before(state):
    progress = Progress()
    for text in ("scheduler 0/1 ready, triggerer 0/1 ready", "scheduler 1/1 ready"):
        progress.step(text)
        assert state.read_text(encoding="utf-8") == text
    assert [path.name for path in state.parent.iterdir()] == ["file"]


def test_a_state_is_one_line(state):
    Progress().step("  a build\n\tprints  «lines»\n")
    assert state.read_text(encoding="utf-8") == "a build prints «lines»"


def test_an_empty_state_is_a_state(state):
    progress = Progress()
    progress.step("works")
    progress.step("")
    assert state.read_text(encoding="utf-8") == ""


def test_the_same_state_is_written_once(state):
    progress = Progress()
    progress.step("waits")
    state.unlink()
    progress.step("waits")
    assert not state.exists()


def test_a_path_that_is_given_is_preferred(state, tmp_path):
    Progress(str(tmp_path / "other")).step("works")
    assert (tmp_path / "other").read_text(encoding="utf-8") == "works"
    assert not state.exists()


def test_nothing_is_written_where_nobody_listens(state, monkeypatch):
    monkeypatch.delenv(ENVIRONMENT_VARIABLE)
    Progress().step("works")
    assert list(state.parent.iterdir()) == []


def test_progress_never_breaks_the_work(state):
    progress = Progress()
    state.parent.rmdir()
    progress.step("the folder is gone")
    state.parent.mkdir()
    progress.step("nobody listens any more")
    assert not state.exists()


def test_a_file_that_cannot_be_replaced_breaks_nothing(state):
    state.mkdir()
    (state / "in the way").touch()
    Progress().step("works")


def test_a_named_pipe_is_not_replaced(state):
    os.mkfifo(state)
    Progress().step("works")
    assert stat.S_ISFIFO(os.lstat(state).st_mode)
