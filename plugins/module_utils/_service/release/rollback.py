# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a release back to a revision that helm still keeps."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._release import drift, ledger, revisions
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.work import ReleaseWork


class ReleaseRollback:
    """One release that is to be what a former revision was.

    :param tools: a `Tools`.
    :param params: the parameters of the module.
    """

    def __init__(self, tools, params):
        self._lease = tools.lease
        self._number = params["revision"]
        self._drift = params["drift"]
        self._work = ReleaseWork(tools, params)
        self._store = self._work.store

    def ensure_rolled_back(self, check_mode):
        """Roll the release back, unless what is deployed came from that revision already; then wait for its workloads.

        :param check_mode: only say what would be done.
        :returns: the result of the module.
        :raises ReleaseError: there is no such revision, or helm's cause.
        :raises WorkloadError: where a pod cannot become ready.
        """
        plan, comparison, content = self._look()
        if plan.operation == revisions.UNCHANGED and not check_mode:
            self._confirm(plan, comparison, content)
        elif not check_mode:
            with self._lease.held():
                # Nothing that was seen before the Lease was held may be acted upon.
                plan, comparison, content = self._look()
                if plan.operation == revisions.UNCHANGED:
                    self._confirm(plan, comparison, content)
                else:
                    content = self._work.roll_back(plan)
        return {
            "changed": plan.operation != revisions.UNCHANGED,
            "operation": plan.operation,
            "reason": plan.reason,
            "revision": plan.revision,
            "chart_version": content.chart_version,
            "app_version": content.app_version,
            "applied_at": "" if check_mode and plan.operation != revisions.UNCHANGED else content.applied_at,
            "drift": [each.as_result() for each in comparison.differences] if comparison else [],
        }

    def _confirm(self, plan, comparison, content):
        self._work.settle(comparison and comparison.workloads, content)
        if ledger.is_open(self._store.entries(), plan.revision):
            with self._lease.held():
                self._work.note_success(plan.revision)

    def _look(self):
        """:returns: (plan, comparison where one was made, the content that is deployed or will be)."""
        history, comparison = self._store.revisions(), None
        deployed = revisions.deployed_revision(history)
        content = self._store.content(deployed) if deployed else None
        same = content is not None and self._is_same(history, deployed, content)
        unfinished = ledger.unfinished_reason(self._store.entries())
        plan = revisions.rollback_plan(self._store.name, history, self._number, same, unfinished)
        if plan.operation == revisions.UNCHANGED and self._drift != "ignore":
            comparison = self._work.live.compare(content.manifest)
            if self._drift == "repair":
                trouble = drift.reason(comparison.differences)
                plan = revisions.rollback_plan(self._store.name, history, self._number, same, trouble)
        if not same:
            content = self._store.content(self._revision(history))
        return plan, comparison, content

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
