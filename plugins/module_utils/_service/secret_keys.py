# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the keys that Secrets lack, once, and never touches those that are there."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils import _secret_keys
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError

MANAGED_BY = {"app.kubernetes.io/managed-by": "windrose.airflow"}
CONFLICT = 409
# Each attempt is lost only when somebody else wrote to the same Secret within milliseconds.
ATTEMPTS = 5


class SecretKeys:
    """Keys that a namespace's Secrets should have.

    :param client: a KubeClient.
    :param namespace: the namespace of all the Secrets.
    :param keys: list of dicts with ``secret``, ``name``, ``generator``, ``length``, ``literal`` and ``template``.
    :param labels: labels for Secrets that this makes.
    :param check_mode: predict, but write nothing.
    :raises DefinitionError: a key is incomplete or defined twice.
    """

    def __init__(self, client, namespace, keys, labels=None, check_mode=False):
        _secret_keys.check(keys)
        self._client = client
        self._namespace = namespace
        self._labels = {**(labels or {}), **MANAGED_BY}
        self._check_mode = check_mode
        self._by_secret = {}
        for key in keys:
            self._by_secret.setdefault(key["secret"], []).append(key)

    def ensure(self):
        """Make what is missing.

        :returns: dict with ``changed``, ``key_names``, ``created`` and ``diff``; none of them holds a key's contents.
        """
        outcomes = [self._ensure_one(secret, keys) for secret, keys in self._by_secret.items()]
        return {
            "changed": any(difference for unused_made, difference in outcomes),
            "key_names": sorted(_secret_keys.full_name(key) for keys in self._by_secret.values() for key in keys),
            "created": sorted(
                f"{secret}/{name}" for secret, outcome in zip(self._by_secret, outcomes) for name in outcome[0]
            ),
            "diff": [difference for unused_made, difference in outcomes if difference],
        }

    def _ensure_one(self, secret, keys):
        attempts_left = ATTEMPTS
        while True:
            live = self._client.get("v1", "Secret", secret, self._namespace)
            existing = (live or {}).get("data") or {}
            made = _secret_keys.missing_values(keys, existing)
            labels = self._lacking_labels(live)
            if not made and not labels:
                return {}, None
            difference = _secret_keys.difference(f"Secret {self._namespace}/{secret}", existing, made)
            if labels:
                difference["after"] = {**difference["after"], "labels": labels}
            if self._check_mode:
                return made, difference
            try:
                self._write(secret, live, made, labels)
                return made, difference
            except ApiError as error:
                # Somebody else made or changed the Secret meanwhile. What they put in stays; only the rest is missing.
                attempts_left -= 1
                if error.status != CONFLICT or not attempts_left:
                    raise

    def _lacking_labels(self, live):
        """Return the labels to set; a Secret that somebody else made keeps its own."""
        if live is None:
            return self._labels
        present = live["metadata"].get("labels") or {}
        if not MANAGED_BY.items() <= present.items():
            return {}
        return {name: value for name, value in self._labels.items() if present.get(name) != value}

    def _write(self, secret, live, made, labels):
        metadata = {"name": secret, "namespace": self._namespace}
        definition = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": _secret_keys.encoded(made)}
        if labels:
            metadata["labels"] = labels
        if live is None:
            self._client.create({**definition, "type": "Opaque"})
        else:
            metadata["resourceVersion"] = live["metadata"]["resourceVersion"]
            self._client.merge(definition)
