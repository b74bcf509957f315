# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_findings
short_description: Find what is wrong with an inventory and with the cluster that it means
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Judges all variables C(airflow_*) of a cluster, and what the modules M(windrose.airflow.cluster_info) and
    M(windrose.airflow.values) say of it, by all rules of the preflight.
  - What each code means is in C(docs/preflight.md).
  - Secrets in plain text are reported with file and line. Values that Ansible Vault or a lookup keeps are not plain text. With an
    ansible-core that tells them apart in a form that is not known here, no secrets are looked for, and V(WA116) says so. No finding
    quotes a value that may be secret.
positional: declared, facts, compiled
options:
  _input:
    description: All variables C(airflow_*) of the host, by name.
    type: dict
    required: true
  declared:
    description: Names of variables that roles declare.
    type: list
    elements: str
    required: true
  facts:
    description:
      - What M(windrose.airflow.cluster_info) returned, whether it failed or not. What is missing in it is not judged.
      - Beside what that module documents, C(user) with a C(username) is put into the manifest of missing rights, and
        C(daemon_set_requested) of a node is taken off what it has for pods.
    type: dict
    default: {}
  compiled:
    description:
      - What M(windrose.airflow.values) returned for the same variables, whether it failed or not. What it refused is
        reported with the rest, unless an error of the same variable is reported already. Nothing is reported for a
        task that was skipped.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Judge the inventory alone
  ansible.builtin.debug:
    msg: "{{ variables | windrose.airflow.preflight_findings(declared) | windrose.airflow.preflight_report }}"
  vars:
    names: "{{ query('ansible.builtin.varnames', '^airflow_') }}"
    variables: "{{ dict(names | zip(query('ansible.builtin.vars', *names))) }}"
    declared: [airflow_namespace, airflow_expected_cluster]
"""

RETURN = r"""
_value:
  description: The findings, errors first.
  type: list
  elements: dict
  contains:
    code:
      description: What kind of finding it is.
      type: str
      sample: WA101
    severity:
      description: V(error) ends the run, V(warning) does not.
      type: str
    subject:
      description: A variable, with the path inside it, or an object of the cluster.
      type: str
      sample: airflow_dag_bundles[0].repository
    problem:
      description: What is wrong.
      type: str
    remedy:
      description: What to do. What follows the first empty line is text to copy.
      type: str
"""

import dataclasses
import functools

from ansible.template import is_trusted_as_template

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import rules
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.paths import leaves, written
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.plain import plain

try:
    # There is no public name for them: tests/unit/plugins/test_private_interfaces.py says what is expected of them.
    from ansible._internal._datatag._tags import Origin, VaultedValue
except ImportError:
    Origin = VaultedValue = None

VAULT_HEADER = b"$ANSIBLE_VAULT"


def preflight_findings(variables, declared, facts=None, compiled=None):
    """Judge an inventory and its cluster.

    :param variables: {name: value} of all variables ``airflow_*``.
    :param declared: names of variables that roles declare.
    :param facts: what the module cluster_info returned.
    :param compiled: what the module values returned.
    :returns: list of dicts with ``code``, ``severity``, ``subject``, ``problem`` and ``remedy``.
    """
    found = rules.findings(plain(variables), plain(declared), plain(facts or {}), sources(variables), plain(compiled or {}))
    return [dataclasses.asdict(finding) for finding in found]


def sources(variables):
    """Say of each single value where it comes from.

    :param variables: {name: value}, as Ansible hands them over.
    :returns: {path as written: {``origin``, ``vaulted``, ``literal``}}, as `secrets_in_inventory` takes it; None where
        ansible-core tells it in a form that is not known here.
    """
    if not _are_tags_known():
        return None
    is_encrypted = functools.cache(_is_encrypted)
    return {written(path): _source(value, is_encrypted) for path, value in leaves(variables)}


def _are_tags_known():
    """Tell whether values that are tagged here are read back as what they are.

    A tag that lacks what is read of it would make a secret look as if it were none, or the other way round.
    """
    if Origin is None:
        return False
    try:
        written_down = Origin(path="/inventory", line_num=1).tag("text")
        encrypted = VaultedValue(ciphertext="").tag(written_down)
        told = [_source(value, lambda path: False) for value in (written_down, encrypted)]
    except (AttributeError, TypeError):
        return False
    return [(source["origin"], source["vaulted"]) for source in told] == [("/inventory:1", False), ("/inventory:1", True)]


def _source(value, is_encrypted):
    origin = Origin.get_tag(value)
    path = origin.path if origin else None
    return {
        "origin": _told(origin) if origin else None,
        "vaulted": VaultedValue.is_tagged_on(value) or bool(path and is_encrypted(str(path))),
        # What a template or a lookup gives is not a template any more. A number never is one.
        "literal": is_trusted_as_template(value) if isinstance(value, str) else bool(path),
    }


def _told(origin):
    return f"{origin.path}:{origin.line_num}" if origin.path and origin.line_num else str(origin)


def _is_encrypted(path):
    try:
        with open(path, "rb") as stream:
            return stream.read(len(VAULT_HEADER)) == VAULT_HEADER
    except OSError:
        return False


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"preflight_findings": preflight_findings}
