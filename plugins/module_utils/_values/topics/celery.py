# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Celery's broker, result backend, Redis and Flower. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import boolean, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.images import (
    digest_stands_behind_a_tag,
    image_settings,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import IMAGE
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.security import (
    pods_of_other_images_are_restricted,
)

VARIABLES = {
    "broker_secret_name": text(
        "Secret whose key connection holds the URL of the broker. It has to be there for executors with Celery.",
        forms.NAME, "{{ airflow_release_name }}-broker-url",
    ),
    "result_backend_secret_name": text(
        "Secret whose key connection holds the URL of Celery's results, db+postgresql://user:password@host/database. "
        "Empty means the metadata database.",
        forms.NAME, "",
    ),
    "redis": mapping(
        "Redis in the namespace as the broker of Celery. The URL in airflow_broker_secret_name has to lead to it.",
        enabled=boolean("Whether Redis runs."),
        password_secret=text("Secret whose key password holds the password of Redis.", forms.NAME),
        image=IMAGE,
    ),
    "flower": mapping(
        "Flower, which shows the Celery workers.",
        enabled=boolean("Whether Flower runs."),
        credentials_secret=text(
            "Secret whose key basicAuth holds user and password, with a colon between them.", forms.NAME
        ),
    ),
}  # fmt: skip


def settings(specification):
    """:returns: the list of Setting of this topic."""
    found = [
        *broker_secret_has_a_name(specification),
        *local_scheduler_stays_a_deployment(),
        Setting(
            path_of("redis.enabled"), specification["redis"]["enabled"], named("redis", "enabled"),
            "Whether the chart runs the broker", pinned=True),
    ]  # fmt: skip
    if specification.has_celery and specification["result_backend_secret_name"]:
        variable = named("result_backend_secret_name")
        path, secret = path_of("data.resultBackendSecretName"), specification["result_backend_secret_name"]
        found.append(Setting(path, secret, variable, "Holds the connection to the results of Celery"))
    if specification["redis"]["enabled"]:
        found += _redis(specification)
    if specification["flower"]["enabled"]:
        found += _flower(specification)
    return found


def broker_secret_has_a_name(specification):
    """Name the Secret of the broker with every executor.

    Without a name the chart makes one for a broker that does not exist, as a hook that outlives the release.
    """
    why = "Holds the URL of the broker" if specification.has_celery else "Keeps the chart from making a Secret"
    path, secret = path_of("data.brokerUrlSecretName"), specification["broker_secret_name"]
    return [Setting(path, secret, named("broker_secret_name"), why, pinned=True)]


def local_scheduler_stays_a_deployment():
    """Let workers keep no volume.

    The chart's default makes a LocalExecutor's scheduler a StatefulSet with a volume of 100 GiB, and the same of each
    Celery worker. Logs belong on a shared claim or in a log store.
    """
    path = path_of("workers.celery.persistence.enabled")
    return [
        Setting(path, False, COLLECTION, "Logs have a place of their own, so no worker needs a volume", pinned=True)
    ]


def _redis(specification):
    options = specification["redis"]
    path = path_of("redis.passwordSecretName")
    return [
        Setting(path, options["password_secret"], named("redis", "password_secret"), "Holds the password of Redis"),
        *pods_of_other_images_are_restricted(specification, "redis", 999),
        *image_settings(specification, "redis", options["image"], named("redis", "image")),
    ]


def _flower(specification):
    path, secret = path_of("flower.secretName"), specification["flower"]["credentials_secret"]
    return [
        Setting(path_of("flower.enabled"), True, named("flower", "enabled"), "Shows the state of the Celery workers"),
        Setting(path, secret, named("flower", "credentials_secret"), "Holds user and password of Flower"),
    ]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    found = digest_stands_behind_a_tag(specification["redis"]["image"], named("redis", "image"))
    for name, secret in (("redis", "password_secret"), ("flower", "credentials_secret")):
        options = specification[name]
        if not options["enabled"]:
            continue
        if not specification.has_celery:
            remedy = "Choose an airflow_executor with Celery, or leave it out"
            found.append(ValueFinding(named(name, "enabled"), f"{specification['executor']} has no use for it", remedy))
        if not options[secret]:
            found.append(
                ValueFinding(named(name, secret), "it is missing", "Name the Secret, so that it asks for credentials")
            )
    return found
