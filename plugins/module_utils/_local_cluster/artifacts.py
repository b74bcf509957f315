# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and checksum lists of artifacts: what is built once and kept in the cache. Reads files, writes nothing."""

from __future__ import annotations

import hashlib
import json
import os

KEY_DIGITS = 16
CHUNK_BYTES = 1024 * 1024


def file_digest(path):
    """:returns: the SHA-256 of a file's content, in lower-case hex digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def walk(root):
    """:returns: the paths of all files and symbolic links below a folder, relative to it, sorted."""
    found = []
    for folder, names, files in os.walk(root):
        links = [name for name in names if os.path.islink(os.path.join(folder, name))]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in files + links]
    return sorted(found)


def entry_digest(path):
    """:returns: the digest of a file's content and executable bit, or of a symbolic link's target."""
    if os.path.islink(path):
        return hashlib.sha256(b"link:" + os.readlink(path).encode()).hexdigest()
    executable = b"x" if os.stat(path).st_mode & 0o100 else b"-"
    return hashlib.sha256(executable + file_digest(path).encode()).hexdigest()


def key(inputs, parameters):
    """The cache key of an artifact: it changes when, and only when, what the artifact is made from changes.

    :param inputs: files and folders whose content counts; a file's own name counts, the way to it does not.
    :param parameters: anything else that counts, as JSON data.
    :returns: the first 16 hex digits of a SHA-256.
    :raises FileNotFoundError: where an input is missing.
    """
    contents = []
    for path in sorted(inputs):
        name = os.path.basename(os.path.normpath(path))
        if os.path.isdir(path):
            contents += [[f"{name}/{inner}", entry_digest(os.path.join(path, inner))] for inner in walk(path)]
        else:
            contents.append([name, entry_digest(path)])
    text = json.dumps([sorted(contents), parameters], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_DIGITS]


def checksum_list(root):
    """:returns: one `<sha256>  <path>` line for each file below a folder, as `sha256sum --check` reads them."""
    return "".join(
        f"{file_digest(os.path.join(root, path))}  {path}\n"
        for path in walk(root)
        if os.path.isfile(os.path.join(root, path))
    )


def fingerprint(root):
    """Sizes and modification times of all files: a look that costs milliseconds where a checksum costs seconds.

    :returns: a hex digest that changes when a file is added, removed, resized or written to.
    """
    lines = []
    for path in walk(root):
        status = os.lstat(os.path.join(root, path))
        lines.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
