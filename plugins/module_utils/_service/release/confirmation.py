# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for a revision that is deployed already, and draws the conclusions while it is still there.

The wait takes no Lease, so that a run with nothing to change keeps no other one waiting. Meanwhile another run may put a
revision of its own there. So what follows from the wait is done under the Lease, after another look.
"""

from __future__ import annotations

import contextlib
import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    ApiError,
    OvertakenError,
    WaitTimeoutError,
    WorkloadError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._release import ledger, revisions


@dataclasses.dataclass(frozen=True)
class Judged:
    """A deployed revision, as a run looked at it.

    :param revision: the `revisions.Revision`.
    :param entries: the entries of the ledger.
    :param content: its `revisions.StoredRelease`.
    :param workloads: its workloads as read, None where they were not.
    """

    revision: revisions.Revision
    entries: list
    content: revisions.StoredRelease
    workloads: list | None = None


class Confirmation:
    """Confirms that what is deployed works.

    :param lease: the release's `Lease`.
    :param work: the `ReleaseWork` of the release.
    :param rolls_back: whether to go back where a revision of which that is not known does not work.
    """

    def __init__(self, lease, work, rolls_back=False):
        self._lease = lease
        self._work = work
        self._rolls_back = rolls_back
        self._store = work.store

    def confirm(self, judged):
        """Wait until a revision works; where it was open whether it does, note it, or go back where that is asked for.

        :param judged: a `Judged`.
        :raises OvertakenError: something else is there by now; nothing was done about it.
        :raises WorkloadError: a pod cannot become ready.
        :raises WaitTimeoutError: the time is over.
        """
        revision = judged.revision
        # A revision that has worked is not rolled back when its nodes are in trouble.
        is_open = ledger.is_open(judged.entries, revision.number)
        try:
            waited = self._work.settle(judged.workloads, judged.content)
        except (WorkloadError, WaitTimeoutError) as error:
            if is_open and self._rolls_back:
                with self._lease.held():
                    self._refuse_another(revision)
                    self._work.undo(error, revision)
            else:
                # That it does not work matters, not that the server cannot be asked what is there by now.
                with contextlib.suppress(ApiError):
                    self._refuse_another(revision)
            raise
        if is_open and self._work.waits:
            with self._lease.held():
                self._refuse_another(revision)
                self._work.note_success(revision.number)
        elif waited:
            self._refuse_another(revision)

    def _refuse_another(self, revision):
        history = self._store.revisions()
        if history[-1:] != [revision]:
            raise OvertakenError(
                "Stopped waiting for",
                self._store.subject,
                f"this run waited for revision {revision.number}. {ledger.told_newest(history, self._store.entries())}. "
                "This run changed nothing",
                "Find out which of the two is wanted; if it is what this inventory says, run again",
            )
