# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several requests in parallel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ansible_collections.windrose.airflow.plugins.module_utils._errors import UnreachableError, WindroseError, combined

# Less than the connections that a client keeps, because a Lease is renewed or a watch is kept at the same time.
CONCURRENCY = 6


def at_once(calls):
    """Make several calls in parallel.

    :param calls: callables without parameters.
    :returns: what they return, in their order.
    :raises WindroseError: all errors in one, after all calls have ended. Once the server cannot be reached, calls that
        have not begun are left out.
    """
    if not calls:
        return []
    errors = {}

    def guarded(place):
        if any(isinstance(error, UnreachableError) for error in list(errors.values())):
            return None
        try:
            return calls[place]()
        except WindroseError as error:
            errors[place] = error
        return None

    with ThreadPoolExecutor(max_workers=min(CONCURRENCY, len(calls))) as pool:
        results = list(pool.map(guarded, range(len(calls))))
    if errors:
        raise combined([errors[place] for place in sorted(errors)])
    return results


def for_all(function, items):
    """Call a function for each item, in parallel; otherwise as `at_once`."""
    return at_once([lambda item=item: function(item) for item in items])
