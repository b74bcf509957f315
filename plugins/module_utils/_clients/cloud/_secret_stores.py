# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the clients of the stores of secrets share: the message for a missing library, and what of a store's answer is quoted."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._errors import MissingLibraryError

# A run must not hang on a store that is away: seconds to connect, and between two pieces of an answer.
CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 15
LONGEST_QUOTE = 300


def require(import_error, library, store):
    """Raise MissingLibraryError when a library could not be imported.

    :param import_error: the traceback of the import, or None.
    :param library: the name that pip knows it by.
    :param store: what it is needed for.
    """
    if import_error is None:
        return
    from ansible.module_utils.basic import missing_required_lib  # pylint: disable=import-outside-toplevel

    raise MissingLibraryError(
        "Could not load",
        f"the Python library {library}",
        missing_required_lib(library, reason=f"for secrets in {store}"),
        "Install it as requirements-secret-sources.txt pins it, then run again.",
        exception=import_error,
    )


def quoted(error):
    """Return the first line of an error's text: the lines after it may repeat the request with its credentials."""
    lines = str(error).strip().splitlines()
    return lines[0][:LONGEST_QUOTE] if lines else type(error).__name__
