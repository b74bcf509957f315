# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cluster keeps of a release beyond its objects: helm's revisions, the key of the fingerprints, the ledger."""

from __future__ import annotations

import base64
import secrets as random_source

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, OvertakenError, ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.rollout import label_of
from ansible_collections.windrose.airflow.plugins.module_utils._release import ledger, revisions

KEY_BYTES = 32
KEY_NAME = "hmac-key"
NOT_FOUND, CONFLICT = 404, 409
# Each attempt is lost only when somebody else wrote to the ledger within milliseconds.
ATTEMPTS = 5


class ReleaseStore:
    """The records of one release.

    :param kube: a `KubeClient`.
    :param name: the release's name.
    :param namespace: the release's namespace.
    """

    def __init__(self, kube, name, namespace):
        self._kube = kube
        self.name = name
        self.namespace = namespace
        self.subject = f"release {namespace}/{name}"

    # Revisions

    def revisions(self):
        """:returns: the stored `revisions.Revision`s, oldest first."""
        # A revision may fill its Secret to the limit of 1 MiB, and helm keeps ten of them.
        found = self._kube.list_metadata("v1", "Secret", self.namespace, revisions.selector(self.name))
        return revisions.revisions(found)

    def content(self, revision):
        """:returns: the `revisions.StoredRelease` of a revision.

        :raises ReleaseError: it is gone, or holds something else than what helm writes.
        """
        subject = f"Secret {self.namespace}/{revision.secret_name}"
        secret = self._kube.get("v1", "Secret", revision.secret_name, self.namespace)
        if secret is None:
            raise ReleaseError("Could not read", subject, "it was removed meanwhile", "Run again")
        try:
            return revisions.stored_release(secret)
        except (KeyError, ValueError, OSError) as error:
            raise ReleaseError(
                "Could not read",
                subject,
                f"it does not hold a release as helm writes it ({type(error).__name__})",
                "Delete this Secret if helm cannot read it either: `helm history`",
            ) from error

    def drop(self, stale):
        """Remove the Secrets of revisions, as long as these are as they were read.

        :param stale: the `revisions.Revision`s.
        :raises OvertakenError: one is not: whoever began it is still at work.
        """
        for revision in stale:
            try:
                self._kube.delete(
                    "v1", "Secret", revision.secret_name, self.namespace,
                    resource_version=revision.resource_version, uid=revision.uid,
                )  # fmt: skip
            except ApiError as error:
                if error.status != CONFLICT:
                    raise
                raise OvertakenError(
                    "Could not recover",
                    self.subject,
                    f"revision {revision.number} was {revision.status} when this run looked, and somebody has written to it "
                    "since, so that helm is still at work on it. It was left as it is",
                    "Wait until that helm has ended, then run again: `helm history` shows the revision",
                ) from error

    # The key and what it signs

    def secret_data(self, name):
        """:returns: the data of a Secret of the namespace; None where it does not exist."""
        secret = self._kube.get("v1", "Secret", name, self.namespace)
        return secret and (secret.get("data") or {})

    def key(self):
        """:returns: the key of the release's fingerprints as bytes, None where there is none yet."""
        secret = self._kube.get("v1", "Secret", self._key_name(), self.namespace)
        return secret and base64.b64decode(secret["data"][KEY_NAME])

    def create_key(self):
        """Make the key of the release's fingerprints, where there is none.

        :returns: the key, as bytes.
        """
        key = random_source.token_bytes(KEY_BYTES)
        definition = self._definition("Secret", self._key_name(), {KEY_NAME: base64.b64encode(key).decode()})
        try:
            self._kube.create({**definition, "type": "Opaque"}, repeatable=True)
        except ApiError as error:
            # Most likely it is this key: the request was repeated because its answer was lost.
            key = self.key() if error.status == CONFLICT else None
            if key is None:
                raise
        return key

    def _key_name(self):
        return f"{self.name}-fingerprint"

    # The ledger

    def ledger(self):
        """:returns: the ledger's ConfigMap, None where there is none."""
        return self._kube.get("v1", "ConfigMap", ledger.ledger_name(self.name), self.namespace)

    def entries(self):
        """:returns: the entries of the ledger, oldest first."""
        return ledger.entries(self.ledger())

    def amend(self, change):
        """Change the ledger, also where others change it at the same time.

        :param change: callable from the entries to the new ones; given what it returned, it returns the same.
        """
        attempts_left = ATTEMPTS
        while True:
            live = self.ledger()
            entries = ledger.entries(live)
            changed = change(entries)
            if changed == entries:
                return
            try:
                self._write_ledger(live, {ledger.DATA_KEY: ledger.text(changed)})
                return
            except ApiError as error:
                attempts_left -= 1
                outdated = error.status == CONFLICT or (error.status == NOT_FOUND and live is not None)
                if not outdated or not attempts_left:
                    raise

    def _write_ledger(self, live, data):
        if live is None:
            self._kube.create(self._definition("ConfigMap", ledger.ledger_name(self.name), data), repeatable=True)
        else:
            metadata = {name: value for name, value in live["metadata"].items() if name != "managedFields"}
            self._kube.replace({**live, "metadata": metadata, "data": {**(live.get("data") or {}), **data}})

    # What goes with the release

    def records(self):
        """:returns: what is kept beside helm's revisions: the key of the fingerprints and the ledger, where there are any."""
        found = [
            self._kube.get("v1", "Secret", self._key_name(), self.namespace),
            self.ledger(),
        ]
        return [item for item in found if item is not None]

    def delete(self, item):
        """Remove an object, and no other one that got its name meanwhile.

        :param item: the object, as read.
        :raises OvertakenError: it is another one by now.
        """
        metadata = item["metadata"]
        try:
            self._kube.delete(item["apiVersion"], item["kind"], metadata["name"], self.namespace, uid=metadata["uid"])
        except ApiError as error:
            if error.status != CONFLICT:
                raise
            raise OvertakenError(
                "Could not delete",
                label_of(item),
                "somebody deleted it and made another one of its name since this run looked. The new one was left",
                "Look at the new one, and run again if it is to go as well",
            ) from error

    def _definition(self, kind, name, data):
        labels = {"app.kubernetes.io/managed-by": "windrose.airflow", "app.kubernetes.io/instance": self.name}
        metadata = {"name": name, "namespace": self.namespace, "labels": labels}
        return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": data}
