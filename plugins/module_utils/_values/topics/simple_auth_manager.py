# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Airflow's SimpleAuthManager, which is for trying out. Pure: no I/O.

Source: https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/auth-manager/simple/
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import listing, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    given,
    secret_reference,
)

OPTIONS = mapping(
    "Users for method simple. Without any, nobody has to log in and everybody is an administrator.",
    users=listing(mapping(
        "The users.",
        name=text("Name that the user logs in with.", forms.USER_NAME, required=True),
        role=text("What the user may do.", choices=("viewer", "user", "op", "admin"), required=True),
    )),
    passwords=secret_reference(
        "Secret that holds the passwords of all users.", "the passwords, as a JSON object with a password for each name"
    ),
)  # fmt: skip
_VARIABLE = ("auth", "simple")
_VOLUME, _FOLDER, _FILE = "simple-auth-manager", "/etc/simple-auth-manager", "passwords.json"
_COPY = "/tmp/simple_auth_manager_passwords.json"


def settings(options):
    """:returns: the list of Setting for these options."""
    path, variable = ("config", "core"), named(*_VARIABLE, "users")
    if not options["users"]:
        why = "Nobody has to log in, and everybody is an administrator"
        return [Setting((*path, "simple_auth_manager_all_admins"), "True", variable, why)]
    users = ",".join(f"{user['name']}:{user['role']}" for user in options["users"])
    return [
        Setting((*path, "simple_auth_manager_users"), users, variable, "Who may log in, and what they may do"),
        *passwords_are_the_secret_s(options["passwords"]),
    ]


def passwords_are_the_secret_s(secret):
    """Start the API server with a copy of the passwords.

    It opens the file to write to it, which a mounted Secret refuses; and where it finds no password of a user, it makes one
    and prints it into its log.
    """
    variable, why = named(*_VARIABLE, "passwords"), "The passwords of the users"
    volume = {"name": _VOLUME, "secret": {"secretName": secret["name"], "items": [{"key": secret["key"], "path": _FILE}]}}
    mount = {"name": _VOLUME, "mountPath": _FOLDER, "readOnly": True}
    command = f"install -m 0600 {_FOLDER}/{_FILE} {_COPY} && exec airflow api-server"
    return [
        Setting(("config", "core", "simple_auth_manager_passwords_file"), _COPY, variable, why),
        Setting(("apiServer", "extraVolumes"), [volume], variable, why),
        Setting(("apiServer", "extraVolumeMounts"), [mount], variable, why),
        Setting(("apiServer", "args"), ["bash", "-c", command], variable, "The API server writes to the file of passwords"),
    ]


def findings(options):
    """:returns: the list of ValueFinding of these options."""
    users, has_passwords = [user["name"] for user in options["users"]], bool(given(options["passwords"]))
    if bool(users) != has_passwords:
        missing, remedy = ("users", "Name the users") if has_passwords else ("passwords", "Name the Secret with the passwords")
        return [ValueFinding(named(*_VARIABLE, missing), "users and passwords need each other", f"{remedy}, or leave out both")]
    return [
        ValueFinding(named(*_VARIABLE, f"users[{place}]", "name"), "an entry before it has the same name", "Remove one of them")
        for place, name in enumerate(users)
        if name in users[:place]
    ]
