# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of Secrets: which are missing, and what they should hold. Pure apart from the random source."""

from __future__ import annotations

import base64
import graphlib
import math
import re
import secrets
import string

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError

# Cryptography's Fernet takes exactly this many bytes (https://github.com/fernet/spec/blob/master/Spec.md).
FERNET_BYTES = 32
# 128 bits: below this, guessing a key offline is no longer out of reach.
LEAST_BYTES = 16
_ALPHABET = string.ascii_letters + string.digits
_PLACEHOLDER = re.compile(r"\{([-._a-zA-Z0-9]+)\}")
_NAME = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_NEEDED = {"literal": "literal", "template": "template"}

GENERATED = "(generated)"
KEPT = "(kept)"


def full_name(key):
    """Name a key in messages and results: ``secret/key``."""
    return f"{key['secret']}/{key['name']}"


def _refuse(key, cause):
    return DefinitionError("Could not use", f"key {full_name(key)}", cause, "Correct the parameter keys.")


def placeholders(template):
    """Return the names that a template refers to."""
    return set(_PLACEHOLDER.findall(template))


def check(keys):
    """Check the parameter ``keys`` as far as this needs no cluster.

    :param keys: list of dicts with ``secret``, ``name``, ``generator``, ``length``, ``literal`` and ``template``.
    :raises DefinitionError: a key is incomplete or defined twice.
    """
    seen = set()
    for key in keys:
        if full_name(key) in seen:
            raise _refuse(key, "it is defined twice")
        seen.add(full_name(key))
        if not _NAME.fullmatch(key["name"]):
            raise _refuse(key, "a key's name consists of letters, digits, '-', '_' and '.'")
        needed = _NEEDED.get(key["generator"])
        if needed and key.get(needed) is None:
            raise _refuse(key, f"generator {key['generator']} needs {needed}")
        if key["generator"] == "fernet" and key["length"] != FERNET_BYTES:
            raise _refuse(key, f"a fernet key has {FERNET_BYTES} bytes, not {key['length']}")
        if key["generator"] in ("token", "password") and key["length"] < LEAST_BYTES:
            raise _refuse(key, f"{key['length']} bytes can be guessed; use {LEAST_BYTES} or more")


def password(length):
    """Return random letters and digits with at least ``length`` bytes of entropy."""
    count = math.ceil(length * 8 / math.log2(len(_ALPHABET)))
    return "".join(secrets.choice(_ALPHABET) for unused_position in range(count))


def _random(key):
    if key["generator"] == "fernet":
        return base64.urlsafe_b64encode(secrets.token_bytes(FERNET_BYTES)).decode()
    if key["generator"] == "token":
        return secrets.token_urlsafe(key["length"])
    return password(key["length"])


def _decoded(key, name, existing):
    try:
        return base64.b64decode(existing[name]).decode()
    except ValueError:
        raise _refuse(key, f"its template refers to {name}, which holds no text") from None


def _filled(key, existing, made):
    def value_of(match):
        name = match.group(1)
        return made[name] if name in made else _decoded(key, name, existing)

    return _PLACEHOLDER.sub(value_of, key["template"])


def missing_values(keys, existing):
    """Make the contents of the keys that one Secret lacks.

    Templates may refer to any key of the Secret, present or to be made, other templates included.

    :param keys: the wanted keys of this one Secret, checked.
    :param existing: the Secret's ``data``: base64 text by key.
    :returns: dict from key name to plain text.
    :raises DefinitionError: a template refers to an unknown key or, through others, to itself.
    """
    wanted = {key["name"]: key for key in keys if key["name"] not in existing}
    uses = {name: set() for name in wanted}
    for name, key in wanted.items():
        if key["generator"] == "template":
            uses[name] = placeholders(key["template"])
            unknown = sorted(uses[name] - set(wanted) - set(existing))
            if unknown:
                raise _refuse(key, f"its template refers to {', '.join(unknown)}, and the Secret has no such key")
    try:
        order = list(graphlib.TopologicalSorter(uses).static_order())
    except graphlib.CycleError as error:
        key = wanted[error.args[1][0]]
        raise _refuse(key, f"its template refers to itself ({' -> '.join(error.args[1])})") from None
    made = {}
    for name in order:
        key = wanted.get(name)
        if key is None:
            continue
        if key["generator"] == "literal":
            made[name] = key["literal"]
        else:
            made[name] = _filled(key, existing, made) if key["generator"] == "template" else _random(key)
    return made


def encoded(values):
    """Return the ``data`` of a Secret for plain texts."""
    return {name: base64.b64encode(value.encode()).decode() for name, value in values.items()}


def difference(subject, existing, made):
    """Make one entry of a module's ``diff``: names and whether they are kept or generated, never contents."""
    kept = dict.fromkeys(sorted(existing), KEPT)
    return {
        "before_header": subject,
        "after_header": subject,
        "before": kept,
        "after": {**kept, **dict.fromkeys(sorted(made), GENERATED)},
    }
