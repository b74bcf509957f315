# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports what is known of a release: what helm and the ledger keep, and how its objects differ from it."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._release import ledger, revisions
from ansible_collections.windrose.airflow.plugins.module_utils._release.lease import (
    API_VERSION,
    KIND,
    holder_of,
    lease_name,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.parallel import at_once
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.live import LiveRelease
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.store import ReleaseStore

ABSENT = "absent"


def describe_release(kube, name, namespace, gather):
    """Read a release.

    :param kube: a `KubeClient`.
    :param name: the release's name.
    :param namespace: the release's namespace.
    :param gather: list of ``history`` and ``drift``, or none of them.
    :returns: the result of the module `release_info`.
    :raises ReleaseError: helm's record of the deployed revision cannot be read.
    """
    store = ReleaseStore(kube, name, namespace)
    history, entries, lease = at_once(
        [
            store.revisions,
            store.entries if "history" in gather else list,
            lambda: kube.get(API_VERSION, KIND, lease_name(name), namespace),
        ]
    )
    deployed = revisions.deployed_revision(history)
    content = store.content(deployed) if deployed else None
    result = {
        "changed": False,
        "status": history[-1].status if history else ABSENT,
        "revision": history[-1].number if history else 0,
        "deployed_revision": deployed.number if deployed else 0,
        "chart_name": content.chart_name if content else "",
        "chart_version": content.chart_version if content else "",
        "app_version": content.app_version if content else "",
        "applied_at": content.applied_at if content else "",
        "fingerprint": deployed.fingerprint if deployed else "",
        "holder": _holder(lease),
    }
    if "history" in gather:
        result["history"] = told_history(history, entries)
    if "drift" in gather:
        live = LiveRelease(kube, namespace)
        differences = live.compare(content.manifest, only_reports=True).differences if content else []
        result["drift"] = [difference.as_result() for difference in differences]
    return result


def _holder(lease):
    holder = lease and holder_of(lease)
    return holder.name if holder else ""


def told_history(history, entries):
    """Combine what helm keeps with what the ledger knows.

    :param history: the stored revisions, oldest first.
    :param entries: the entries of the ledger, oldest first.
    :returns: list of dicts, oldest first: the entries, each with what helm calls its revision now, and the revisions
        that the ledger does not know, where their numbers belong.
    """
    statuses = {revision.number: revision.status for revision in history}
    known = {entry["revision"] for entry in entries}
    newest = {id(ledger.entry_of(entries, number)) for number in known}
    told = [
        {**entry, "status": statuses.get(entry["revision"], "") if id(entry) in newest else ""} for entry in entries
    ]
    told += [{"revision": number, "status": status} for number, status in statuses.items() if number not in known]
    return sorted(told, key=lambda entry: entry["revision"])
