# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What helm stores of a release, and what has to be done to reach the wanted one. Pure: no I/O.

helm keeps each revision in a Secret ``sh.helm.release.v1.<name>.v<revision>`` whose labels repeat the status and whose
key ``release`` holds base64 of gzip of JSON (helm's ``pkg/storage/driver``, the same in helm 3 and 4).
"""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
import re

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError

try:
    import yaml
except ImportError:
    # It comes with the kubernetes library, whose absence the client reports.
    pass

FINGERPRINT_LABEL = "windrose.airflow/fingerprint"
# helm hands the labels of a revision on to the next one, also to one that somebody makes by hand with other values.
# So a fingerprint counts only on the revision that it was made for.
REVISION_LABEL = "windrose.airflow/fingerprint-revision"

PENDING = ("pending-install", "pending-upgrade", "pending-rollback")
WORKLOAD_KINDS = ("Deployment", "StatefulSet", "DaemonSet")
APPLIED = ("deployed", "superseded")
UNCHANGED = "unchanged"
# helm 3 notes only this; newer ones also have a field for it.
ROLLBACK_DESCRIPTION = re.compile(r"Rollback to (\d+)")
GZIP_MAGIC = b"\x1f\x8b\x08"
DOCUMENT_SEPARATOR = re.compile(r"^---[ \t]*(?:#.*)?$", re.MULTILINE)
WORKLOAD_HINT = re.compile(r"\bkind[\"']?\s*:\s*[\"']?(?:" + "|".join(WORKLOAD_KINDS) + r")\b")


@dataclasses.dataclass(frozen=True)
class Revision:
    """One stored revision of a release, as the labels of its Secret describe it.

    :param uid: that of its Secret: after an uninstallation, another revision may have the same number.
    :param resource_version: that of its Secret. Two are equal where only this differs.
    """

    number: int
    status: str
    secret_name: str
    fingerprint: str
    uid: str = ""
    resource_version: str = dataclasses.field(default="", compare=False)


@dataclasses.dataclass(frozen=True)
class RevisionPlan:
    """The way from the stored revisions to the wanted release.

    :param operation: installed, upgraded, recovered, rolled_back or unchanged.
    :param stale: the revisions that a killed run left pending; their Secrets go before helm starts.
    :param uninstall_first: whether an interrupted uninstallation has to be finished before.
    :param revision: the number of the revision that the release will have.
    :param reason: why it is not unchanged, for people.
    :param target: the revision to go back to, where that is the operation.
    """

    operation: str
    revision: int
    reason: str = ""
    stale: tuple = ()
    uninstall_first: bool = False
    target: int = 0


@dataclasses.dataclass(frozen=True)
class StoredRelease:
    """What helm stored of a revision.

    :param origin: the revision that a rollback took this one from; 0 where it is none.
    :param applied_at: when it was applied, as helm wrote it.
    """

    chart_values: dict
    manifest: str
    chart_version: str
    app_version: str
    chart_name: str = ""
    origin: int = 0
    applied_at: str = ""

    def is_same_as(self, other):
        """:returns: whether both were made from the same."""
        return all(
            getattr(self, field) == getattr(other, field)
            for field in ("chart_name", "chart_version", "chart_values", "manifest")
        )


def selector(name):
    """:returns: the label selector of the Secrets that hold the revisions of a release."""
    return f"owner=helm,name={name}"


def labels(fingerprint, revision):
    """:returns: the labels that tie a fingerprint to a revision."""
    return {FINGERPRINT_LABEL: fingerprint, REVISION_LABEL: str(revision)}


def revisions(secrets):
    """:returns: the `Revision` of each Secret, oldest first."""
    return sorted((_revision(secret["metadata"]) for secret in secrets), key=lambda revision: revision.number)


def _revision(metadata):
    found = metadata["labels"]
    own = found.get(REVISION_LABEL) == found["version"]
    return Revision(
        number=int(found["version"]),
        status=found["status"],
        secret_name=metadata["name"],
        fingerprint=found.get(FINGERPRINT_LABEL, "") if own else "",
        uid=metadata.get("uid", ""),
        resource_version=metadata.get("resourceVersion", ""),
    )


def plan(history, fingerprint, trouble=""):
    """Decide what to do about a release that should be present.

    :param history: the stored revisions, oldest first.
    :param fingerprint: the wanted fingerprint; None where it cannot be known yet.
    :param trouble: what is not as it was released with the deployed revision, and has to be repaired.
    :returns: a `RevisionPlan`.
    """
    following, stale = _following(history)
    if not history:
        return RevisionPlan("installed", following, "there is no such release")
    latest = history[-1]
    if stale:
        reason = f"revision {latest.number} was left in state {latest.status}"
        return RevisionPlan("recovered", following, reason, stale)
    if latest.status == "uninstalled":
        return RevisionPlan("installed", following, "the release was uninstalled")
    if latest.status == "uninstalling":
        return RevisionPlan("recovered", 1, "an uninstallation was interrupted", uninstall_first=True)
    if latest.status != "deployed":
        return RevisionPlan("recovered", following, f"revision {latest.number} is {latest.status}")
    if trouble:
        return RevisionPlan("recovered", following, trouble)
    if latest.fingerprint != fingerprint:
        return RevisionPlan("upgraded", following, "chart, values or secrets differ from the deployed revision")
    return RevisionPlan(UNCHANGED, latest.number)


def _following(history):
    """:returns: (the number of the next revision, the pending ones, which go before it)."""
    kept, stale = list(history), []
    while kept and kept[-1].status in PENDING:
        stale.append(kept.pop())
    return kept[-1].number + 1 if kept else 1, tuple(stale)


def rollback_plan(name, history, number, same, trouble=""):
    """Decide what to do about a release that should be what a former revision was.

    :param name: the release, for messages.
    :param history: the stored revisions, oldest first.
    :param number: the former revision.
    :param same: whether the deployed revision is that one, or came from it.
    :param trouble: what is not as it was released with the deployed revision, and has to be repaired.
    :returns: a `RevisionPlan`.
    :raises ReleaseError: where there is no such revision, or nothing that could be applied again.
    """
    latest = history[-1] if history else None
    if latest and latest.status == "deployed" and same:
        if not trouble:
            return RevisionPlan(UNCHANGED, latest.number)
        return RevisionPlan("rolled_back", latest.number + 1, trouble, target=latest.number)
    if number not in {revision.number for revision in history if revision.status in APPLIED}:
        known = ", ".join(f"{revision.number} ({revision.status})" for revision in history)
        raise ReleaseError(
            "Could not roll back",
            f"release {name} to revision {number}",
            f"helm keeps no such revision that was applied, only {known}" if history else "there is no such release",
            "Choose a revision that is deployed or superseded" if history else "Install it first",
        )
    return forced_rollback_plan(history, number, f"revision {latest.number} is {latest.status}, and revision {number} is wanted")


def forced_rollback_plan(history, number, reason):
    """:returns: the `RevisionPlan` that goes back to a revision, whatever is deployed."""
    following, stale = _following(history)
    return RevisionPlan("rolled_back", following, reason, stale, target=number)


def is_same_attempt(newest, number, fingerprint):
    """Tell whether a revision is what one attempt to apply something made.

    :param newest: the `Revision`.
    :param number: the number that the attempt had.
    :param fingerprint: the fingerprint that the attempt had.
    :returns: False also where the revision is being uninstalled by now.
    """
    return (newest.number, newest.fingerprint) == (number, fingerprint) and newest.status in (*PENDING, "failed", "deployed")


def is_another(now, before):
    """Tell whether there is something in a release now that was not there before.

    :param now: the stored revisions, oldest first.
    :param before: those of a look before.
    :returns: False where revisions have only gone, or begun to go.
    """
    if not now or now[-1] in before:
        return False
    newest = now[-1]
    known = [dataclasses.replace(revision, status=newest.status) for revision in before]
    return not (newest in known and newest.status in ("uninstalling", "uninstalled"))


def deployed_revision(history):
    """:returns: the newest `Revision` that is deployed, or None."""
    return next((revision for revision in reversed(history) if revision.status == "deployed"), None)


def stored_release(secret):
    """Decode the Secret of a revision.

    :returns: a `StoredRelease`.
    :raises ValueError: where the content is not what helm writes.
    """
    # Kubernetes hands out every Secret in base64; below it lies helm's own base64.
    content = base64.b64decode(base64.b64decode(secret["data"]["release"]))
    if content.startswith(GZIP_MAGIC):
        content = gzip.decompress(content)
    release = json.loads(content)
    metadata, info = release["chart"]["metadata"], release.get("info") or {}
    rolled_back = ROLLBACK_DESCRIPTION.fullmatch(info.get("description") or "")
    return StoredRelease(
        chart_values=release.get("config") or {},
        manifest=release.get("manifest") or "",
        chart_version=metadata.get("version", ""),
        app_version=metadata.get("appVersion", ""),
        chart_name=metadata.get("name", ""),
        origin=info.get("rollback_revision") or (int(rolled_back[1]) if rolled_back else 0),
        applied_at=info.get("last_deployed") or "",
    )


def workloads(manifest, namespace):
    """The objects of a release that have to become ready.

    :param manifest: the YAML documents that helm applied.
    :param namespace: the namespace of objects that name none.
    :returns: list of (apiVersion, kind, namespace, name), in the manifest's order.
    """
    found = []
    for document in DOCUMENT_SEPARATOR.split(manifest):
        # Parsing all of a big chart's manifest costs a second; the hint leaves only the documents that may matter.
        if WORKLOAD_HINT.search(document):
            definition = yaml.load(document, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            if isinstance(definition, dict) and definition.get("kind") in WORKLOAD_KINDS:
                metadata = definition["metadata"]
                found.append(
                    (
                        definition["apiVersion"],
                        definition["kind"],
                        metadata.get("namespace") or namespace,
                        metadata["name"],
                    )
                )
    return found


def values_text(chart_values):
    """:returns: chart values as JSON that every YAML reader takes for the same data, for helm's ``--values``.

    YAML folds some characters that JSON lets stand, and knows no surrogate pairs; so of the characters beyond ASCII
    the first 65,536 are escaped and the others stand as they are.
    """
    text = json.dumps(chart_values, ensure_ascii=False, allow_nan=False)
    return re.sub("[\x7f-\uffff]", lambda match: f"\\u{ord(match[0]):04x}", text)
