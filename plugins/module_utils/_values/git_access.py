# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What git-sync needs to reach its repository, told in the words of whoever wrote it down. Pure: no I/O.

The rules hold for the variables of a specification, and for chart values, which raw values may have changed since. What
git-sync and the official chart's ``dags.gitSync`` make of an access is in
https://github.com/kubernetes/git-sync/blob/master/docs/ssh.md and in the chart's own templates: an SSH key beats a
password, and without known hosts the check of the host's key is off.
"""

from __future__ import annotations

import dataclasses
import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

# user@host:path, as git and ssh write it.
_SHORT_SSH = re.compile(r"[^\s/:]+@[^\s/:]+:(?!//)\S+")
_SSH, _HTTP, _OTHER, _UNKNOWN = "ssh", "http", "other", "unknown"


@dataclasses.dataclass(frozen=True)
class Names:
    """What the parts of an access are called where they were written.

    :param repository: the name of the URL.
    :param key: that of the Secret with the SSH key.
    :param password: that of the Secret with user and password.
    :param known_hosts: that of the public keys of the host.
    """

    repository: str
    key: str
    password: str
    known_hosts: str


@dataclasses.dataclass(frozen=True)
class GitAccess:
    """How git-sync is to reach its repository.

    :param repository: the URL; empty where there is none.
    :param has_key: whether there is an SSH key.
    :param has_password: whether there are user and password.
    :param knows_hosts: whether there are public keys of the host.
    :param names: the `Names` of all of these.
    """

    repository: str
    has_key: bool
    has_password: bool
    knows_hosts: bool
    names: Names


def url_kind(url):
    """:returns: ``ssh``, ``http``, ``other`` (git://, file://) or ``unknown`` (a template, or no URL)."""
    scheme, colon, _rest = url.partition("://")
    if "{{" in url or not url:
        return _UNKNOWN
    if not colon:
        return _SSH if _SHORT_SSH.fullmatch(url) else _UNKNOWN
    return {"ssh": _SSH, "git+ssh": _SSH, "http": _HTTP, "https": _HTTP}.get(scheme.lower(), _OTHER)


def findings(access):
    """:param access: a `GitAccess`.
    :returns: the list of `ValueFinding`: everything that is wrong."""
    return (
        repository_is_the_user_s_own(access)
        + credentials_fit_the_repository(access)
        + server_of_an_ssh_repository_is_known(access)
    )


def repository_is_the_user_s_own(access):
    """Refuse to leave the repository out: the chart's default is Airflow's own."""
    if access.repository:
        return []
    return [ValueFinding(
        access.names.repository,
        "it is not set, so that git-sync would fetch the repository of Airflow itself",
        f"Set {access.names.repository} to the URL of your DAGs",
    )]  # fmt: skip


def credentials_fit_the_repository(access):
    """Refuse credentials that git-sync would not use: a key for https, a password for ssh, or both."""
    names, kind = access.names, url_kind(access.repository)
    if access.has_key and access.has_password:
        return [ValueFinding(
            names.password,
            "it is ignored, because there is an SSH key as well",
            f"Leave out {names.password} for an SSH URL, or {names.key} for an https URL",
        )]  # fmt: skip
    if access.has_key and kind in (_HTTP, _OTHER):
        return [ValueFinding(
            names.key,
            "it is of no use to a repository that is not reached by ssh",
            f"Set {names.repository} to an SSH URL (git@host:path), or {names.password} instead of {names.key}",
        )]  # fmt: skip
    if access.has_password and kind == _SSH:
        return [ValueFinding(
            names.password,
            "it is of no use to a repository that is reached by ssh",
            f"Set {names.repository} to an https URL, or {names.key} (key gitSshKey) instead of {names.password}",
        )]  # fmt: skip
    if kind == _SSH and not access.has_key:
        return [ValueFinding(
            names.repository,
            "it is an SSH URL, and no key is given for it",
            f"Set {names.key} to the name of a Secret with the key gitSshKey, and {names.known_hosts}",
        )]  # fmt: skip
    return []


def server_of_an_ssh_repository_is_known(access):
    """Refuse ssh without known hosts: git-sync would then trust any server."""
    if not access.has_key or access.knows_hosts or url_kind(access.repository) in (_HTTP, _OTHER):
        return []
    return [ValueFinding(
        access.names.known_hosts,
        "it is not set, so that git-sync does not check which host it talks to, and would trust any",
        f"Set {access.names.known_hosts} to the lines that `ssh-keyscan` prints for the host, once you have compared their "
        "fingerprints with what the host's owner says",
    )]  # fmt: skip
