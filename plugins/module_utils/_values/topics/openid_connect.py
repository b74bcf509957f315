# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins by OpenID Connect, through the OAuth of Airflow's FAB auth manager. Pure: no I/O.

The official chart 1.22.0 and the bundled one mount ``apiServer.apiServerConfig`` as webserver_config.py into the API server.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms, webserver_config
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import listing, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    given,
    secret_reference,
)

OPTIONS = mapping(
    "The provider, for method openid_connect. It has to know <airflow_url>/auth/oauth-authorized/<name> as a redirect URI.",
    name=text("What the login page calls it, and the last part of the redirect URI.", forms.SHORT_NAME, "sso"),
    issuer=text("Its issuer, exactly as it writes it itself, such as https://login.example.com/realms/data.", forms.WEB_URL),
    discovery_url=text(
        "Where its metadata is. /.well-known/openid-configuration below the issuer if left out.", forms.WEB_URL
    ),
    client_id=text("Id of the client that it knows Airflow as."),
    client_secret=secret_reference("Secret that holds the client's secret.", "the client's secret"),
    scopes=listing(text("Scopes that are asked for: openid, profile and email if left out.", forms.SCOPE)),
    username_claim=text("Claim that Airflow's user names are made of.", default="preferred_username"),
    groups_claim=text(
        "Claim with the groups, as a list or a text. Dots lead into objects, as in realm_access.roles.", default="groups"
    ),
    roles=listing(mapping(
        "The roles in Airflow that members of a group have. They are set anew at each login.",
        group=text("The group, as the claim has it.", required=True),
        roles=listing(text("Roles in Airflow: Admin, Op, User, Viewer, Public or one of airflow_auth.custom_roles.")),
    )),
    registration_role=text(
        "Role that everybody has whom the provider knows. Left out, nobody gets in without a group that has a role."
    ),
    certificate_authority=mapping(
        "ConfigMap with the certificate authorities that signed the provider's certificate. Left out, the image's are trusted.",
        name=text("Name of the ConfigMap.", forms.NAME, required=True),
        key=text("Its key that holds them, in the form PEM.", forms.SECRET_KEY, required=True),
    ),
)  # fmt: skip
LOGIN_FILE = ("apiServer", "apiServerConfig")
SCOPES = ["openid", "profile", "email"]
# https://airflow.apache.org/docs/apache-airflow-providers-fab/stable/auth-manager/access-control.html
BUILT_IN_ROLES = ("Admin", "Op", "User", "Viewer", "Public")
_VARIABLE = ("auth", "openid_connect")
_VOLUME, _FOLDER, _FILE = "identity-provider", "/etc/identity-provider", "ca.crt"


def login_file(options, own_users):
    """:param own_users: names of users of Airflow's own, whom nobody becomes by OpenID Connect.
    :returns: the file webserver_config.py."""
    authority = given(options["certificate_authority"])
    return webserver_config.program({
        "name": options["name"],
        "issuer": options["issuer"],
        "discovery_url": options["discovery_url"] or f"{options['issuer'].rstrip('/')}/.well-known/openid-configuration",
        "client_id": options["client_id"],
        "scope": " ".join(options["scopes"] or SCOPES),
        "username_claim": options["username_claim"],
        "groups_claim": options["groups_claim"],
        "roles": {entry["group"]: entry["roles"] for entry in options["roles"]},
        "registration_role": options["registration_role"],
        "local_users": [name.lower() for name in own_users],
        "connection": {"verify": f"{_FOLDER}/{_FILE}"} if authority else {},
    })  # fmt: skip


def settings(options, own_users):
    """:param own_users: as above.
    :returns: the list of Setting for these options."""
    secret, authority = options["client_secret"], given(options["certificate_authority"])
    variable = {
        "name": webserver_config.CLIENT_SECRET_VARIABLE,
        "valueFrom": {"secretKeyRef": {"name": secret["name"], "key": secret["key"]}},
    }
    found = [
        (LOGIN_FILE[-1], login_file(options, own_users), (), "The file that tells the API server to log in this way"),
        ("env", [variable], ("client_secret",), "Where that file finds the client's secret"),
    ]
    if authority:
        source = {"name": authority["name"], "items": [{"key": authority["key"], "path": _FILE}]}
        mount = {"name": _VOLUME, "mountPath": _FOLDER, "readOnly": True}
        why = "Who signed the provider's certificate"
        found.append(("extraVolumes", [{"name": _VOLUME, "configMap": source}], ("certificate_authority",), why))
        found.append(("extraVolumeMounts", [mount], ("certificate_authority",), why))
    return [Setting(("apiServer", key), value, named(*_VARIABLE, *below), why) for key, value, below, why in found]


def findings(options, custom_roles):
    """:param custom_roles: the roles that are known beside Airflow's own.
    :returns: the list of ValueFinding of these options."""
    found = [
        ValueFinding(named(*_VARIABLE, name), "it is missing", "Add it")
        for name in ("issuer", "client_id", "client_secret")
        if not given(options[name])
    ]
    return [
        *found, *provider_is_asked_by_https(options), *provider_says_who_logs_in(options), *groups_are_told_once(options),
        *roles_exist(options, custom_roles), *somebody_has_a_role(options),
    ]  # fmt: skip


def provider_is_asked_by_https(options):
    """Refuse http, over which anybody on the way reads the client's secret, and says who logs in."""
    return [
        ValueFinding(
            named(*_VARIABLE, name), "it is not https, over which OpenID Connect alone is safe",
            "Write an address with https; certificate_authority names who signed a certificate of your own",
        )
        for name in ("issuer", "discovery_url")
        if (options[name] or "").startswith("http:")
    ]  # fmt: skip


def provider_says_who_logs_in(options):
    """Ask for openid: without that scope a provider sends no ID token."""
    if not options["scopes"] or "openid" in options["scopes"]:
        return []
    return [ValueFinding(named(*_VARIABLE, "scopes"), "openid is not among them", "Add openid")]


def groups_are_told_once(options):
    """Refuse a second entry of a group, of which only one could hold."""
    groups = [entry["group"] for entry in options["roles"]]
    return [
        ValueFinding(named(*_VARIABLE, f"roles[{place}]", "group"), "an entry before it has the same group", "Join both")
        for place, group in enumerate(groups)
        if group in groups[:place]
    ]


def roles_exist(options, custom_roles):
    """Refuse roles that Airflow has not: it ignores them at each login, and the user gets nothing."""
    known = (*BUILT_IN_ROLES, *custom_roles)
    places = {named(*_VARIABLE, "registration_role"): [options["registration_role"] or known[0]]}
    for place, entry in enumerate(options["roles"]):
        places[named(*_VARIABLE, f"roles[{place}]", "roles")] = entry["roles"] or [""]
    return [
        ValueFinding(
            variable, "it names a role that Airflow does not have",
            f"Write one of {', '.join(BUILT_IN_ROLES)}, or add a role that somebody has made to airflow_auth.custom_roles",
        )
        for variable, roles in places.items()
        if set(roles) - set(known)
    ]  # fmt: skip


def somebody_has_a_role(options):
    """Refuse a login that lets nobody in."""
    if options["roles"] or options["registration_role"]:
        return []
    return [ValueFinding(
        named(*_VARIABLE, "roles"), "it is empty, and without registration_role nobody gets in",
        "Give the members of a group roles, or everybody registration_role",
    )]  # fmt: skip
