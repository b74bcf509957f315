# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantic_dags

SSH, HTTPS = "git@git.example.com:data/dags.git", "https://git.example.com/data/dags.git"


def git_sync(**settings):
    return {"dags": {"gitSync": {"enabled": True, **settings}}}


def paths(found):
    return [finding.path for finding in found]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"repo": SSH, "sshKeySecret": "key", "knownHosts": "host ssh-ed25519 AAAA"}, []),
        ({"repo": HTTPS, "credentialsSecret": "password"}, []),
        ({}, ["dags.gitSync.repo"]),
        ({"repo": None}, ["dags.gitSync.repo"]),
        ({"repo": HTTPS, "sshKeySecret": "key"}, ["dags.gitSync.sshKeySecret"]),
        ({"repo": HTTPS, "sshKey": "key"}, ["dags.gitSync.sshKeySecret"]),
        ({"repo": SSH, "credentialsSecret": "password"}, ["dags.gitSync.credentialsSecret"]),
        ({"repo": SSH}, ["dags.gitSync.repo"]),
        ({"repo": SSH, "sshKeySecret": "key"}, ["dags.gitSync.knownHosts"]),
        ({"repo": SSH, "sshKeySecret": "key", "knownHosts": "  "}, ["dags.gitSync.knownHosts"]),
    ],
)
def test_git_sync_reaches_its_repository(settings, told):
    assert paths(semantic_dags.git_sync_access(git_sync(**settings))) == told
    assert semantic_dags.git_sync_access(git_sync(**{**settings, "enabled": False})) == []


CHECKED = [
    (semantic_dags.git_sync_reference, {}, "dags.gitSync.ref"),
    (semantic_dags.git_sync_reference, {"branch": "main"}, "dags.gitSync.ref"),
    (semantic_dags.git_sync_reference, {"rev": "v1"}, "dags.gitSync.ref"),
    (semantic_dags.git_sync_reference, {"ref": "main"}, None),
    (semantic_dags.git_sync_reference, {"ref": "main", "branch": "main", "rev": "main"}, None),
    (semantic_dags.git_sync_reference, {"ref": "main", "branch": "main", "rev": "HEAD"}, None),
    (semantic_dags.git_sync_reference, {"ref": "main", "branch": "prod"}, "dags.gitSync.branch"),
    (semantic_dags.git_sync_reference, {"ref": "main", "rev": "v1"}, "dags.gitSync.rev"),
    (semantic_dags.git_sync_folder, {}, "dags.gitSync.subPath"),
    (semantic_dags.git_sync_folder, {"subPath": None}, "dags.gitSync.subPath"),
    (semantic_dags.git_sync_folder, {"subPath": ""}, None),
    (semantic_dags.git_sync_folder, {"subPath": "dags"}, None),
    (semantic_dags.git_sync_liveness, {"livenessProbe": {"enabled": True}}, "dags.gitSync.livenessProbe.enabled"),
    (semantic_dags.git_sync_liveness, {"livenessProbe": {"enabled": True}, "recommendedProbeSetting": True}, None),
    (semantic_dags.git_sync_liveness, {"livenessProbe": {"httpGet": {"port": 1234}}}, None),
]


@pytest.mark.parametrize(("check", "settings", "told"), CHECKED)
def test_git_sync_is_set_completely(check, settings, told):
    found = check(git_sync(**settings))
    assert paths(found) == ([told] if told else [])
    assert all("dags.gitSync" in finding.remedy for finding in found)
    assert check(git_sync(**{**settings, "enabled": False})) == [] and check({}) == []


def test_git_sync_3_reads_branch_and_rev():
    values = {**git_sync(branch="main"), "images": {"gitSync": {"tag": "v3.6.9"}}}
    assert semantic_dags.git_sync_reference(values) == []


def bundles(*names):
    return {"dagBundleConfigList": [{"name": name, "classpath": f"airflow.some.{name}"} for name in names]}


@pytest.mark.parametrize(
    ("names", "enabled", "told"),
    [
        (["GitDagBundle"], True, True),
        (["GitDagBundle"], False, False),
        (["LocalDagBundle"], True, False),
        (["GitDagBundle", "LocalDagBundle"], True, False),
        (["S3DagBundle"], True, False),
        ([], True, False),
    ],
)
def test_git_sync_is_of_no_use_beside_git_bundles(names, enabled, told):
    values = {"dags": {"gitSync": {"enabled": enabled}}, "dagProcessor": bundles(*names)}
    assert paths(semantic_dags.git_sync_beside_bundles(values)) == (["dags.gitSync.enabled"] if told else [])


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ({"enabled": True}, True),
        ({"enabled": True, "accessMode": "ReadWriteOnce"}, True),
        ({"enabled": True, "accessMode": "ReadWriteMany"}, False),
        ({"enabled": True, "accessMode": "ReadOnlyMany"}, False),
        ({"enabled": True, "existingClaim": "dags"}, False),
        ({"enabled": False}, False),
        ({}, False),
    ],
)
def test_all_nodes_may_mount_dags(claim, told):
    found = semantic_dags.dag_claim_access({"dags": {"persistence": claim}})
    assert paths(found) == (["dags.persistence.accessMode"] if told else [])
