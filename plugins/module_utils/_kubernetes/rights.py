# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does what the server says of a user's rights cover those that are needed? Pure: no I/O.

Rules are matched as k8s.io/component-helpers/auth/rbac/validation does.
"""

from __future__ import annotations

ALL = "*"


def uncovered(right, rules):
    """Find what rules do not grant.

    :param right: dict with ``api_group``, ``resource``, ``verbs``, ``namespace`` and ``names``.
    :param rules: the ``resourceRules`` of a SelfSubjectRulesReview.
    :returns: the same right with those verbs only that are not granted, or None where all are.
    """
    verbs = [verb for verb in right["verbs"] if not _is_granted(right, verb, rules)]
    return {**right, "verbs": verbs} if verbs else None


def _is_granted(right, verb, rules):
    matching = [rule for rule in rules if _matches(rule, right, verb)]
    names = right.get("names") or []
    if any(not rule.get("resourceNames") for rule in matching):
        return True
    granted = {name for rule in matching for name in rule["resourceNames"]}
    return bool(names) and set(names) <= granted


def _matches(rule, right, verb):
    return (
        _has(rule.get("verbs"), verb)
        and _has(rule.get("apiGroups"), right["api_group"])
        and _has_resource(rule.get("resources") or [], right["resource"])
    )


def _has(entries, wanted):
    return ALL in (entries or []) or wanted in (entries or [])


def _has_resource(entries, wanted):
    unused_resource, slash, subresource = wanted.partition("/")
    return _has(entries, wanted) or (bool(slash) and f"{ALL}/{subresource}" in entries)


def access_reviews(right):
    """Ask for each verb of a right, and each of its names.

    :returns: list of (verb, definition of a SelfSubjectAccessReview).
    """
    resource, unused_slash, subresource = right["resource"].partition("/")
    asked = []
    for verb in right["verbs"]:
        for name in right.get("names") or [""]:
            attributes = {
                "group": right["api_group"], "resource": resource, "subresource": subresource, "verb": verb,
                "namespace": right.get("namespace") or "", "name": name,
            }  # fmt: skip
            asked.append((verb, {
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
            }))  # fmt: skip
    return asked


def rules_review(namespace):
    """:returns: the definition of a SelfSubjectRulesReview of a namespace."""
    return {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": {"namespace": namespace}}
