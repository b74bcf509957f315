# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file webserver_config.py, which tells Airflow's FAB auth manager to log in by OpenID Connect. Pure: no I/O.

It is a Python file of Flask-AppBuilder (https://flask-appbuilder.readthedocs.io/en/latest/security.html), which Airflow
executes in the API server. What differs between environments is data in it, never code.
"""

from __future__ import annotations

import json

# The container gets it from the Secret; nothing of it is in the file.
CLIENT_SECRET_VARIABLE = "OPENID_CONNECT_CLIENT_SECRET"
_PROGRAM = '''\
# Written by windrose.airflow from airflow_auth. Change the inventory, not this file.
import json
import logging
import os

from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride
from flask_appbuilder.const import AUTH_OAUTH

login = json.loads(%s)
log = logging.getLogger("webserver_config")


def claim(claims, name):
    """Look a claim up by its name, or by the names of the objects that lead to it, with dots between them."""
    if name in claims:
        return claims[name]
    for part in name.split("."):
        claims = claims.get(part) if isinstance(claims, dict) else None
    return claims


class OpenIdConnectSecurityManager(FabAirflowSecurityManagerOverride):
    """Takes users and their groups from the claims of the provider."""

    def get_oauth_user_info(self, provider, resp):
        remote = self.oauth_remotes[provider]
        metadata = remote.load_server_metadata()
        if metadata.get("issuer") != login["issuer"]:
            raise ValueError(f"The provider says that it is {metadata.get('issuer')}, and not {login['issuer']}.")
        # Authlib has verified the ID token that these are of.
        claims = dict(resp.get("userinfo") or {})
        if not claims.get("sub"):
            raise ValueError("The provider sent no ID token. Is openid one of the scopes?")
        if metadata.get("userinfo_endpoint"):
            more = remote.userinfo(token=resp)
            # https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse
            if more.get("sub") != claims["sub"]:
                raise ValueError("The provider told of another user than the one who logged in.")
            claims.update(more)
        groups = claim(claims, login["groups_claim"]) or []
        return {
            "username": claim(claims, login["username_claim"]),
            "first_name": claims.get("given_name") or "",
            "last_name": claims.get("family_name") or "",
            "email": claims.get("email") or "",
            "role_keys": [groups] if isinstance(groups, str) else [str(group) for group in groups],
        }

    def auth_user_oauth(self, userinfo, rotate_session_id=True):
        name = userinfo.get("username")
        if str(name).lower() in login["local_users"]:
            log.warning("Refused %%s: nobody becomes this user by OpenID Connect.", name)
            return None
        if not login["registration_role"] and not self.get_roles_from_keys(userinfo.get("role_keys", [])):
            log.warning("Refused %%s: none of the groups has a role in Airflow.", name)
            return None
        return super().auth_user_oauth(userinfo, rotate_session_id)


SECURITY_MANAGER_CLASS = OpenIdConnectSecurityManager
AUTH_TYPE = AUTH_OAUTH
AUTH_USER_REGISTRATION = True
AUTH_USER_REGISTRATION_ROLE = login["registration_role"]
AUTH_ROLES_MAPPING = login["roles"]
# Without a mapping, roles are given to users in Airflow.
AUTH_ROLES_SYNC_AT_LOGIN = bool(login["roles"])
OAUTH_PROVIDERS = [
    {
        "name": login["name"],
        "icon": "fa-key",
        "token_key": "access_token",
        "remote_app": {
            "client_id": login["client_id"],
            "client_secret": os.environ["%s"],
            "server_metadata_url": login["discovery_url"],
            "client_kwargs": {"scope": login["scope"], "code_challenge_method": "S256", **login["connection"]},
        },
    }
]
'''


def program(login):
    """Write the file.

    :param login: ``name``, ``issuer``, ``discovery_url``, ``client_id``, ``scope`` (texts), ``username_claim``,
        ``groups_claim``, ``roles`` ({group: list of roles}), ``registration_role`` (or None), ``local_users`` (list of
        names in lower case) and ``connection`` (what requests to the provider are made with).
    :returns: the file, which a chart takes for a template, and finds nothing to replace in.
    """
    # What json.dumps writes is ASCII, so its repr is one line of Python; {{ begins a template.
    data = json.dumps(login, sort_keys=True).replace("{{", "{\\u007b")
    return _PROGRAM % (repr(data), CLIENT_SECRET_VARIABLE)
