# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that the External Secrets Operator makes: keys turned into an ExternalSecret. Pure functions.

What is fetched reaches a template of the operator by the name of its entry in ``spec.data``
(https://external-secrets.io/latest/guides/templating/). All of ``spec.target.template.data`` and nothing else is in the
Secret then.
"""

from __future__ import annotations

import json

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import readiness, secret_contents
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.pods import Diagnosis

SOURCE = "external_secret"
ARGUMENTS = {
    "type": "dict",
    "no_log": False,
    "options": {
        "store": {"type": "str", "required": True},
        "store_kind": {"type": "str", "choices": ["SecretStore", "ClusterSecretStore"], "default": "SecretStore"},
        "name": {"type": "str", "required": True},
        "key": {"type": "str", "no_log": False},
        "version": {"type": "str"},
    },
}
SYNCING = "syncing"
# After a failure the operator tries again immediately, and then more and more slowly; a new identity needs about
# this long to be known everywhere in a cloud.
SYNC_GRACE_SECONDS = 60
# What is not secret may be in an object that many can read.
OPEN_PARTS = frozenset({"registry", "username"})

_FORMS = {None: "", "url": ' | urlquery | replace "+" "%20"', "json": " | toJson"}
_DOCKER_CONFIG = '{"auths": {{registry:json}: {"username": {username:json}, "password": {password:json}, "auth": {both:json}}}}'


def diagnose(item):
    """Say what keeps an ExternalSecret from being ready; None where its operator has found no fault so far.

    Its events would say more, and may quote what a store answered.
    """
    ready = readiness.condition(item, "Ready")
    if ready.get("status") != "False":
        return None
    metadata = item["metadata"]
    remedy = (
        "Correct the name of the secret, its key and its store, or give the operator the right to read it. It says more with: "
        f"kubectl describe externalsecret --namespace {metadata['namespace']} {metadata['name']}."
    )
    reason, message = ready.get("reason") or "not synced", ready.get("message") or ""
    return Diagnosis(SYNCING, reason, message, remedy, grace_seconds=SYNC_GRACE_SECONDS)


def is_external(keys):
    """Tell whether a key of a Secret comes from the operator, which then makes the whole Secret."""
    return any(SOURCE in source for key in keys for source in sources_of(key))


def sources_of(key):
    """:returns: the sources of a key and of its parts."""
    return [source for source in (key.get("source"), *(part["source"] for part in key.get("parts") or [])) if source is not None]


def _refuse(key, cause, remedy):
    subject = f"key {key['name']} of the ExternalSecret {key['secret']}"
    return DefinitionError("Could not define", subject, cause, remedy)


def definition(secret, keys, settings):
    """Turn the keys of one Secret into the ExternalSecret that makes it.

    :param secret: the Secret's name.
    :param keys: list of dicts, as the module secret_keys takes them, whose sources may be ``external_secret`` too.
    :param settings: dict with ``namespace``, ``labels`` and ``refresh_interval``.
    :returns: the object.
    :raises DefinitionError: something of the Secret does not come from the operator, or it comes from several stores.
    """
    entries = _Entries()
    texts = {key["name"]: _template(key, entries) for key in keys}
    target = {"name": secret, "creationPolicy": "Orphan", "deletionPolicy": "Retain"}
    kind = keys[0].get("type")
    if kind or not all(key.get("source") for key in keys):
        metadata = {"labels": settings["labels"]}
        target["template"] = {**({"type": kind} if kind else {}), "engineVersion": "v2", "metadata": metadata, "data": texts}
    if len(entries.stores) > 1:
        raise _refuse(keys[-1], f"the Secret comes from {len(entries.stores)} stores", "Take all of one Secret from one store.")
    ((store, store_kind),) = entries.stores
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": secret, "namespace": settings["namespace"], "labels": settings["labels"]},
        "spec": {
            "refreshInterval": settings["refresh_interval"],
            "secretStoreRef": {"name": store, "kind": store_kind},
            "target": target,
            "data": entries.data,
        },
    }


class _Entries:
    """What the operator is to fetch, and the stores that it is in."""

    def __init__(self):
        self.data = []
        self.stores = set()

    def add(self, name, reference):
        """Fetch something under a name.

        :returns: the expression that a template has for it.
        """
        self.stores.add((reference["store"], reference.get("store_kind") or "SecretStore"))
        remote = {"key": reference["name"], "property": reference.get("key"), "version": reference.get("version")}
        self.data.append({"secretKey": name, "remoteRef": {field: value for field, value in remote.items() if value}})
        return f'index . "{name}"'


def _expression(key, name, source, entries):
    if SOURCE in source:
        return entries.add(name, source[SOURCE])
    # The word after the last dot is the part's own name.
    if "value" in source and name.rpartition(".")[2] in OPEN_PARTS:
        return _literal(source["value"])
    raise _refuse(
        key, "part of it does not come from the operator, and would stand in the object for everybody to read",
        "Take all of the Secret from the operator, or nothing of it.",
    )  # fmt: skip


def _literal(text):
    """:returns: a string as Go writes it; JSON writes the same where it keeps characters as they are."""
    return json.dumps(text, ensure_ascii=False)


def _action(expression, form=None):
    return f"{{{{ {expression}{_FORMS[form]} }}}}"


def _template(key, entries):
    """:returns: what a template of the operator has for a key."""
    if key.get("source"):
        return _action(_expression(key, key["name"], key["source"], entries))
    generator = key.get("generator")
    if generator == "literal":
        return _action(_literal(key["literal"]))
    parts = {
        part["name"]: _expression(key, f"{key['name']}.{part['name']}", part["source"], entries) for part in key.get("parts") or []
    }
    if generator == "template":
        return _filled(key, key["template"], parts)
    if generator == "docker_config":
        both = f'printf "%s:%s" ({parts["username"]}) ({parts["password"]}) | b64enc'
        return _filled(key, _DOCKER_CONFIG, {**parts, "both": both})
    raise _refuse(key, f"its generator is {generator}, and the operator does not make it", "Take it from the operator as well.")


def _plain(text, before_action):
    """:returns: a text whose braces are braces for Go, too; one that comes before an action must not be taken for its first."""
    plain = text.replace("{{", _action(_literal("{{")))
    return plain[:-1] + _action(_literal("{")) if before_action and plain.endswith("{") else plain


def _filled(key, template, parts):
    made = []
    for text, name, form in secret_contents.pieces(template):
        made.append(_plain(text, name is not None))
        if name is not None and name not in parts:
            raise _refuse(key, f"its template refers to {name}, which is none of its parts", "Make it one of its parts.")
        made += [_action(parts[name], form)] if name is not None else []
    return "".join(made)
