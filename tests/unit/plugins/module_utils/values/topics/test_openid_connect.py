# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options of single sign-on become. What the file does with them is tested in test_webserver_config.py."""

from __future__ import annotations

import ast
import json

import pytest

PROVIDER = {
    "issuer": "https://login.example.com/realms/data", "client_id": "airflow",
    "client_secret": {"name": "sso", "key": "secret"}, "roles": [{"group": "admins", "roles": ["Admin"]}],
}  # fmt: skip
VARIABLE = "airflow_auth.openid_connect"


def auth(**options):
    return {"method": "openid_connect", "openid_connect": {**PROVIDER, **options}}


def login(values):
    """:returns: the data of the file that is made."""
    (data,) = [
        node.value.args[0].value
        for node in ast.parse(values.at("apiServer.apiServerConfig")).body
        if isinstance(node, ast.Assign) and node.targets[0].id == "login"
    ]
    return json.loads(data)


def test_what_is_left_out_is_what_most_providers_need(compiled):
    assert login(compiled(auth=auth())) == {
        "name": "sso", "issuer": PROVIDER["issuer"], "client_id": "airflow", "scope": "openid profile email",
        "discovery_url": "https://login.example.com/realms/data/.well-known/openid-configuration",
        "username_claim": "preferred_username", "groups_claim": "groups", "roles": {"admins": ["Admin"]},
        "registration_role": None, "local_users": ["admin"], "connection": {},
    }  # fmt: skip


def test_what_is_given_is_taken(compiled):
    values = compiled(
        auth={
            **auth(
                name="company", discovery_url="https://metadata.example.com/x", scopes=["openid", "groups"],
                username_claim="email", groups_claim="realm_access.roles", registration_role="Viewer",
                roles=[{"group": "a", "roles": ["Analyst", "User"]}, {"group": "b", "roles": ["Op"]}],
            ),
            "custom_roles": ["Analyst"],
        },
        first_user_username="Root",
    )  # fmt: skip
    assert login(values) == {
        "name": "company", "issuer": PROVIDER["issuer"], "client_id": "airflow", "scope": "openid groups",
        "discovery_url": "https://metadata.example.com/x", "username_claim": "email",
        "groups_claim": "realm_access.roles", "roles": {"a": ["Analyst", "User"], "b": ["Op"]},
        "registration_role": "Viewer", "local_users": ["root"], "connection": {},
    }  # fmt: skip


def test_the_secret_is_named_for_the_api_server_alone(compiled):
    values = compiled(auth=auth())
    reference = {"secretKeyRef": {"name": "sso", "key": "secret"}}
    assert values.at("apiServer.env") == [{"name": "OPENID_CONNECT_CLIENT_SECRET", "valueFrom": reference}]
    assert values.at("secret") is None and values.at("env") is None


def test_without_a_first_user_there_is_no_user_of_airflow_s_own(compiled):
    assert login(compiled(auth={**auth(), "first_user": False}))["local_users"] == []


def test_certificate_authorities_are_mounted_where_the_file_looks(compiled):
    values = compiled(auth=auth(certificate_authority={"name": "company-ca", "key": "bundle.pem"}))
    [volume], [mount] = values.at("apiServer.extraVolumes"), values.at("apiServer.extraVolumeMounts")
    assert volume["configMap"]["name"] == "company-ca" and volume["name"] == mount["name"] and mount["readOnly"]
    [item] = volume["configMap"]["items"]
    assert item["key"] == "bundle.pem"
    assert login(values)["connection"] == {"verify": f"{mount['mountPath']}/{item['path']}"}


@pytest.mark.parametrize(
    ("options", "variable"),
    [
        ({"issuer": None}, "issuer"),
        ({"client_id": ""}, "client_id"),
        ({"client_secret": {}}, "client_secret"),
        ({"client_secret": {"name": "sso"}}, "client_secret.key"),
        ({"issuer": "http://login.example.com"}, "issuer"),
        ({"issuer": "login.example.com"}, "issuer"),
        ({"scopes": ["profile", "groups"]}, "scopes"),
        ({"scopes": ["openid profile"]}, "scopes[0]"),
        ({"roles": [{"group": "a", "roles": ["admin"]}]}, "roles[0].roles"),
        ({"roles": [{"group": "a", "roles": []}]}, "roles[0].roles"),
        ({"roles": [{"group": "a", "roles": ["Analyst"]}]}, "roles[0].roles"),
        ({"registration_role": "Guest"}, "registration_role"),
        ({"roles": [{"roles": ["Op"]}]}, "roles[0].group"),
        ({"roles": []}, "roles"),
        ({"certificate_authority": {"name": "ca"}}, "certificate_authority.key"),
        ({"client_id": "{{ airflow }}"}, "client_id"),
    ],
)
def test_what_cannot_work_is_refused(refused, options, variable):
    assert f"{VARIABLE}.{variable}" in refused(auth=auth(**options))


def test_its_options_without_the_method_are_refused(refused):
    assert set(refused(auth={"openid_connect": PROVIDER, "custom_roles": ["Analyst"]})) == {
        VARIABLE, "airflow_auth.custom_roles"}  # fmt: skip
