# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People log in to a real Airflow by OpenID Connect, in a real browser, with roles by their groups.

Runs on the cluster that test_run.py made. Only the API server changes, and is as it was at the end.
"""

from __future__ import annotations

import base64
import gzip
import ipaddress
import json
import os
import secrets
import urllib.error
import urllib.request

import pytest
import yaml
from project import STATE
from single_sign_on import CLIENT_ID, single_sign_on

NAMESPACE = "airflow"
URL = "http://127.0.0.1:8080"
SECRET, AUTHORITY = "windrose-sso", "windrose-sso-ca"
# The first user of inventories/local is called admin, too.
USERS = {"ada": ["engineers", "admins"], "grace": ["engineers"], "mallory": ["guests"], "admin": ["admins"]}
ROLES = [{"group": "admins", "roles": ["Admin"]}, {"group": "engineers", "roles": ["Viewer"]}]
DAGS, CONNECTIONS = "/api/v2/dags", "/api/v2/connections"
LOGIN_PAGE = "/auth/login/"


def variables(provider):
    """:returns: the variables of an inventory whose people come from a provider."""
    return {
        "airflow_auth": {
            "method": "openid_connect",
            "openid_connect": {
                "issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": {"name": SECRET, "key": "secret"},
                "scopes": ["openid", "profile", "email", "groups"], "roles": ROLES,
                "certificate_authority": {"name": AUTHORITY, "key": "ca.crt"},
            },
        },
        "airflow_network_policies_identity_provider_ports": [provider.port],
    }  # fmt: skip


def definition(kind, name, **fields):
    """:returns: the JSON of an object in Airflow's namespace."""
    return json.dumps({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE}, **fields})


@pytest.fixture(scope="module")
def client_secret():
    """What nobody but the provider and the API server may see."""
    return secrets.token_urlsafe(24)


@pytest.fixture(scope="module", name="provider")
def fixture_provider(project, client_secret, tmp_path_factory):
    """A `SingleSignOn` that the release uses for as long as the tests of this module run."""
    with open(os.path.join(STATE, "dags.yml"), encoding="utf-8") as stream:
        network = yaml.safe_load(stream)["cidr"]
    # Docker gives this machine the first address of a network.
    address = str(ipaddress.ip_network(network)[1])
    with single_sign_on(address, URL, client_secret, USERS, tmp_path_factory.mktemp("provider")) as provider:
        kept = [
            definition("Secret", SECRET, stringData={"secret": client_secret}),
            definition("ConfigMap", AUTHORITY, data={"ca.crt": provider.certificate}),
        ]
        for text in kept:
            project.kubectl("apply", "--server-side", "--filename", "-", standard_input=text)
        try:
            project.site("--tags", "network_policies,release", "-e", json.dumps(variables(provider)))
            yield provider
        finally:
            project.site("--tags", "network_policies,release")
            for text in kept:
                project.kubectl("delete", "--filename", "-", standard_input=text)


@pytest.fixture(scope="module")
def ask(project):
    """Callable (path, method) that asks Airflow's API as the first user, and returns the answer."""

    def request(path, method, token=None, body=None):
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        sent = urllib.request.Request(URL + path, json.dumps(body).encode() if body else None, headers, method=method)
        with urllib.request.urlopen(sent, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    (secret,) = project.objects("secrets", "--namespace", NAMESPACE, "--field-selector", f"metadata.name={NAMESPACE}-first-user")
    user = {name: base64.b64decode(secret["data"][name]).decode() for name in ("username", "password")}
    return lambda path, method="GET": request(path, method, request("/auth/token", "POST", body=user)["access_token"])


@pytest.fixture(scope="module")
def known(provider, ask):
    """{user: the roles in Airflow before anybody logs in}; whom Airflow did not know, it forgets."""
    before = {user: roles_of(ask, user) for user in USERS}
    yield before
    for user, roles in before.items():
        if roles is None and roles_of(ask, user) is not None:
            ask(f"/auth/fab/v1/users/{user}", "DELETE")


@pytest.fixture(scope="module")
def logged_in(provider, known, project):
    """{user: what the browser of each user saw}."""
    found = provider.log_in(URL, USERS)
    # Of a login that fails the page says nothing, and the API server is another one afterwards.
    print(log_of(project))
    return found


def log_of(project):
    """:returns: what the API server has logged."""
    return project.kubectl("logs", "--namespace", NAMESPACE, f"deployment/{NAMESPACE}-api-server", "--container", "api-server")


def roles_of(ask, user):
    """:returns: the roles that a user has in Airflow; None where Airflow does not know the user."""
    try:
        return sorted(role["name"] for role in ask(f"/auth/fab/v1/users/{user}")["roles"])
    except urllib.error.HTTPError as error:
        assert error.code == 404
        return None


@pytest.mark.parametrize(
    ("user", "roles", "answers"),
    [
        ("ada", ["Admin", "Viewer"], {DAGS: 200, CONNECTIONS: 200}),
        ("grace", ["Viewer"], {DAGS: 200, CONNECTIONS: 403}),
    ],
)
def test_members_of_a_group_get_in_with_its_roles(logged_in, ask, user, roles, answers):
    found = logged_in[user]
    assert not found["path"].startswith("/auth"), found["text"]
    assert found["answers"] == answers
    assert roles_of(ask, user) == roles


@pytest.mark.parametrize("user", ["mallory", "admin"])
def test_nobody_else_gets_in(logged_in, ask, project, known, user):
    assert logged_in[user]["path"] == LOGIN_PAGE
    assert logged_in[user]["answers"] == {DAGS: 401, CONNECTIONS: 401}
    assert roles_of(ask, user) == known[user]
    assert f"Refused {user}: " in log_of(project)


def test_the_client_s_secret_is_in_its_secret_alone(provider, project, client_secret):
    written = project.kubectl("get", "all,configmaps", "--namespace", NAMESPACE, "--output", "json")
    assert provider.issuer in written
    assert client_secret not in written
    releases = project.objects("secrets", "--namespace", NAMESPACE, "--selector", "owner=helm")
    assert releases
    # helm packs a release: base64, and in it gzip.
    for release in releases:
        assert client_secret.encode() not in gzip.decompress(base64.b64decode(base64.b64decode(release["data"]["release"])))
