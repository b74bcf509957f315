# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

HTTPS, SSH = "https://git.example.com/dags.git", "git@git.example.com:data/dags.git"
KNOWN = "git.example.com ssh-ed25519 AAAA\n"


def delivery(**options):
    return {"dag_delivery": {"method": "git_sync", "git_sync": options}}


def test_the_keys_of_version_4(compiled):
    values = compiled(**delivery(repository=HTTPS, reference="v1", subdirectory="dags", period=30, depth=0))
    git_sync = values.at("dags.gitSync")
    assert {key: git_sync[key] for key in ("enabled", "repo", "ref", "subPath", "period", "depth")} == {
        "enabled": True, "repo": HTTPS, "ref": "v1", "subPath": "dags", "period": "30s", "depth": 0,
    }  # fmt: skip
    assert "wait" not in git_sync


def test_by_ssh(compiled):
    git_sync = compiled(**delivery(repository=SSH, ssh_key_secret="git", known_hosts=KNOWN)).at("dags.gitSync")
    assert (git_sync["sshKeySecret"], git_sync["knownHosts"], "credentialsSecret" in git_sync) == ("git", KNOWN, False)


def test_by_https(compiled):
    git_sync = compiled(**delivery(repository=HTTPS, credentials_secret="git")).at("dags.gitSync")
    assert (git_sync["credentialsSecret"], "sshKeySecret" in git_sync) == ("git", False)


def test_image_and_resources(compiled):
    resources = {"limits": {"memory": "64Mi"}}
    values = compiled(**delivery(repository=HTTPS, image={"repository": "r.example.com/git-sync"}, resources=resources))
    assert values.at("dags.gitSync.resources") == resources
    assert values.at("images.gitSync") == {"repository": "r.example.com/git-sync", "pullPolicy": "IfNotPresent"}


@pytest.mark.parametrize(
    ("options", "variable"),
    [
        ({}, "repository"),
        ({"repository": "dags.git"}, "repository"),
        ({"repository": "https://user:THE-SECRET@git.example.com/dags.git"}, "repository"),
        ({"repository": HTTPS, "ssh_key_secret": "git", "known_hosts": KNOWN}, "ssh_key_secret"),
        ({"repository": HTTPS, "ssh_key_secret": "git", "credentials_secret": "git"}, "credentials_secret"),
        ({"repository": SSH}, "repository"),
        ({"repository": "ssh://git@git.example.com/dags.git"}, "repository"),
        ({"repository": SSH, "credentials_secret": "git"}, "credentials_secret"),
        ({"repository": SSH, "ssh_key_secret": "git"}, "known_hosts"),
        ({"repository": HTTPS, "period": 0}, "period"),
        ({"repository": HTTPS, "subdirectory": "../x"}, "subdirectory"),
    ],
)
def test_what_cannot_work_is_refused(refused, options, variable):
    found = refused(**delivery(**options))
    assert f"airflow_dag_delivery.git_sync.{variable}" in found
    assert "THE-SECRET" not in str(found)
