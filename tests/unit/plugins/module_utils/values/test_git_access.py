# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import git_access

SSH, HTTPS = "git@git.example.com:data/dags.git", "https://git.example.com/data/dags.git"
KEY, PASSWORD, HOSTS = {"has_key": True}, {"has_password": True}, {"knows_hosts": True}
NAMES = git_access.Names("the.repository", "the.key", "the.password", "the.hosts")


def findings(repository="", has_key=False, has_password=False, knows_hosts=False):
    return git_access.findings(git_access.GitAccess(repository, has_key, has_password, knows_hosts, NAMES))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (SSH, "ssh"),
        ("ssh://git@host:22/x.git", "ssh"),
        ("git+ssh://git@host/x", "ssh"),
        (HTTPS, "http"),
        ("HTTP://host/x", "http"),
        ("git://host/x", "other"),
        ("file:///x", "other"),
        ("{{ .Values.x }}", "unknown"),
        ("", "unknown"),
        ("host/x", "unknown"),
    ],
)
def test_kinds_of_urls(url, kind):
    assert git_access.url_kind(url) == kind


@pytest.mark.parametrize(
    ("access", "told"),
    [
        ({"repository": SSH, **KEY, **HOSTS}, []),
        ({"repository": HTTPS, **PASSWORD}, []),
        ({"repository": HTTPS}, []),
        ({"repository": "git://host/dags.git"}, []),
        ({"repository": "{{ .Values.x }}", **KEY, **HOSTS}, []),
        ({}, ["the.repository"]),
        ({**KEY}, ["the.repository", "the.hosts"]),
        ({"repository": "{{ .Values.x }}", **KEY}, ["the.hosts"]),
        ({"repository": HTTPS, **KEY}, ["the.key"]),
        ({"repository": "git://host/dags.git", **KEY}, ["the.key"]),
        ({"repository": SSH, **PASSWORD}, ["the.password"]),
        ({"repository": SSH}, ["the.repository"]),
        ({"repository": SSH, **KEY}, ["the.hosts"]),
        ({"repository": SSH, **KEY, **PASSWORD}, ["the.password", "the.hosts"]),
        ({"repository": HTTPS, **KEY, **PASSWORD}, ["the.password"]),
    ],
)
def test_an_access_that_cannot_work_is_told(access, told):
    assert [finding.path for finding in findings(**access)] == told


@pytest.mark.parametrize(
    ("access", "message"),
    [
        ({}, "the.repository: it is not set, so that git-sync would fetch the repository of Airflow itself. "
             "Set the.repository to the URL of your DAGs."),
        ({"repository": HTTPS, **KEY},
         "the.key: it is of no use to a repository that is not reached by ssh. "
         "Set the.repository to an SSH URL (git@host:path), or the.password instead of the.key."),
        ({"repository": SSH, **PASSWORD},
         "the.password: it is of no use to a repository that is reached by ssh. "
         "Set the.repository to an https URL, or the.key (key gitSshKey) instead of the.password."),
        ({"repository": SSH},
         "the.repository: it is an SSH URL, and no key is given for it. "
         "Set the.key to the name of a Secret with the key gitSshKey, and the.hosts."),
        ({"repository": SSH, **KEY},
         "the.hosts: it is not set, so that git-sync does not check which host it talks to, and would trust any. "
         "Set the.hosts to the lines that `ssh-keyscan` prints for the host, once you have compared their fingerprints "
         "with what the host's owner says."),
        ({"repository": HTTPS, **KEY, **PASSWORD},
         "the.password: it is ignored, because there is an SSH key as well. "
         "Leave out the.password for an SSH URL, or the.key for an https URL."),
    ],
)  # fmt: skip
def test_a_finding_speaks_in_the_words_of_who_wrote_it(access, message):
    assert [str(finding) for finding in findings(**access)] == [message]
