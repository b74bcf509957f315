# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._probe import pull_secrets

PASSWORD = "correct-horse-battery"
TYPE, OLD_TYPE = "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"
CREDENTIALS = {"username": "robot", "password": PASSWORD}


def secret(content, kind=TYPE, key=".dockerconfigjson"):
    text = content if isinstance(content, str) else json.dumps(content)
    return {"type": kind, "data": {key: base64.b64encode(text.encode()).decode()}}


@pytest.mark.parametrize(
    ("found", "registries"),
    [
        (secret({"auths": {"registry.acme.io": CREDENTIALS}}), ["registry.acme.io"]),
        (secret({"auths": {"b.acme.io": CREDENTIALS, "a.acme.io": CREDENTIALS}}), ["a.acme.io", "b.acme.io"]),
        (secret({"auths": {"registry.acme.io": {}}, "credHelpers": {}}), ["registry.acme.io"]),
        (secret({"registry.acme.io": CREDENTIALS}, OLD_TYPE, ".dockercfg"), ["registry.acme.io"]),
    ],
)
def test_a_pull_secret_is_described_by_its_registries(found, registries):
    described = pull_secrets.describe("registry", found)
    assert described == {"name": "registry", "is_valid": True, "message": "", "registries": registries}
    assert PASSWORD not in json.dumps(described)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (None, "there is no such Secret"),
        (secret({"auths": {"a": CREDENTIALS}}, "Opaque"), "its type is Opaque, and not kubernetes.io/dockerconfigjson"),
        ({"data": {}}, "its type is None"),
        (secret({"auths": {}}), "it has credentials for no registry"),
        (secret({"registry.acme.io": CREDENTIALS}), "not a Docker configuration"),
        (secret({"auths": {"a": CREDENTIALS}}, TYPE, "config.json"), "what its key .dockerconfigjson holds is not"),
        (secret({"auths": {"a": CREDENTIALS}}, OLD_TYPE, ".dockerconfigjson"), "what its key .dockercfg holds is not"),
        (secret("correct-horse-battery: no JSON"), "not a Docker configuration"),
        (secret("[]"), "not a Docker configuration"),
        (secret({"auths": None}), "not a Docker configuration"),
        (secret({"auths": 7}), "not a Docker configuration"),
        ({"type": TYPE, "data": {".dockerconfigjson": "no base64!"}}, "not a Docker configuration"),
        ({"type": TYPE, "data": {".dockerconfigjson": base64.b64encode(b"\xff").decode()}}, "not a Docker config"),
        ({"type": TYPE, "data": None}, "not a Docker configuration"),
        ({"type": TYPE}, "not a Docker configuration"),
    ],
)
def test_what_the_kubelet_cannot_use_is_reported(found, message):
    described = pull_secrets.describe("registry", found)
    assert (described["is_valid"], described["registries"]) == (False, [])
    assert message in described["message"] and PASSWORD not in described["message"]


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("registry.acme.io/team/airflow:3.2.2", "registry.acme.io"),
        ("registry.acme.io:5000/airflow@sha256:abc", "registry.acme.io:5000"),
        ("registry.acme.io/airflow:3.2.2@sha256:abc", "registry.acme.io"),
        ("apache/airflow:3.2.2@sha256:abc", "docker.io"),
        ("localhost/airflow", "localhost"),
        ("localhost:5000/airflow:1", "localhost:5000"),
        ("docker.io/apache/airflow:3.2.2", "docker.io"),
        ("apache/airflow:3.2.2", "docker.io"),
        ("redis:7", "docker.io"),
        ("redis", "docker.io"),
    ],
)
def test_the_registry_is_the_first_part_or_docker_hub(image, registry):
    assert pull_secrets.registry_of(image) == registry


@pytest.mark.parametrize(
    ("registry", "image", "has"),
    [
        ("registry.acme.io", "registry.acme.io/airflow:1", True),
        ("https://registry.acme.io", "registry.acme.io/airflow:1", True),
        ("http://registry.acme.io/v2/", "registry.acme.io/airflow:1", True),
        ("registry.acme.io/team", "registry.acme.io/team/airflow:1", True),
        ("registry.acme.io:5000", "registry.acme.io:5000/airflow:1", True),
        ("registry.acme.io", "registry.acme.io:5000/airflow:1", False),
        ("acme.io", "registry.acme.io/airflow:1", False),
        ("*.acme.io", "registry.acme.io/airflow:1", True),
        ("*.acme.io", "a.registry.acme.io/airflow:1", False),
        ("*.acme.io", "acme.io/airflow:1", False),
        ("https://index.docker.io/v1/", "apache/airflow:3.2.2", True),
        ("registry-1.docker.io", "docker.io/apache/airflow:3.2.2", True),
        ("docker.io", "redis:7", True),
        ("index.docker.io", "registry.acme.io/airflow:1", False),
    ],
)
def test_credentials_belong_to_a_registry(registry, image, has):
    assert pull_secrets.has_credentials(["other.acme.org", registry], image) is has


def test_no_credentials_are_for_no_image():
    assert not pull_secrets.has_credentials([], "redis:7")
