# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How DAGs reach Airflow. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import (
    integer,
    listing,
    mapping,
    text,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import git_sync
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.connection import Connection
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    given,
    secret_reference,
)

BUNDLES, GIT_SYNC, CLAIM, IMAGE = METHODS = ("bundles", "git_sync", "claim", "image")
CLASSPATH = "airflow.providers.git.bundles.git.GitDagBundle"
# Our words, and the keywords of GitDagBundle (apache-airflow-providers-git 0.4.0) and its base class.
_KEYWORDS = {
    "repository": "repo_url",
    "branch": "tracking_ref",
    "subdirectory": "subdir",
    "connection_id": "git_conn_id",
    "refresh_interval": "refresh_interval",
}
VARIABLES = {
    "dag_bundles": listing(
        mapping(
            "Where the DAGs come from. Empty means the folder for DAGs inside the image.",
            name=text("Name of the bundle.", forms.BUNDLE_NAME, required=True),
            repository=text("URL of the git repository.", forms.GIT_URL, required=True),
            branch=text("Branch or tag to follow.", forms.GIT_REFERENCE, "main"),
            subdirectory=text(
                "Directory of the repository that holds the DAGs. Its root if left out.", forms.DIRECTORY
            ),
            # A number from 1e+06 on would reach Airflow as a fraction.
            refresh_interval=integer("Seconds between two looks at the repository.", 1, default=60),
            connection_id=text(
                "Airflow connection with the credentials. Left out for a repository that anyone may read.",
                forms.CONNECTION_ID,
            ),
            connection_secret=secret_reference(
                "Secret that holds that connection as JSON or a URI. It is handed to all components. Left out where "
                "the connection is defined in another way."
            ),
        )
    ),
    "dag_delivery": mapping(
        "How DAGs reach Airflow.",
        method=text(
            "bundles follows the repositories of airflow_dag_bundles, git_sync runs a sidecar, claim "
            "mounts a volume, image takes the folder for DAGs inside the image. Left out, it is bundles where there "
            "are any, else image.",
            choices=METHODS,
        ),
        git_sync=git_sync.OPTION,
        claim=mapping(
            "The volume with the DAGs, for method claim.",
            name=text("Name of the claim. It has to be there.", forms.NAME),
            access_mode=text(
                "Access mode of the claim. ReadWriteOnce works only where all of Airflow runs on one node.",
                default="ReadWriteMany", choices=("ReadWriteMany", "ReadOnlyMany", "ReadWriteOnce"),
            ),
            sub_path=text("Directory of the volume that holds the DAGs. Its root if left out.", forms.DIRECTORY),
        ),
    ),
}  # fmt: skip


def method(specification):
    """:returns: how DAGs are delivered: what is asked for, else bundles where there are any, else the image."""
    return specification["dag_delivery"]["method"] or (BUNDLES if specification["dag_bundles"] else IMAGE)


def connections(specification):
    """:returns: the connections that bundles take their credentials from."""
    return [
        Connection(
            bundle["connection_id"], bundle["connection_secret"], None, _bundle(bundle["name"], "connection_secret"),
            "Gives access to the repository")
        for bundle in specification["dag_bundles"]
        if given(bundle["connection_secret"]) and bundle["connection_id"]
    ]  # fmt: skip


def _bundle(name, *options):
    return named(f"dag_bundles[{name}]", *options)


def settings(specification):
    """:returns: the list of Setting of this topic."""
    chosen = method(specification)
    if chosen == GIT_SYNC:
        return git_sync.settings(specification)
    if chosen == CLAIM:
        return _claim(specification["dag_delivery"]["claim"])
    return _bundles(specification["dag_bundles"]) if chosen == BUNDLES else []


def _bundles(bundles):
    value = [
        {
            "name": bundle["name"], "classpath": CLASSPATH,
            "kwargs": {word: bundle[option] for option, word in _KEYWORDS.items() if bundle[option] is not None},
        }
        for bundle in bundles
    ]  # fmt: skip
    path = path_of("dagProcessor.dagBundleConfigList")
    return [Setting(path, value, named("dag_bundles"), "The repositories that hold the DAGs")]


def _claim(options):
    found = [
        ("enabled", True, "method", "DAGs are on a volume"),
        ("existingClaim", options["name"], "claim.name", "The volume with the DAGs"),
        ("accessMode", options["access_mode"], "claim.access_mode", "How nodes share it"),
    ]
    if options["sub_path"]:
        found.append(("subPath", options["sub_path"], "claim.sub_path", "Where on the volume the DAGs are"))
    return [
        Setting(("dags", "persistence", key), value, named("dag_delivery", option), why)
        for key, value, option, why in found
    ]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    delivery, bundles, chosen = specification["dag_delivery"], specification["dag_bundles"], method(specification)
    found = _findings_of_bundles(bundles)
    variable = named("dag_delivery", "method")
    if chosen == BUNDLES and not bundles:
        found.append(ValueFinding(variable, "it is bundles, and there are none", "Fill in airflow_dag_bundles"))
    if chosen != BUNDLES and bundles:
        remedy = "Choose bundles, or empty airflow_dag_bundles"
        found.append(ValueFinding(variable, f"it is {chosen}, and there are airflow_dag_bundles", remedy))
    if chosen == CLAIM and not delivery["claim"]["name"]:
        found.append(
            ValueFinding(named("dag_delivery", "claim", "name"), "it is missing", "Name the claim with the DAGs")
        )
    if chosen == GIT_SYNC:
        return found + git_sync.findings(specification)
    return found + _idle(delivery, chosen)


def _idle(delivery, chosen):
    """Find options of another method, which somebody thinks are at work."""
    asked = {GIT_SYNC: bool(delivery["git_sync"]["repository"]), CLAIM: bool(delivery["claim"]["name"])}
    return [
        ValueFinding(
            named("dag_delivery", name), f"airflow_dag_delivery.method is {chosen}", f"Choose {name}, or leave it out"
        )
        for name, is_asked in asked.items()
        if is_asked and name != chosen
    ]


def _findings_of_bundles(bundles):
    found = []
    names = [bundle["name"] for bundle in bundles if bundle["name"]]
    if len(names) != len(set(names)):
        found.append(ValueFinding(named("dag_bundles"), "two bundles have the same name", "Rename one"))
    for place, bundle in enumerate(bundles):
        if given(bundle["connection_secret"]) and not bundle["connection_id"]:
            variable = named(f"dag_bundles[{place}]", "connection_id")
            found.append(
                ValueFinding(variable, "it is missing although connection_secret is set", "Give the connection an id")
            )
    return found
