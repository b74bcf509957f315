# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a release as they are, compared with what helm stored of it.

What this machine finds equal costs no request of its own. For the rest the server is asked what applying the definition
again would change (a dry run): it knows defaults and the other spellings of a quantity, so what it calls equal would
stay equal after any repair.
"""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    ApiError,
    ReleaseError,
    UnreachableError,
    WindroseError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests, rollout
from ansible_collections.windrose.airflow.plugins.module_utils._release import drift, revisions
from ansible_collections.windrose.airflow.plugins.module_utils._service.explaining import Explaining
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.live_objects import LiveObjects
from ansible_collections.windrose.airflow.plugins.module_utils._service.parallel import at_once

# helm puts this label on everything that it applies.
BY_HELM = "app.kubernetes.io/managed-by=Helm"
# A controller may write to an object between the reading and the dry run; the pair counts only when nobody did.
CONSISTENT_READ_ATTEMPTS = 3
CONFLICT, UNPROCESSABLE = 409, 422
REFUSALS = (400, 403, 500)


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What was found.

    :param differences: a `drift.Difference` for each object that is not as it was released.
    :param workloads: the workloads that there are, as read.
    """

    differences: list
    workloads: list


class LiveRelease:
    """The objects of the release of one namespace.

    :param kube: a `KubeClient`.
    :param namespace: the namespace of objects that name none.
    """

    def __init__(self, kube, namespace):
        self._kube = kube
        self._live = LiveObjects(kube, BY_HELM)
        self._namespace = namespace

    def workloads(self, manifest):
        """:returns: the workloads of a manifest that there are, as read."""
        found = at_once(
            [
                lambda found=found: self._kube.get(found[0], found[1], found[3], found[2])
                for found in revisions.workloads(manifest, self._namespace)
            ]
        )
        return [item for item in found if item is not None]

    def compare(self, manifest, only_reports=False):
        """Compare the objects with a manifest.

        :param manifest: the YAML documents that helm stored.
        :param only_reports: whether the outcome is only told, so that what cannot be compared is told as well.
        :returns: a `Comparison`.
        :raises ReleaseError: the server does not say what a repair would change, and one depends on it.
        """
        judge = self._judged_if_possible if only_reports else self._judge
        definitions = self.definitions(manifest)
        live = self._live.read([manifests.identity_of(definition) for definition in definitions])
        pairs = [(definition, live.get(manifests.identity_of(definition))) for definition in definitions]
        differences = at_once([lambda pair=pair: judge(*pair) for pair in pairs if self._is_suspect(*pair)])
        present = [item for unused, item in pairs if item is not None and item["kind"] in revisions.WORKLOAD_KINDS]
        return Comparison([difference for difference in differences if difference], present)

    def definitions(self, manifest):
        """:returns: the objects of a manifest, each with its namespace, as helm sends them."""
        return [self._placed(definition) for definition in drift.definitions(manifest)]

    def _placed(self, definition):
        resource = self._kube.resource(definition["apiVersion"], definition["kind"])
        metadata = {name: value for name, value in definition["metadata"].items() if name != "namespace"}
        if resource is None or resource.namespaced:
            metadata["namespace"] = definition["metadata"].get("namespace") or self._namespace
        return {**definition, "metadata": metadata}

    # Judging

    @staticmethod
    def _is_suspect(definition, live):
        if live is None:
            return not drift.may_be_missing(definition)
        return any(not drift.is_controlled(live, path) for path in drift.unmet(definition, live))

    def _judged_if_possible(self, definition, live):
        """:returns: as `_judge`; a `drift.Difference` that says why where the server does not tell."""
        explaining = Explaining()
        try:
            return self._judge(definition, live)
        except UnreachableError:
            # Without the server nothing else can be done either.
            raise
        except WindroseError as error:
            explaining.note(error)
        return drift.unknown(definition, live, explaining.gaps())

    def _judge(self, definition, live):
        """:returns: the `drift.Difference`, None where the server finds nothing to repair."""
        for unused_attempt in range(CONSISTENT_READ_ATTEMPTS):
            if live is None:
                break
            try:
                repaired = self._kube.apply(definition, dry_run=True, force=True)
            except ApiError as error:
                if error.status in (CONFLICT, UNPROCESSABLE):
                    # It cannot be changed back in place. helm will say why, and what to do.
                    return drift.edited(definition, live, drift.unmet(definition, live))
                raise self._unjudged(definition, error) from error
            if repaired["metadata"].get("resourceVersion") == live["metadata"].get("resourceVersion"):
                return drift.edited(definition, live, drift.differences(live, repaired))
            api_version, kind, namespace, name = manifests.identity_of(definition)
            live = self._kube.get(api_version, kind, name, namespace or None)
        # Who writes to it at every moment is a controller, and the next run looks again.
        return drift.deleted(definition) if live is None else None

    @staticmethod
    def _unjudged(definition, error):
        if error.status not in REFUSALS:
            return error
        return ReleaseError(
            "Could not compare",
            f"{rollout.label_of(definition)} with what helm stored of it",
            f"a dry run was refused: {error.cause}",
            f"{error.remedy} Or set drift to ignore, so that nothing is compared",
            **error.fields,
        )
