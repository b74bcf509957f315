# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that helm would forget: what a revision made that was begun and never ended. Pure: no I/O.

helm removes what the revision before had and the new one lacks. The revision before is the deployed one for an upgrade
and the newest one for a rollback (``pkg/action/upgrade.go`` and ``rollback.go`` of helm 4), so that after a run that was
killed or failed there are objects that no later run of helm looks at.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._release.revisions import PENDING, deployed_revision

NAME_ANNOTATION, NAMESPACE_ANNOTATION = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
POLICY_ANNOTATION, KEEP = "helm.sh/resource-policy", "keep"
UNFINISHED = frozenset({*PENDING, "failed", "uninstalling"})


def unfinished(history):
    """Choose the revisions whose objects may be left behind.

    :param history: the stored revisions, oldest first.
    :returns: those that came after the newest deployed one and were not ended, with that one before them; none where
        there is none of the former.
    """
    deployed = deployed_revision(history)
    since = deployed.number if deployed else 0
    later = [revision for revision in history if revision.number > since and revision.status in UNFINISHED]
    return [deployed, *later] if deployed and later else later


def text_of(identity):
    """:returns: an object's identity as one text, for the ledger."""
    api_version, kind, namespace, name = identity
    return f"{api_version} {kind} {namespace}/{name}" if namespace else f"{api_version} {kind} {name}"


def identity_of(text):
    """:returns: (apiVersion, kind, namespace, name) of what `text_of` wrote; an empty namespace where there is none."""
    api_version, kind, placed = text.split(" ")
    namespace, unused, name = placed.rpartition("/")
    return api_version, kind, namespace, name


def is_removable(live, name, namespace):
    """Tell whether an object is the release's own to remove.

    :param live: the object as it is.
    :param name: the release's name.
    :param namespace: the release's namespace.
    """
    annotations = live["metadata"].get("annotations") or {}
    own = (annotations.get(NAME_ANNOTATION), annotations.get(NAMESPACE_ANNOTATION)) == (name, namespace)
    return own and annotations.get(POLICY_ANNOTATION) != KEEP
