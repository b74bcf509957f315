# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the contents of a key come from: the options, the names in messages, and what is taken of an answer. No I/O."""

from __future__ import annotations

import json

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs
from ansible_collections.windrose.airflow.plugins.module_utils._errors import SecretSourceError

VALUE = "value"
KUBERNETES = "kubernetes_secret"
AWS = "aws_secrets_manager"
VAULT = "hashicorp_vault"
GOOGLE = "google_secret_manager"
AZURE = "azure_key_vault"

_NAME = {"type": "str", "required": True}
_KEY = {"type": "str", "no_log": False}
_VERSION = {"type": "str"}
_STORES = {
    KUBERNETES: {"name": _NAME, "namespace": {"type": "str"}, "key": {**_KEY, "required": True}},
    AWS: {
        "name": _NAME,
        "key": _KEY,
        "version_stage": {"type": "str", "default": "AWSCURRENT"},
        **_argument_specs.AWS,
    },
    VAULT: {
        "path": {"type": "str", "required": True},
        "key": _KEY,
        "mount": {"type": "str", "default": "secret"},
        "version": {"type": "int"},
        "url": {"type": "str"},
        "namespace": {"type": "str"},
        "auth_method": {"type": "str", "choices": ["token", "kubernetes", "approle"], "default": "token"},
        "auth_mount": {"type": "str"},
        "role": {"type": "str"},
        "token_file": {"type": "path", "no_log": False},
    },
    GOOGLE: {
        **_argument_specs.GOOGLE,
        "project": {**_argument_specs.GOOGLE["project"], "required": True},
        "name": _NAME,
        "key": _KEY,
        "version": {**_VERSION, "default": "latest"},
        "location": {"type": "str"},
    },
    AZURE: {
        "vault_url": {"type": "str", "required": True},
        "name": _NAME,
        "key": _KEY,
        "version": _VERSION,
        # A vault says which subscription it belongs to.
        **{name: _argument_specs.AZURE[name] for name in ("tenant", "client_id")},
    },
}
_NEEDED = {VAULT: [("auth_method", "kubernetes", ["role"])]}
KINDS = [VALUE, *_STORES]

# What the modules take as a source: exactly one of these.
ARGUMENTS = {
    "type": "dict",
    "options": {
        VALUE: {"type": "str", "no_log": True},
        **{
            kind: {"type": "dict", "no_log": False, "options": options, "required_if": _NEEDED.get(kind, [])}
            for kind, options in _STORES.items()
        },
    },
    "mutually_exclusive": [KINDS],
    "required_one_of": [KINDS],
}

_PLACES = {
    KUBERNETES: "Secret {namespace}/{name}",
    AWS: "secret {name} of AWS Secrets Manager",
    VAULT: "secret {mount}/{path} of HashiCorp Vault",
    GOOGLE: "secret {name} of Google Secret Manager in project {project}",
    AZURE: "secret {name} of Azure Key Vault {vault_url}",
}


def chosen(source):
    """:returns: (kind, reference): which of the kinds a source is, and what belongs to it."""
    return next((kind, source[kind]) for kind in KINDS if source.get(kind) is not None)


def of_key(key):
    """:returns: all sources that one key needs, those of its parts included."""
    found = [part["source"] for part in key.get("parts") or []]
    return [key["source"], *found] if key.get("source") else found


def place(kind, reference):
    """Name a secret in messages."""
    return _PLACES[kind].format_map(reference)


def address(kind, reference):
    """:returns: a text that is the same for all references that one request answers."""
    return json.dumps([kind, {name: value for name, value in reference.items() if name != "key"}], sort_keys=True)


def refusal(kind, reference, cause, remedy):
    """:returns: the error for a secret that was not read, or does not hold what is asked for."""
    return SecretSourceError("Could not read", place(kind, reference), cause, remedy)


def _entries(kind, reference, answer):
    if isinstance(answer, dict):
        return answer
    try:
        entries = json.loads(answer)
    except ValueError:
        entries = None
    if not isinstance(entries, dict):
        raise refusal(
            kind,
            reference,
            f"key {reference['key']} is asked for, and the secret is not a JSON object",
            "Leave out key to take all of the secret, or store a JSON object.",
        )
    return entries


def _as_bytes(found):
    if isinstance(found, bytes):
        return found
    # Numbers, such as the port of a database, and objects are taken as JSON writes them.
    return (found if isinstance(found, str) else json.dumps(found)).encode()


def picked(kind, reference, answer):
    """Take what a reference asks for out of what its source answered.

    :param answer: bytes, or a dict where the source itself holds several keys.
    :returns: bytes, not empty.
    :raises SecretSourceError: the key is missing or empty, or the secret has no keys.
    """
    key = reference.get("key")
    if key is None:
        content, what = _as_bytes(answer), "it"
    else:
        entries = _entries(kind, reference, answer)
        if entries.get(key) is None:
            raise refusal(kind, reference, f"it has no key {key}", "Correct key, or add it to the secret.")
        content, what = _as_bytes(entries[key]), f"its key {key}"
    if not content:
        raise refusal(kind, reference, f"{what} is empty", "Store what is to be used, or leave out the source.")
    return content
