# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the collection keeps what can be built or downloaded again."""

from __future__ import annotations

import os


def folder(environment):
    """The cache folder of this user, as the XDG base directory specification defines it.

    :param environment: the process environment.
    :returns: a path, or None where no home directory is known.
    """
    base = environment.get("XDG_CACHE_HOME") or ""
    if not os.path.isabs(base):
        # The specification says to ignore a relative path.
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        base = os.path.join(home, ".cache")
    return os.path.join(base, "windrose-airflow")
