#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_keys
short_description: Make keys of Secrets once and keep them
description:
  - Makes the keys that are missing in Secrets and leaves those that are there as they are, whoever made them. Nothing
    is ever overwritten; to renew a key, remove it from its Secret first.
  - Two runs at the same time end up with the same keys, because the loser of the race keeps what the winner wrote.
  - No result, difference or log holds the contents of a key.
  - No module of kubernetes.core makes random keys without passing them through the controller's variables.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
extends_documentation_fragment:
  - windrose.airflow.cluster
  - windrose.airflow.attributes
options:
  namespace:
    description: The namespace of the Secrets. It has to exist, except in check mode.
    type: str
    required: true
  labels:
    description:
      - Labels of Secrets that this module makes, beside C(app.kubernetes.io/managed-by=windrose.airflow).
      - They are set anew when they change. Secrets that somebody else made keep their labels.
    type: dict
    default: {}
  keys:
    description: The keys that have to be there. Several may be in one Secret.
    type: list
    elements: dict
    required: true
    suboptions:
      secret:
        description: The Secret's name.
        type: str
        required: true
      name:
        description: The key's name in the Secret.
        type: str
        required: true
      generator:
        description:
          - How to make the key.
          - V(fernet) is a key for Fernet, 32 random bytes in URL-safe base64.
          - V(token) is random URL-safe text, V(password) consists of random letters and digits.
          - V(literal) is O(keys[].literal) and V(template) is O(keys[].template), filled in.
        type: str
        choices: [fernet, token, password, literal, template]
        required: true
      length:
        description:
          - The entropy of a random key in bytes, at least 16. The text has about four characters for three bytes.
          - A key for Fernet has 32.
        type: int
        default: 32
      literal:
        description: The contents of the key for O(keys[].generator=literal).
        type: str
      template:
        description:
          - Text with the names of other keys of the same Secret in braces, such as C({password}).
          - The keys may be present or made in the same run, and may be templates too.
        type: str
"""

EXAMPLES = r"""
- name: Make the keys of a deployment
  windrose.airflow.secret_keys:
    namespace: airflow
    labels:
      app.kubernetes.io/part-of: airflow
    keys:
      - secret: airflow-fernet-key
        name: fernet-key
        generator: fernet
      - secret: airflow-metadata
        name: username
        generator: literal
        literal: airflow
      - secret: airflow-metadata
        name: password
        generator: password
      - secret: airflow-metadata
        name: connection
        generator: template
        template: postgresql://{username}:{password}@airflow-postgresql:5432/airflow
"""

RETURN = r"""
key_names:
  description: All keys that O(keys) names, as C(secret/key), sorted.
  returned: success
  type: list
  elements: str
  sample: [airflow-fernet-key/fernet-key, airflow-metadata/password]
created:
  description: Those of them that were made, or in check mode would be, sorted.
  returned: success
  type: list
  elements: str
  sample: [airflow-metadata/password]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._service.secret_keys import SecretKeys

KEY = {
    "secret": {"type": "str", "required": True, "no_log": False},
    "name": {"type": "str", "required": True},
    "generator": {"type": "str", "choices": ["fernet", "token", "password", "literal", "template"], "required": True},
    "length": {"type": "int", "default": 32},
    "literal": {"type": "str"},
    "template": {"type": "str"},
}


def serve(module):
    """Return the result for the module's parameters."""
    params = module.params
    service = SecretKeys(
        KubeClient.from_parameters(params), params["namespace"], params["keys"], params["labels"], module.check_mode
    )
    result = service.ensure()
    return result if module._diff else {name: value for name, value in result.items() if name != "diff"}


def main():
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            "namespace": {"type": "str", "required": True},
            "labels": {"type": "dict", "default": {}},
            "keys": {"type": "list", "elements": "dict", "required": True, "no_log": True, "options": KEY},
        },
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module), concealed=["keys"])


if __name__ == "__main__":
    main()
