# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles read airflow_auth as the compiler of chart values does, and verify logs in with what there is."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import Specification
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import authentication

CUSTOM = {"method": "custom", "auth_manager": "acme.airflow.AcmeAuthManager"}
SINGLE_SIGN_ON = {
    "method": "openid_connect",
    "openid_connect": {
        "issuer": "https://login.example.com", "client_id": "airflow", "client_secret": {"name": "sso", "key": "secret"},
        "registration_role": "Viewer",
    },
}
KEYCLOAK = {
    "method": "keycloak",
    "keycloak": {
        "server_url": "https://keycloak.example.com", "realm": "data", "client_id": "airflow",
        "client_secret": {"name": "keycloak", "key": "secret"},
    },
}
USERS = {
    "method": "simple",
    "simple": {"users": [{"name": "ada", "role": "admin"}], "passwords": {"name": "simple", "key": "all.json"}},
}
AUTHENTICATIONS = {
    "defaults": {},
    "null": {"method": None, "first_user": None},
    "no first user": {"first_user": False},
    "first user as a text": {"first_user": "yes"},
    "custom": CUSTOM,
    "keycloak": KEYCLOAK,
    "everyone": {"method": "simple"},
    "single sign-on": SINGLE_SIGN_ON,
    "single sign-on alone": {**SINGLE_SIGN_ON, "first_user": False},
}
SECRET = {"secret": "robot"}
VERIFY = {
    "first user": ({}, {}, {"secret": "airflow-first-user"}),
    "own user": ({}, {**SECRET, "username_key": "name", "password_key": ""}, {**SECRET, "username_key": "name"}),
    "token": (CUSTOM, {**SECRET, "token_key": "jwt"}, {**SECRET, "token_key": "jwt"}),
    "nobody": (CUSTOM, {}, {}),
    "everyone": ({"method": "simple"}, {}, {}),
    "simple users": (USERS, SECRET, SECRET),
    "keycloak": (KEYCLOAK, SECRET, SECRET),
    "single sign-on": (SINGLE_SIGN_ON, {}, {"secret": "airflow-first-user"}),
    "single sign-on alone": ({**SINGLE_SIGN_ON, "first_user": False}, {**SECRET, "token_key": "jwt"}, {**SECRET, "token_key": "jwt"}),
}
READ = "{{ {'manager': __airflow_specification_auth_manager, 'first_user': __airflow_specification_first_user} }}"


@pytest.fixture(scope="module")
def read(evaluate):
    """{case: what the roles read}."""
    variable = READ.removeprefix("{{ ").removesuffix(" }}")
    cases = {name: {"airflow_auth": auth} for name, auth in AUTHENTICATIONS.items()}
    return evaluate("airflow_specification", variable, cases)


@pytest.mark.parametrize("case", AUTHENTICATIONS)
def test_roles_and_compiler_agree(read, case):
    specification, findings = Specification.read({"auth": AUTHENTICATIONS[case]}, compiler.VARIABLES)
    assert not findings
    assert read[case] == {
        "manager": authentication.manager(specification), "first_user": authentication.has_first_user(specification)}


def test_the_jobs_use_the_auth_manager_of_the_release(evaluate):
    cases = {"fab": {}, "custom": {"airflow_auth": CUSTOM}}
    found = evaluate("airflow_database", "__airflow_database_migration", cases)
    environments = {case: objects[-1]["spec"]["template"]["spec"]["containers"][0]["env"] for case, objects in found.items()}
    assert {case: env[0] for case, env in environments.items()} == {
        "fab": {"name": "AIRFLOW__CORE__AUTH_MANAGER", "value": authentication.MANAGERS["fab"]},
        "custom": {"name": "AIRFLOW__CORE__AUTH_MANAGER", "value": CUSTOM["auth_manager"]},
    }
    commands = {case: objects[-1]["spec"]["template"]["spec"]["containers"][0]["args"] for case, objects in found.items()}
    assert commands == {"fab": ["bash", "-c", "airflow db migrate && exec airflow sync-perm"], "custom": ["airflow", "db", "migrate"]}
    # Each auth manager has tables of its own, which a migration for another one did not make.
    made_of = evaluate("airflow_database", "__airflow_database_migration_made_of", cases)
    assert made_of["custom"] == [*made_of["fab"], CUSTOM["auth_manager"]]


@pytest.fixture(scope="module")
def verify(evaluate):
    """{case: what the role verify logs in with, and what it tells at its end}."""
    cases = {
        name: {"airflow_auth": auth, "airflow_verify_credentials": credentials}
        for name, (auth, credentials, _expected) in VERIFY.items()
    }
    return evaluate("airflow_verify", "{'credentials': __airflow_verify_credentials, 'summary': __airflow_verify_summary}", cases)


@pytest.mark.parametrize("case", VERIFY)
def test_verify_logs_in_with_what_there_is(verify, case):
    assert verify[case]["credentials"] == VERIFY[case][2]


@pytest.mark.parametrize("case", VERIFY)
def test_the_summary_tells_how_people_log_in(verify, case):
    words = [line.partition(":")[0] for line in verify[case]["summary"]]
    told = {"{}": ["User", "Password"], "custom": [], "openid_connect": ["Log in"], "keycloak": ["Log in"], "simple": ["Log in"]}
    assert words == ["URL", *told[VERIFY[case][0].get("method", "{}")], "Next"]


def test_the_summary_says_where_to_log_in(verify):
    told = {case: [line for line in verify[case]["summary"] if line.startswith("Log in")] for case in VERIFY}
    assert told["single sign-on"] == ["Log in:   by https://login.example.com"]
    assert told["keycloak"] == ["Log in:   by https://keycloak.example.com"]
    assert told["everyone"] == ["Log in:   nobody has to"]
    assert told["simple users"] == ["Log in:   by a user of airflow_auth.simple"]
