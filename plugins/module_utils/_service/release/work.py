# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that change a release. Each is made under its Lease, and noted in its ledger."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import Callable

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    CommandError,
    OvertakenError,
    ReleaseError,
    WaitTimeoutError,
    WindroseError,
    WorkloadError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._release import (
    fingerprint,
    ledger,
    revisions,
    secret_annotations,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.lease import Lease
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.leftovers import ReleaseLeftovers
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.live import LiveRelease
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.store import ReleaseStore

# What a rollback may cure. Where the API server fails, it would fail as well.
CURABLE = (CommandError, ReleaseError, WaitTimeoutError, WorkloadError)


@dataclasses.dataclass(frozen=True)
class Tools:
    """What the services of a release work with.

    :param kube: a `KubeClient`.
    :param charts: a `ChartService`; None where no chart is needed.
    :param lease: the release's `Lease`.
    :param open_helm: callable that returns a context manager of a `HelmClient`; entered only where helm is needed.
    :param wait_ready: callable (objects, seconds) that returns when the objects are ready: those that were not at once.
    :param progress: a `Progress`.
    :param author: {by, job}: who runs this, for the ledger.
    :param replaced_pods: list that the waits add the pods to that they deleted for their StatefulSets.
    """

    kube: object
    charts: object
    lease: Lease
    open_helm: Callable
    wait_ready: Callable
    progress: object
    author: dict
    replaced_pods: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What helm is to apply.

    :param chart_path: the chart, on this machine.
    :param chart_values: the values, with the annotations.
    :param labels: the labels of the revision.
    :param facts: {field of the ledger: value} that say what it is made of.
    """

    chart_path: str
    chart_values: dict
    labels: dict
    facts: dict


class ReleaseWork:
    """Changes one release.

    :param tools: a `Tools`.
    :param params: the parameters of the module `release`.
    """

    def __init__(self, tools, params):
        self._tools = tools
        self._lease = tools.lease
        self.store = ReleaseStore(tools.kube, params["name"], params["namespace"])
        self.live = LiveRelease(tools.kube, params["namespace"])
        self._leftovers = ReleaseLeftovers(tools, self.store, self.live)
        self._params = params
        self._timeout = params["wait_timeout"]
        self.waits = params["wait"]
        self.rolls_back = params["on_failure"] == "rollback"

    # Steps

    def apply(self, plan, wanted):
        """Apply a new revision and wait until it works.

        :param plan: a `revisions.RevisionPlan` that installs, upgrades or recovers.
        :param wanted: a `Wanted`.
        :returns: the `revisions.StoredRelease` that is deployed then.
        :raises WindroseError: where it does not work; what `on_failure` asks for was done then.
        """
        try:
            with self._recorded(plan, wanted.facts) as leftovers:
                self._apply(plan, wanted)
                return self._settled(plan, leftovers)
        except CURABLE as error:
            self._undo(error, plan.revision, wanted.labels[revisions.FINGERPRINT_LABEL])
            raise

    def _apply(self, plan, wanted):
        name, namespace = self.store.name, self.store.namespace
        with self._tools.open_helm() as helm:
            if plan.uninstall_first:
                self._tools.progress.step(f"helm finishes the uninstallation of {name}")
                helm.uninstall(name, namespace, self._timeout)
            self._drop(plan.stale)
            self._tools.progress.step(f"helm applies revision {plan.revision} of {name}")
            helm.upgrade(name, namespace, wanted.chart_path, wanted.chart_values, wanted.labels, self._timeout)

    def _drop(self, stale):
        self._lease.check()
        self.store.drop(stale)
        self._lease.check()

    def roll_back(self, plan):
        """Apply a former revision again and wait until it works.

        :param plan: a `revisions.RevisionPlan` with a target.
        :returns: the `revisions.StoredRelease` that is deployed then.
        :raises OvertakenError: helm has dropped it meanwhile.
        :raises WindroseError: where it does not work.
        """
        history = self.store.revisions()
        target = next((revision for revision in history if revision.number == plan.target), None)
        if target is None:
            raise OvertakenError(
                "Could not roll back",
                f"{self.store.subject} to revision {plan.target}",
                f"helm has dropped that revision since this run looked. {ledger.told_newest(history, self.store.entries())}",
                "Choose a revision that `helm history` shows",
            )
        with self._recorded(plan, self._facts_of(target)) as leftovers:
            name = self.store.name
            self._tools.progress.step(f"helm rolls {name} back to revision {plan.target}")
            with self._tools.open_helm() as helm:
                self._drop(plan.stale)
                helm.rollback(name, self.store.namespace, plan.target, self._timeout)
            return self._settled(plan, leftovers)

    def _settled(self, plan, leftovers):
        content = self.store.content(self._newest(plan.revision))
        if leftovers:
            self._leftovers.remove(leftovers, content.manifest)
            self._lease.check()
            self.store.amend(lambda found: ledger.cleared(found, plan.revision))
        self.settle(None, content)
        # helm by hand asks for no Lease, and what was waited for is then not what was applied.
        self._newest(plan.revision)
        return content

    def settle(self, workloads, content):
        """Wait until a revision works, unless nobody wants to wait.

        :param workloads: its workloads as read, None where they are not known.
        :param content: its `revisions.StoredRelease`.
        :returns: whether any of them was not ready at once.
        :raises WorkloadError: a pod cannot become ready.
        :raises WaitTimeoutError: the time is over.
        """
        if not self.waits:
            return False
        found = self.live.workloads(content.manifest) if workloads is None else workloads
        return bool(self._tools.wait_ready(found, self._timeout))

    def _newest(self, number):
        """:returns: the newest `revisions.Revision`, which has to be the one that this run has applied."""
        history = self.store.revisions()
        if history and (history[-1].number, history[-1].status) == (number, "deployed"):
            return history[-1]
        raise OvertakenError(
            "Stopped working on",
            self.store.subject,
            f"this run applied revision {number}. {ledger.told_newest(history, self.store.entries())}, although this run held its Lease",
            "Find out who works on it without the Lease, such as helm by hand, then run again",
        )

    def note_success(self, number):
        """Note in the ledger that a revision works, where it is not known yet."""
        self._lease.check()
        at = _now()
        self.store.amend(
            lambda found: ledger.ended(found, number, ledger.DEPLOYED, at) if ledger.is_open(found, number) else found
        )

    # Failure

    def undo(self, error, revision):
        """Go back from a revision to the last one that worked, unless another run has seen it work meanwhile.

        :param error: why it does not work.
        :param revision: the `revisions.Revision`; it has to be the newest one.
        :raises ReleaseError: with both causes, where a rollback was tried; otherwise it returns.
        """
        if not ledger.is_open(self.store.entries(), revision.number):
            raise self._told(
                error, f"It was not rolled back, because another run has seen revision {revision.number} work meanwhile"
            ) from error
        self._undo(error, revision.number, revision.fingerprint)

    def _undo(self, error, number, fingerprint):
        """Go back to the last revision that worked, where `on_failure` asks for it and something was applied."""
        if not self.rolls_back:
            return
        self._lease.check()
        history = self.store.revisions()
        if not history or history[-1].number < number:
            # helm refused it before it applied anything.
            return
        if not revisions.is_same_attempt(history[-1], number, fingerprint):
            raise self._told(error, f"It was not rolled back. {ledger.told_newest(history, self.store.entries())}") from error
        target = ledger.last_working(history, self.store.entries(), number)
        if target is None:
            raise self._told(
                error, "It was not rolled back, because no earlier revision is known to have worked"
            ) from error
        plan = revisions.forced_rollback_plan(history, target, f"revision {number} does not work")
        try:
            self.roll_back(plan)
        except (*CURABLE, OvertakenError) as second:
            self._lease.check()
            raise self._told(error, f"The rollback to revision {target} failed as well: {second}") from error
        self._end(number, ledger.ROLLED_BACK)
        known = f", which works again as revision {plan.revision}"
        unknown = f" as revision {plan.revision}; nobody waited until it works"
        story = f"The release was rolled back to revision {target}{known if self.waits else unknown}"
        raise self._told(error, story, rolled_back_to=target, revision=plan.revision) from error

    def _told(self, error, story, **fields):
        cause = f"{error.tried} {error.subject}: {error.cause.rstrip('.')}. {story}"
        return ReleaseError("Could not release", self.store.subject, cause, error.remedy, **{**error.fields, **fields})

    # Records

    @contextlib.contextmanager
    def _recorded(self, plan, facts):
        """Note in the ledger that a revision is begun, and how it ended.

        :returns: what earlier runs may have left. It is noted before the Secrets that show it are dropped.
        """
        leftovers = self._leftovers.find()
        self._lease.check()
        entry = {"revision": plan.revision, "operation": plan.operation, "reason": plan.reason, "started_at": _now()}
        entry = {**entry, **self._tools.author, **facts, "leftovers": leftovers}
        self.store.amend(lambda found: ledger.begun(found, entry))
        try:
            yield leftovers
        except WindroseError:
            self._lease.check()
            # The failure itself matters, not that it could not be recorded as well.
            with contextlib.suppress(WindroseError):
                self._end(plan.revision, ledger.FAILED)
            raise
        self._lease.check()
        self._end(plan.revision, ledger.DEPLOYED if self.waits else ledger.APPLIED)

    def _end(self, number, outcome):
        at = _now()
        self.store.amend(lambda found: ledger.ended(found, number, outcome, at))

    def _facts_of(self, revision):
        """:returns: what a stored revision is made of, as the ledger or else helm says."""
        known = ledger.entry_of(self.store.entries(), revision.number)
        if known:
            return {field: known[field] for field in ledger.CONTENT_FIELDS if field in known}
        content, key = self.store.content(revision), self.store.key()
        chart_values = secret_annotations.without(content.chart_values)
        return {
            "chart": f"{content.chart_name}-{content.chart_version}",
            "image": ledger.image(chart_values),
            "values_hmac": fingerprint.values_hmac(key, chart_values) if key else "",
        }


def _now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
