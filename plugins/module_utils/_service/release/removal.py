# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a release away, with what this collection keeps of it, and with data only where it is asked for by name."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._errors import OvertakenError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rollout import label_of
from ansible_collections.windrose.airflow.plugins.module_utils._release import revisions
from ansible_collections.windrose.airflow.plugins.module_utils._release.ledger import told_newest
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.removal import wait_until_gone
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.leftovers import ReleaseLeftovers
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.live import LiveRelease
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.store import ReleaseStore


class ReleaseRemoval:
    """One release that is to be absent.

    :param tools: a `Tools`.
    :param params: the parameters of the module.
    """

    def __init__(self, tools, params):
        self._tools = tools
        self._lease = tools.lease
        self._store = ReleaseStore(tools.kube, params["name"], params["namespace"])
        live = LiveRelease(tools.kube, params["namespace"])
        self._leftovers = ReleaseLeftovers(tools, self._store, live)
        self._purge = params["purge"]
        self._wait = params["wait"]
        self._timeout = params["wait_timeout"]

    def ensure_absent(self, check_mode):
        """Uninstall the release where it exists, remove its records, and remove the named data.

        :param check_mode: only say what would be done.
        :returns: the result of the module.
        :raises ReleaseError: with helm's cause.
        :raises OvertakenError: another run has released, or made anew what is named, since this one looked.
        :raises WaitTimeoutError: something named is still there, for example because a pod uses it.
        """
        named, history = self._named(), self._store.revisions()
        # A Lease alone may be that of a run that is about to install, or what a killed run left.
        there = bool(history or self._store.records() or self._lease.read() or named)
        if there and not check_mode:
            with self._lease.held():
                self._uninstall(history)
                self._remove_records()
                self._remove_named(named)
        return {
            "changed": there,
            "operation": "uninstalled" if there else "unchanged",
            "purged": [label_of(item) for item in named],
        }

    def _uninstall(self, seen):
        history = self._store.revisions()
        if revisions.is_another(history, seen):
            raise self._overtaken(history, seen)
        leftovers = self._leftovers.find()
        if history:
            self._helm_uninstall()
        self._leftovers.remove(leftovers)

    def _overtaken(self, history, seen):
        judged = f"revision {seen[-1].number} was {seen[-1].status}" if seen else "there was no release"
        return OvertakenError(
            "Did not remove",
            self._store.subject,
            f"when this run looked, {judged}. {told_newest(history, self._store.entries())}. Nothing was removed",
            "Find out whether the new revision is in use. If it is to go as well, run again",
        )

    def _helm_uninstall(self):
        self._tools.progress.step(f"helm uninstalls {self._store.name}")
        with self._tools.open_helm() as helm:
            helm.uninstall(self._store.name, self._store.namespace, self._timeout, self._wait)
        self._lease.check()

    def _remove_records(self):
        for item in self._store.records():
            self._lease.check()
            self._store.delete(item)

    def _named(self):
        """:returns: the named objects that exist."""
        found = [
            self._tools.kube.get("v1", entry["kind"], entry["name"], self._store.namespace) for entry in self._purge
        ]
        return [item for item in found if item is not None]

    def _remove_named(self, found):
        for item in found:
            self._lease.check()
            self._tools.progress.step(f"deleting {label_of(item)}")
            self._store.delete(item)
        if found and self._wait:
            wait_until_gone(self._tools.kube, found, self._timeout, self._tools.progress)
