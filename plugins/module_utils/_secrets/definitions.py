# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secrets of an environment, put together from what an installation needs and what its inventory says. Pure functions."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import external_secrets

_VARIABLE = "airflow_secrets_sources"
_ABOUT_SOURCES = ("source", "setting", "unused")


def definitions(known, sources, registries, additional, settings, wrong):
    """Put together the Secrets of an environment.

    :param known: what an installation needs: list of keys as the module secret_keys takes them, but ``source`` is the name that
        ``sources`` has for the key. ``setting`` is the variable that names its Secret; ``unused``, where it is not empty, is why
        the key is not needed. A key without ``generator`` is left to others unless it has a source.
    :param sources: {name: source}, as the variable airflow_secrets_sources holds them.
    :param registries: list of dicts with ``name``, ``registry``, ``username`` and ``password``.
    :param additional: list of dicts with ``name``, ``type`` and ``keys``.
    :param settings: dict with ``namespace``, ``labels``, ``refresh_interval`` and ``retire``.
    :param wrong: callable from a source to a list of what is wrong with it.
    :returns: dict with ``wanted_keys`` for the module secret_keys, ``external_secrets``, which are objects, ``findings``, one sentence
        for each thing that cannot be, and ``made_keys``, the names of all that would be made: list of {secret, name, is_fetched}.
    """
    keys, findings = [], []
    for item in known:
        keys += _needed(item, sources.get(item.get("source")), settings, findings)
    keys += [_registry(item) for item in registries]
    for item in additional:
        common = {"secret": item["name"], **({"type": item["type"]} if item.get("type") else {})}
        keys += [{**key, **common} for key in item["keys"]]
    told = [
        f"The source of key {key['secret']}/{key['name']}: {cause.rstrip('.')}."
        for key in keys for source in external_secrets.sources_of(key) for cause in wrong(source)
    ]  # fmt: skip
    # What is not a source cannot become an object.
    parted = {"wanted_keys": [], "external_secrets": []} if told else _parted(keys, settings, findings)
    return {**parted, "findings": findings + told, "made_keys": [_made(key) for key in keys]}


def _made(key):
    """:returns: what a key is called, and whether any of its contents comes from a source; none of the contents."""
    return {"secret": key["secret"], "name": key["name"], "is_fetched": bool(external_secrets.sources_of(key))}


def _needed(item, source, settings, findings):
    """:returns: the key of something known, in a list that is empty where nothing is to be made."""
    name = f"{_VARIABLE}.{item.get('source')}"
    key = {field: value for field, value in item.items() if field not in _ABOUT_SOURCES}
    if item.get("unused"):
        findings += [f"{name} is of no use: {item['unused']}."] if source is not None else []
        return []
    if source is not None and not item["secret"]:
        findings.append(f"{name} is set, and nothing says which Secret it is for. Set {item['setting']}.")
        return []
    if source is not None:
        kept = {field: key[field] for field in ("secret", "type", "name", "form") if field in key}
        return [{**kept, "source": source, **({"retire": settings["retire"]} if "form" in kept else {})}]
    return [{field: value for field, value in key.items() if field != "form"}] if key.get("generator") else []


def _registry(item):
    parts = [{"name": name, "source": item[name]} for name in ("username", "password")]
    return {
        "secret": item["name"],
        "type": "kubernetes.io/dockerconfigjson",
        "name": ".dockerconfigjson",
        "generator": "docker_config",
        "parts": [{"name": "registry", "source": {"value": item["registry"]}}, *parts],
    }


def _parted(keys, settings, findings):
    by_secret = {}
    for key in keys:
        by_secret.setdefault(key["secret"], []).append(key)
    wanted, external = [], []
    for secret, own in by_secret.items():
        if not external_secrets.is_external(own):
            wanted += own
            continue
        try:
            external.append(external_secrets.definition(secret, own, settings))
        except DefinitionError as error:
            findings.append(str(error))
    return {"wanted_keys": wanted, "external_secrets": external}
