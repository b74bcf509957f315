# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API server does with webserver_config.py, with Airflow replaced by what the file calls of it.

tests/e2e/test_single_sign_on.py lets a real Airflow execute it.
"""

from __future__ import annotations

import ast
import json
import sys
import types

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import webserver_config

LOGIN = {
    "name": "sso", "issuer": "https://login.example.com", "client_id": "airflow", "scope": "openid groups",
    "discovery_url": "https://login.example.com/.well-known/openid-configuration", "username_claim": "preferred_username",
    "groups_claim": "groups", "roles": {"admins": ["Admin"], "staff": ["User", "Analyst"]}, "registration_role": None,
    "local_users": ["admin"], "connection": {"verify": "/etc/identity-provider/ca.crt"},
}  # fmt: skip
SECRET = "not-in-the-file"
ADA = {"sub": "1", "preferred_username": "ada", "given_name": "Ada", "family_name": "L", "email": "ada@example.com"}
NOBODY = {"username": None, "first_name": "", "last_name": "", "email": "", "role_keys": []}


class SecurityManager:
    """Stands for FabAirflowSecurityManagerOverride: takes everyone, and knows the roles that AUTH_ROLES_MAPPING names."""

    def __init__(self, mapping, remote):
        self.mapping, self.oauth_remotes = mapping, {"sso": remote}

    def get_roles_from_keys(self, keys):
        return {role for group, roles in self.mapping.items() if group in keys for role in roles}

    def auth_user_oauth(self, userinfo, rotate_session_id=True):
        return (userinfo["username"], sorted(self.get_roles_from_keys(userinfo["role_keys"])), rotate_session_id)


class Remote:
    """Stands for Authlib's client of a provider with these metadata and claims at its endpoint."""

    def __init__(self, metadata, claims):
        self.metadata, self.claims, self.tokens = metadata, claims, []

    def load_server_metadata(self):
        return self.metadata

    def userinfo(self, token):
        self.tokens.append(token)
        return self.claims


def parted(program):
    """:returns: (all that is code, the data in it)."""
    tree = ast.parse(program)
    [call] = [node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "login"]
    data, call.args = json.loads(call.args[0].value), []
    return ast.dump(tree), data


@pytest.fixture
def executed(monkeypatch):
    """Callable (data of a login) that executes the file as Flask does, and returns what it defines."""
    override = "airflow.providers.fab.auth_manager.security_manager.override"
    for path in (override, "flask_appbuilder.const"):
        parts = path.split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[:length])
            monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules[override].FabAirflowSecurityManagerOverride = SecurityManager
    sys.modules["flask_appbuilder.const"].AUTH_OAUTH = 4
    monkeypatch.setenv("OPENID_CONNECT_CLIENT_SECRET", SECRET)

    def execute(**login):
        module = types.ModuleType("config")
        exec(compile(webserver_config.program({**LOGIN, **login}), "webserver_config.py", "exec"), vars(module))
        return module

    return execute


@pytest.fixture
def manager(executed):
    """Callable (claims of the ID token, claims of the endpoint, data of a login) that returns what Airflow learns of a user."""

    def learnt(claims, more=None, metadata=None, **login):
        config = executed(**login)
        remote = Remote(
            {"issuer": "https://login.example.com", "userinfo_endpoint": "https://login.example.com/me", **(metadata or {})},
            ADA if more is None else more)
        return config.SECURITY_MANAGER_CLASS(config.AUTH_ROLES_MAPPING, remote).get_oauth_user_info("sso", {"userinfo": claims})

    return learnt


def test_flask_appbuilder_finds_what_it_asks_for(executed):
    config = executed()
    assert (config.AUTH_TYPE, config.AUTH_USER_REGISTRATION, config.AUTH_USER_REGISTRATION_ROLE) == (4, True, None)
    assert config.AUTH_ROLES_MAPPING == LOGIN["roles"] and config.AUTH_ROLES_SYNC_AT_LOGIN is True
    [provider] = config.OAUTH_PROVIDERS
    assert (provider["name"], provider["token_key"]) == ("sso", "access_token")
    assert provider["remote_app"] == {
        "client_id": "airflow", "client_secret": SECRET, "server_metadata_url": LOGIN["discovery_url"],
        "client_kwargs": {
            "scope": "openid groups", "code_challenge_method": "S256", "verify": "/etc/identity-provider/ca.crt",
        },
    }  # fmt: skip
    assert SECRET not in webserver_config.program(LOGIN)


def test_without_a_mapping_roles_are_given_in_airflow(executed):
    config = executed(roles={}, registration_role="Viewer")
    assert (config.AUTH_ROLES_SYNC_AT_LOGIN, config.AUTH_USER_REGISTRATION_ROLE) == (False, "Viewer")


def test_without_the_client_secret_the_api_server_does_not_start(executed, monkeypatch):
    monkeypatch.delenv("OPENID_CONNECT_CLIENT_SECRET")
    with pytest.raises(KeyError):
        executed()


@pytest.mark.parametrize(
    ("claims", "more", "login", "expected"),
    [
        (ADA, {**ADA, "groups": ["admins", 7]}, {}, {"role_keys": ["admins", "7"]}),
        ({**ADA, "groups": ["admins"]}, {"sub": "1"}, {}, {"role_keys": ["admins"]}),
        ({**ADA, "groups": "admins"}, {"sub": "1"}, {}, {"role_keys": ["admins"]}),
        ({**ADA, "groups": ["old"]}, {"sub": "1", "groups": ["new"]}, {}, {"role_keys": ["new"]}),
        (ADA, {"sub": "1", "groups": None}, {}, {"role_keys": []}),
        (ADA, {"sub": "1", "realm": {"roles": ["a"]}}, {"groups_claim": "realm.roles"}, {"role_keys": ["a"]}),
        (ADA, {"sub": "1", "realm": ["a"]}, {"groups_claim": "realm.roles"}, {"role_keys": []}),
        (ADA, {"sub": "1", "https://a.b/c": ["a"]}, {"groups_claim": "https://a.b/c"}, {"role_keys": ["a"]}),
        (ADA, None, {"username_claim": "email"}, {"username": "ada@example.com"}),
    ],
)
def test_users_are_what_the_claims_say(manager, claims, more, login, expected):
    told = manager(claims, more, **login)
    user = {"username": "ada", "first_name": "Ada", "last_name": "L", "email": "ada@example.com", "role_keys": []}
    assert told == {**user, **expected}


def test_claims_that_are_not_there_are_left_empty(manager):
    assert manager({"sub": "1"}, {"sub": "1"}) == NOBODY


def test_a_provider_without_the_endpoint_says_all_in_the_token(manager):
    told = manager({**ADA, "groups": ["admins"]}, {"sub": "2"}, {"userinfo_endpoint": None})
    assert (told["username"], told["role_keys"]) == ("ada", ["admins"])


@pytest.mark.parametrize(
    ("claims", "more", "metadata", "told"),
    [
        (ADA, {**ADA, "sub": "2"}, {}, "another user"),
        (ADA, {}, {}, "another user"),
        (None, ADA, {}, "no ID token"),
        (ADA, ADA, {"issuer": "https://evil.example.com"}, "https://evil.example.com, and not https://login.example.com"),
        (ADA, ADA, {"issuer": None}, "and not https://login.example.com"),
    ],
)
def test_what_a_provider_may_not_do_is_refused(manager, claims, more, metadata, told):
    with pytest.raises(ValueError, match=told):
        manager(claims, more, metadata)


@pytest.mark.parametrize(
    ("username", "groups", "login", "expected"),
    [
        ("ada", ["admins"], {}, ["Admin"]),
        ("ada", ["staff", "other"], {}, ["Analyst", "User"]),
        ("ada", ["other"], {}, None),
        ("ada", [], {}, None),
        ("ada", [], {"registration_role": "Viewer"}, []),
        ("admin", ["admins"], {}, None),
        ("Admin", ["admins"], {"registration_role": "Viewer"}, None),
        ("admin", ["admins"], {"local_users": []}, ["Admin"]),
    ],
)
def test_who_gets_in(executed, username, groups, login, expected):
    config = executed(**login)
    security_manager = config.SECURITY_MANAGER_CLASS(config.AUTH_ROLES_MAPPING, None)
    user = security_manager.auth_user_oauth({"username": username, "role_keys": groups}, rotate_session_id=False)
    assert user == (None if expected is None else (username, expected, False))


@example({"{{ .Values }}": ["{{{{"]}, "{{", "{{")
@example({"quotes ' and \"": ["\\", "%s"]}, "%s", "\u2028")
@given(st.dictionaries(st.text(min_size=1), st.lists(st.text(), min_size=1)), st.text(), st.text())
def test_whatever_is_written_stays_data(roles, claim, issuer):
    program = webserver_config.program({**LOGIN, "roles": roles, "groups_claim": claim, "issuer": issuer})
    # The chart replaces what stands in double braces.
    assert "{{" not in program and program.isascii()
    code, data = parted(program)
    assert code == parted(webserver_config.program(LOGIN))[0]
    assert data == {**LOGIN, "roles": roles, "groups_claim": claim, "issuer": issuer}
