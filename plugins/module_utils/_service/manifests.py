# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a list of objects into the cluster or out of it: reads all, writes only what differs."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.windrose.airflow.plugins.module_utils import _manifests, _readiness
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kube import FIELD_MANAGER
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, DefinitionError, WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._rollout import label_of
from ansible_collections.windrose.airflow.plugins.module_utils._service.removal import wait_until_gone
from ansible_collections.windrose.airflow.plugins.module_utils._service.waiting import wait_until_ready

CONCURRENCY = 8
# A controller may write to an object between the reading and the dry run; the pair counts only when nobody did.
CONSISTENT_READ_ATTEMPTS = 3
# A server publishes a new kind a moment after it is established, at the latest with its next round of five seconds.
KIND_LIMIT_SECONDS = 30

CREATED, UPDATED, UNCHANGED, DELETED, ABSENT = "created", "updated", "unchanged", "deleted", "absent"


@dataclasses.dataclass
class _Plan:
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
    def subject(self):
        return label_of(self.definition)

    @property
    def terminating(self):
        return bool(self.live and self.live["metadata"].get("deletionTimestamp"))


def _for_all(function, items):
    """Call a function for all items at once; raise the first error only after all calls have ended."""
    if not items:
        return []
    with ThreadPoolExecutor(max_workers=min(CONCURRENCY, len(items))) as pool:
        futures = [pool.submit(function, item) for item in items]
    return [future.result() for future in futures]


class Manifests:
    """Objects that belong into a cluster.

    :param client: a KubeClient.
    :param definitions: list of mappings, as from YAML.
    :param check_mode: decide and predict, but write nothing.
    :param timeout_seconds: limit of each wait.
    :raises DefinitionError: a definition is incomplete, or two describe the same object.
    """

    def __init__(self, client, definitions, check_mode=False, wait=True, timeout_seconds=300, progress=None):
        self._client = client
        self._definitions = _manifests.normalise(definitions)
        self._provided = _manifests.provided_kinds(self._definitions)
        self._check_mode = check_mode
        self._wait = wait
        self._timeout_seconds = timeout_seconds
        self._progress = Progress() if progress is None else progress
        self._plans = []

    def present(self):
        """Create and change what differs.

        :returns: dict with ``changed``, ``objects`` and ``diff``.
        :raises WindroseError: its fields hold ``changed`` and ``objects`` of what was done before.
        """
        self._scope()
        plans = {}
        # What others stand on comes first: whether they stay, and whether the server can judge them, depends on it.
        for is_ground in (True, False):
            chosen = {
                place: item for place, item in enumerate(self._definitions)
                if (item["kind"] in _manifests.GROUND) is is_ground
            }  # fmt: skip
            plans.update(zip(chosen, _for_all(self._plan, list(chosen.values()))))
            self._plans = [plans[place] for place in sorted(plans)]
        if self._check_mode:
            _for_all(self._rehearse, [plan for plan in self._plans if plan.operation == CREATED and not plan.deferred])
        else:
            self._reporting(self._write_all)
            if self._wait:
                self._reporting(self._wait_for_all)
        return self._result()

    def absent(self):
        """Delete what exists, in the opposite order.

        :returns: dict with ``changed``, ``objects`` and ``diff``.
        :raises WindroseError: its fields hold ``changed`` and ``objects`` of what was done before.
        """
        self._scope()
        self._plans = _for_all(self._plan_removal, self._definitions)
        if not self._check_mode:
            self._reporting(self._delete_all)
        return self._result()

    # Deciding

    def _scope(self):
        """Check the namespaces of the definitions against the scope of their kinds."""
        for definition in self._definitions:
            api_version, kind, namespace, unused_name = _manifests.identity_of(definition)
            resource = self._client.resource(api_version, kind)
            namespaced = resource.namespaced if resource else self._provided.get((api_version, kind), bool(namespace))
            if namespaced and not namespace:
                raise DefinitionError(
                    "Could not use",
                    label_of(definition),
                    "it has no metadata.namespace",
                    "Say which namespace it belongs to.",
                )
            if not namespaced:
                definition["metadata"].pop("namespace", None)

    def _read(self, definition):
        api_version, kind, namespace, name = _manifests.identity_of(definition)
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
            needed in _manifests.provided_kinds([plan.definition])
            for plan in self._plans
            if plan.operation != UNCHANGED
        )

    def _plan(self, definition):
        api_version, kind = definition["apiVersion"], definition["kind"]
        if self._client.resource(api_version, kind) is None:
            if (api_version, kind) not in self._provided:
                raise DefinitionError(
                    "Could not apply", label_of(definition), f"the server does not serve kind {kind} in {api_version}",
                    "Correct apiVersion and kind, or put the CustomResourceDefinition into the same list.",
                )  # fmt: skip
            return _Plan(definition, CREATED, predicted=definition, deferred=True)
        # What still exists in a namespace that is going away goes with it.
        live = None if self._namespace_is_going(definition) else self._read(definition)
        if live is None or live["metadata"].get("deletionTimestamp"):
            return _Plan(definition, CREATED, live, definition)
        if kind == "Job":
            # The pod template of a Job is immutable, so another Job has another name. One that has failed did nothing that
            # is worth keeping, and would fail every run to come.
            if _readiness.has_failed(live):
                return _Plan(definition, CREATED, live, definition, replaced=True)
            return _Plan(definition, UNCHANGED, live, live)
        if self._kind_in_motion(definition):
            operation = UNCHANGED if _manifests.is_within(definition, live) else UPDATED
            return _Plan(definition, operation, live, _manifests.overlay(live, definition), deferred=True)
        return self._compare(definition, live)

    def _compare(self, definition, live):
        for unused_attempt in range(CONSISTENT_READ_ATTEMPTS):
            predicted = self._client.apply(definition, dry_run=True)
            if predicted["metadata"].get("resourceVersion") == live["metadata"]["resourceVersion"]:
                break
            live = self._read(definition)
            if live is None:
                return _Plan(definition, CREATED, None, definition)
        same = _manifests.is_same(live, predicted, FIELD_MANAGER)
        return _Plan(definition, UNCHANGED if same else UPDATED, live, predicted)

    def _plan_removal(self, definition):
        live = self._read(definition)
        gone = live is None or bool(live["metadata"].get("deletionTimestamp"))
        return _Plan(definition, ABSENT if gone else DELETED, live)

    def _rehearse(self, plan):
        """Let the server judge an object that check mode would create, unless what it needs is missing as well."""
        if plan.terminating or plan.replaced or not self._namespace_exists(plan.definition["metadata"].get("namespace")):
            return
        try:
            self._client.apply(plan.definition, dry_run=True)
        except ApiError as error:
            earlier = any(
                other.operation != UNCHANGED and _manifests.rank(other.definition) < _manifests.rank(plan.definition)
                for other in self._plans
            )
            # Without a verb it is no missing right: admission misses something, for example a role of the same list.
            if error.status not in (403, 404) or "verb" in error.fields or not earlier:
                raise

    def _namespace_exists(self, namespace):
        if not namespace:
            return True
        try:
            live = self._client.get("v1", "Namespace", namespace)
        except ApiError as error:
            if error.status != 403:
                raise
            return True
        return live is not None and not live["metadata"].get("deletionTimestamp")

    # Writing

    def _write_all(self):
        for group in _manifests.in_ranks(self._plans, lambda plan: plan.definition):
            todo = [plan for plan in group if plan.deferred or plan.operation != UNCHANGED]
            _for_all(self._write, todo)
            changed = [plan for plan in todo if plan.operation != UNCHANGED]
            if changed and changed[0].definition["kind"] == _manifests.CUSTOM_RESOURCE_DEFINITION:
                self._await_kinds(changed)

    def _write(self, plan):
        if plan.deferred:
            settled = self._compare(plan.definition, plan.live) if plan.live else plan
            plan.operation, plan.live, plan.predicted = settled.operation, settled.live, settled.predicted
        if plan.operation == UNCHANGED:
            return
        if plan.replaced:
            api_version, kind, namespace, name = _manifests.identity_of(plan.definition)
            self._client.delete(api_version, kind, name, namespace, "Foreground")
        if plan.terminating or plan.replaced:
            wait_until_gone(self._client, [plan.live], self._timeout_seconds, self._progress)
        self._progress.step(f"writing {plan.subject}")
        plan.predicted = self._client.apply(plan.definition)
        plan.done = True

    def _await_kinds(self, plans):
        wait_until_ready(self._client, [plan.predicted for plan in plans], self._timeout_seconds, self._progress)
        needed = {_manifests.identity_of(plan.definition)[:2] for plan in self._plans}
        for api_version, kind in needed & set(_manifests.provided_kinds([plan.definition for plan in plans])):
            self._client.await_kind(api_version, kind, KIND_LIMIT_SECONDS)

    def _wait_for_all(self):
        wait_until_ready(self._client, [plan.predicted for plan in self._plans], self._timeout_seconds, self._progress)

    def _delete_all(self):
        for group in _manifests.in_ranks(self._plans, lambda plan: plan.definition, backwards=True):
            _for_all(self._delete, [plan for plan in group if plan.operation == DELETED])
            left = [plan.live for plan in group if plan.live]
            if self._wait and left:
                wait_until_gone(self._client, left, self._timeout_seconds, self._progress)

    def _delete(self, plan):
        api_version, kind, namespace, name = _manifests.identity_of(plan.definition)
        self._progress.step(f"deleting {plan.subject}")
        # In the foreground, an object stays until all that it owns is gone, so that waiting for it means its pods too.
        propagation = "Foreground" if self._wait else "Background"
        plan.done = self._client.delete(api_version, kind, name, namespace or None, propagation)
        if not plan.done:
            plan.operation = ABSENT

    # Telling

    def _reporting(self, step):
        try:
            step()
        except WindroseError as error:
            done = [self._row(plan) for plan in self._plans if plan.done]
            error.fields = {"changed": bool(done), "objects": done, **error.fields}
            raise

    def _result(self):
        changed = [plan for plan in self._plans if plan.operation not in (UNCHANGED, ABSENT)]
        return {
            "changed": bool(changed),
            "objects": [self._row(plan) for plan in self._plans],
            "diff": [self._difference(plan) for plan in changed],
        }

    def _row(self, plan):
        api_version, kind, namespace, name = _manifests.identity_of(plan.definition)
        known = plan.predicted if plan.done or plan.operation == UNCHANGED else None
        return {
            "api_version": api_version,
            "kind": kind,
            "namespace": namespace or None,
            "name": name,
            "operation": plan.operation,
            "resource_version": ((known or {}).get("metadata") or {}).get("resourceVersion"),
        }

    def _difference(self, plan):
        if plan.operation == DELETED:
            return _manifests.difference(plan.live, None, plan.subject)
        if plan.operation == CREATED:
            # The definition and not the server's answer, so that check mode shows the same.
            return _manifests.difference(None, plan.definition, plan.subject)
        return _manifests.difference(plan.live, plan.predicted, plan.subject, FIELD_MANAGER)
