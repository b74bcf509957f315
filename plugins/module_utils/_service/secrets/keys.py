# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the keys that Secrets lack, once, and keeps those with a source in step with it."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._secrets.keys import (
    check,
    contents_to_write,
    difference,
    encoded,
    full_name,
    type_to_make,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.secrets.sources import SecretSources, stores_of

MANAGED_BY = {"app.kubernetes.io/managed-by": "windrose.airflow"}
CONFLICT = 409
# Each attempt is lost only when somebody else wrote to the same Secret within milliseconds.
ATTEMPTS = 5


@dataclasses.dataclass
class _SecretPlan:
    """What is to be done with one Secret.

    :param live: the Secret as it is, or None.
    :param type: the type to make it with; None where it exists.
    :param made: the contents to write, by key.
    :param labels: the labels to set.
    """

    name: str
    keys: list
    live: dict | None
    type: str | None
    made: dict
    labels: dict

    @property
    def existing(self):
        return (self.live or {}).get("data") or {}

    @property
    def changes(self):
        return bool(self.made or self.labels)


class SecretKeys:
    """Keys that a namespace's Secrets should have.

    :param client: a KubeClient.
    :param namespace: the namespace of all the Secrets.
    :param keys: list of dicts, as the module takes them.
    :param labels: labels for Secrets that this makes.
    :param check_mode: predict, but write nothing.
    :param sources: where the contents of keys with a source come from; by default what their references name.
    :raises DefinitionError: a key is incomplete or defined twice.
    """

    def __init__(self, client, namespace, keys, labels=None, check_mode=False, sources=None):
        check(keys)
        self._client = client
        self._namespace = namespace
        self._labels = {**(labels or {}), **MANAGED_BY}
        self._check_mode = check_mode
        self._sources = sources or SecretSources(stores_of(client), namespace)
        self._keys = keys

    def ensure(self):
        """Make what is missing, and take over what the sources say.

        :returns: dict with ``changed``, ``key_names``, ``created``, ``updated`` and ``diff``; none of them holds a key's
            contents.
        :raises WindroseError: a source or a Secret is not as it has to be; nothing was written then.
        """
        self._sources.read(self._keys)
        by_secret = {}
        for key in self._keys:
            by_secret.setdefault(key["secret"], []).append(key)
        plans = [self._plan(secret, keys) for secret, keys in by_secret.items()]
        if not self._check_mode:
            plans = [self._carry_out(plan) for plan in plans]
        written = {f"{plan.name}/{name}": name in plan.existing for plan in plans for name in plan.made}
        return {
            "changed": any(plan.changes for plan in plans),
            "key_names": sorted(full_name(key) for key in self._keys),
            "created": sorted(name for name, existed in written.items() if not existed),
            "updated": sorted(name for name, existed in written.items() if existed),
            "diff": [self._difference(plan) for plan in plans if plan.changes],
        }

    def _subject(self, secret):
        return f"Secret {self._namespace}/{secret}"

    def _plan(self, secret, keys):
        live = self._client.get("v1", "Secret", secret, self._namespace)
        kind = type_to_make(keys, live, self._subject(secret))
        made = contents_to_write(keys, (live or {}).get("data") or {}, self._sources.content)
        return _SecretPlan(secret, keys, live, kind, made, self._lacking_labels(live))

    def _lacking_labels(self, live):
        """Return the labels to set; a Secret that somebody else made keeps its own."""
        if live is None:
            return self._labels
        present = live["metadata"].get("labels") or {}
        if not MANAGED_BY.items() <= present.items():
            return {}
        return {name: value for name, value in self._labels.items() if present.get(name) != value}

    def _carry_out(self, plan):
        """:returns: the plan as it was carried out."""
        attempts_left = ATTEMPTS
        while plan.changes:
            try:
                self._write(plan)
                break
            except ApiError as error:
                attempts_left -= 1
                if error.status != CONFLICT or not attempts_left:
                    raise
            fresh = self._plan(plan.name, plan.keys)
            # The request was repeated because its answer was lost.
            if not fresh.changes and encoded(plan.made).items() <= fresh.existing.items():
                break
            # Somebody else made or changed the Secret meanwhile. What they put in stays; only the rest is missing.
            plan = fresh
        return plan

    def _write(self, plan):
        metadata = {"name": plan.name, "namespace": self._namespace}
        data = encoded(plan.made)
        definition = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}
        if plan.labels:
            metadata["labels"] = plan.labels
        if plan.live is None:
            self._client.create({**definition, "type": plan.type}, repeatable=True)
        else:
            metadata["resourceVersion"] = plan.live["metadata"]["resourceVersion"]
            self._client.merge(definition)

    def _difference(self, plan):
        told = difference(self._subject(plan.name), plan.keys, plan.existing, plan.made)
        if plan.labels:
            told["after"] = {**told["after"], "labels": plan.labels}
        return told
