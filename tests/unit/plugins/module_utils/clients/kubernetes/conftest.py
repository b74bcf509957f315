# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of logins by a program have in common."""

from __future__ import annotations

import pytest
from login_program import LoginProgram

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import exec_credential


@pytest.fixture
def program(tmp_path):
    """A `LoginProgram`."""
    return LoginProgram(tmp_path / "program")


@pytest.fixture
def run_folder(tmp_path, monkeypatch):
    """The folder of a run, as the callback plugin makes it, named in the environment."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv(exec_credential.FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture
def login(program):
    """A kubeconfig document whose user logs in by the program: ``login(server="https://…", **options of exec)``."""

    def config(server="https://127.0.0.1:1", **options):
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "users": [{"name": "u", "user": program.user(**options)}],
        }

    return config
