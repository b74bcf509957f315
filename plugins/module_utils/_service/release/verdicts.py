# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found in rendered chart values, kept in the user's cache, so that the same is not rendered again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys

from ansible_collections.windrose.airflow.plugins.module_utils import _plain_paths

# A run has one for each environment and chart; what is older than so many others is not asked for again.
KEPT = 100
_JUDGES = "ansible_collections.windrose.airflow.plugins.module_utils._values."


def code_version():
    """:returns: a digest of the code that judges: a verdict of other code says nothing."""
    digest = hashlib.sha256()
    for name in sorted(name for name in sys.modules if name.startswith(_JUDGES)):
        # Also where the code comes out of a zip file, as in a module that Ansible runs.
        source = sys.modules[name].__loader__.get_source(name)
        digest.update(f"{name}\n{source}\n".encode())
    return digest.hexdigest()


class Verdicts:
    """Verdicts by the fingerprint of what they are about. Without a place for them nothing is kept, and nothing fails.

    :param cache: the cache folder of this user; None where there is none.
    """

    def __init__(self, cache):
        self._cache = cache
        self._folder = cache and os.path.join(cache, "verdicts")

    def of(self, inputs, judge):
        """The verdict on some inputs.

        :param inputs: everything that the verdict depends on, as JSON data; it may hold secrets.
        :param judge: callable that returns the verdict as JSON data without secrets; called where none is kept.
        :returns: the verdict.
        """
        if not self._folder:
            return judge()
        text = json.dumps([code_version(), inputs], sort_keys=True, separators=(",", ":"))
        path = os.path.join(self._folder, f"{hashlib.sha256(text.encode()).hexdigest()}.json")
        verdict = self._read(path)
        if verdict is None:
            verdict = judge()
            # A full disk, a folder that is only to be read, a file in its place: the next run judges anew.
            with contextlib.suppress(OSError, _plain_paths.PlainPathError):
                self._keep(path, verdict)
        return verdict

    @staticmethod
    def _read(path):
        """:returns: what a file holds; None where there is none, or it was written by halves or by something else."""
        try:
            with open(path, encoding="utf-8") as stream:
                kept = json.load(stream)
        except (OSError, ValueError):
            return None
        if not isinstance(kept, dict) or kept.get("name") != os.path.basename(path):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return kept.get("verdict")

    def _keep(self, path, verdict):
        _plain_paths.check_folder(self._folder, os.path.dirname(self._cache))
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        kept = {"name": os.path.basename(path), "verdict": verdict}
        _plain_paths.write(path, json.dumps(kept), mode=0o600, below=self._folder)
        self._prune()

    def _prune(self):
        entries = [entry for entry in os.scandir(self._folder) if entry.name.endswith(".json")]
        for entry in sorted(entries, key=lambda entry: entry.stat().st_mtime, reverse=True)[KEPT:]:
            # Another run may have removed it.
            with contextlib.suppress(OSError):
                os.unlink(entry.path)
