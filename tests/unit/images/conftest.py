# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts of the images run here as they stand, with stand-ins for the programs that they call."""

from __future__ import annotations

import os
import pathlib
import subprocess

import pytest

IMAGES = pathlib.Path(__file__).resolve().parents[3] / "images"


@pytest.fixture
def images():
    """:returns: the folder that holds a folder for each image."""
    return IMAGES


class Shell:
    """Runs a script with a PATH on which stand-ins come first."""

    def __init__(self, folder):
        self.folder = folder / "bin"
        self.folder.mkdir()

    def stand_in(self, name, body):
        """Writes a program of that name, a shell script with that body."""
        program = self.folder / name
        program.write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
        program.chmod(0o755)

    def run(self, *arguments, **environment):
        """:returns: the finished process, its output as text."""
        path = f"{self.folder}:{os.environ['PATH']}"
        return subprocess.run(
            [str(argument) for argument in arguments], env={"PATH": path, **environment}, text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


@pytest.fixture
def shell(tmp_path):
    """:returns: a Shell of this test's own."""
    return Shell(tmp_path)
