# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import http.client

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.airflow.transport import (
    AddressTransport,
    AirflowUnreachableError,
    PortForwardTransport,
)
from ansible_collections.windrose.airflow.plugins.module_utils._errors import AirflowApiError, UnreachableError


class Cluster:
    """Stands for a KubeClient that knows some pods and refuses to forward; notes what it was asked."""

    def __init__(self, *pods):
        self.pods, self.asked = pods, []

    def list(self, *arguments, **selectors):
        self.asked.append((arguments, selectors))
        return list(self.pods)

    def port_forward(self, *arguments):
        self.asked.append(arguments)
        raise UnreachableError("Could not forward", "port", "refused", "Try again.")


def pod(name, ready="True", ports=None, **metadata):
    return {
        "kind": "Pod",
        "metadata": {"name": name, **metadata},
        "spec": {"containers": [{"name": "side"}, {"name": "api-server", "ports": ports}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
    }


@pytest.mark.parametrize(
    ("address", "kind", "host", "port", "prefix"),
    [
        ("http://airflow.example.org", http.client.HTTPConnection, "airflow.example.org", 80, ""),
        ("https://airflow.example.org/data/", http.client.HTTPSConnection, "airflow.example.org", 443, "/data"),
        ("http://[::1]:8080/", http.client.HTTPConnection, "::1", 8080, ""),
    ],
)
def test_address(address, kind, host, port, prefix):
    transport = AddressTransport(address)
    connection = transport.connect()
    assert (type(connection), connection.host, connection.port) == (kind, host, port)
    assert (transport.prefix, transport.label) == (prefix, address)


@pytest.mark.parametrize("address", ["airflow.example.org", "ftp://airflow.example.org", "https://", ""])
def test_refuses_what_is_not_an_address(address):
    with pytest.raises(AirflowApiError, match="not an http or https address"):
        AddressTransport(address)


def test_forwards_to_a_ready_pod_that_stays():
    cluster = Cluster(
        pod("starts", ready="False"),
        pod("leaves", deletionTimestamp="2026-11-22T10:45:46Z"),
        pod("works", ports=[{"name": "api-server", "containerPort": 9090}]),
    )
    with pytest.raises(AirflowUnreachableError, match="Could not forward port: refused"):
        PortForwardTransport(cluster, "data", "airflow").connect()
    assert cluster.asked == [
        (("v1", "Pod", "data"), {"label_selector": "component=api-server,release=airflow"}),
        ("data", "works", 9090),
    ]


def test_the_port_is_that_of_the_chart_where_the_pod_names_none():
    cluster = Cluster(pod("works"))
    with pytest.raises(AirflowUnreachableError):
        PortForwardTransport(cluster, "data", "airflow").connect()
    assert cluster.asked[-1] == ("data", "works", 8080)


def test_says_how_many_pods_are_not_ready():
    with pytest.raises(AirflowUnreachableError, match="none of its 1 pods .*component=api-server,release=airflow"):
        PortForwardTransport(Cluster(pod("starts", ready="False")), "data", "airflow").connect()
