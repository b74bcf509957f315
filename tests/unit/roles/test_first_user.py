# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that makes the first user, with Airflow replaced by what it calls of it."""

from __future__ import annotations

import contextlib
import pathlib
import runpy
import sys
import types

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "roles" / "airflow_release" / "files" / "first_user.py"
OPTIONS = ["--email=a@example.com", "--first-name=Ada", "--last-name=Lovelace"]


class SecurityManager:
    """Users and roles in memory."""

    def __init__(self):
        self.users = {}
        self.refuses = False

    def find_user(self, username):
        return self.users.get(username)

    def find_role(self, name):
        return name if name == "Admin" else None

    def add_user(self, username, first_name, last_name, email, role, password):
        if not self.refuses:
            self.users[username] = (first_name, last_name, email, role, password)
        return not self.refuses


@pytest.fixture
def security_manager():
    return SecurityManager()


@pytest.fixture
def run(security_manager, tmp_path, monkeypatch):
    """Run the script; callable (role)."""
    (tmp_path / "username").write_text("admin")
    (tmp_path / "password").write_text("secret")
    builder = types.SimpleNamespace(sm=security_manager)
    modules = {
        "airflow.providers.fab.auth_manager.cli_commands.utils": {
            "get_application_builder": lambda: contextlib.nullcontext(builder)},
        "airflow.providers_manager": {
            "ProvidersManager": lambda: types.SimpleNamespace(initialize_providers_configuration=lambda: None)},
    }
    for path, content in modules.items():
        parts = path.split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[:length])
            monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
        vars(sys.modules[path]).update(content)

    def run_script(role="Admin"):
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), f"--credentials={tmp_path}", *OPTIONS, f"--role={role}"])
        runpy.run_path(str(SCRIPT), run_name="__main__")

    return run_script


def test_the_user_is_made_with_the_credentials_of_the_secret(run, security_manager):
    run()
    assert security_manager.users == {"admin": ("Ada", "Lovelace", "a@example.com", "Admin", "secret")}


def test_a_user_that_exists_is_left_as_it_is(run, security_manager):
    security_manager.users["admin"] = "somebody"
    run()
    assert security_manager.users == {"admin": "somebody"}


def test_the_password_is_not_printed(run, capsys):
    run()
    told = capsys.readouterr()
    assert "admin" in told.out
    assert "secret" not in told.out + told.err


def test_an_unknown_role_is_refused_by_name(run, security_manager):
    with pytest.raises(SystemExit, match="no role Owner"):
        run("Owner")
    assert security_manager.users == {}


def test_a_user_that_cannot_be_made_is_an_error(run, security_manager):
    security_manager.refuses = True
    with pytest.raises(SystemExit, match="could not be made"):
        run()
