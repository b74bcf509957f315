# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: secret_definitions
short_description: Put together the Secrets of an environment
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Puts together what an installation needs and where its inventory has it from, and splits it into keys for
    M(windrose.airflow.secret_keys) and objects of kind C(ExternalSecret).
  - Sources are the references of an inventory. No secret is fetched here.
positional: sources, registries, additional, settings
options:
  _input:
    description:
      - What the installation needs, as keys of M(windrose.airflow.secret_keys), with the name of a source as C(source).
      - C(setting) is the variable that names the Secret, C(unused) is why the key is not needed.
    type: list
    elements: dict
    required: true
  sources:
    description: Sources by name.
    type: dict
    required: true
  registries:
    description: Credentials of registries, with C(name), C(registry), C(username) and C(password).
    type: list
    elements: dict
    required: true
  additional:
    description: More Secrets, with C(name), C(type) and C(keys).
    type: list
    elements: dict
    required: true
  settings:
    description: C(namespace), C(labels), C(refresh_interval) and C(retire).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Take a key from AWS
  windrose.airflow.secret_keys:
    namespace: airflow
    keys: "{{ (needed | windrose.airflow.secret_definitions(sources, [], [], settings)).wanted_keys }}"
  vars:
    needed:
      - {source: fernet_key, secret: airflow-fernet-key, name: fernet-key, generator: fernet, form: fernet}
    sources:
      fernet_key:
        aws_secrets_manager: {name: prod/airflow/fernet}
    settings: {namespace: airflow, labels: {}, refresh_interval: 1h, retire: false}
"""

RETURN = r"""
_value:
  description: >-
    C(wanted_keys), the parameter C(keys) of M(windrose.airflow.secret_keys); C(external_secrets), objects for
    M(windrose.airflow.manifests); C(findings), one sentence for each thing that cannot be; C(made_keys), the names of all that would
    be made, with C(secret), C(name), and C(is_fetched) for what comes from a source.
  type: dict
"""

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import external_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._secrets.definitions import definitions
from ansible_collections.windrose.airflow.plugins.module_utils._secrets.sources import ARGUMENTS
from ansible_collections.windrose.airflow.plugins.module_utils._secrets.sources import KINDS as STORE_KINDS

KINDS = [*STORE_KINDS, external_secrets.SOURCE]
SOURCE = {
    **ARGUMENTS,
    "options": {**ARGUMENTS["options"], external_secrets.SOURCE: external_secrets.ARGUMENTS},
    "mutually_exclusive": [KINDS],
    "required_one_of": [KINDS],
}


def wrong(source):
    """:returns: list of what is wrong with a source; none of it quotes what the source holds."""
    return ArgumentSpecValidator({"source": SOURCE}).validate({"source": source}).error_messages


def secret_definitions(known, sources, registries, additional, settings):
    """Put together the Secrets of an environment, as `definitions` says."""
    return definitions(known, sources, registries, additional, settings, wrong)


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"secret_definitions": secret_definitions}
