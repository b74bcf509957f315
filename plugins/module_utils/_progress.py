# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest state of a long step, for the callback plugin `windrose.airflow.progress` to print.

A module cannot print while it runs: Ansible reads its output at the end. So it writes one line to the file that the
callback plugin names in the environment, and the callback plugin shows it.
"""

from __future__ import annotations

import os

from ansible_collections.windrose.airflow.plugins.module_utils import _plain_paths

ENVIRONMENT_VARIABLE = "WINDROSE_PROGRESS_FILE"


class Progress:
    """Writes the newest state of a long step; does nothing where nobody listens.

    :param path: file to write to; the one named by WINDROSE_PROGRESS_FILE when not given.
    """

    def __init__(self, path=None):
        self._path = path or os.environ.get(ENVIRONMENT_VARIABLE)
        self._text = None

    def step(self, text):
        """Replace the state by one line of text. Never raises: progress must not break the work that it reports on."""
        if not self._path or text == self._text:
            return
        self._text = text
        try:
            _plain_paths.write(self._path, " ".join(text.split()))
        except _plain_paths.PlainPathError:
            self._path = None
