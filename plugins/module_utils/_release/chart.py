# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts on this machine: digest and metadata. Reads files, writes nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tarfile

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError

try:
    import yaml
except ImportError:
    # It comes with the kubernetes library, whose absence the client reports.
    pass

CHUNK_BYTES = 1024 * 1024
METADATA_FILE = "Chart.yaml"
VALUES_FILE = "values.yaml"
SCHEMA_FILE = "values.schema.json"


def _add_file(digest, path):
    with open(path, "rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)


def _relative_files(root):
    found = []
    for folder, unused, names in os.walk(root, followlinks=True):
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def chart_digest(path):
    """The digest of a chart on this machine.

    :param path: a packaged chart (.tgz), or a folder that holds one. Of a folder, the names and the contents of all
        files count; owners, modes and times do not.
    :returns: a SHA-256 in lower-case hex digits; of a package it is the one that a chart repository's index lists.
    :raises OSError: where the path cannot be read.
    """
    digest = hashlib.sha256()
    if not os.path.isdir(path):
        _add_file(digest, path)
        return digest.hexdigest()
    for name in _relative_files(path):
        full = os.path.join(path, name)
        # The sizes keep two different folders from feeding the digest the same bytes.
        digest.update(f"{len(name.encode())}:{name}{os.path.getsize(full)}:".encode())
        _add_file(digest, full)
    return digest.hexdigest()


def metadata(path):
    """What a chart says of itself.

    :param path: a packaged chart (.tgz), or a folder that holds one.
    :returns: {name, version, appVersion, …} of Chart.yaml.
    :raises ReleaseError: where the path holds no chart.
    """
    with reading(path):
        found = yaml.safe_load(_texts(path, [METADATA_FILE])[METADATA_FILE])
    return found if isinstance(found, dict) else {}


def contents(path):
    """What a chart says of its values.

    :param path: a packaged chart (.tgz), or a folder that holds one.
    :returns: {name, version, subcharts: names of their values, defaults: values.yaml as data, schema: values.schema.json as data or None}.
    :raises ReleaseError: where the path holds no chart.
    """
    with reading(path):
        texts = _texts(path, [METADATA_FILE, VALUES_FILE, SCHEMA_FILE])
        described = yaml.safe_load(texts[METADATA_FILE])
        return {
            "name": described["name"],
            "version": str(described["version"]),
            "subcharts": tuple(entry.get("alias") or entry["name"] for entry in described.get("dependencies") or []),
            # In C where libyaml is there: the official chart's values.yaml takes a second in Python.
            "defaults": yaml.load(texts.get(VALUES_FILE) or "{}", Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {},
            "schema": json.loads(texts[SCHEMA_FILE]) if SCHEMA_FILE in texts else None,
        }


@contextlib.contextmanager
def reading(path):
    """Name the chart in whatever goes wrong while it is read.

    :param path: a packaged chart (.tgz), or a folder that holds one.
    :raises ReleaseError: where the path holds no chart, or cannot be read.
    """
    try:
        yield
    except (OSError, KeyError, TypeError, tarfile.TarError, yaml.YAMLError, ValueError) as error:
        raise ReleaseError(
            "Could not read",
            f"chart {path}",
            str(error) or type(error).__name__,
            "Give the path of a chart's folder or of a packaged chart (.tgz)",
        ) from error


def _texts(path, names):
    """:returns: {name: text} of those files of a chart that there are."""
    if os.path.isdir(path):
        found = {}
        for name in names:
            full = os.path.join(path, name)
            if name == METADATA_FILE or os.path.exists(full):
                with open(full, encoding="utf-8") as stream:
                    found[name] = stream.read()
        return found
    with tarfile.open(path, "r:gz") as package:
        # In a package everything lies below one folder of the chart's name; subcharts lie deeper.
        members = {member.name.split("/", 1)[1]: member for member in package if member.name.count("/") == 1}
        return {name: package.extractfile(members[name]).read().decode() for name in names if name in members}


def reference(chart):
    """How a chart that is not on this machine is named to helm.

    :param chart: {source, path, name, repository, version, digest}.
    :returns: (reference, repository or None): an OCI reference carries its repository within.
    """
    repository = (chart["repository"] or "").rstrip("/")
    if repository.startswith("oci://"):
        return f"{repository}/{chart['name']}", None
    return chart["name"], repository or None


def pinned_digest(chart):
    """:returns: the SHA-256 that the chart has to have, in lower-case hex digits; empty where any will do."""
    return (chart["digest"] or "").removeprefix("sha256:").lower()


def check_digest(chart, found):
    """Refuse a chart that is not the pinned one.

    :param chart: {name, path, digest, …}; without a digest anything goes.
    :param found: the digest of what there is.
    :raises ReleaseError: where they differ.
    """
    wanted = pinned_digest(chart)
    if wanted and wanted != found:
        raise ReleaseError(
            "Refused",
            f"chart {chart['path'] or chart['name']}",
            f"its digest is sha256:{found}, and sha256:{wanted} is pinned",
            "Find out why the chart changed; if the new one is right, pin its digest",
        )
