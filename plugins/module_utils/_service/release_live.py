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

from ansible_collections.windrose.airflow.plugins.module_utils import _drift, _manifests, _release, _rollout
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._service.release_store import at_once

# Reading a kind as a whole pays from this many objects on.
LIST_FROM = 3
# helm puts this label on everything that it applies.
BY_HELM = "app.kubernetes.io/managed-by=Helm"
# A controller may write to an object between the reading and the dry run; the pair counts only when nobody did.
CONSISTENT_READ_ATTEMPTS = 3
CONFLICT, UNPROCESSABLE = 409, 422
REFUSALS = (400, 403, 500)


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What was found.

    :param findings: a `_drift.Finding` for each object that is not as it was released.
    :param workloads: the workloads that there are, as read.
    """

    findings: list
    workloads: list


class LiveRelease:
    """The objects of the release of one namespace.

    :param kube: a `KubeClient`.
    :param namespace: the namespace of objects that name none.
    """

    def __init__(self, kube, namespace):
        self._kube = kube
        self._namespace = namespace

    def workloads(self, manifest):
        """:returns: the workloads of a manifest that there are, as read."""
        found = at_once(
            [
                lambda found=found: self._kube.get(found[0], found[1], found[3], found[2])
                for found in _release.workloads(manifest, self._namespace)
            ]
        )
        return [item for item in found if item is not None]

    def compare(self, manifest):
        """Compare the objects with a manifest.

        :param manifest: the YAML documents that helm stored.
        :returns: a `Comparison`.
        :raises ReleaseError: the server does not say what a repair would change.
        """
        definitions = self.definitions(manifest)
        live = self._read([_manifests.identity_of(definition) for definition in definitions])
        pairs = [(definition, live.get(_manifests.identity_of(definition))) for definition in definitions]
        findings = at_once([lambda pair=pair: self._judge(*pair) for pair in pairs if self._is_suspect(*pair)])
        present = [item for unused, item in pairs if item is not None and item["kind"] in _release.WORKLOAD_KINDS]
        return Comparison([finding for finding in findings if finding], present)

    def definitions(self, manifest):
        """:returns: the objects of a manifest, each with its namespace, as helm sends them."""
        return [self._placed(definition) for definition in _drift.definitions(manifest)]

    def _placed(self, definition):
        resource = self._kube.resource(definition["apiVersion"], definition["kind"])
        metadata = {name: value for name, value in definition["metadata"].items() if name != "namespace"}
        if resource is None or resource.namespaced:
            metadata["namespace"] = definition["metadata"].get("namespace") or self._namespace
        return {**definition, "metadata": metadata}

    # Reading

    def _read(self, identities):
        groups = {}
        for api_version, kind, namespace, name in identities:
            groups.setdefault((api_version, kind, namespace), []).append(name)
        listed = [group for group, names in groups.items() if len(names) >= LIST_FROM]
        single = [identity for identity in identities if identity[:3] not in listed]
        calls = [lambda group=group: self._list(*group) for group in listed]
        calls += [lambda identity=identity: self._get(*identity) for identity in single]
        found = {_manifests.identity_of(item): item for items in at_once(calls) for item in items}
        # Somebody may have taken helm's label off an object.
        missed = [identity for identity in identities if identity not in found and identity not in single]
        for items in at_once([lambda identity=identity: self._get(*identity) for identity in missed]):
            found.update({_manifests.identity_of(item): item for item in items})
        return found

    def _list(self, api_version, kind, namespace):
        return self._kube.list(api_version, kind, namespace or None, label_selector=BY_HELM)

    def _get(self, api_version, kind, namespace, name):
        item = self._kube.get(api_version, kind, name, namespace or None)
        return [] if item is None else [item]

    # Judging

    @staticmethod
    def _is_suspect(definition, live):
        if live is None:
            return not _drift.may_be_missing(definition)
        return any(not _drift.is_controlled(live, path) for path in _drift.unmet(definition, live))

    def _judge(self, definition, live):
        """:returns: the `_drift.Finding`, None where the server finds nothing to repair."""
        for unused_attempt in range(CONSISTENT_READ_ATTEMPTS):
            if live is None:
                break
            try:
                repaired = self._kube.apply(definition, dry_run=True, force=True)
            except ApiError as error:
                if error.status in (CONFLICT, UNPROCESSABLE):
                    # It cannot be changed back in place. helm will say why, and what to do.
                    return _drift.edited(definition, live, _drift.unmet(definition, live))
                raise self._unjudged(definition, error) from error
            if repaired["metadata"].get("resourceVersion") == live["metadata"].get("resourceVersion"):
                return _drift.edited(definition, live, _drift.differences(live, repaired))
            live = next(iter(self._get(*_manifests.identity_of(definition))), None)
        # Who writes to it at every moment is a controller, and the next run looks again.
        return _drift.deleted(definition) if live is None else None

    @staticmethod
    def _unjudged(definition, error):
        if error.status not in REFUSALS:
            return error
        return ReleaseError(
            "Could not compare",
            f"{_rollout.label_of(definition)} with what helm stored of it",
            f"a dry run was refused: {error.cause}",
            f"{error.remedy} Or set drift to ignore, so that nothing is compared",
        )
