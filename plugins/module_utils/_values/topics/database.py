# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata database and PgBouncer. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import (
    boolean,
    integer,
    mapping,
    text,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.images import (
    digest_stands_behind_a_tag,
    image_settings,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    IMAGE,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.security import (
    pods_of_other_images_are_restricted,
)

VARIABLES = {
    "database_secret_name": text(
        "Secret whose key connection holds the SQLAlchemy URL of the metadata database. Mode in_cluster makes it, "
        "mode external needs it to be there.",
        forms.NAME, "{{ airflow_release_name }}-metadata",
    ),
    "pgbouncer": mapping(
        "The pool of connections between Airflow and the database. The connection in airflow_database_secret_name has "
        "to lead to it.",
        enabled=boolean("Whether PgBouncer runs."),
        replicas=integer("How many pods of it run.", 1, default=2),
        config_secret=text(
            "Secret with the keys pgbouncer.ini and users.txt. Left out, it is the release's name and "
            "-pgbouncer-config.",
            forms.NAME,
        ),
        max_client_connections=integer(
            "What pgbouncer.ini says of max_client_conn, which holds for each pod. Nothing is made of it: the connections that "
            "Airflow's processes may open together are compared with it. Not compared if left out.",
            1,
        ),
        stats_secret=text(
            "Secret with the URL that the metrics exporter reads. Left out, it is the release's name and "
            "-pgbouncer-stats.",
            forms.NAME,
        ),
        stats_secret_key=text("Its key that holds the URL. connection if left out.", forms.SECRET_KEY),
        image=IMAGE,
        exporter_image=IMAGE,
    ),
}  # fmt: skip


def settings(specification):
    """:returns: the list of Setting of this topic."""
    found = [
        Setting(
            path_of("data.metadataSecretName"), specification["database_secret_name"], named("database_secret_name"),
            "Holds the connection to the database", pinned=True),
        Setting(
            path_of("postgresql.enabled"), False, COLLECTION, "The database is not the chart's business", pinned=True),
    ]  # fmt: skip
    return found + (_pgbouncer(specification) if specification["pgbouncer"]["enabled"] else [])


def _pgbouncer(specification):
    options = specification["pgbouncer"]
    found = [
        Setting(path_of("pgbouncer.enabled"), True, named("pgbouncer", "enabled"), "Pools connections to the database"),
        Setting(path_of("pgbouncer.replicas"), options["replicas"], named("pgbouncer", "replicas"), "One may restart"),
        *pods_of_other_images_are_restricted(specification, "pgbouncer", 65534),
        *pgbouncer_secrets_are_named(specification),
    ]
    for image, option in (("pgbouncer", "image"), ("pgbouncerExporter", "exporter_image")):
        found += image_settings(specification, image, options[option], named("pgbouncer", option))
    return found


def pgbouncer_secrets_are_named(specification):
    """Name both Secrets of PgBouncer.

    Beside a metadata Secret, the chart would write its own with postgres as user and password, for a server that does
    not exist.
    """
    options, release = specification["pgbouncer"], specification.release
    config = options["config_secret"] or f"{release}-pgbouncer-config"
    stats = options["stats_secret"] or f"{release}-pgbouncer-stats"
    path = path_of("pgbouncer.metricsExporterSidecar.statsSecretName")
    found = [
        Setting(
            path_of("pgbouncer.configSecretName"), config, named("pgbouncer", "config_secret"),
            "Holds pgbouncer.ini and users.txt", pinned=True),
        Setting(path, stats, named("pgbouncer", "stats_secret"), "Holds the connection to the statistics", pinned=True),
    ]  # fmt: skip
    if options["stats_secret_key"]:
        path = path_of("pgbouncer.metricsExporterSidecar.statsSecretKey")
        found.append(Setting(path, options["stats_secret_key"], named("pgbouncer", "stats_secret_key"), "Its key"))
    return found


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    options = specification["pgbouncer"]
    return [
        finding
        for option in ("image", "exporter_image")
        for finding in digest_stands_behind_a_tag(options[option], named("pgbouncer", option))
    ]
