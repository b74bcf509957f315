# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.semantic_bundles import bundle_options

GIT = "airflow.providers.git.bundles.git.GitDagBundle"
S3 = "airflow.providers.amazon.aws.bundles.s3.S3DagBundle"
LOCAL = "airflow.dag_processing.bundles.local.LocalDagBundle"


def told(*bundles):
    """:returns: {path below the list: the finding as a text}."""
    found = bundle_options({"dagProcessor": {"dagBundleConfigList": list(bundles)}})
    return {finding.path.removeprefix("dagProcessor.dagBundleConfigList."): str(finding) for finding in found}


def bundle(classpath=GIT, name="core", **options):
    return {"name": name, "classpath": classpath, "kwargs": options}


def test_what_the_classes_take():
    assert told(
        bundle(tracking_ref="main", git_conn_id="git", subdir="dags", refresh_interval=60, sparse_dirs=["dags"]), bundle(LOCAL, "local", path="/dags"),
        bundle(S3, "s3", bucket_name="dags", prefix="x"), bundle("acme.airflow.AcmeBundle", "acme", anything=1),
        {"name": "bare", "classpath": LOCAL},
    ) == {}


@pytest.mark.parametrize(
    ("one", "path", "words"),
    [
        (bundle(tracking_ref="main", sub_dir="dags"), "0.kwargs.sub_dir", "Write subdir"),
        (bundle(tracking_ref="main", branch="main"), "0.kwargs.branch", "does not take it"),
        ({**bundle(), "kwargs": {"tracking_ref": "main", "name": "core"}}, "0.kwargs.name", "Airflow gives it"),
        (bundle(tracking_ref="main", version="1"), "0.kwargs.version", "Leave it out"),
        (bundle(git_conn_id="git"), "0.kwargs", "needs tracking_ref"),
        (bundle(tracking_ref=""), "0.kwargs", "needs tracking_ref"),
        (bundle(S3, aws_conn_id="aws"), "0.kwargs", "needs bucket_name"),
        (bundle("airflow.providers.git.bundles.git.GitBundle", tracking_ref="main"), "0.classpath", f"Write {GIT}"),
    ],
)  # fmt: skip
def test_what_they_do_not_take(one, path, words):
    found = told(one)
    assert list(found) == [path] and words in found[path]


def test_names_are_their_own():
    assert list(told(bundle(LOCAL), bundle(LOCAL), bundle(LOCAL, "other"))) == ["1.name"]


def test_no_value_is_quoted():
    secret = "https://user:hunter2@git.example.com"
    assert "hunter2" not in str(told(bundle(repo=secret), bundle(repo_url=secret)))
