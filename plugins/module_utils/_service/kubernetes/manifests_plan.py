# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides what is to be done with each object of a list, before anything is written."""

from __future__ import annotations

import dataclasses
import functools

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import FIELD_MANAGER
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import applied, manifests, readiness
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rollout import label_of
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.live_objects import LiveObjects
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.schema_changes import (
    apply_when_followed,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.parallel import for_all

# A controller may write to an object between the reading and the dry run; the pair counts only when nobody did.
CONSISTENT_READ_ATTEMPTS = 3

CREATED, UPDATED, UNCHANGED, DELETED, ABSENT = "created", "updated", "unchanged", "deleted", "absent"


@dataclasses.dataclass
class ObjectPlan:
    """What is to be done with one object.

    :param live: the object as it is, or None.
    :param predicted: the object as it will be, or None.
    :param deferred: the decision has to be made again once a kind that the object needs is there or up to date.
    :param replaced: the object stands in the way of its successor, and is deleted first.
    :param done: it was written.
    """

    definition: dict
    operation: str
    live: dict | None = None
    predicted: dict | None = None
    deferred: bool = False
    replaced: bool = False
    done: bool = False

    @property
    def terminating(self):
        return bool(self.live and self.live["metadata"].get("deletionTimestamp"))

    @property
    def is_pending(self):
        """Whether there is, or may be, something to write."""
        return self.deferred or self.operation not in (UNCHANGED, ABSENT)

    def take_answer(self, answer, whole):
        """Note that it was written.

        :param answer: the object as the server answered it.
        :param whole: whether all of it is needed later on, and not only for how ready it is.
        """
        self.done = True
        self.predicted = answer if whole or readiness.is_waited_for(answer["kind"]) else stub_of(answer)
        if not whole and self.live is not None:
            self.live = stub_of(self.live)


def stub_of(item):
    """:returns: an object with only what names it and its state: thousands of whole ones would fill the memory."""
    metadata = item["metadata"]
    names = ("name", "namespace", "uid", "resourceVersion", "deletionTimestamp")
    kept = {name: metadata[name] for name in names if name in metadata}
    return {"apiVersion": item["apiVersion"], "kind": item["kind"], "metadata": kept}


class Planner:
    """Decides about a list of objects.

    :param client: a KubeClient.
    :param definitions: the wanted objects, normalised.
    :param owner: the `Owner` of the objects, or None.
    :param progress: receives ``step(text)``.
    """

    def __init__(self, client, definitions, owner, progress):
        self._client = client
        self._definitions = definitions
        self._provided = manifests.provided_kinds(definitions)
        self._owner = owner
        self._progress = progress
        self._live = {}
        self._plans = []
        self._namespaces = {}

    def plans(self):
        """:returns: a `ObjectPlan` for each definition, in their order.

        :raises WindroseError: an object cannot be written, or belongs to somebody else; all of them in one error.
        """
        self._read([definition for definition in self._definitions if self._is_served(definition)])
        plans = {}
        # What others stand on comes first: whether they stay, and whether the server can judge them, depends on it.
        for is_ground in (True, False):
            chosen = {
                place: item for place, item in enumerate(self._definitions)
                if (item["kind"] in manifests.GROUND) is is_ground
            }  # fmt: skip
            plans.update(zip(chosen, for_all(self._plan, list(chosen.values()))))
            self._plans = [plans[place] for place in sorted(plans)]
        self._live = {}
        return self._plans

    def removals(self, only_applied=False):
        """:returns: a `ObjectPlan` to delete each definition's object, in their order.

        :param only_applied: whether what this collection has not applied counts as absent.
        """
        self._read(self._definitions)
        return [self._plan_removal(definition, only_applied) for definition in self._definitions]

    def rehearse(self):
        """Let the server judge what would be created.

        :raises WindroseError: it would refuse some; all of them are in one error.
        """
        for_all(self._rehearse, [plan for plan in self._plans if plan.operation == CREATED and not plan.deferred])

    def settle(self, plan):
        """Make a decision that had to be put off."""
        if plan.deferred:
            settled = self._ask(plan.definition, plan.live, functools.partial(apply_when_followed, self._client)) if plan.live else plan
            plan.operation, plan.live, plan.predicted = settled.operation, settled.live, settled.predicted
            plan.deferred = False

    def _is_served(self, definition):
        return self._client.resource(definition["apiVersion"], definition["kind"]) is not None

    def _read(self, definitions):
        self._progress.step(f"reading {len(definitions)} objects")
        self._live = LiveObjects(self._client).read([manifests.identity_of(definition) for definition in definitions])

    def _get(self, definition):
        api_version, kind, namespace, name = manifests.identity_of(definition)
        return self._client.get(api_version, kind, name, namespace or None)

    def _namespace_is_going(self, definition):
        namespace = definition["metadata"].get("namespace")
        return any(
            plan.terminating
            and plan.definition["kind"] == "Namespace"
            and plan.definition["metadata"]["name"] == namespace
            for plan in self._plans
        )

    def _kind_in_motion(self, definition):
        """Tell whether the definition's kind is created or changed by this same list."""
        needed = (definition["apiVersion"], definition["kind"])
        return any(
            needed in manifests.provided_kinds([plan.definition])
            for plan in self._plans
            if plan.operation != UNCHANGED
        )

    def _plan(self, definition):
        api_version, kind = definition["apiVersion"], definition["kind"]
        if not self._is_served(definition):
            if (api_version, kind) not in self._provided:
                raise DefinitionError(
                    "Could not apply", label_of(definition), f"the server does not serve kind {kind} in {api_version}",
                    "Correct apiVersion and kind, or put the CustomResourceDefinition into the same list.",
                )  # fmt: skip
            return ObjectPlan(definition, CREATED, predicted=definition, deferred=True)
        # What still exists in a namespace that is going away goes with it.
        live = None if self._namespace_is_going(definition) else self._live.get(manifests.identity_of(definition))
        if live is None or live["metadata"].get("deletionTimestamp"):
            return ObjectPlan(definition, CREATED, live, definition)
        self._refuse_what_belongs_to_others(definition, live)
        if kind == "Job":
            # The pod template of a Job is immutable, so another Job has another name. One that has failed did nothing that
            # is worth keeping, and would fail every run to come.
            if readiness.has_failed(live):
                return ObjectPlan(definition, CREATED, live, definition, replaced=True)
            return ObjectPlan(definition, UNCHANGED, live, live)
        if self._kind_in_motion(definition):
            operation = UNCHANGED if manifests.is_within(definition, live) else UPDATED
            return ObjectPlan(definition, operation, live, manifests.overlay(live, definition), deferred=True)
        if applied.is_applied(definition, live, FIELD_MANAGER):
            known = live if readiness.is_waited_for(kind) else stub_of(live)
            return ObjectPlan(definition, UNCHANGED, known, known)
        return self._ask(definition, live, self._client.apply)

    def _refuse_what_belongs_to_others(self, definition, live):
        other = self._owner.other(live) if self._owner and live else None
        if other:
            raise DefinitionError(
                "Could not use", label_of(definition), f"it belongs to owner {other}, and here it is {self._owner}'s",
                "Remove it from one of the two, or give both the same owner.",
            )  # fmt: skip

    def _ask(self, definition, live, apply):
        """Let the server say what an apply would change."""
        for unused_attempt in range(CONSISTENT_READ_ATTEMPTS):
            predicted = apply(definition, dry_run=True)
            if predicted["metadata"].get("resourceVersion") == live["metadata"]["resourceVersion"]:
                break
            live = self._get(definition)
            if live is None:
                return ObjectPlan(definition, CREATED, None, definition)
        same = manifests.is_same(live, predicted, FIELD_MANAGER)
        return ObjectPlan(definition, UNCHANGED if same else UPDATED, live, predicted)

    def _plan_removal(self, definition, only_applied):
        live = self._live.get(manifests.identity_of(definition))
        if only_applied and live is not None and not manifests.is_managed(live, FIELD_MANAGER):
            return ObjectPlan(definition, ABSENT)
        self._refuse_what_belongs_to_others(definition, live)
        gone = live is None or bool(live["metadata"].get("deletionTimestamp"))
        return ObjectPlan(definition, ABSENT if gone else DELETED, live)

    def _rehearse(self, plan):
        """Let the server judge an object that check mode would create, unless what it needs is missing as well."""
        if plan.terminating or plan.replaced or not self._namespace_exists(plan.definition["metadata"].get("namespace")):
            return
        try:
            self._client.apply(plan.definition, dry_run=True)
        except ApiError as error:
            earlier = any(
                other.operation != UNCHANGED and manifests.rank(other.definition) < manifests.rank(plan.definition)
                for other in self._plans
            )
            # Without a verb it is not a missing right: admission misses something, for example a role of the same list.
            if error.status not in (403, 404) or "verb" in error.fields or not earlier:
                raise

    def _namespace_exists(self, namespace):
        if not namespace:
            return True
        if namespace not in self._namespaces:
            self._namespaces[namespace] = self._look_for_namespace(namespace)
        return self._namespaces[namespace]

    def _look_for_namespace(self, namespace):
        try:
            live = self._client.get("v1", "Namespace", namespace)
        except ApiError as error:
            if error.status != 403:
                raise
            return True
        return live is not None and not live["metadata"].get("deletionTimestamp")


def outcome_row(plan):
    """:returns: one entry of the module's ``objects``."""
    api_version, kind, namespace, name = manifests.identity_of(plan.definition)
    known = plan.predicted if plan.done or plan.operation == UNCHANGED else None
    return {
        "api_version": api_version,
        "kind": kind,
        "namespace": namespace or None,
        "name": name,
        "operation": plan.operation,
        "resource_version": ((known or {}).get("metadata") or {}).get("resourceVersion"),
    }


def plan_difference(plan):
    """:returns: one entry of the module's ``diff``."""
    subject = label_of(plan.definition)
    if plan.operation == DELETED:
        return manifests.difference(plan.live, None, subject)
    if plan.operation == CREATED:
        # The definition and not the server's answer, so that check mode shows the same.
        return manifests.difference(None, plan.definition, subject)
    return manifests.difference(plan.live, plan.predicted, subject, FIELD_MANAGER)
