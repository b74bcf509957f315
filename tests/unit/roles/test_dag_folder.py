# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of `make run DAGS=…` on its way into the container of the git server."""

from __future__ import annotations

import csv
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
NAMES = ["dags", "with space", "a,b", 'quo"te', "it's", "na\u00efve", "co:lon", "do$HOME", "-n"]


@pytest.fixture(scope="module", name="folders")
def fixture_folders(tmp_path_factory):
    """:returns: a folder with one of each name in it, and a link to the first."""
    parent = tmp_path_factory.mktemp("folders").resolve()
    for name in NAMES:
        (parent / name).mkdir()
    (parent / "link").symlink_to(parent / NAMES[0])
    return parent


@pytest.fixture(scope="module", name="mounts")
def fixture_mounts(evaluate, folders):
    """:returns: {path as it was written: option of docker}."""
    paths = [*(str(folders / name) for name in [*NAMES, "link"]), os.path.relpath(folders / NAMES[1]), ""]
    return evaluate("airflow_local_cluster", "__airflow_local_cluster_dags_mount", {path: {"airflow_local_cluster_dags_path": path} for path in paths})


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_is_mounted_read_only_whatever_its_name(mounts, folders, name):
    # docker reads the option as a record of comma-separated values.
    (fields,) = csv.reader([mounts[str(folders / name)].removeprefix("--mount=")])
    assert fields == ["type=bind", "readonly", f"source={folders / name}", "target=/folders/dags"]


def test_a_link_and_a_relative_path_name_the_folder_itself(mounts, folders):
    assert mounts[str(folders / "link")] == mounts[str(folders / NAMES[0])]
    assert mounts[os.path.relpath(folders / NAMES[1])] == mounts[str(folders / NAMES[1])]


def test_without_a_folder_an_empty_one_is_served(mounts):
    assert mounts[""] == "--tmpfs=/folders/dags"


def test_a_folder_that_was_made_anew_is_another_one(evaluate, folders):
    cases = {name: {"airflow_local_cluster_dags_path": str(folders / name)} for name in [*NAMES, "link", "nowhere"]}
    found = evaluate("airflow_local_cluster", "__airflow_local_cluster_dags_inode", {**cases, "": {"airflow_local_cluster_dags_path": ""}})
    assert {name: found[name] for name in NAMES} == {name: str((folders / name).stat().st_ino) for name in NAMES}
    assert (found["link"], found["nowhere"], found[""]) == (found[NAMES[0]], "", "")


@pytest.mark.parametrize("typed", ["/somewhere/with space", ""])
def test_the_local_inventory_takes_the_folder_that_was_typed(evaluate, monkeypatch, typed):
    monkeypatch.setenv("WINDROSE_DAGS", typed)
    assert set(evaluate("airflow_local_cluster", "airflow_local_cluster_dags_path", "inventories/local").values()) == {typed}


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [([], "unset"), (["DAGS="], "<>"), (["DAGS=/a b/it's $x \"#1"], "</a b/it's $x \"#1>"), (["DAGS=../dags"], "<../dags>")],
)
def test_make_hands_the_folder_on_as_it_was_typed(tmp_path, arguments, seen):
    program = tmp_path / "ansible-playbook"
    program.write_text('#!/bin/sh\nif [ -n "${WINDROSE_DAGS+x}" ]; then echo "<$WINDROSE_DAGS>"; else echo unset; fi\n', encoding="utf-8")
    program.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name not in ("DAGS", "WINDROSE_DAGS", "MAKEFLAGS")}
    path = f"{tmp_path}:{os.environ['PATH']}"
    command = ["make", "--silent", "--old-file=.venv/run", f"PATH={path}", "run", *arguments]
    run = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=True, timeout=60)
    assert run.stdout.strip() == seen
