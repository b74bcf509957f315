# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who logs in to Airflow, and how: the auth manager. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import (
    absent,
    boolean,
    listing,
    mapping,
    text,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import (
    keycloak,
    openid_connect,
    simple_auth_manager,
)

FAB, OPENID_CONNECT, KEYCLOAK, SIMPLE, CUSTOM = METHODS = ("fab", "openid_connect", "keycloak", "simple", "custom")
VARIABLES = {
    "auth": mapping(
        "Who logs in to Airflow, and how.",
        method=text(
            "fab keeps users, passwords and roles in Airflow's database. openid_connect takes users and their groups "
            "from a provider of OpenID Connect, and keeps roles in Airflow's database. keycloak lets Keycloak decide who may "
            "do what, with an image of your own that holds its provider. simple is Airflow's SimpleAuthManager, for local "
            "use. custom is another auth manager, from an image of your own.",
            default=FAB, choices=METHODS,
        ),
        first_user=boolean(
            "Whether the role airflow_release makes the first user, and airflow_secrets its password. Only with the "
            "methods fab and openid_connect, and there it does unless this is false. A user that is there already is "
            "not removed.",
            default=None,
        ),
        custom_roles=listing(text(
            "Roles that somebody has made in Airflow, beside its own: Admin, Op, User, Viewer and Public."
        )),
        openid_connect=openid_connect.OPTIONS,
        keycloak=keycloak.OPTIONS,
        simple=simple_auth_manager.OPTIONS,
        auth_manager=text("Class of the auth manager, for method custom.", forms.PYTHON_CLASS),
    ),
    "first_user_username": text(
        "Name that the first user logs in with. Used when the Secret for the first user is made, and never changed "
        "afterwards.",
        default="admin",
    ),
}  # fmt: skip
AUTH_MANAGER = path_of("config.core.auth_manager")
_FAB_MANAGER = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
# The auth manager behind each method; that of custom is named by the environment.
MANAGERS = {
    FAB: _FAB_MANAGER,
    OPENID_CONNECT: _FAB_MANAGER,
    KEYCLOAK: keycloak.MANAGER,
    SIMPLE: "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
}
# Methods whose users are in Airflow's database, so that a Job can make one.
WITH_FIRST_USER = (FAB, OPENID_CONNECT)
# Options that one method alone reads.
_OWN_OPTIONS = {
    "auth_manager": CUSTOM, "openid_connect": OPENID_CONNECT, "custom_roles": OPENID_CONNECT, "keycloak": KEYCLOAK,
    "simple": SIMPLE,
}  # fmt: skip


def manager(specification):
    """:returns: the class of the auth manager; None where method custom names none."""
    options = specification["auth"]
    return MANAGERS.get(options["method"], options["auth_manager"])


def has_first_user(specification):
    """:returns: whether the role airflow_release makes the first user."""
    options = specification["auth"]
    return options["method"] in WITH_FIRST_USER if options["first_user"] is None else options["first_user"]


def lets_everyone_in(specification):
    """:returns: whether nobody has to log in."""
    options = specification["auth"]
    return options["method"] == SIMPLE and not options["simple"]["users"]


def settings(specification):
    """:returns: the list of Setting of this topic."""
    method = specification["auth"]["method"]
    variable = named("auth", "auth_manager" if method == CUSTOM else "method")
    found = [Setting(AUTH_MANAGER, manager(specification), variable, "Decides who logs in, and who may do what")]
    if method == OPENID_CONNECT:
        own = [specification["first_user_username"]] if has_first_user(specification) else []
        found += openid_connect.settings(specification["auth"]["openid_connect"], own)
    elif method == KEYCLOAK:
        found += keycloak.settings(specification["auth"]["keycloak"])
    elif method == SIMPLE:
        found += simple_auth_manager.settings(specification["auth"]["simple"])
    return found


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    options = specification["auth"]
    method, found = options["method"], []
    if options["first_user"] and method not in WITH_FIRST_USER:
        problem = f"airflow_auth.method is {method}, whose users are not in Airflow's database"
        found.append(ValueFinding(named("auth", "first_user"), problem, "Set it to false, or choose method fab"))
    if method == CUSTOM and not options["auth_manager"]:
        found.append(ValueFinding(named("auth", "auth_manager"), "it is missing", f"Write {forms.PYTHON_CLASS.wanted}"))
    if method == OPENID_CONNECT:
        found += openid_connect.findings(options["openid_connect"], options["custom_roles"])
    elif method == KEYCLOAK:
        found += keycloak.findings(options["keycloak"], specification["image_repository"])
    elif method == SIMPLE:
        found += simple_auth_manager.findings(options["simple"])
    return found + options_of_other_methods(options)


def options_of_other_methods(options):
    """Refuse what the chosen method does not read: whoever wrote it expects it to be at work."""
    return [
        ValueFinding(named("auth", option), f"only method {method} reads it", f"Choose method {method}, or remove it")
        for option, method in _OWN_OPTIONS.items()
        # What is left out has the defaults of its options.
        if options["method"] != method and options[option] != absent(VARIABLES["auth"].options[option])
    ]
