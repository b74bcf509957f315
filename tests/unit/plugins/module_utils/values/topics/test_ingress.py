# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

INGRESS = {"enabled": True, "host": "airflow.example.com"}


def test_an_ingress(compiled):
    values = compiled(
        ingress={
            **INGRESS, "class": "nginx", "tls_secret": "airflow-tls", "path": "/team",
            "annotations": {"example.com/timeout": "60"}, "from_namespaces": ["ingress-nginx"],
        },
    )  # fmt: skip
    assert values["ingress"]["apiServer"] == {
        "enabled": True,
        "hosts": [{"name": "airflow.example.com", "tls": {"enabled": True, "secretName": "airflow-tls"}}],
        "path": "/team",
        "pathType": "Prefix",
        "ingressClassName": "nginx",
        "annotations": {"example.com/timeout": "60"},
    }
    assert values.at("config.api.base_url") == "https://airflow.example.com/team"


@pytest.mark.parametrize(
    "url", ["https://airflow.example.com", "https://airflow.example.com/", "http://airflow.example.com:8080"]
)
def test_a_url_says_what_is_in_front_of_the_ingress(compiled, url):
    assert compiled(ingress=INGRESS, url=url).at("config.api.base_url") == url.rstrip("/")


def test_without_an_ingress_a_url_says_nothing(compiled):
    assert compiled(url="http://127.0.0.1:8080") == compiled(ingress={"host": "a.example.com"}) == compiled()


@pytest.mark.parametrize(
    ("options", "url", "variable"),
    [
        ({"host": None}, "", "airflow_ingress.host"),
        ({}, "https://other.example.com", "airflow_url"),
        ({}, "https://airflow.example.com/team", "airflow_url"),
        ({"path": "/team"}, "https://airflow.example.com", "airflow_url"),
        ({}, "airflow.example.com", "airflow_url"),
        ({"path": "team"}, "", "airflow_ingress.path"),
        ({"host": "https://airflow.example.com"}, "", "airflow_ingress.host"),
        ({"annotations": {"a": True}}, "", "airflow_ingress.annotations.a"),
    ],
)
def test_what_cannot_work_is_refused(refused, options, url, variable):
    assert variable in refused(ingress={**INGRESS, **options}, url=url)


def test_the_service(compiled):
    values = compiled(release_service_type="NodePort", release_service_node_port="30123")
    assert values["apiServer"]["service"] == {
        "type": "NodePort", "ports": [{"name": "api-server", "port": 8080, "nodePort": 30123}],
    }  # fmt: skip
    assert compiled()["apiServer"]["service"] == {"type": "ClusterIP"}
