# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of Secrets: which are to be written, and what they should hold. Pure apart from the random source.

A key either is made once and kept, or follows a source: it then is whatever the source says, now and later. A key that is
made of others follows when one of these does.
"""

from __future__ import annotations

import base64
import graphlib
import re

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError, SecretSourceError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import secret_contents
from ansible_collections.windrose.airflow.plugins.module_utils._secrets.sources import VALUE, of_key

_NAME = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_NEEDED = {"literal": "literal", "template": "template", "docker_config": "parts"}
_COMPOSED = ("template", "docker_config")
# What the API server asks of a Secret of each type
# (https://kubernetes.io/docs/concepts/configuration/secret/#secret-types).
_REQUIRED = {
    "kubernetes.io/dockerconfigjson": {".dockerconfigjson"},
    "kubernetes.io/ssh-auth": {"ssh-privatekey"},
    "kubernetes.io/tls": {"tls.crt", "tls.key"},
}

GENERATED = "(generated)"
FETCHED = "(fetched)"
CHANGED = "(hidden, changed)"
KEPT = "(kept)"


def full_name(key):
    """Name a key in messages and results: ``secret/key``."""
    return f"{key['secret']}/{key['name']}"


def _refuse(key, cause):
    return DefinitionError("Could not use", f"key {full_name(key)}", cause, "Correct the parameter keys.")


def check(keys):
    """Check the parameter ``keys`` as far as this needs no cluster.

    :param keys: list of dicts, as the module takes them.
    :raises DefinitionError: a key is incomplete or defined twice, or the keys of a Secret disagree on its type.
    """
    seen, types = set(), {}
    for key in keys:
        if full_name(key) in seen:
            raise _refuse(key, "it is defined twice")
        seen.add(full_name(key))
        if not _NAME.fullmatch(key["name"]):
            raise _refuse(key, "a key's name consists of letters, digits, '-', '_' and '.'")
        if types.setdefault(key["secret"], key["type"]) != key["type"]:
            raise _refuse(key, "another key of the same Secret names another type")
        _check_generator(key)
        _check_parts(key)
        if key["form"] and not key["source"]:
            raise _refuse(key, "form is for keys with a source")
        if any(source.get(VALUE) == "" for source in of_key(key)):
            raise _refuse(key, "the value that it is made of is empty")


def _check_generator(key):
    needed = _NEEDED.get(key["generator"])
    if needed and key.get(needed) is None:
        raise _refuse(key, f"generator {key['generator']} needs {needed}")
    if key["generator"] == "fernet" and key["length"] != secret_contents.FERNET_BYTES:
        raise _refuse(key, f"a fernet key has {secret_contents.FERNET_BYTES} bytes, not {key['length']}")
    if key["generator"] in ("token", "password") and key["length"] < secret_contents.LEAST_BYTES:
        raise _refuse(key, f"{key['length']} bytes can be guessed; use {secret_contents.LEAST_BYTES} or more")


def _check_parts(key):
    names = [part["name"] for part in key["parts"] or []]
    if names and key["generator"] not in _COMPOSED:
        raise _refuse(key, f"parts are for the generators {' and '.join(_COMPOSED)}")
    if len(set(names)) != len(names):
        raise _refuse(key, "two of its parts have the same name")
    if key["generator"] == "docker_config" and set(names) != secret_contents.REGISTRY_PARTS:
        raise _refuse(key, "generator docker_config needs the parts registry, username and password, and no others")


def type_to_make(keys, live, subject):
    """Return the type that a Secret is made with; None where it exists.

    :param keys: the wanted keys of this one Secret, checked.
    :param live: the Secret as it is, or None.
    :param subject: the Secret's name in messages.
    :raises DefinitionError: it exists with another type, or lacks keys that its type needs.
    """
    wanted = keys[0]["type"]
    if live is not None:
        if wanted and live.get("type", "Opaque") != wanted:
            raise DefinitionError(
                "Could not use", subject, f"it has type {live.get('type', 'Opaque')}, and type {wanted} is asked for",
                "The type of a Secret cannot be changed: give another name, or delete it if nothing else needs it.",
            )  # fmt: skip
        return None
    lacking = _REQUIRED.get(wanted, set()) - {key["name"] for key in keys}
    if lacking:
        raise DefinitionError(
            "Could not make", subject, f"a Secret of type {wanted} needs the key {', '.join(sorted(lacking))}",
            "Add it to the parameter keys, or leave out type.",
        )  # fmt: skip
    return wanted or "Opaque"


def _sources_of(key, fetched):
    """:returns: {name of a part: bytes}; the key's own source has the name None."""
    sources = {part["name"]: part["source"] for part in key["parts"] or []}
    if key["source"]:
        sources[None] = key["source"]
    return {name: fetched(source) for name, source in sources.items()}


def _uses(key):
    """:returns: the names of other keys of the Secret that a key is made of."""
    if key["generator"] != "template":
        return set()
    return secret_contents.placeholders(key["template"]) - {part["name"] for part in key["parts"] or []}


def _in_order(wanted):
    """:returns: the names of the wanted keys, each after those that it is made of."""
    uses = {name: _uses(key) for name, key in wanted.items()}
    try:
        return [name for name in graphlib.TopologicalSorter(uses).static_order() if name in wanted]
    except graphlib.CycleError as error:
        key = wanted[error.args[1][0]]
        raise _refuse(key, f"its template refers to itself ({' -> '.join(error.args[1])})") from None


def _text(key, name, content):
    try:
        return content.decode()
    except ValueError:
        raise _refuse(key, f"it is made of {name}, which holds no text") from None


def _content(key, sources, content_of):
    """:returns: the bytes that a key should hold."""
    if key["source"]:
        return sources[None]

    def text_of(name):
        return _text(key, name, sources[name] if name in sources else content_of(name))

    if key["generator"] == "literal":
        made = key["literal"]
    elif key["generator"] == "template":
        made = secret_contents.filled(key["template"], text_of)
    elif key["generator"] == "docker_config":
        made = secret_contents.docker_config(**{name: text_of(name) for name in sources})
    else:
        made = secret_contents.random_text(key["generator"], key["length"])
    return made.encode()


def contents_to_write(keys, existing, fetched):
    """Find out which keys of one Secret are to be written, and with what.

    Templates may refer to any key of the Secret, present or to be made, other templates included.

    :param keys: the wanted keys of this one Secret, checked.
    :param existing: the Secret's ``data``: base64 text by key.
    :param fetched: callable from a source to the bytes that it gives.
    :returns: dict from key name to bytes; a key that already holds them is left out.
    :raises DefinitionError: a template refers to an unknown key or, through others, to itself.
    :raises SecretSourceError: a source gives what may not be taken over.
    """
    wanted = {key["name"]: key for key in keys}
    present = {name: base64.b64decode(content) for name, content in existing.items()}
    following, made = set(), {}
    for name in _in_order(wanted):
        key = wanted[name]
        if key["source"] or key["parts"] or _uses(key) & following:
            following.add(name)
        elif name in present:
            continue
        unknown = sorted(_uses(key) - set(wanted) - set(present))
        if unknown:
            raise _refuse(key, f"its template refers to {', '.join(unknown)}, and the Secret has no such key")
        content = _content(key, _sources_of(key, fetched), lambda used: made.get(used, present.get(used)))
        _check_form(key, content, present.get(name))
        if content != present.get(name):
            made[name] = content
    return made


def _check_form(key, content, present):
    if key["form"] != "fernet":
        return
    new = secret_contents.fernet_keys(content.decode("utf-8", "replace"))
    if new is None:
        raise SecretSourceError(
            "Refused to take over", f"key {full_name(key)}",
            "its source holds neither a Fernet key nor several with commas between them",
            "Store 32 random bytes in URL-safe base64, 44 characters without a line end.",
        )  # fmt: skip
    if present is None or key["retire"]:
        return
    text = present.decode("utf-8", "replace")
    if set(secret_contents.fernet_keys(text) or [text]) - set(new):
        raise SecretSourceError(
            "Refused to replace", f"key {full_name(key)}",
            "its source no longer holds a Fernet key that is in use, and connections and variables that are encrypted "
            "with it would be lost",
            "To rotate, let the source hold the new key, a comma and the old one; run; start 'airflow rotate-fernet-key' in a "
            "pod of Airflow; then take the old one out of the source and run once with retire (in the role: "
            "airflow_secrets_retire_fernet_keys).",
        )  # fmt: skip


def encoded(contents):
    """Return the ``data`` of a Secret for bytes."""
    return {name: base64.b64encode(content).decode() for name, content in contents.items()}


def difference(subject, keys, existing, made):
    """Make one entry of a module's ``diff``: names and what becomes of them, never contents."""
    kept = dict.fromkeys(sorted(existing), KEPT)
    sourced = {key["name"] for key in keys if of_key(key)}
    told = {
        name: CHANGED if name in existing else FETCHED if name in sourced else GENERATED for name in sorted(made)
    }
    return {"before_header": subject, "after_header": subject, "before": kept, "after": {**kept, **told}}
