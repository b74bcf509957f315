# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes from Go's caches what the tools of a checkout do not need, and says what of the module cache that was.

What was built is kept as artifacts, so another checkout misses at most a download.
  prune_go.py GO_FOLDER TOOLS_FOLDER
"""

from __future__ import annotations

import fcntl
import os
import pathlib
import re
import shutil
import sys
import time

# As Go does it, but only when it builds: a result that is in use has its time set anew at most an hour late
# (https://pkg.go.dev/cmd/go/internal/cache, trimLimit).
BUILD_RESULT_SECONDS = 5 * 24 * 3600


def escaped(text):
    """:returns: a module's path or version as Go names its files (https://go.dev/ref/mod#module-cache)."""
    return re.sub("[A-Z]", lambda found: f"!{found.group().lower()}", text)


def needed(tools):
    """Read every go.sum of the tools, which name all modules that their builds read (https://go.dev/ref/mod#go-sum-files).

    :returns: (modules whose files are read, modules of which something is read), as sets of (path, version), escaped.
    """
    whole, named = set(), set()
    for file in tools.glob("*/go.sum"):
        for line in file.read_text(encoding="utf-8").splitlines():
            path, version, digest = map(escaped, line.split())
            named.add((path, version.removesuffix("/go.mod")))
            if not version.endswith("/go.mod"):
                whole.add((path, version))
    return whole, named


def unpacked(modules):
    """:returns: {(path, version): folder} of the modules that are unpacked."""
    found = {}
    for parent, names, unused in os.walk(modules):
        if pathlib.Path(parent) == modules:
            names[:] = [name for name in names if name != "cache"]
        for name in [name for name in names if "@" in name]:
            names.remove(name)
            folder = pathlib.Path(parent, name)
            path, version = str(folder.relative_to(modules)).rsplit("@", 1)
            found[(path, version)] = folder
    return found


def downloaded(modules):
    """:returns: {(path, version): files} of what was downloaded of modules."""
    found = {}
    downloads = modules / "cache" / "download"
    for folder in downloads.rglob("@v"):
        path = str(folder.parent.relative_to(downloads))
        for file in folder.glob("v*.*"):
            found.setdefault((path, file.name.rsplit(".", 1)[0]), []).append(file)
    return found


def prune(go, tools):
    """:returns: the modules that were removed, as path@version, sorted."""
    modules = go / "path" / "pkg" / "mod"
    whole, named = needed(tools)
    removed = set()
    for module, folder in unpacked(modules).items():
        if module not in whole:
            # Go takes away the right to write.
            for parent, unused, others in os.walk(folder):
                os.chmod(parent, 0o700)
            shutil.rmtree(folder)
            removed.add("@".join(module))
    for module, files in downloaded(modules).items():
        if module not in named:
            for file in files:
                file.unlink()
            removed.add("@".join(module))
    oldest = time.time() - BUILD_RESULT_SECONDS
    for file in (go / "build").glob("[0-9a-f][0-9a-f]/*"):
        if file.is_file() and file.stat().st_mtime < oldest:
            file.unlink()
    return sorted(removed)


def main():
    """Prune, unless something is built: then the next time will do."""
    go, tools = map(pathlib.Path, sys.argv[1:3])
    with open(go / ".lock", "a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for module in prune(go, tools):
            print(module)


if __name__ == "__main__":
    main()
