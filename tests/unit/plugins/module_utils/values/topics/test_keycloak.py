# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

KEYCLOAK = {
    "server_url": "https://keycloak.example.com", "realm": "data", "client_id": "airflow",
    "client_secret": {"name": "sso", "key": "secret"},
}  # fmt: skip
OWN_IMAGE = "registry.example.com/airflow-keycloak"


def specification(image=OWN_IMAGE, **options):
    return {"auth": {"method": "keycloak", "keycloak": {**KEYCLOAK, **options}}, "image_repository": image}


def test_the_options_of_the_provider(compiled):
    values = compiled(**specification())
    assert values.at("config.keycloak_auth_manager") == {
        "server_url": "https://keycloak.example.com", "realm": "data", "client_id": "airflow"}  # fmt: skip
    assert values.at("config.core.auth_manager").endswith(".KeycloakAuthManager")


def test_the_secret_is_named_for_the_api_server_alone(compiled):
    values = compiled(**specification())
    reference = {"secretKeyRef": {"name": "sso", "key": "secret"}}
    assert values.at("apiServer.env") == [
        {"name": "AIRFLOW__KEYCLOAK_AUTH_MANAGER__CLIENT_SECRET", "valueFrom": reference}]  # fmt: skip
    assert values.at("secret") is None and values.at("env") is None


@pytest.mark.parametrize("option", KEYCLOAK)
def test_all_of_it_has_to_be_there(refused, option):
    assert f"airflow_auth.keycloak.{option}" in refused(**specification(**{option: None}))


def test_http_is_refused(refused):
    assert "airflow_auth.keycloak.server_url" in refused(**specification(server_url="http://keycloak.example.com"))


@pytest.mark.parametrize(
    "image", [
        "docker.io/apache/airflow", "apache/airflow", "index.docker.io/apache/airflow", "localhost:5000/windrose/airflow",
    ],
)  # fmt: skip
def test_images_without_the_provider_are_refused(refused, image):
    assert "airflow_image_repository" in refused(**specification(image))


@pytest.mark.parametrize("image", ["registry.example.com/apache/airflow", "example.com/windrose/airflow-keycloak", OWN_IMAGE])
def test_images_of_one_s_own_are_taken(compiled, image):
    assert compiled(**specification(image))
