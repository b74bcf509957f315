# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sessions of all clouds share: their patience, the name that they give, and how they tell of a failure."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError

# A run must not hang on a cloud that is away: seconds to connect, and between two pieces of an answer.
CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 15
ATTEMPTS = 3
USER_AGENT = "windrose.airflow"
REQUIREMENTS = "requirements-secret-sources.txt"
LONGEST_QUOTE = 300

_REASONS = {401: CloudError.CREDENTIALS, 403: CloudError.DENIED, 404: CloudError.MISSING, 429: CloudError.BUSY}


def quoted(error):
    """Return the first line of an error's text: the lines after it may repeat the request with its credentials."""
    lines = str(getattr(error, "message", None) or error).strip().splitlines()
    return lines[0][:LONGEST_QUOTE] if lines else type(error).__name__


def reason_of(status):
    """:returns: the reason of a CloudError that an HTTP status tells."""
    return _REASONS.get(status, CloudError.BUSY if status >= 500 else CloudError.REFUSED)


@dataclass(frozen=True)
class Request:
    """What a cloud is asked for, as messages tell it.

    :param tried: what is attempted, such as ``Could not read``.
    :param subject: on which object.
    :param service: the name that people have for the service, such as ``AWS Secrets Manager``.
    :param advice: {reason of a CloudError, or the cloud's own code: (cause, remedy)} where whoever asks knows better than the
        session; a cause that is None leaves that of the session.
    """

    tried: str
    subject: str
    service: str
    advice: dict = field(default_factory=dict)

    def failed(self, reason, cause, remedy, error, code=""):
        """Make the error for a failure.

        :param reason: that of the CloudError.
        :param cause: what the session knows of the cause; may be empty.
        :param remedy: what the session knows of the remedy.
        :param error: what the cloud's library raised; its first line is quoted.
        :param code: the cloud's own name for the failure; that of what was raised, where it has none.
        :returns: a CloudError.
        """
        code = code or type(error).__name__
        better_cause, better_remedy = self.advice.get(code) or self.advice.get(reason) or (None, None)
        cause = ": ".join(part for part in (better_cause or cause, quoted(error)) if part)
        return CloudError(self.tried, self.subject, cause, better_remedy or remedy, reason, code)


class Sessions:
    """One session for each set of parameters.

    :param make: callable from parameters to a session.
    :param names: which parameters tell sessions apart.
    """

    def __init__(self, make, names):
        self._make = make
        self._names = sorted(names)
        self._made = {}

    def of(self, params):
        """:returns: the session for parameters; others may be among them."""
        chosen = {name: params.get(name) for name in self._names}
        key = tuple(chosen.values())
        if key not in self._made:
            self._made[key] = self._make(chosen)
        return self._made[key]
