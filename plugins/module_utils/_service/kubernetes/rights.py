# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks which of the needed rights the user lacks. Reviews change nothing in the cluster."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import rights
from ansible_collections.windrose.airflow.plugins.module_utils._service.explaining import Explaining
from ansible_collections.windrose.airflow.plugins.module_utils._service.parallel import for_all

SELF_REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


def describe_rights(client, required):
    """Compare the user's rights with those that are needed.

    One review lists all rights in a namespace. Only what it does not list is asked for verb by verb: rights in the whole
    cluster, which it does not tell apart, and those of authorizers that cannot list them, such as a cloud's.

    :param client: a KubeClient.
    :param required: list of dicts with ``api_group``, ``resource``, ``verbs``, ``namespace`` (None for the whole cluster)
        and ``names``.
    :returns: dict with ``missing_rights``, ``rights_complete`` and ``user``.
    """
    namespaces = sorted({right["namespace"] for right in required if right.get("namespace")})
    reviews = dict(zip(namespaces, for_all(lambda name: client.create(rights.rules_review(name)), namespaces)))
    unclear, missing = [], []
    for right in required:
        status = (reviews.get(right.get("namespace")) or {}).get("status") or {}
        left = rights.uncovered(right, status.get("resourceRules") or [])
        if left:
            # Where the list is complete, what is not on it is not granted.
            is_final = right.get("namespace") and not status.get("incomplete") and not status.get("evaluationError")
            (missing if is_final else unclear).append(left)
    answers = for_all(lambda right: _ask(client, right), unclear)
    missing += [{**right, "verbs": verbs} for right, (verbs, unused_known) in zip(unclear, answers) if verbs]
    return {
        "missing_rights": sorted(missing, key=lambda right: (right.get("namespace") or "", right["api_group"], right["resource"])),
        "rights_complete": all(known for unused_verbs, known in answers),
        "user": _user(client),
    }


def _ask(client, right):
    """:returns: (the verbs that are denied, whether the server could answer for all)."""
    denied, is_known = [], True
    for verb, review in rights.access_reviews(right):
        status = client.create(review).get("status") or {}
        if not status.get("allowed"):
            is_known = is_known and not status.get("evaluationError")
            if verb not in denied:
                denied.append(verb)
    return denied, is_known


def _user(client):
    # Who they are is a courtesy to the reader; a server may keep it to itself.
    review = Explaining().read(lambda: client.create(SELF_REVIEW), {})
    info = (review.get("status") or {}).get("userInfo") or {}
    return {"username": info.get("username", "")}
