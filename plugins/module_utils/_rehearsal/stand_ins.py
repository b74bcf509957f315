# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a rehearsal makes in the place of what is elsewhere, by name. Pure: no I/O."""

from __future__ import annotations

import urllib.parse

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.endpoints import GIT_PORTS, HTTPS_PORT
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal import (
    addresses,
    classes,
    images,
    repositories,
    secrets,
)

# How an SDK without a region calls a bucket (https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html).
_HOSTS_OF_S3 = ("s3.amazonaws.com", "{bucket}.s3.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com")
# The registry that a name without one means (https://github.com/distribution/reference).
_DEFAULT_REGISTRY, _DEFAULT_FOLDER = "docker.io", "library"


def pushed_images(asked, declared):
    """:param asked: list of {image, used_by}.
    :param declared: as `images.images` takes it.
    :returns: list of {name, path, tag, stand_in}: how nodes call it, what the registry serves under which path and tag, and which image that
        is. What is asked for by a digest alone is asked for without one in the rehearsal.
    """
    stand_ins = {images.named(entry["repository"], entry.get("tag")): entry["stand_in"] for entry in declared}
    found = {}
    for repository, tag in sorted({images.parts(entry["image"]) for entry in asked}):
        stand_in = stand_ins.get(images.named(repository, tag), stand_ins.get(repository, images.NO_STAND_IN))
        if stand_in != images.NO_STAND_IN:
            found[repository, tag or images.DEFAULT_TAG] = stand_in
    return [
        {"name": f"{host_of(repository)}/{path_of(repository)}:{tag}", "path": path_of(repository), "tag": tag, "stand_in": stand_in}
        for (repository, tag), stand_in in sorted(found.items())
    ]  # fmt: skip


def host_of(repository):
    """:returns: the registry that a container runtime asks for a repository."""
    first, slash, unused = repository.partition("/")
    return first if slash and _is_registry(first) else _DEFAULT_REGISTRY


def _is_registry(word):
    return "." in word or ":" in word or word == "localhost"


def path_of(repository):
    """:returns: the path that a container runtime asks a registry for; the registry itself is left out."""
    first, slash, rest = repository.partition("/")
    if slash and _is_registry(first):
        return rest if first != _DEFAULT_REGISTRY or "/" in rest else f"{_DEFAULT_FOLDER}/{rest}"
    return repository if slash else f"{_DEFAULT_FOLDER}/{repository}"


def made_up_keys(references, made, declared):
    """:param references: as `secrets.secrets` takes them.
    :returns: {Secret: sorted names of the keys} of those that a rehearsal makes up. What is read of one is made up with all that a source
        or somebody else would give of it; what is generated is generated.
    """
    makers = secrets.Makers(made, declared)
    names = {reference["secret"] for reference in references if makers.is_made_up(reference)}
    return {name: sorted(makers.made_up_of(name)) for name in sorted(names)}


def served_repositories(environment):
    """:returns: list of {host, port, path, branches, folder, subdirectories}: repositories over http and https
        with what is in them."""
    found = {}
    for followed in repositories.followed(environment.specification):
        parts = urllib.parse.urlsplit(followed["url"])
        if parts.scheme not in ("http", "https") or not parts.hostname:
            continue
        port = parts.port or GIT_PORTS[parts.scheme]
        entry = found.setdefault(
            (parts.hostname, port, parts.path.strip("/")), {"branches": set(), "subdirectories": set()})
        entry["branches"].add(followed["branch"])
        entry["subdirectories"].add(followed["subdirectory"])
    return [
        {
            "host": host, "port": port, "path": path, "folder": str(number), "branches": sorted(entry["branches"]),
            "subdirectories": sorted(entry["subdirectories"]),
        }
        for number, ((host, port, path), entry) in enumerate(found.items())
    ]  # fmt: skip


def served_hosts(environment):
    """:returns: (list of {host, port, kind} that one server stands in for, list of the buckets of the log store)."""
    found, buckets = {}, []
    for entry in served_repositories(environment):
        found[entry["host"], entry["port"]] = {"kind": "git"}
    specification = environment.specification
    issuer = specification["auth"]["openid_connect"]["issuer"] or ""
    for endpoint in addresses.contacted(environment):
        if "host" not in endpoint or endpoint["kind"] == addresses.VOLUME:
            continue
        entry = {"kind": endpoint["kind"]}
        if entry["kind"] == addresses.OPENID_CONNECT:
            entry["issuer_path"] = urllib.parse.urlsplit(issuer).path
        if entry["kind"] == addresses.S3:
            bucket = urllib.parse.urlsplit(specification["logs"]["url"]).hostname
            buckets.append(bucket)
            found.update({(host.format(bucket=bucket), HTTPS_PORT): entry for host in _HOSTS_OF_S3})
        found.setdefault((endpoint["host"], endpoint["port"]), entry)
    return [{"host": host, "port": port, **entry} for (host, port), entry in sorted(found.items())], sorted(set(buckets))


def named_classes(environment):
    """:returns: {ingress_classes, storage_classes}: names that the inventory declares."""
    return {
        "ingress_classes": environment.listing(classes.INGRESS_CLASSES), "storage_classes": environment.listing(classes.STORAGE_CLASSES),
    }
