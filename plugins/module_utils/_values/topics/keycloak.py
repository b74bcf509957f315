# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The auth manager of apache-airflow-providers-keycloak, with which Keycloak decides who may do what. Pure: no I/O.

Its options are those of the provider 0.11.2, in the section ``[keycloak_auth_manager]`` of airflow.cfg.
"""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    given,
    secret_reference,
)

OPTIONS = mapping(
    "The Keycloak, for method keycloak. It has to know <airflow_url>/auth/login_callback as a redirect URI.",
    server_url=text("Address of Keycloak, without the realm.", forms.WEB_URL),
    realm=text("Its realm."),
    client_id=text("Id of the client that it knows Airflow as."),
    client_secret=secret_reference("Secret that holds the client's secret.", "the client's secret"),
)
MANAGER = "airflow.providers.keycloak.auth_manager.keycloak_auth_manager.KeycloakAuthManager"
CLIENT_SECRET_VARIABLE = "AIRFLOW__KEYCLOAK_AUTH_MANAGER__CLIENT_SECRET"
_SECTION, _VARIABLE = "keycloak_auth_manager", ("auth", "keycloak")
# Neither apache/airflow nor what the role airflow_local_cluster builds holds the provider.
_WITHOUT_PROVIDER = re.compile(r"(?:(?:index\.)?docker\.io/)?apache/airflow|(?:.*/)?windrose/airflow")


def settings(options):
    """:returns: the list of Setting for these options."""
    secret = options["client_secret"]
    variable = {
        "name": CLIENT_SECRET_VARIABLE,
        "valueFrom": {"secretKeyRef": {"name": secret["name"], "key": secret["key"]}},
    }
    found = {
        "server_url": "Where Keycloak is", "realm": "Who is asked for users and their rights",
        "client_id": "What Keycloak knows Airflow as",
    }  # fmt: skip
    return [
        *(Setting(("config", _SECTION, name), options[name], named(*_VARIABLE, name), why) for name, why in found.items()),
        Setting(("apiServer", "env"), [variable], named(*_VARIABLE, "client_secret"), "The client's secret"),
    ]


def findings(options, image_repository):
    """:returns: the list of ValueFinding of these options, and of the image."""
    return [
        *(
            ValueFinding(named(*_VARIABLE, name), "it is missing", "Add it")
            for name in ("server_url", "realm", "client_id", "client_secret")
            if not given(options[name])
        ),
        *keycloak_is_asked_by_https(options),
        *image_holds_the_provider(image_repository),
    ]


def keycloak_is_asked_by_https(options):
    """Refuse http, over which anybody on the way reads the client's secret, and says who logs in."""
    if not (options["server_url"] or "").startswith("http:"):
        return []
    return [ValueFinding(named(*_VARIABLE, "server_url"), "it is not https", "Write an address with https")]


def image_holds_the_provider(repository):
    """Refuse images that are known to lack the provider: no component would start."""
    if not _WITHOUT_PROVIDER.fullmatch(repository or ""):
        return []
    return [ValueFinding(
        named("image_repository"), "this image does not hold apache-airflow-providers-keycloak, which method keycloak needs",
        "Name an image of your own that does, or choose method openid_connect, which works with Keycloak, too",
    )]  # fmt: skip
