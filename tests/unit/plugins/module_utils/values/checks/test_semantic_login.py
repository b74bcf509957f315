# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_login
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.authentication import MANAGERS

FAB, SIMPLE = "fab.FabAuthManager", "simple.SimpleAuthManager"


def variable(value):
    return {"env": [{"name": "OTHER", "value": SIMPLE}, {"name": "AIRFLOW__CORE__AUTH_MANAGER", "value": value}]}


def option(value):
    return {"config": {"core": {"auth_manager": value}}}


@pytest.mark.parametrize(
    ("values", "wanted", "told"),
    [
        ({"apiServerConfig": "AUTH_TYPE = 2"}, None, []),
        ({"apiServerConfig": "AUTH_TYPE = 4"}, "AUTH_TYPE = 4", []),
        ({"apiServerConfig": "AUTH_TYPE = 2"}, "AUTH_TYPE = 4", ["apiServer.apiServerConfig"]),
        (
            {"apiServerConfig": "AUTH_TYPE = 4", "apiServerConfigConfigMapName": "own"}, "AUTH_TYPE = 4",
            ["apiServer.apiServerConfigConfigMapName"],
        ),
    ],
)  # fmt: skip
def test_the_specification_alone_writes_the_login_file_of_single_sign_on(values, wanted, told):
    found = semantic_login.other_login_file({"apiServer": values}, {"login_file": wanted})
    assert [finding.path for finding in found] == told


@pytest.mark.parametrize(
    ("values", "wanted", "told"),
    [
        ({}, FAB, []),
        (option(FAB), FAB, []),
        (option(SIMPLE), FAB, ["config.core.auth_manager"]),
        (option(None), FAB, ["config.core.auth_manager"]),
        (option(SIMPLE), SIMPLE, []),
        (variable(SIMPLE), FAB, ["env.1.name"]),
        (variable(FAB), FAB, []),
        ({**option(SIMPLE), **variable(SIMPLE)}, FAB, ["config.core.auth_manager", "env.1.name"]),
        ({"apiServer": variable(SIMPLE)}, FAB, ["apiServer.env.1.name"]),
        ({"secret": [{"envName": "AIRFLOW__CORE__AUTH_MANAGER", "secretName": "a"}]}, FAB, ["secret.0.envName"]),
        ({"extraEnv": "- name: AIRFLOW__CORE__AUTH_MANAGER\n  value: x"}, FAB, ["extraEnv"]),
        (option(SIMPLE), None, []),
    ],
)
def test_the_specification_alone_chooses_the_auth_manager(values, wanted, told):
    found = semantic_login.other_auth_manager(values, {"auth_manager": wanted})
    assert [finding.path for finding in found] == told
    assert all("airflow_auth.method" in finding.remedy for finding in found)


@pytest.mark.parametrize(
    ("manager", "remedy"),
    [
        (MANAGERS["simple"], "set airflow_auth.method to simple"),
        (MANAGERS["fab"], "set airflow_auth.method to fab or openid_connect"),
        ("acme.airflow.AcmeAuthManager", "set airflow_auth.method to custom and airflow_auth.auth_manager to the class"),
    ],
)
def test_the_remedy_names_the_method_of_the_auth_manager(manager, remedy):
    (finding,) = semantic_login.other_auth_manager(option(manager), {"auth_manager": "a.B"})
    assert finding.remedy == f"Remove it, and {remedy}"
