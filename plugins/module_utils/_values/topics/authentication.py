# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who logs in to Airflow, and how: the auth manager. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import boolean, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named

FAB, CUSTOM = METHODS = ("fab", "custom")
VARIABLES = {
    "auth": mapping(
        "Who logs in to Airflow, and how.",
        method=text(
            "fab keeps users, passwords and roles in Airflow's database. custom is another auth manager, from an image "
            "of your own.",
            default=FAB, choices=METHODS,
        ),
        first_user=boolean(
            "Whether the role airflow_release makes the first user, and airflow_secrets its password. Only with method "
            "fab, and there it does unless this is false. A user that is there already is not removed.",
            default=None,
        ),
        auth_manager=text("Class of the auth manager, for method custom.", forms.PYTHON_CLASS),
    ),
}  # fmt: skip
AUTH_MANAGER = path_of("config.core.auth_manager")
# The auth manager behind each method; that of custom is named by the environment.
MANAGERS = {FAB: "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"}
# Methods whose users are in Airflow's database, so that a Job can make one.
WITH_FIRST_USER = (FAB,)
# Options that one method alone reads.
_OWN_OPTIONS = {"auth_manager": CUSTOM}


def manager(specification):
    """:returns: the class of the auth manager; None where method custom names none."""
    options = specification["auth"]
    return MANAGERS.get(options["method"], options["auth_manager"])


def has_first_user(specification):
    """:returns: whether the role airflow_release makes the first user."""
    options = specification["auth"]
    return options["method"] in WITH_FIRST_USER if options["first_user"] is None else options["first_user"]


def settings(specification):
    """:returns: the list of Setting of this topic."""
    variable = named("auth", "auth_manager" if specification["auth"]["method"] == CUSTOM else "method")
    return [Setting(AUTH_MANAGER, manager(specification), variable, "Decides who logs in, and who may do what")]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    options = specification["auth"]
    method, found = options["method"], []
    if options["first_user"] and method not in WITH_FIRST_USER:
        problem = f"airflow_auth.method is {method}, whose users are not in Airflow's database"
        found.append(ValueFinding(named("auth", "first_user"), problem, "Set it to false, or choose method fab"))
    if method == CUSTOM and not options["auth_manager"]:
        found.append(ValueFinding(named("auth", "auth_manager"), "it is missing", f"Write {forms.PYTHON_CLASS.wanted}"))
    return found + options_of_other_methods(options)


def options_of_other_methods(options):
    """Refuse what the chosen method does not read: whoever wrote it expects it to be at work."""
    return [
        ValueFinding(named("auth", option), f"only method {method} reads it", f"Choose method {method}, or remove it")
        for option, method in _OWN_OPTIONS.items()
        if options[option] and options["method"] != method
    ]
