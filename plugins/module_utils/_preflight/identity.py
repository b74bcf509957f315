# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is this the cluster that the inventory means, and is it one that is supported? Pure: no I/O."""

from __future__ import annotations

import json
import re

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.placeholders import PIN, kind_of

# https://kubernetes.io/releases/version-skew-policy/#kubelet
KUBELET_MINORS_BEHIND = 3
_VERSION = re.compile(r"([0-9]+)\.([0-9]+)")
# Of more nodes the first are enough.
_NODES_TOLD = 5


def identity(environment, facts):
    """:returns: list of `PreflightFinding` about the pin and the cluster that answered."""
    # As in the modules: what the pin leaves out is not compared.
    pin = {name: value for name, value in environment.mapping(PIN).items() if value is not None}
    pinned = pin.get("uid") not in (None, "")
    placeholder = kind_of(str(pin["uid"])) if pinned else None
    findings = _pin(environment, pinned, placeholder)
    if "identity" in facts:
        if not placeholder and any(facts["identity"].get(name) != value for name, value in pin.items()):
            findings.append(_other(pin, facts["identity"]))
    elif "found_identity" in facts:
        findings += [] if placeholder else [_other(pin, facts["found_identity"])]
    elif "Namespace" in facts.get("forbidden", []):
        findings.append(found("WA206", "cluster", "The user of the kubeconfig may not read the namespace kube-system."))
    elif facts:
        findings.append(found("WA203", "cluster", str(facts.get("msg") or "The cluster did not answer.")))
    return findings


def _pin(environment, pinned, placeholder):
    if placeholder:
        return [found("WA201", f"{PIN}.uid", f"It holds {placeholder}, and names no cluster.")]
    if pinned or environment.is_local:
        return []
    return [found("WA201", PIN, f"{PIN} names no cluster, so a wrong kubeconfig could reach any.")]


def _other(pin, actual):
    problem = (
        f"The cluster that the kubeconfig leads to is not the one that {PIN} names: found "
        f"{json.dumps(actual, sort_keys=True)}, expected {json.dumps(pin, sort_keys=True)}."
    )
    return found("WA202", "cluster", problem)


def version_of(text):
    """:returns: (major, minor) of a version such as v1.34.2-eks-1; None of a text without one."""
    match = _VERSION.search(str(text))
    return (int(match[1]), int(match[2])) if match else None


def versions(environment, facts):
    """:returns: list of `PreflightFinding` about the versions of the API server and of the nodes."""
    server = version_of((facts.get("server_version") or {}).get("git_version", ""))
    if server is None:
        return []
    findings = []
    bounds = [environment.text(f"airflow_preflight_kubernetes_{end}") for end in ("minimum", "maximum")]
    oldest, newest = map(version_of, bounds)
    if (oldest and server < oldest) or (newest and server > newest):
        problem = f"The cluster runs Kubernetes {server[0]}.{server[1]}; {bounds[0]} to {bounds[1]} are supported."
        findings.append(found("WA204", "cluster", problem))
    return findings + _kubelets(server, facts.get("nodes") or [])


def _kubelets(server, nodes):
    kubelets = {node["name"]: version_of(node.get("kubelet_version", "")) for node in nodes}
    behind = [
        name for name, kubelet in sorted(kubelets.items())
        if kubelet and kubelet[0] == server[0] and server[1] - kubelet[1] > KUBELET_MINORS_BEHIND
    ]  # fmt: skip
    if not behind:
        return []
    told = ", ".join(behind[:_NODES_TOLD]) + (f" and {len(behind) - _NODES_TOLD} more" if len(behind) > _NODES_TOLD else "")
    oldest = min(kubelets[name] for name in behind)
    problem = (
        f"The kubelets of {len(behind)} nodes are more than {KUBELET_MINORS_BEHIND} minor versions older than the API server "
        f"({server[0]}.{server[1]}), the oldest {oldest[0]}.{oldest[1]}: {told}."
    )
    return [found("WA205", "nodes", problem)]
