# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

ADA, BOB = {"name": "ada", "role": "admin"}, {"name": "bob@example.com", "role": "viewer"}
PASSWORDS = {"name": "simple", "key": "all.json"}


def auth(**options):
    return {"method": "simple", "simple": options}


def test_without_users_everybody_is_an_administrator(compiled):
    values = compiled(auth=auth())
    assert values.at("config.core.simple_auth_manager_all_admins") == "True"
    assert values.at("apiServer.args") is None and values.at("config.core.simple_auth_manager_users") is None


def test_users_have_the_passwords_of_the_secret(compiled):
    values = compiled(auth=auth(users=[ADA, BOB], passwords=PASSWORDS))
    assert values.at("config.core.simple_auth_manager_users") == "ada:admin,bob@example.com:viewer"
    assert values.at("config.core.simple_auth_manager_all_admins") is None
    [volume], [mount] = values.at("apiServer.extraVolumes"), values.at("apiServer.extraVolumeMounts")
    assert volume["secret"] == {"secretName": "simple", "items": [{"key": "all.json", "path": "passwords.json"}]}
    assert (mount["name"], mount["readOnly"]) == (volume["name"], True)
    # Airflow opens the file to write to it, so it is a copy.
    copy = values.at("config.core.simple_auth_manager_passwords_file")
    assert not copy.startswith(mount["mountPath"])
    assert values.at("apiServer.args")[-1] == (
        f"install -m 0600 {mount['mountPath']}/passwords.json {copy} && exec airflow api-server")  # fmt: skip


@pytest.mark.parametrize(
    ("options", "variable"),
    [
        ({"users": [ADA]}, "passwords"),
        ({"passwords": PASSWORDS}, "users"),
        ({"users": [ADA, {**ADA, "role": "op"}], "passwords": PASSWORDS}, "users[1].name"),
        ({"users": [{"name": "a:b", "role": "op"}], "passwords": PASSWORDS}, "users[0].name"),
        ({"users": [{"name": "a", "role": "Admin"}], "passwords": PASSWORDS}, "users[0].role"),
        ({"users": [{"name": "a"}], "passwords": PASSWORDS}, "users[0].role"),
        ({"users": [ADA], "passwords": {"name": "simple"}}, "passwords.key"),
    ],
)
def test_what_cannot_work_is_refused(refused, options, variable):
    assert f"airflow_auth.simple.{variable}" in refused(auth=auth(**options))
