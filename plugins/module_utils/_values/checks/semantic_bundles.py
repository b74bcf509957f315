# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles of DAGs that raw values configure. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import list_at
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.nearest_key import nearest
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

_PATH = ("dagProcessor", "dagBundleConfigList")
# What every bundle takes, and what Airflow itself hands to it. Source: `BaseDagBundle` of Airflow 3.3.2.
_COMMON, _GIVEN = frozenset({"refresh_interval", "view_url_template"}), frozenset({"name", "version"})
# {class: (what has to be there, what may be)}, of the classes of Airflow 3.3.2 and its providers git 1.0.1, amazon 9.39.0 and google.
_CLASSES = {
    "airflow.dag_processing.bundles.local.LocalDagBundle": (frozenset(), frozenset({"path"})),
    "airflow.providers.git.bundles.git.GitDagBundle": (
        frozenset({"tracking_ref"}), frozenset({"subdir", "git_conn_id", "repo_url", "submodules", "prune_dotgit_folder", "sparse_dirs"})),
    "airflow.providers.amazon.aws.bundles.s3.S3DagBundle": (frozenset({"bucket_name"}), frozenset({"aws_conn_id", "prefix"})),
    "airflow.providers.google.cloud.bundles.gcs.GCSDagBundle": (frozenset({"bucket_name"}), frozenset({"gcp_conn_id", "prefix"})),
}
# Other classes in here do not exist; those of other providers are not known.
_KNOWN_PACKAGES = ("airflow.dag_processing.", "airflow.providers.git.")


def bundle_options(values):
    """A bundle that its class does not take ends the dag-processor as it starts, and every task with it.

    Source: `DagBundlesManager` of Airflow 3.3.2, which hands ``kwargs`` to the class as they are.

    :returns: list of findings.
    """
    found, names = [], set()
    for place, bundle in enumerate(list_at(values, ".".join(_PATH))):
        if not isinstance(bundle, dict):
            continue
        path = (*_PATH, place)
        if bundle.get("name") in names:
            found.append(ValueFinding(dotted((*path, "name")), "another bundle has the same name, so that Airflow does not start", "Rename one"))
        names.add(bundle.get("name"))
        found += _of_class(bundle, path)
    return found


def _of_class(bundle, path):
    name, options = str(bundle.get("classpath")), bundle.get("kwargs")
    if name not in _CLASSES:
        if not name.startswith(_KNOWN_PACKAGES):
            return []
        meant = nearest(name, _CLASSES) or "one of " + ", ".join(sorted(_CLASSES))
        return [ValueFinding(dotted((*path, "classpath")), "Airflow has no such class, so that the dag-processor does not start", f"Write {meant}")]
    required, optional = _CLASSES[name]
    options = options if isinstance(options, dict) else {}
    known, short = required | optional | _COMMON, name.rpartition(".")[2]
    found = [
        ValueFinding(
            dotted((*path, "kwargs", option)),
            "Airflow gives it to every bundle itself" if option in _GIVEN else f"{short} does not take it, so that the dag-processor does not start",
            "Leave it out" if option in _GIVEN else f"Write {nearest(str(option), known) or 'one of ' + ', '.join(sorted(known))}")
        for option in sorted(options, key=str) if option not in known
    ]
    lacking = sorted(option for option in required if options.get(option) in (None, ""))
    if lacking:
        told = " and ".join(lacking)
        found.append(ValueFinding(dotted((*path, "kwargs")), f"{short} needs {told}, and the dag-processor does not start without", f"Add {told}"))
    return found
