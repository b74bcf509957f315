# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads Python libraries, and says what every client says where one is missing."""

from __future__ import annotations

import importlib
import traceback

from ansible_collections.windrose.airflow.plugins.module_utils._errors import MissingLibraryError


def require(import_error, library, requirements, reason=None):
    """Raise MissingLibraryError when a library could not be imported.

    :param import_error: the traceback of the import, or None.
    :param library: the name that pip knows it by; several are joined by ``and``.
    :param requirements: the file of this collection that pins it.
    :param reason: what it is needed for, such as ``for secrets in AWS Secrets Manager``.
    """
    if import_error is None:
        return
    from ansible.module_utils.basic import missing_required_lib  # pylint: disable=import-outside-toplevel

    raise MissingLibraryError(
        "Could not load",
        f"the Python library {library}",
        missing_required_lib(library, reason=reason),
        f"Install it as {requirements} pins it, then run again.",
        exception=import_error,
    )


def load(module, library, requirements, reason=None):
    """Import a library that only a part of the work needs.

    :param module: the name to import, such as ``google.cloud.secretmanager_v1``; the rest is as in `require`.
    :returns: the module.
    :raises MissingLibraryError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        require(traceback.format_exc(), library, requirements, reason)
        raise
