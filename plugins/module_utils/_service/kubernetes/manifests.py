# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a list of objects into the cluster or out of it: reads all, writes only what differs."""

from __future__ import annotations

import functools
import itertools

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    DefinitionError,
    OvertakenError,
    WindroseError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.owner import is_record
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rollout import label_of
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.manifests_plan import (
    ABSENT,
    DELETED,
    UNCHANGED,
    Planner,
    outcome_row,
    plan_difference,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.manifests_pruning import Pruning
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.removal import (
    delete_judged,
    wait_until_gone,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.schema_changes import (
    apply_when_followed,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.waiting import wait_until_ready
from ansible_collections.windrose.airflow.plugins.module_utils._service.parallel import for_all

# A server publishes a new kind a moment after it is established, at the latest with its next round of five seconds.
KIND_LIMIT_SECONDS = 30
# More names than this are not read by anyone in a message; the fields of the result hold all.
NAMES_TOLD = 10
STEPS_TOLD = 100


class Manifests:
    """Objects that belong into a cluster.

    :param client: a KubeClient.
    :param definitions: list of mappings, as from YAML.
    :param check_mode: decide and predict, but write nothing.
    :param wait: whether to wait until the objects are ready, or gone.
    :param timeout_seconds: limit of each wait.
    :param owner: the `Owner` of the objects, or None.
    :param prune: whether objects of the owner that are not among the definitions are deleted.
    :param prune_kept: list of dicts ``kind``, ``name`` and ``namespace``: objects that hold data and may be deleted as well.
    :param only_applied: whether `absent` leaves what others made under the same names.
    :param show_difference: whether the result needs ``diff``.
    :raises DefinitionError: a definition is incomplete, or two describe the same object.
    """

    def __init__(
        self, client, definitions, check_mode=False, wait=True, timeout_seconds=300, progress=None, *,
        owner=None, prune=False, prune_kept=(), only_applied=False, show_difference=True,
    ):  # fmt: skip
        self._client = client
        self._owner = owner
        self._definitions = manifests.normalise(definitions)
        self._check_mode = check_mode
        self._wait = wait
        self._timeout_seconds = timeout_seconds
        self._progress = Progress() if progress is None else progress
        self._only_applied = only_applied
        self._show_difference = show_difference
        self._pruning = Pruning(client, owner, prune, prune_kept) if owner else None
        self._plans = []
        self._replaced_pods = []
        self._spared = []
        self._numbers = itertools.count(1)

    def present(self):
        """Create and change what differs.

        :returns: dict with ``changed``, ``objects``, ``kept``, ``replaced_pods``, ``spared_nodes`` and ``diff``.
        :raises WindroseError: its fields hold ``changed``, ``objects`` and ``not_written``.
        """
        wanted = self._scoped()
        if self._owner:
            wanted = [self._owner.labelled(definition) for definition in wanted]
        record = [self._pruning.record(wanted)] if self._pruning else []
        planner = Planner(self._client, wanted + record, self._owner, self._progress)
        written = self._plans = planner.plans()
        surplus = self._pruning.surplus(wanted) if self._pruning else []
        self._plans = written + surplus
        if self._check_mode:
            planner.rehearse()
        else:
            self._reporting(lambda: self._write_all(planner, written))
            self._reporting(lambda: self._delete_all(surplus))
            self._reporting(self._forget)
            if self._wait:
                self._reporting(lambda: self._wait_for_all(written))
        return self._result()

    def absent(self):
        """Delete what exists, in the opposite order.

        :returns: dict with ``changed``, ``objects``, ``kept``, ``replaced_pods`` and ``diff``.
        :raises WindroseError: its fields hold ``changed``, ``objects`` and ``not_written``.
        """
        wanted = self._scoped()
        self._plans = Planner(self._client, wanted, self._owner, self._progress).removals(self._only_applied)
        if self._pruning:
            named = {manifests.identity_of(definition) for definition in wanted}
            found = self._pruning.surplus([])
            self._plans += [plan for plan in found if manifests.identity_of(plan.definition) not in named]
        if not self._check_mode:
            self._reporting(lambda: self._delete_all(self._plans))
            self._reporting(self._forget)
        return self._result()

    def _scoped(self):
        """:returns: the definitions, with their namespaces checked against the scope of their kinds."""
        provided = manifests.provided_kinds(self._definitions)
        for definition in self._definitions:
            api_version, kind, namespace, unused_name = manifests.identity_of(definition)
            resource = self._client.resource(api_version, kind)
            namespaced = resource.namespaced if resource else provided.get((api_version, kind), bool(namespace))
            if namespaced and not namespace:
                raise DefinitionError(
                    "Could not use",
                    label_of(definition),
                    "it has no metadata.namespace",
                    "Say which namespace it belongs to.",
                )
            if not namespaced:
                definition["metadata"].pop("namespace", None)
        return self._definitions

    # Writing

    def _write_all(self, planner, plans):
        todo = [plan for plan in plans if plan.is_pending]
        for group in _in_order(todo):
            for_all(lambda plan: self._write(planner, plan, len(todo)), group)
            changed = [plan for plan in group if plan.operation != UNCHANGED]
            if changed and changed[0].definition["kind"] == manifests.CUSTOM_RESOURCE_DEFINITION:
                self._await_kinds(changed)

    def _write(self, planner, plan, total):
        apply = self._way_to_apply(plan)
        planner.settle(plan)
        if plan.operation == UNCHANGED:
            return
        if plan.replaced and not self._make_way(plan):
            return
        if plan.terminating or plan.replaced:
            wait_until_gone(self._client, [plan.live], self._timeout_seconds, self._progress)
        self._tell_of(plan, total)
        plan.take_answer(apply(plan.definition), self._show_difference)

    def _way_to_apply(self, plan):
        if is_record(plan.definition):
            return self._pruning.write_record
        return functools.partial(apply_when_followed, self._client) if plan.deferred else self._client.apply

    def _make_way(self, plan):
        """:returns: False where another run has replaced the object already, so that this one leaves it and waits for it."""
        try:
            delete_judged(self._client, plan.live, "Foreground")
        except OvertakenError:
            api_version, kind, namespace, name = manifests.identity_of(plan.definition)
            live = self._client.get(api_version, kind, name, namespace)
            if live is not None:
                plan.operation, plan.live, plan.predicted, plan.replaced = UNCHANGED, live, live, False
            return live is None
        return True

    def _tell_of(self, plan, total):
        number = next(self._numbers)
        if total <= STEPS_TOLD or not (number - 1) % (total // STEPS_TOLD):
            self._progress.step(f"writing {number} of {total}: {label_of(plan.definition)}")

    def _await_kinds(self, plans):
        wait_until_ready(self._client, [plan.predicted for plan in plans], self._timeout_seconds, self._progress)
        needed = {manifests.identity_of(plan.definition)[:2] for plan in self._plans}
        for api_version, kind in needed & set(manifests.provided_kinds([plan.definition for plan in plans])):
            self._client.await_kind(api_version, kind, KIND_LIMIT_SECONDS)

    def _wait_for_all(self, plans):
        targets, note = [plan.predicted for plan in plans], self._replaced_pods.append
        wait_until_ready(self._client, targets, self._timeout_seconds, self._progress, note, self._spared)

    def _delete_all(self, plans):
        for group in manifests.in_ranks(plans, lambda plan: plan.definition, backwards=True):
            for_all(self._delete, [plan for plan in group if plan.operation == DELETED])
            left = [plan.live for plan in group if plan.live]
            if self._wait and left:
                wait_until_gone(self._client, left, self._timeout_seconds, self._progress)

    def _delete(self, plan):
        self._progress.step(f"deleting {label_of(plan.definition)}")
        # In the foreground, an object stays until all that it owns is gone, so that waiting for it means its pods too.
        propagation = "Foreground" if self._wait else "Background"
        # Where it is gone already, the answer to an earlier attempt got lost, or it went with its owner.
        delete_judged(self._client, plan.live, propagation)
        plan.done = True

    def _forget(self):
        if self._pruning:
            self._pruning.forget()

    # Telling

    def _reporting(self, step):
        try:
            step()
        except WindroseError as error:
            done = [outcome_row(plan) for plan in self._plans if plan.done]
            left = [plan for plan in self._plans if plan.is_pending and not plan.done]
            names = [label_of(plan.definition) for plan in left]
            error.fields = {
                "changed": bool(done), "objects": done, "not_written": [outcome_row(plan) for plan in left], **error.fields,
            }  # fmt: skip
            if names:
                more = f" and {len(names) - NAMES_TOLD} more" if len(names) > NAMES_TOLD else ""
                error.remedy += (
                    f" {len(done)} of {len(done) + len(left)} objects were done; not done: "
                    f"{', '.join(names[:NAMES_TOLD])}{more}. Running again does the rest."
                )
            raise

    def _result(self):
        changed = [plan for plan in self._plans if plan.operation not in (UNCHANGED, ABSENT)]
        return {
            "changed": bool(changed or self._replaced_pods) or bool(self._pruning and self._pruning.is_outdated),
            "objects": [outcome_row(plan) for plan in self._plans],
            "spared_nodes": self._spared,
            "kept": [outcome_row(plan) for plan in self._pruning.kept] if self._pruning else [],
            "replaced_pods": self._replaced_pods,
            "diff": [plan_difference(plan) for plan in changed] if self._show_difference else [],
        }


def _in_order(plans):
    """Group plans in the order of writing; the record of an owner comes before what it is to find."""
    records = [plan for plan in plans if is_record(plan.definition)]
    groups = manifests.in_ranks([plan for plan in plans if plan not in records], lambda plan: plan.definition)
    ground = [group for group in groups if group[0].definition["kind"] in manifests.GROUND]
    return [*ground, *([records] if records else []), *groups[len(ground):]]
