# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import Specification
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import authentication

FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
CUSTOM = {"method": "custom", "auth_manager": "acme.airflow.AcmeAuthManager"}


@pytest.mark.parametrize(
    ("auth", "manager"),
    [
        ({}, FAB), ({"method": "fab", "first_user": False}, FAB), (CUSTOM, "acme.airflow.AcmeAuthManager"),
        ({"method": "simple"}, "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"),
    ],
)
def test_the_method_decides_on_the_auth_manager(compiled, auth, manager):
    assert compiled(auth=auth).at("config.core.auth_manager") == manager


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({}, True), ({"first_user": True}, True), ({"first_user": "no"}, False), ({"first_user": None}, True),
        (CUSTOM, False), ({"method": "simple"}, False), ({**CUSTOM, "first_user": False}, False),
    ],
)  # fmt: skip
def test_where_users_are_in_the_database_the_first_one_is_made(auth, expected):
    specification, findings = Specification.read({"auth": auth}, compiler.VARIABLES)
    assert not findings
    assert authentication.has_first_user(specification) is expected


@pytest.mark.parametrize(
    ("auth", "variable"),
    [
        ({**CUSTOM, "first_user": True}, "airflow_auth.first_user"),
        ({"method": "simple", "first_user": True}, "airflow_auth.first_user"),
        ({"simple": {"users": [{"name": "a", "role": "op"}]}}, "airflow_auth.simple"),
        ({"keycloak": {"realm": "data"}}, "airflow_auth.keycloak"),
        ({"method": "custom"}, "airflow_auth.auth_manager"),
        ({"method": "custom", "auth_manager": "AcmeAuthManager"}, "airflow_auth.auth_manager"),
        ({"auth_manager": "acme.airflow.AcmeAuthManager"}, "airflow_auth.auth_manager"),
        ({"method": "ldap"}, "airflow_auth.method"),
    ],
)
def test_what_contradicts_itself_is_refused(refused, auth, variable):
    assert variable in refused(auth=auth)
