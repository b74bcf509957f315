# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitfalls of how DAGs are delivered: git-sync, claims and bundles. Pure: no I/O.

The keys and their defaults are those of the official chart's ``dags``; what git-sync makes of them is in
https://github.com/kubernetes/git-sync/blob/master/docs/ssh.md and
https://github.com/kubernetes/git-sync/blob/master/v3-to-v4.md.
"""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    is_on,
    list_at,
    map_at,
    text_at,
    value_at,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import Finding

# user@host:path, as git and ssh write it.
_SHORT_SSH = re.compile(r"[^\s/:]+@[^\s/:]+:(?!//)\S+")
_SSH, _HTTP, _OTHER, _UNKNOWN = "ssh", "http", "other", "unknown"


def url_kind(url):
    """:returns: ``ssh``, ``http``, ``other`` (git://, file://) or ``unknown`` (a template, or no URL)."""
    scheme, colon, unused = url.partition("://")
    if "{{" in url or not url:
        return _UNKNOWN
    if not colon:
        return _SSH if _SHORT_SSH.fullmatch(url) else _UNKNOWN
    return {"ssh": _SSH, "git+ssh": _SSH, "http": _HTTP, "https": _HTTP}.get(scheme.lower(), _OTHER)


def _has_git_sync(values):
    return is_on(values, "dags.gitSync.enabled")


def _is_v3(values):
    return text_at(values, "images.gitSync.tag").startswith(("v3", "3"))


def git_sync_repository(values):
    """``repo`` has Airflow's own repository as its default.

    :returns: list of findings.
    """
    if not _has_git_sync(values) or value_at(values, "dags.gitSync.repo"):
        return []
    return [Finding(
        "dags.gitSync.repo",
        "it is not set, so that git-sync clones the repository of Airflow itself",
        "Set dags.gitSync.repo to the URL of your DAGs",
    )]  # fmt: skip


def git_sync_credentials(values):
    """The key or password must fit the URL's scheme, and ``sshKeySecret`` beats ``credentialsSecret``.

    :returns: list of findings.
    """
    if not _has_git_sync(values):
        return []
    has_key = is_on(values, "dags.gitSync.sshKeySecret") or is_on(values, "dags.gitSync.sshKey")
    has_password = is_on(values, "dags.gitSync.credentialsSecret")
    kind, found = url_kind(text_at(values, "dags.gitSync.repo")), []
    if has_key and has_password:
        found.append(Finding(
            "dags.gitSync.credentialsSecret",
            "it is ignored, because there is an SSH key as well",
            "Leave out dags.gitSync.credentialsSecret for an SSH URL, or dags.gitSync.sshKeySecret for an https URL",
        ))  # fmt: skip
    elif kind == _HTTP and has_key:
        found.append(Finding(
            "dags.gitSync.sshKeySecret",
            "it is of no use to a repository with an http(s) URL",
            "Set dags.gitSync.repo to an SSH URL (git@host:path), or dags.gitSync.credentialsSecret instead of "
            "sshKeySecret",
        ))  # fmt: skip
    elif kind == _SSH and has_password:
        found.append(Finding(
            "dags.gitSync.credentialsSecret",
            "it is of no use to a repository with an SSH URL",
            "Set dags.gitSync.repo to an https URL, or dags.gitSync.sshKeySecret (key gitSshKey) instead of "
            "credentialsSecret",
        ))  # fmt: skip
    elif kind == _SSH and not has_key:
        found.append(Finding(
            "dags.gitSync.repo",
            "it is an SSH URL, and no key is given for it",
            "Set dags.gitSync.sshKeySecret to the name of a Secret with the key gitSshKey, and dags.gitSync.knownHosts",
        ))  # fmt: skip
    return found


def git_sync_known_hosts(values):
    """Without ``knownHosts`` the chart turns the check of the host's key off.

    :returns: list of findings.
    """
    has_key = is_on(values, "dags.gitSync.sshKeySecret") or is_on(values, "dags.gitSync.sshKey")
    if not _has_git_sync(values) or not has_key or text_at(values, "dags.gitSync.knownHosts"):
        return []
    return [Finding(
        "dags.gitSync.knownHosts",
        "it is not set, so that git-sync does not check which host it talks to",
        "Set dags.gitSync.knownHosts to the lines that `ssh-keyscan` prints for the host, once you have compared their "
        "fingerprints",
    )]  # fmt: skip


def git_sync_reference(values):
    """git-sync v4 reads ``ref`` only, whose default is v2-2-stable; ``branch`` and ``rev`` are those of v3.

    :returns: list of findings.
    """
    if not _has_git_sync(values) or _is_v3(values):
        return []
    reference = text_at(values, "dags.gitSync.ref")
    if not reference:
        return [Finding(
            "dags.gitSync.ref",
            "it is not set, and git-sync v4 reads it alone: it would look for v2-2-stable, the default",
            "Set dags.gitSync.ref to the branch, tag or commit; dags.gitSync.branch and dags.gitSync.rev are of "
            "git-sync v3",
        )]  # fmt: skip
    former = (("branch", ""), ("rev", "HEAD"))
    return [
        Finding(
            f"dags.gitSync.{name}",
            "it differs from dags.gitSync.ref, and git-sync v4 reads ref alone",
            f"Leave out dags.gitSync.{name}, or set it to the same as dags.gitSync.ref",
        )
        for name, default in former
        if text_at(values, f"dags.gitSync.{name}") not in ("", default, reference)
    ]


def git_sync_folder(values):
    """``subPath`` is ``tests/dags`` by default, a folder of Airflow's own repository.

    :returns: list of findings.
    """
    if not _has_git_sync(values) or value_at(values, "dags.gitSync.subPath") is not None:
        return []
    return [Finding(
        "dags.gitSync.subPath",
        "it is not set, so that DAGs are looked for in tests/dags, the default",
        'Set dags.gitSync.subPath to the folder of the DAGs in the repository, or to "" for its root',
    )]  # fmt: skip


def git_sync_liveness(values):
    """``livenessProbe.enabled`` needs ``recommendedProbeSetting``; else it lands in the pod as it stands.

    :returns: list of findings.
    """
    probe = map_at(values, "dags.gitSync.livenessProbe")
    if not _has_git_sync(values) or "enabled" not in probe or is_on(values, "dags.gitSync.recommendedProbeSetting"):
        return []
    return [Finding(
        "dags.gitSync.livenessProbe.enabled",
        "it is not a field of a probe, and the chart passes it on as one",
        "Set dags.gitSync.recommendedProbeSetting to true beside it",
    )]  # fmt: skip


def git_sync_beside_bundles(values):
    """A GitDagBundle clones by itself; what git-sync fetches is read by LocalDagBundle only.

    :returns: list of findings.
    """
    classes = [
        entry.get("classpath", "")
        for entry in list_at(values, "dagProcessor.dagBundleConfigList")
        if isinstance(entry, dict)
    ]
    names = [path.rpartition(".")[2] for path in classes if isinstance(path, str)]
    if not _has_git_sync(values) or "GitDagBundle" not in names or "LocalDagBundle" in names:
        return []
    return [Finding(
        "dags.gitSync.enabled",
        "it is on together with Git bundles, which fetch their DAGs themselves: nothing reads what git-sync fetches",
        "Set dags.gitSync.enabled to false, or add a LocalDagBundle to dagProcessor.dagBundleConfigList",
    )]  # fmt: skip


def dag_claim_access(values):
    """dag-processor, triggerer and workers mount the claim, on any node; ReadWriteOnce, the default, is for one node.

    Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes.

    :returns: list of findings.
    """
    if not is_on(values, "dags.persistence.enabled") or is_on(values, "dags.persistence.existingClaim"):
        return []
    mode = text_at(values, "dags.persistence.accessMode", "ReadWriteOnce")
    if mode not in ("ReadWriteOnce", "ReadWriteOncePod"):
        return []
    return [Finding(
        "dags.persistence.accessMode",
        "it lets one node mount the claim, and the pods that read DAGs run on any",
        "Set dags.persistence.accessMode to ReadWriteMany, with a dags.persistence.storageClassName that can do it",
    )]  # fmt: skip
