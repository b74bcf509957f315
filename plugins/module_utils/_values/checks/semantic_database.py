# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitfalls of the database, of PgBouncer and of what else needs a connection. Pure: no I/O.

Sources, where none is named: the chart's templates of ``secrets/`` and its helpers, rendered.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    celery_groups,
    has_celery,
    is_on,
    worker_value,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding


def bundled_postgresql(values):
    """The chart's own PostgreSQL is on by default: an image that is no longer kept, with postgres as its password.

    :returns: list of findings.
    """
    if not is_on(values, "postgresql.enabled", True):
        return []
    return [ValueFinding(
        "postgresql.enabled",
        "it is true by default, and starts a PostgreSQL with a known password from an image that gets no updates",
        "Set postgresql.enabled to false and data.metadataSecretName to a Secret with the database's URL",
    )]  # fmt: skip


def pgbouncer_secrets(values):
    """With ``data.metadataSecretName`` the chart does not know the database: its pgbouncer.ini leads to
    ``<release>-postgresql``.

    :returns: list of findings.
    """
    if not is_on(values, "pgbouncer.enabled") or not is_on(values, "data.metadataSecretName"):
        return []
    found = []
    if not is_on(values, "pgbouncer.configSecretName") and is_on(values, "pgbouncer.mountConfigSecret", True):
        found.append(ValueFinding(
            "pgbouncer.configSecretName",
            "it is not set although data.metadataSecretName is, so that PgBouncer connects as postgres to "
            "<release>-postgresql",
            "Set pgbouncer.configSecretName to a Secret with the keys pgbouncer.ini and users.txt",
        ))  # fmt: skip
    if not is_on(values, "pgbouncer.metricsExporterSidecar.statsSecretName"):
        found.append(ValueFinding(
            "pgbouncer.metricsExporterSidecar.statsSecretName",
            "it is not set although data.metadataSecretName is, so that the exporter logs in to PgBouncer as postgres",
            "Set pgbouncer.metricsExporterSidecar.statsSecretName to a Secret with PgBouncer's URL under the key "
            "connection",
        ))  # fmt: skip
    return found


def pgbouncer_result_backend(values):
    """The result backend's URL leads to ``<release>-pgbouncer``, whatever name standard naming gives to PgBouncer.

    :returns: list of findings.
    """
    renamed = is_on(values, "useStandardNaming") and (
        is_on(values, "fullnameOverride") or is_on(values, "nameOverride")
    )
    own = is_on(values, "data.resultBackendConnection") and not is_on(values, "data.resultBackendSecretName")
    if not (renamed and own and has_celery(values) and is_on(values, "pgbouncer.enabled")):
        return []
    return [ValueFinding(
        "data.resultBackendConnection",
        "it leads to <release>-pgbouncer, and with useStandardNaming and another name PgBouncer is not called so",
        "Set data.resultBackendSecretName to a Secret with the URL (db+postgresql://…) under the key connection",
    )]  # fmt: skip


def keda_connection(values):
    """KEDA that goes past PgBouncer needs the key ``kedaConnection``, and puts it into every pod, task pods too.

    :returns: list of findings.
    """
    if not is_on(values, "pgbouncer.enabled"):
        return []
    scalers = [
        ("triggerer.keda", is_on(values, "triggerer.keda.enabled"), is_on(values, "triggerer.keda.usePgbouncer"))
    ]
    for path, group in celery_groups(values):
        enabled = worker_value(values, "celery", "keda.enabled", group=group)
        scalers.append((f"{path}.keda", enabled, worker_value(values, "celery", "keda.usePgbouncer", True, group)))
    return [
        ValueFinding(
            f"{path}.usePgbouncer",
            "it is false, so that every pod of Airflow is given the database's URL without PgBouncer, from a key "
            "kedaConnection",
            f"Set {path}.usePgbouncer to true",
        )
        for path, enabled, through in scalers
        if enabled and not through
    ]


def log_store_connection(values):
    """Elasticsearch and OpenSearch: one of them, and one way to say where it is.

    Source: the chart's check-values template.

    :returns: list of findings.
    """
    stores = [name for name in ("elasticsearch", "opensearch") if is_on(values, f"{name}.enabled")]
    found = []
    if len(stores) == 2:
        found.append(
            ValueFinding(
                "opensearch.enabled", "it is true together with elasticsearch.enabled", "Set one of the two to false"
            )
        )
    for name in stores:
        named, given = is_on(values, f"{name}.secretName"), is_on(values, f"{name}.connection")
        if named and given:
            found.append(
                ValueFinding(
                    f"{name}.connection", f"it is set together with {name}.secretName", f"Leave out {name}.connection"
                )
            )
        elif not named and not given:
            found.append(ValueFinding(
                f"{name}.secretName",
                f"it is not set, and {name} is on",
                f"Set {name}.secretName to a Secret with its URL under the key connection",
            ))  # fmt: skip
    return found
