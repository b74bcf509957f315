# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that stand in an inventory for everybody to read. Pure: no I/O.

Where a value comes from is not known here. The caller says it as ``sources``: {path as written: {``origin``: file and line,
or None; ``vaulted``: whether Ansible Vault holds it; ``literal``: whether it was written as it is, and not put together by
a template or looked up}}. A value of which nothing is said counts as one that was written as it is. Where the caller knows
nothing of any value, it says None: what Ansible Vault keeps would look like plain text. Then nothing is looked for, and a finding says so.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import ERROR
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.paths import leaves, written
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import value_at
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.secret_text import (
    PASSWORD,
    credential_in,
    is_literal,
    is_secret_key,
    secret_in_variable,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.overrides import VARIABLE as OVERRIDES


def secrets_in_plain_text(environment, sources, compiled=None):
    """Find secrets that neither Ansible Vault nor a lookup keeps.

    :param sources: where values come from, as the head of this module says.
    :param compiled: what the module values returned. It knows the chart's own passwords, and what the chart does not render: of the raw
        values, only what it refuses is a secret.
    :returns: list of `PreflightFinding`, none of which quotes a value; none for the local cluster.
    """
    if environment.is_local:
        return []
    if sources is None:
        problem = "It says where a value comes from in a form that this collection does not know, so no secrets in plain text were looked for."
        return [found("WA116", "ansible-core", problem)]
    findings = []
    refused = _refused_overrides(compiled or {})
    for path, value in leaves(environment.variables):
        if path[0] == OVERRIDES and refused is not None and ".".join(map(str, path)) not in refused:
            continue
        kind = _kind(environment.variables, path, value)
        source = sources.get(written(path), {})
        if kind and source.get("literal", True) and not source.get("vaulted"):
            where = f", written in {source['origin']}" if source.get("origin") else ""
            findings.append(found("WA110", written(path), f"It holds {kind} in plain text{where}."))
    return findings


def _refused_overrides(compiled):
    """:returns: the subjects of what the module refused in the raw values; None where it did not come to them."""
    findings = compiled.get("findings") or []
    if "chart_values" not in compiled and not any(finding["subject"].startswith(OVERRIDES) for finding in findings):
        return None
    return {finding["subject"] for finding in findings if finding["severity"] == ERROR}


# What is listed with a secret and is not one.
_OPEN = frozenset({"git_username", "registry", "user", "username"})
_SOURCES = "airflow_secrets_"


def _kind(variables, path, value):
    """:returns: which kind of secret a value is, as words for a sentence; None if it is not one."""
    names = [step for step in path if isinstance(step, str)]
    if is_secret_key(names[-1]) and is_literal(value):
        return PASSWORD
    if names[-1] == "value" and names[0].startswith(_SOURCES):
        return PASSWORD if is_literal(value) and not _is_open(variables, path) else None
    if names[-1] == "value":
        # {name: …, value: …}, as Kubernetes writes environment variables.
        return secret_in_variable(_name_beside(variables, path), value)
    return credential_in(value)


def _name_beside(variables, path):
    level = variables
    for step in path[:-1]:
        level = level[step]
    return value_at(level, "name", "")


def _is_open(variables, path):
    """:returns: whether a source holds a key that is not secret: by its name, or by the name beside it."""
    return path[-2] in _OPEN or (path[-2] == "source" and _name_beside(variables, path[:-1]) in _OPEN)
