# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keys of Secrets are made of: random keys, filled templates, credentials of registries. Pure apart from the random source."""

from __future__ import annotations

import base64
import json
import math
import re
import secrets
import string
import urllib.parse

# Cryptography's Fernet takes exactly this many bytes (https://github.com/fernet/spec/blob/master/Spec.md).
FERNET_BYTES = 32
# 128 bits: below this, guessing a key offline is no longer out of reach.
LEAST_BYTES = 16
REGISTRY_PARTS = frozenset({"registry", "username", "password"})

_ALPHABET = string.ascii_letters + string.digits
_PLACEHOLDER = re.compile(r"\{([-._a-zA-Z0-9]+)(?::(url|json))?\}")
_FORMS = {None: str, "url": lambda text: urllib.parse.quote(text, safe=""), "json": json.dumps}
_FERNET = re.compile(r"[-_A-Za-z0-9]{43}=")


def password(length):
    """Return random letters and digits with at least ``length`` bytes of entropy."""
    count = math.ceil(length * 8 / math.log2(len(_ALPHABET)))
    return "".join(secrets.choice(_ALPHABET) for unused_position in range(count))


def random_text(generator, length):
    """Return a new random key.

    :param generator: ``fernet``, ``token`` or ``password``.
    :param length: its entropy in bytes; that of a Fernet key is always 32.
    """
    if generator == "fernet":
        return base64.urlsafe_b64encode(secrets.token_bytes(FERNET_BYTES)).decode()
    return secrets.token_urlsafe(length) if generator == "token" else password(length)


def placeholders(template):
    """Return the names that a template refers to."""
    return {match[1] for match in _PLACEHOLDER.finditer(template)}


def filled(template, text_of):
    """Fill in a template.

    ``{name}`` becomes the text itself, ``{name:url}`` the text as a part of a URL, ``{name:json}`` a JSON string with its
    quotation marks.

    :param text_of: callable from a name to its text.
    """
    return _PLACEHOLDER.sub(lambda match: _FORMS[match[2]](text_of(match[1])), template)


def pieces(template):
    """Take a template apart.

    :returns: list of (text, name, form): the text before each placeholder, the placeholder's name and its form (None,
        ``url`` or ``json``); name is None for the text behind the last one.
    """
    found, position = [], 0
    for match in _PLACEHOLDER.finditer(template):
        found.append((template[position:match.start()], match[1], match[2]))
        position = match.end()
    return [*found, (template[position:], None, None)]


def docker_config(registry, username, password):  # pylint: disable=redefined-outer-name
    """Return what a Secret of type kubernetes.io/dockerconfigjson holds, as ``kubectl create secret docker-registry`` makes it."""
    both = base64.b64encode(f"{username}:{password}".encode()).decode()
    return json.dumps({"auths": {registry: {"username": username, "password": password, "auth": both}}})


def fernet_keys(text):
    """Take apart what Airflow reads as Fernet keys, the one that encrypts first and those that only decrypt after it.

    :returns: list of keys; None where one of them is none.
    """
    found = [part.strip() for part in text.split(",")]
    return found if all(_FERNET.fullmatch(part) for part in found) else None
