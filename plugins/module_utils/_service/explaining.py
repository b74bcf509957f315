# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads that only explain something, such as the events of a pod that does not start."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._errors import UnreachableError, WindroseError


class Explaining:
    """What is read for one explanation. A read that fails ends nothing, and the explanation says what it could not see.

    Safe for use by several threads.
    """

    def __init__(self):
        self._unseen = {}
        self._is_server_lost = False

    def read(self, call, otherwise):
        """Make a read; none is made any more where the Kubernetes API has not answered an earlier one.

        :param call: callable without parameters.
        :param otherwise: what stands for its answer where there is none.
        :returns: the answer.
        """
        if self._is_server_lost:
            return otherwise
        try:
            return call()
        except WindroseError as error:
            self.note(error)
            return otherwise

    def note(self, error):
        """Take over that something could not be looked at.

        :param error: the `WindroseError` that says so.
        """
        # Each attempt waits for half a minute, and the explanation is wanted now.
        self._is_server_lost = self._is_server_lost or isinstance(error, UnreachableError)
        self._unseen[_told(error)] = None

    @property
    def is_complete(self):
        """Whether everything could be looked at so far."""
        return not self._unseen

    def gaps(self):
        """:returns: what could not be looked at, and why, as one text; empty where there is nothing."""
        return "; ".join(list(self._unseen))

    def remark(self):
        """:returns: a sentence that says so; empty where everything could be looked at."""
        return "" if self.is_complete else f"Not everything could be looked at: {self.gaps()}."

    def complete(self, error):
        """Add to an error what could not be looked at.

        :param error: the `WindroseError` that was to be explained.
        :returns: the same error.
        """
        if not self.is_complete:
            cause = error.cause if error.cause.endswith("\n") else f"{error.cause.rstrip('.')}. "
            error.cause = f"{cause}{self.remark()}"
        return error


def _told(error):
    verb, resource, namespace = (error.fields.get(name) for name in ("verb", "resource", "namespace"))
    if verb and resource:
        where = f"in namespace {namespace}" if namespace else "at the cluster scope"
        return f"the right to {verb} {resource} {where} is missing"
    return f"{error.subject}: {error.cause.strip().rstrip('.')}"
