# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who makes the service accounts of the components and their rights, and what the accounts are called. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import text
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import identity
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.components import present
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.worker_profiles import default_profile

VARIABLES = {
    "service_account_source": text(
        "What makes the service accounts of the components and their rights. With prerequisites the role "
        "airflow_prerequisites does, and whoever installs the release needs no right to make either.",
        default="chart", choices=("chart", "prerequisites"),
    )
}  # fmt: skip
_VARIABLE = named("service_account_source")
# What the official chart 1.22.0 puts behind the name of the release, where it is not the component's own name.
_SUFFIXES = {
    "api_server": "api-server", "dag_processor": "dag-processor", "worker": "worker-kubernetes", "celery_worker": "worker",
    "open_telemetry_collector": "otel-collector",
}  # fmt: skip


def names(specification):
    """Name the service accounts, so that a cloud's policy that names one is right whoever makes it.

    :returns: {component: name of its service account}, for every component that this environment has.
    """
    # As in the chart's templates/_helpers.yaml: its own name is there once.
    release = specification.release
    prefix = release if "airflow" in release else f"{release}-airflow"
    found = {component: f"{prefix}-{_suffix(specification, component)}" for component in present(specification)}
    profile = default_profile(specification)
    if "worker" in found and profile and profile["service_account"]:
        found["worker"] = profile["service_account"]
    return found


def _suffix(specification, component):
    # Unless it is asked for one, the chart lets task pods share the account of Celery workers, whose name it is.
    shared = specification.chart_makes_accounts and "worker" not in identity.annotations(specification)
    if component == "worker" and shared:
        return _SUFFIXES["celery_worker"]
    return _SUFFIXES.get(component, component)


def settings(specification):
    """:returns: the list of Setting of this topic."""
    if specification.chart_makes_accounts:
        return []
    why, found = "The role airflow_prerequisites makes service accounts and rights", []
    found.append(Setting(path_of("rbac.create"), False, _VARIABLE, why, pinned=True))
    profile = default_profile(specification)
    for component, path in present(specification).items():
        if component == "worker" and profile and profile["service_account"]:
            continue
        account = (*path, "serviceAccount")
        found.append(Setting((*account, "create"), False, _VARIABLE, why))
        found.append(Setting((*account, "name"), names(specification)[component], _VARIABLE, why))
    return found + chart_makes_no_idle_accounts(specification)


def chart_makes_no_idle_accounts(specification):
    """Switch off the accounts that the chart makes even where nothing uses them: of both Jobs, and of Celery workers."""
    idle = [path_of("migrateDatabaseJob"), path_of("createUserJob")]
    idle += [] if specification.has_celery else [path_of("workers.celery")]
    why = "Nothing uses this service account"
    return [Setting((*path, "serviceAccount", "create"), False, _VARIABLE, why) for path in idle]


def findings(_specification):
    """:returns: the list of ValueFinding of this topic."""
    return []
