#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_keys
short_description: Make keys of Secrets once and keep them, or keep them in step with a store of secrets
description:
  - Makes the keys that are missing in Secrets and leaves those that are there as they are, whoever made them. A generated
    key is never overwritten; to renew it, remove it from its Secret first.
  - A key with O(keys[].source) is whatever its source says. It is written again when that has changed. So is a key that is
    made of such a one.
  - All sources are read before anything is written, in this module's process. What they hold goes to the Secret and
    nowhere else - no result, difference or log has the contents of a key.
  - Two runs at the same time end up with the same keys, because the loser of the race keeps what the winner wrote.
  - No module of kubernetes.core makes random keys or reads a store of secrets without passing them through the controller's
    variables.
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
      - Labels of Secrets that this module makes, in addition to C(app.kubernetes.io/managed-by=windrose.airflow).
      - They are set again when they change. Secrets that somebody else made keep their labels.
    type: dict
    default: {}
  keys:
    description: The keys that have to be there, each with O(keys[].generator) or O(keys[].source). Several may be in one Secret.
    type: list
    elements: dict
    required: true
    suboptions:
      secret:
        description: The Secret's name.
        type: str
        required: true
      type:
        description:
          - The Secret's type. All keys of one Secret name the same.
          - Left out, a Secret that is made is C(Opaque), and one that exists may be of any type.
        type: str
      name:
        description: The key's name in the Secret.
        type: str
        required: true
      generator:
        description:
          - How to make the key.
          - V(fernet) is a Fernet key, 32 random bytes in URL-safe base64.
          - V(token) is random URL-safe text, V(password) consists of random letters and digits.
          - V(literal) is O(keys[].literal) and V(template) is O(keys[].template), filled in.
          - V(docker_config) is what a Secret of type C(kubernetes.io/dockerconfigjson) holds, made of the O(keys[].parts)
            C(registry), C(username) and C(password).
        type: str
        choices: [fernet, token, password, literal, template, docker_config]
      length:
        description:
          - The entropy of a random key in bytes, at least 16. The text has about four characters for three bytes.
          - A Fernet key has 32.
        type: int
        default: 32
      literal:
        description: The contents of the key for O(keys[].generator=literal). They are not written again when this changes.
        type: str
      template:
        description:
          - Text with names in braces, such as C({password}). They are those of O(keys[].parts) or of other keys of the same
            Secret, which may be present or made in the same run, and may be templates too.
          - C({password:url}) is the text as a part of a URL, C({password:json}) a JSON string with its quotation marks.
        type: str
      parts:
        description:
          - Texts that the key is made of and that are not kept themselves, for the generators V(template) and
            V(docker_config).
        type: list
        elements: dict
        suboptions:
          name:
            description: The name that O(keys[].template) has for it.
            type: str
            required: true
          source:
            description: Where its text comes from, as O(keys[].source).
            type: dict
            required: true
            suboptions: &sources
              value:
                description: The contents themselves, for a variable of Ansible Vault.
                type: str
              kubernetes_secret:
                description: A key of another Secret of the same cluster.
                type: dict
                suboptions:
                  name:
                    description: The Secret's name.
                    type: str
                    required: true
                  namespace:
                    description: The Secret's namespace. O(namespace) if left out.
                    type: str
                  key:
                    description: The key's name.
                    type: str
                    required: true
              aws_secrets_manager:
                description: A secret of AWS Secrets Manager. Credentials are found as boto3 finds them. Needs boto3.
                type: dict
                suboptions:
                  name:
                    description: The secret's name or ARN.
                    type: str
                    required: true
                  key: &key
                    description: The key to take of a secret that is a JSON object. All of the secret if left out.
                    type: str
                  version_stage:
                    description: The staging label of the version.
                    type: str
                    default: AWSCURRENT
                  # Suboptions cannot be those of a fragment; a test compares them with the fragments aws, google and azure.
                  region:
                    description: The region. E(AWS_REGION), E(AWS_DEFAULT_REGION) or that of the profile if left out.
                    type: str
                  profile:
                    description: A profile of AWS's shared configuration. E(AWS_PROFILE) if left out.
                    type: str
                  endpoint_url:
                    description: Another address than that of AWS, such as a VPC endpoint.
                    type: str
              hashicorp_vault:
                description: A secret of HashiCorp Vault or of OpenBao, engine KV version 2. Needs hvac.
                type: dict
                suboptions:
                  path:
                    description: The secret's path below O(keys[].source.hashicorp_vault.mount).
                    type: str
                    required: true
                  key:
                    description: The key to take. All keys as a JSON object if left out.
                    type: str
                  mount:
                    description: Where the engine is mounted.
                    type: str
                    default: secret
                  version:
                    description: The version. The newest if left out.
                    type: int
                  url:
                    description: Address of Vault. E(VAULT_ADDR) if left out.
                    type: str
                  namespace:
                    description: Namespace of Vault Enterprise. E(VAULT_NAMESPACE) if left out.
                    type: str
                  auth_method:
                    description:
                      - How to log in.
                      - V(token) takes the token of O(keys[].source.hashicorp_vault.token_file), of E(VAULT_TOKEN) or of
                        C(~/.vault-token). V(kubernetes) takes the service account of the pod that this runs in, V(approle)
                        E(VAULT_ROLE_ID) and E(VAULT_SECRET_ID).
                    type: str
                    choices: [token, kubernetes, approle]
                    default: token
                  auth_mount:
                    description: Where the method is mounted. Its own name if left out.
                    type: str
                  role:
                    description: The role to log in as, for V(kubernetes).
                    type: str
                  token_file:
                    description: A file with the token, for V(token).
                    type: path
              google_secret_manager:
                description:
                  - A secret of Google Secret Manager. Without a key file, credentials are found as google-auth finds them. Needs
                    google-cloud-secret-manager.
                type: dict
                suboptions:
                  project:
                    description: The project.
                    type: str
                    required: true
                  service_account_file:
                    description: The key file of a service account. E(GCP_SERVICE_ACCOUNT_FILE) if left out.
                    type: path
                  name:
                    description: The secret's name.
                    type: str
                    required: true
                  key: *key
                  version:
                    description: The version, a number or an alias.
                    type: str
                    default: latest
                  location:
                    description: The location of a regional secret.
                    type: str
              azure_key_vault:
                description:
                  - A secret of Azure Key Vault. Credentials are those of a service principal in the environment, or else found as
                    C(DefaultAzureCredential) finds them. Needs azure-keyvault-secrets and azure-identity.
                type: dict
                suboptions:
                  vault_url:
                    description: The vault's address, C(https://NAME.vault.azure.net).
                    type: str
                    required: true
                  tenant:
                    description: The tenant of the identity. E(AZURE_TENANT_ID) or E(AZURE_TENANT) if left out.
                    type: str
                  client_id:
                    description:
                      - The service principal, if E(AZURE_CLIENT_SECRET) or E(AZURE_SECRET) holds its secret, or else the workload
                        identity or managed identity.
                      - E(AZURE_CLIENT_ID) if left out.
                    type: str
                  name:
                    description: The secret's name.
                    type: str
                    required: true
                  key: *key
                  version:
                    description: The version. The newest if left out.
                    type: str
      source:
        description: Where the contents come from. Exactly one of the options.
        type: dict
        suboptions: *sources
      form:
        description:
          - What O(keys[].source) has to hold. V(fernet) is a Fernet key, or several with commas between them, of which
            the first encrypts. Anything else is refused, and so is the loss of one that the Secret has.
        type: str
        choices: [fernet]
      retire:
        description: Whether Fernet keys may go that O(keys[].source) no longer holds. What only they decrypt is lost.
        type: bool
        default: false
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

- name: Take a token for git from AWS, and the credentials of a registry from HashiCorp Vault
  windrose.airflow.secret_keys:
    namespace: airflow
    keys:
      - secret: airflow-git
        name: connection
        generator: template
        template: '{"conn_type": "git", "login": "robot", "password": {token:json}}'
        parts:
          - name: token
            source:
              aws_secrets_manager: {name: prod/airflow, key: git_token, region: eu-central-1}
      - secret: airflow-registry
        type: kubernetes.io/dockerconfigjson
        name: .dockerconfigjson
        generator: docker_config
        parts:
          - name: registry
            source: {value: registry.example.com}
          - name: username
            source: {value: robot}
          - name: password
            source:
              hashicorp_vault: {url: "https://vault.example.com:8200", path: airflow/registry, key: password}
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
updated:
  description: Those of them that were there and were written again, because what they are made of has changed, sorted.
  returned: success
  type: list
  elements: str
  sample: [airflow-git/connection]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs, _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources
from ansible_collections.windrose.airflow.plugins.module_utils._service.secrets.keys import SecretKeys

GENERATORS = ["fernet", "token", "password", "literal", "template", "docker_config"]
KEY = {
    "secret": {"type": "str", "required": True, "no_log": False},
    "type": {"type": "str"},
    "name": {"type": "str", "required": True},
    "generator": {"type": "str", "choices": GENERATORS},
    "length": {"type": "int", "default": 32},
    "literal": {"type": "str"},
    "template": {"type": "str"},
    "parts": {
        "type": "list",
        "elements": "dict",
        "options": {"name": {"type": "str", "required": True}, "source": {**sources.ARGUMENTS, "required": True}},
    },
    "source": sources.ARGUMENTS,
    "form": {"type": "str", "choices": ["fernet"]},
    "retire": {"type": "bool", "default": False},
}
ONE_OF = [("generator", "source")]


def serve(module):
    """Return the result for the module's parameters."""
    params = module.params
    service = SecretKeys(
        KubeClient.from_parameters(params), params["namespace"], params["keys"], params["labels"], module.check_mode
    )
    result = service.ensure()
    return result if module._diff else {name: value for name, value in result.items() if name != "diff"}


def main():
    keys = {"type": "list", "elements": "dict", "required": True, "no_log": True, "options": KEY}
    module = AnsibleModule(
        argument_spec={
            **_argument_specs.CLUSTER,
            "namespace": {"type": "str", "required": True},
            "labels": {"type": "dict", "default": {}},
            "keys": {**keys, "mutually_exclusive": ONE_OF, "required_one_of": ONE_OF},
        },
        supports_check_mode=True,
    )
    _boundary.run(module, lambda: serve(module), concealed=["keys"])


if __name__ == "__main__":
    main()
