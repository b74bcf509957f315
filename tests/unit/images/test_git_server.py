# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the git server publishes."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def dags(tmp_path):
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "canary.py").write_text("x = 1\n", encoding="utf-8")
    return folder


@pytest.fixture
def publish(images, shell, dags, tmp_path):
    def publish_to(name="dags.git", folder=dags):
        return shell.run(images / "git_server" / "git-server", "publish", folder, tmp_path / name, HOME=str(tmp_path))
    return publish_to


def git(repository, *arguments):
    """:returns: the words that git printed about that repository."""
    command = ["git", f"--git-dir={repository}", *arguments]
    return subprocess.run(command, text=True, check=True, stdout=subprocess.PIPE).stdout.split()


def test_the_same_content_is_the_same_commit_anywhere(publish, dags, tmp_path):
    publish("one.git")
    os.utime(dags / "canary.py", (0, 0))
    publish("two.git")
    assert git(tmp_path / "one.git", "rev-parse", "main") == git(tmp_path / "two.git", "rev-parse", "main")


def test_unchanged_content_makes_no_commit(publish, tmp_path):
    first = publish()
    second = publish()
    assert "published" in first.stdout
    assert "unchanged" in second.stdout
    assert len(git(tmp_path / "dags.git", "rev-list", "main")) == 1


def test_a_change_follows_the_last_commit(publish, dags, tmp_path):
    publish()
    before = git(tmp_path / "dags.git", "rev-parse", "main")
    (dags / "canary.py").unlink()
    (dags / "other.py").write_text("y = 2\n", encoding="utf-8")
    publish()
    assert git(tmp_path / "dags.git", "rev-parse", "main^") == before
    assert git(tmp_path / "dags.git", "ls-tree", "--name-only", "main") == ["other.py"]


def test_byte_code_is_left_out(publish, dags, tmp_path):
    (dags / "__pycache__").mkdir()
    (dags / "__pycache__" / "canary.cpython-311.pyc").write_bytes(b"0")
    publish()
    assert git(tmp_path / "dags.git", "ls-tree", "-r", "--name-only", "main") == ["canary.py"]


def test_what_a_killed_run_left_is_no_obstacle(publish, tmp_path):
    (tmp_path / "dags.git.new" / "refs").mkdir(parents=True)
    assert publish().returncode == 0
    (tmp_path / "dags.git" / "publish-index.lock").touch()
    assert "unchanged" in publish().stdout


def test_a_missing_folder_is_named(publish, tmp_path):
    result = publish(folder=tmp_path / "nowhere")
    assert result.returncode == 66
    assert f"no folder {tmp_path}/nowhere" in result.stderr
