# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.semantic_ingress import (
    base_url_of_ingress,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, WARNING

URL, HOSTS = "config.api.base_url", "ingress.apiServer.hosts"


def values(url, *hosts, **ingress):
    """:returns: values with an Ingress of these hosts."""
    ingress = {"apiServer": {"enabled": True, "hosts": [{"name": host} for host in hosts], **ingress}}
    return {"ingress": ingress, **({"config": {"api": {"base_url": url}}} if url else {})}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (values("https://b.example.com", "a.example.com"), [(URL, ERROR)]),
        (values("https://a.example.com.evil.example", "a.example.com"), [(URL, ERROR)]),
        (values("https://b.a.example.com", "a.example.com"), [(URL, ERROR)]),
        (values("https://a.b.example.com", "*.example.com"), [(URL, ERROR)]),
        (values("a.example.com", "a.example.com"), [(URL, ERROR)]),
        (values("https://a.example.com", "a.example.com", path="/airflow"), [(URL, ERROR)]),
        (values("https://a.example.com/airflows", "a.example.com", path="/airflow"), [(URL, ERROR)]),
        (values(None, "a.example.com"), [(URL, WARNING)]),
        (values("https://a.example.com"), [(HOSTS, WARNING)]),
        (values(None), [(HOSTS, WARNING), (URL, WARNING)]),
        (values("https://b.example.com", host="a.example.com"), [(URL, ERROR)]),
        ({**values("https://b.example.com", hosts=["a.example.com"])}, [(URL, ERROR)]),
        (
            {**values(None, "a.example.com"), "env": [{"name": "AIRFLOW__API__BASE_URL", "value": "https://b.example.com"}]},
            [(URL, ERROR)],
        ),
        (values("https://a.example.com", "a.example.com"), []),
        (values("https://A.example.com:8443/", "a.example.com"), []),
        (values("https://a.example.com", "b.example.com", "a.example.com"), []),
        (values("https://a.example.com", "*.example.com"), []),
        (values("https://a.example.com/airflow", "a.example.com", path="/airflow"), []),
        (values("https://a.example.com/airflow/x", "a.example.com", path="/airflow/"), []),
        (values("https://a.example.com/airflow", "a.example.com"), []),
        # What a controller or a template makes of it is not known.
        (values("https://a.example.com", "a.example.com", path="/airflow(/|$)(.*)"), []),
        (values("https://{{ .Values.host }}", "a.example.com"), []),
        (values("https://b.example.com", "{{ .Values.host }}"), []),
        ({"config": {"api": {"base_url": "https://b.example.com"}}}, []),
        (values("https://b.example.com", "a.example.com", enabled=False), []),
    ],
)  # fmt: skip
def test_airflow_sends_users_to_the_ingress(given, told):
    assert [(finding.path, finding.severity) for finding in base_url_of_ingress(given)] == told
