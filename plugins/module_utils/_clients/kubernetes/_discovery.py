# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which path serves a kind? Answers come from the server's discovery documents and are kept on disk between runs."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import dataclass
from urllib.parse import quote

from ansible_collections.windrose.airflow.plugins.module_utils import _cache, _plain_paths
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError


@dataclass(frozen=True)
class Resource:
    """One kind as the server serves it."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    def path(self, name=None, namespace=None):
        """Return the path of a collection, or of one object when a name is given."""
        parts = [group_path(self.api_version)]
        if self.namespaced and namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name:
            parts.append(quote(name, safe=""))
        return "/".join(parts)


def group_path(api_version):
    """Return the root path of a group and version, for example ``/apis/apps/v1`` for ``apps/v1``."""
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def kinds_in(resource_list):
    """Reduce an APIResourceList to ``{kind: {plural, namespaced}}``, without subresources.

    A group may serve a kind under several resources; the first one is the storage of the kind itself.
    """
    kinds = {}
    for resource in resource_list.get("resources") or []:
        if "/" not in resource["name"]:
            kinds.setdefault(resource["kind"], {"plural": resource["name"], "namespaced": bool(resource["namespaced"])})
    return kinds


def cache_path(environment, server, ca_sha256, version):
    """Name the file that keeps what one cluster of one version serves.

    :param environment: the process environment.
    :returns: a path, or None where no home directory is known.
    """
    base = _cache.folder(environment)
    if base is None:
        return None
    key = hashlib.sha256("\n".join((server, ca_sha256, version)).encode()).hexdigest()[:32]
    return os.path.join(base, "discovery", f"{key}.json")


def load_cache(path):
    """Read a cache file; a missing, foreign or broken one counts as empty, because the server can be asked again."""
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        return {
            str(api_version): {
                str(kind): {"plural": str(entry["plural"]), "namespaced": bool(entry["namespaced"])}
                for kind, entry in kinds.items()
            }
            for api_version, kinds in content.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def save_cache(path, content):
    """Write a cache file with mode 0600 so that a reader sees the old or the new content, never a part.

    A machine without room, rights or a plain place for a cache still works, only slower.
    """
    folder = os.path.dirname(path)
    try:
        _plain_paths.check_folder(folder, os.path.dirname(folder))
        os.makedirs(folder, mode=0o700, exist_ok=True)
        _plain_paths.write(path, json.dumps(content), below=os.path.dirname(folder))
    except (OSError, _plain_paths.PlainPathError):
        pass


class Discovery:
    """Resolves kinds, asking the server only for what is not known yet.

    :param fetch: callable from a path to the parsed APIResourceList, or None when the server does not serve it.
    :param path: the cache file, or None for no cache.
    """

    def __init__(self, fetch, path):
        self._fetch = fetch
        self._path = path
        self._lock = threading.Lock()
        self._known = load_cache(path) if path else {}
        self._fresh = set()

    def find(self, api_version, kind):
        """Return the Resource of a kind, or None when the server does not serve it.

        What is missing is looked up again once, because a CustomResourceDefinition may have appeared since.
        """
        with self._lock:
            if kind not in self._known.get(api_version, {}) and api_version not in self._fresh:
                self._refresh(api_version)
            entry = self._known.get(api_version, {}).get(kind)
        return Resource(api_version, kind, **entry) if entry else None

    def forget(self, api_version):
        """Ask the server again for a group and version at the next :meth:`find`."""
        with self._lock:
            self._known.pop(api_version, None)
            self._fresh.discard(api_version)

    def _refresh(self, api_version):
        answer = self._fetch(group_path(api_version))
        self._fresh.add(api_version)
        before = self._known.pop(api_version, None)
        if answer is not None:
            self._known[api_version] = kinds_in(answer)
        if self._path and self._known.get(api_version) != before:
            save_cache(self._path, self._known)


def unknown_kind(tried, subject, api_version, kind, server):
    """Make the error for a kind that the server does not serve."""
    return ApiError(
        tried,
        subject,
        f"{server} does not serve kind {kind} in {api_version}",
        "Correct apiVersion and kind (kubectl api-resources lists what is served), or install the "
        "CustomResourceDefinition first.",
        404,
        "NotFound",
    )
