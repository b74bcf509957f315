# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rights are missing, and the manifest that grants them. Pure: no I/O."""

from __future__ import annotations

import json

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE, found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.required_rights import (
    OWN_READS,
    OWN_READS_OF_NAMESPACE,
    required_rights,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.right import CORE

_SERVICE_ACCOUNT = "system:serviceaccount:"
_API = "rbac.authorization.k8s.io"
# Where the name of the user is not known, the manifest says how to find it out.
UNKNOWN_USER = "REPLACE-BY-THE-USER-OF-THE-KUBECONFIG"


def rights(environment, facts):
    """:returns: list of `PreflightFinding`: one for each scope where rights are missing, one for what is not known."""
    missing = facts.get("missing_rights") or []
    exists = (facts.get("namespace") or {}).get("exists")
    reads = [right for right in missing if _is_own_read(right)]
    needed = [right for right in missing if not _is_own_read(right) and not (exists and _makes_namespace(right))]
    findings = [
        _missing(environment, scope, chosen, exists, facts.get("user")) for scope, chosen in sorted(_by_scope(needed).items())
    ]
    findings += [_unread(scope, chosen) for scope, chosen in sorted(_by_scope(reads).items())]
    if facts.get("rights_complete") is False:
        problem = "The cluster did not say of every right whether the user of the kubeconfig has it."
        findings.append(found("WA303", "rights", problem))
    return findings


def _by_scope(several):
    scopes = {}
    for right in several:
        scopes.setdefault(right.get("namespace") or "", []).append(right)
    return scopes


def _makes_namespace(right):
    return (right["api_group"], right["resource"], list(right["verbs"])) == (CORE, "namespaces", ["create"])


def _is_own_read(right):
    resources = OWN_READS_OF_NAMESPACE if right.get("namespace") else OWN_READS
    return (right["api_group"], right["resource"]) in resources and list(right["verbs"]) == ["list"]


def _unread(scope, reads):
    names = ", ".join(sorted(map(_full_name, reads)))
    problem = f"The user of the kubeconfig may not list {names}, so what depends on them was not checked."
    return found("WA302", _subject_of(scope), problem)


def _subject_of(scope):
    return f"namespace {scope}" if scope else "cluster"


def _full_name(right):
    return right["resource"] + (f".{right['api_group']}" if right["api_group"] else "")


def _missing(environment, scope, missing, exists, user):
    told = "; ".join(
        f"{_full_name(right)}{_named(right)}: {', '.join(right['verbs'])}" for right in sorted(missing, key=_full_name)
    )
    problem = f"The user of the kubeconfig lacks rights that this run needs. {told}."
    remedy = CATALOGUE["WA301"].remedy
    if scope and exists is False:
        remedy += f" The namespace comes first: kubectl create namespace {scope}."
    # All rights of the scope, and not only the missing ones: the manifest of an earlier run has the same name.
    needed = [
        right for right in required_rights(environment)
        if (right["namespace"] or "") == scope and not _is_own_read(right) and not (exists and _makes_namespace(right))
    ]  # fmt: skip
    return found("WA301", _subject_of(scope), problem, f"{remedy}\n\n{manifest(environment, scope, needed, user)}")


def _named(right):
    return f" {'/'.join(right['names'])}" if right.get("names") else ""


def manifest(environment, scope, several, user=None):
    """Write what grants rights.

    :param scope: the namespace; empty for the whole cluster.
    :param several: list of rights, as in `required_rights`.
    :param user: {``username``} of the user of the kubeconfig, or None where it is not known.
    :returns: YAML of two documents.
    """
    kind = "Role" if scope else "ClusterRole"
    # A cluster may have several installations, each with a namespace of its own.
    name = f"{environment.release}-deployer" if scope else f"{environment.namespace}-{environment.release}-deployer"
    metadata = ["metadata:", f"  name: {name}"] + ([f"  namespace: {json.dumps(scope)}"] if scope else [])
    return "\n".join([
        f"apiVersion: {_API}/v1", f"kind: {kind}", *metadata, "rules:", *_rules(several),
        "---",
        f"apiVersion: {_API}/v1", f"kind: {kind}Binding", *metadata,
        "roleRef:", f"  apiGroup: {_API}", f"  kind: {kind}", f"  name: {name}",
        "subjects:", *_subject((user or {}).get("username", "")),
    ])  # fmt: skip


def _rules(several):
    """:returns: the lines of the rules: one for all resources of a group that are used alike."""
    alike = {}
    for right in several:
        key = (right["api_group"], tuple(sorted(right["verbs"])), tuple(right.get("names") or ()))
        alike.setdefault(key, set()).add(right["resource"])
    lines = []
    for (api_group, verbs, names), resources in sorted(alike.items()):
        lines += [f"  - apiGroups: [{json.dumps(api_group)}]", f"    resources: [{', '.join(sorted(resources))}]"]
        lines += [f"    resourceNames: [{', '.join(map(json.dumps, names))}]"] if names else []
        lines.append(f"    verbs: [{', '.join(verbs)}]")
    return lines


def _subject(username):
    if username.startswith(_SERVICE_ACCOUNT):
        namespace, unused, name = username.removeprefix(_SERVICE_ACCOUNT).partition(":")
        return ["  - kind: ServiceAccount", f"    namespace: {json.dumps(namespace)}", f"    name: {json.dumps(name)}"]
    told = json.dumps(username) if username else f"{UNKNOWN_USER}  # kubectl auth whoami prints it"
    return ["  - kind: User", f"    apiGroup: {_API}", f"    name: {told}"]
