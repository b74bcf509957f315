# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that no role knows, and settings that contradict each other. Pure: no I/O.

What the compiler of chart values refuses by itself is not reported here a second time.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.removed import MEANT
from ansible_collections.windrose.airflow.plugins.module_utils._values import (
    airflow_versions,
    forms,
    node_pools,
    own_pods,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.nearest_key import nearest
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX, named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.components import present
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import given

# These fetch a chart by its version.
_FETCHED = ("official", "oci")


def unknown_variables(names, declared):
    """Ansible itself ignores a misspelt variable, and goes on with the default.

    :param names: the names of variables that are set.
    :param declared: the names of variables that roles declare.
    :returns: list of `PreflightFinding`, one for each name that no role declares.
    """
    known = [name.removeprefix(PREFIX) for name in declared]
    return [_unknown(name, known) for name in sorted(set(names) - set(declared))]


def _unknown(name, known):
    if name in MEANT:
        return found("WA102", name, "No role knows this variable.", f"Use {MEANT[name]}.")
    near = nearest(name.removeprefix(PREFIX), known)
    return found("WA101", name, "No role knows this variable.", f"Did you mean {PREFIX}{near}?" if near else None)


def contradictions(environment, _facts):
    """:returns: list of `PreflightFinding` of settings that cannot work together."""
    return [
        *_version(environment),
        *_chart(environment),
        *_image(environment),
        *_release_name(environment),
        *_bundles(environment),
        *_other_than_chart_values(environment),
        *migration_needs_no_pgbouncer(environment),
        *idle_settings(environment),
    ]


def _other_than_chart_values(environment):
    """What chart values are made of, the compiler judges; this nobody else does: Ansible knows types, and no forms."""
    told = own_pods.findings(environment.variables) + node_pools.findings(environment.variables.get(node_pools.VARIABLE))
    refused = [finding.as_dict() for finding in told]
    return [found("WA113", finding["subject"], finding["problem"], finding["remedy"]) for finding in refused]


def _version(environment):
    """Judged here as well as by the compiler, which is not asked where only Secrets or prerequisites are made."""
    refused = airflow_versions.refusal(environment.specification["version"])
    if not refused:
        return []
    problem, remedy = refused
    return [found("WA115", named("version"), f"{problem}.", f"{remedy}.")]


def _chart(environment):
    source = environment.text("airflow_chart_source", "official")
    if source == "path" and not environment.text("airflow_chart_path"):
        return [found("WA103", "airflow_chart_path", "airflow_chart_source is path, but airflow_chart_path is empty.")]
    if source in _FETCHED and environment.is_empty("airflow_chart_version"):
        problem = f"airflow_chart_source is {source}, but airflow_chart_version is empty."
        return [found("WA104", "airflow_chart_version", problem)]
    return []


def _image(environment):
    names = ("airflow_image_repository", "airflow_image_tag")
    empty = [name for name in names if environment.is_empty(name)]
    return [found("WA105", empty[0], "airflow_image_repository or airflow_image_tag is empty.")] if empty else []


def _release_name(environment):
    if forms.RELEASE_NAME.fits(environment.release):
        return []
    return [found("WA106", "airflow_release_name", f"airflow_release_name is {environment.release}.")]


def _bundles(environment):
    names = [bundle.get("name") for bundle in environment.listing("airflow_dag_bundles") if isinstance(bundle, dict)]
    if len(set(map(str, names))) == len(names):
        return []
    return [found("WA107", "airflow_dag_bundles", "Two entries of airflow_dag_bundles have the same name.")]


def migration_needs_no_pgbouncer(environment):
    """PgBouncer comes with the release, and the migration before it."""
    secret = environment.text("airflow_database_secret_name", f"{environment.release}-metadata")
    is_same = environment.text("airflow_database_migration_secret_name", secret) == secret
    if not environment.specification["pgbouncer"]["enabled"] or not is_same:
        return []
    problem = (
        f"airflow_pgbouncer is enabled, and the migration would use its Secret {secret}, but PgBouncer comes with the "
        "release, after the migration."
    )
    return [found("WA108", "airflow_database_migration_secret_name", problem)]


def idle_settings(environment):
    """Find settings that somebody thinks are at work."""
    return [
        *_idle_components(environment),
        *[
            found("WA111", name, problem)
            for name, is_read, problem in (
                ("airflow_logs_claim_storage_class", environment.has_logs_claim, "There is no claim for logs."),
                (
                    "airflow_database_storage_class", environment.has_own_database,
                    "airflow_database_mode is external, so there is no volume of PostgreSQL.",
                ),
                (
                    "airflow_chart_path", environment.text("airflow_chart_source", "official") == "path",
                    "airflow_chart_source is not path.",
                ),
            )
            if environment.text(name) and not is_read
        ],
    ]  # fmt: skip


def _idle_components(environment):
    specification = environment.specification
    there = present(specification)
    return [
        found("WA111", named("components", name), "This environment has no such component.")
        for name, options in specification["components"].items()
        if name not in there and given(options)
    ]
