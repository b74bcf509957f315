# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what an owner has in the cluster and no longer names."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, FieldConflictError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.owner import (
    collections_of,
    recorded,
    surplus,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.live_objects import owned_by
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.manifests_plan import (
    ABSENT,
    DELETED,
    UNCHANGED,
    ObjectPlan,
)

CONFLICT = 409
# Each attempt is lost only when another run of the owner writes the record between the reading and the writing.
ATTEMPTS = 5


class Pruning:
    """The objects of one owner.

    :param client: a KubeClient.
    :param owner: an `Owner`.
    :param enabled: whether what is no longer wanted is to be found; without it only the record is kept.
    :param named: list of dicts ``kind``, ``name`` and ``namespace``: objects that hold data and may be deleted as well.
    """

    def __init__(self, client, owner, enabled, named):
        self._client = client
        self._owner = owner
        self._enabled = enabled
        self._named = named
        self._live_record = None
        self._recorded = None
        self._left = None
        self._others = set()
        self.kept = []

    def record(self, wanted):
        """Say where objects of the owner may be, before there are any in new places.

        :param wanted: the definitions.
        :returns: the definition of the record.
        """
        return self._owner.record(self._read_record() | collections_of(wanted))

    def write_record(self, definition):
        """Apply the record, with what another run has added to it since it was read.

        :param definition: what `record` made.
        :returns: the record as the server answers it.
        """
        wanted = recorded(definition)
        for attempts_left in reversed(range(ATTEMPTS)):
            live = self._get_record()
            self._others = recorded(live) - self._recorded
            try:
                answer = self._apply_record(wanted | self._others, live)
            except FieldConflictError:
                raise
            except ApiError as error:
                if error.status != CONFLICT or not attempts_left:
                    raise
            else:
                self._live_record = answer
                return answer

    def surplus(self, wanted):
        """Find what is to be deleted.

        :param wanted: the definitions that are to stay.
        :returns: list of `ObjectPlan`; what has to stay because of its kind is in ``kept`` afterwards.
        """
        if not self._enabled:
            return []
        places = self._read_record() | collections_of(wanted)
        found = owned_by(self._client, self._owner, {place for place in places if self._client.resource(*place[:2])})
        gone, kept = surplus(found, wanted, self._named)
        self.kept = [ObjectPlan(item, UNCHANGED, item, item) for item in kept]
        self._recorded, self._left = places, collections_of([*wanted, *kept])
        return [
            ObjectPlan(item, ABSENT if item["metadata"].get("deletionTimestamp") else DELETED, item) for item in gone
        ]

    @property
    def is_outdated(self):
        """Whether the record names places where nothing is left."""
        return self._left is not None and self._left != self._recorded

    def forget(self):
        """Shorten the record to where there still is something, after the rest was deleted.

        Where another run has changed it since this one read or wrote it, it stays: it may name places that this one knows
        nothing of, and naming one where nothing is left does no harm.
        """
        if not self.is_outdated:
            return
        try:
            if self._left | self._others:
                self._apply_record(self._left | self._others, self._live_record)
            elif self._live_record:
                metadata = self._live_record["metadata"]
                self._client.delete(
                    "v1", "ConfigMap", metadata["name"], metadata["namespace"],
                    resource_version=metadata["resourceVersion"], uid=metadata["uid"],
                )  # fmt: skip
        except FieldConflictError:
            raise
        except ApiError as error:
            if error.status != CONFLICT:
                raise
            self._left = self._recorded

    def _read_record(self):
        if self._recorded is None:
            self._live_record = self._get_record()
            self._recorded = recorded(self._live_record)
        return self._recorded

    def _get_record(self):
        return self._client.get("v1", "ConfigMap", self._owner.record_name, self._owner.namespace)

    def _apply_record(self, places, live):
        definition = self._owner.record(places)
        if live:
            definition["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"]
        return self._client.apply(definition)
