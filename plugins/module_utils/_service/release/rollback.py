# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a release back to a revision that helm still keeps."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._errors import OvertakenError
from ansible_collections.windrose.airflow.plugins.module_utils._release import drift, ledger, revisions
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.confirmation import Confirmation, Judged
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.live import Comparison
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.work import ReleaseWork


@dataclasses.dataclass(frozen=True)
class _Look:
    """What there is, and what is to be done about it.

    :param deployed: the `revisions.Revision` that is deployed, or None.
    :param entries: the entries of the ledger.
    :param content: the `revisions.StoredRelease` that is deployed or will be.
    :param comparison: a `Comparison`, where it was made.
    """

    plan: revisions.RevisionPlan
    deployed: revisions.Revision | None
    entries: list
    content: revisions.StoredRelease
    comparison: Comparison | None


class ReleaseRollback:
    """One release that is to be what a former revision was.

    :param tools: a `Tools`.
    :param params: the parameters of the module.
    """

    def __init__(self, tools, params):
        self._lease = tools.lease
        self._replaced_pods = tools.replaced_pods
        self._number = params["revision"]
        self._drift = params["drift"]
        self._work = ReleaseWork(tools, params)
        self._store = self._work.store
        self._confirmation = Confirmation(tools.lease, self._work)

    def ensure_rolled_back(self, check_mode):
        """Roll the release back, unless what is deployed came from that revision already; then wait for its workloads.

        :param check_mode: only say what would be done.
        :returns: the result of the module.
        :raises ReleaseError: there is no such revision, or helm's cause.
        :raises WorkloadError: where a pod cannot become ready.
        :raises OvertakenError: another run has changed the release to something else meanwhile.
        """
        look = self._look()
        content = look.content
        if look.plan.operation == revisions.UNCHANGED and not check_mode:
            look = self._confirm(look)
            content = look.content
        elif not check_mode:
            with self._lease.held():
                # Nothing that was seen before the Lease was held may be acted upon.
                look = self._look()
                if look.plan.operation == revisions.UNCHANGED:
                    look = self._confirm(look)
                    content = look.content
                else:
                    content = self._work.roll_back(look.plan)
        changed = look.plan.operation != revisions.UNCHANGED
        return {
            "changed": changed or bool(self._replaced_pods),
            "operation": look.plan.operation,
            "reason": look.plan.reason,
            "revision": look.plan.revision,
            "chart_version": content.chart_version,
            "app_version": content.app_version,
            "applied_at": "" if check_mode and changed else content.applied_at,
            "drift": [each.as_result() for each in look.comparison.differences] if look.comparison else [],
            "replaced_pods": self._replaced_pods,
        }

    def _confirm(self, look):
        """:returns: the `_Look` at what works."""
        workloads = look.comparison.workloads if look.comparison else None
        try:
            self._confirmation.confirm(Judged(look.deployed, look.entries, look.content, workloads))
        except OvertakenError:
            again = self._look()
            if again.plan.operation != revisions.UNCHANGED or again.deployed == look.deployed:
                raise
            return self._confirm(again)
        return look

    def _look(self):
        history, entries, comparison = self._store.revisions(), self._store.entries(), None
        deployed = revisions.deployed_revision(history)
        content = self._store.content(deployed) if deployed else None
        same = content is not None and self._is_same(history, deployed, content)
        unfinished = ledger.unfinished_reason(entries)
        plan = revisions.rollback_plan(self._store.name, history, self._number, same, unfinished)
        if plan.operation == revisions.UNCHANGED and self._drift != "ignore":
            comparison = self._work.live.compare(content.manifest, self._drift != "repair")
            if self._drift == "repair":
                trouble = drift.reason(comparison.differences)
                plan = revisions.rollback_plan(self._store.name, history, self._number, same, trouble)
        if not same:
            content = self._store.content(self._revision(history))
        return _Look(plan, deployed, entries, content, comparison)

    def _is_same(self, history, deployed, content):
        if self._number in (deployed.number, content.origin):
            return True
        # A rollback to a revision that itself was a rollback gives the same again.
        former = self._revision(history)
        return (
            former is not None and former.status in revisions.APPLIED and self._store.content(former).is_same_as(content)
        )

    def _revision(self, history):
        return next((revision for revision in history if revision.number == self._number), None)
