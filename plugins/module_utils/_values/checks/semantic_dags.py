# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitfalls of how DAGs are delivered: git-sync, claims and bundles. Pure: no I/O.

The keys and their defaults are those of the official chart's ``dags``; what git-sync makes of them is in
https://github.com/kubernetes/git-sync/blob/master/v3-to-v4.md.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import git_access
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    is_on,
    list_at,
    map_at,
    text_at,
    value_at,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

_NAMES = git_access.Names(
    *(f"dags.gitSync.{key}" for key in ("repo", "sshKeySecret", "credentialsSecret", "knownHosts"))
)


def _has_git_sync(values):
    return is_on(values, "dags.gitSync.enabled")


def _is_v3(values):
    return text_at(values, "images.gitSync.tag").startswith(("v3", "3"))


def git_sync_access(values):
    """The rules of `git_access`, which raw values may break that were laid over a specification.

    :returns: list of findings.
    """
    if not _has_git_sync(values):
        return []
    return git_access.findings(git_access.GitAccess(
        repository=text_at(values, "dags.gitSync.repo"),
        has_key=is_on(values, "dags.gitSync.sshKeySecret") or is_on(values, "dags.gitSync.sshKey"),
        has_password=is_on(values, "dags.gitSync.credentialsSecret"),
        knows_hosts=bool(text_at(values, "dags.gitSync.knownHosts")),
        names=_NAMES,
    ))  # fmt: skip


def git_sync_reference(values):
    """git-sync v4 reads ``ref`` only, whose default is v2-2-stable; ``branch`` and ``rev`` are those of v3.

    :returns: list of findings.
    """
    if not _has_git_sync(values) or _is_v3(values):
        return []
    reference = text_at(values, "dags.gitSync.ref")
    if not reference:
        return [ValueFinding(
            "dags.gitSync.ref",
            "it is not set, and git-sync v4 reads it alone: it would look for v2-2-stable, the default",
            "Set dags.gitSync.ref to the branch, tag or commit; dags.gitSync.branch and dags.gitSync.rev are of "
            "git-sync v3",
        )]  # fmt: skip
    former = (("branch", ""), ("rev", "HEAD"))
    return [
        ValueFinding(
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
    return [ValueFinding(
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
    return [ValueFinding(
        "dags.gitSync.livenessProbe.enabled",
        "it is not a field of a probe, and the chart passes it on as one",
        "Set dags.gitSync.recommendedProbeSetting to true as well",
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
    return [ValueFinding(
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
    return [ValueFinding(
        "dags.persistence.accessMode",
        "it lets one node mount the claim, and the pods that read DAGs run on any",
        "Set dags.persistence.accessMode to ReadWriteMany, with a dags.persistence.storageClassName that can do it",
    )]  # fmt: skip
