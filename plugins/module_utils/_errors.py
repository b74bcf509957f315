# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors that a user of the collection can meet. They carry no I/O and import nothing from Ansible."""

from __future__ import annotations

import copy


def _sentence(text):
    text = text.strip()
    if text and text[-1] not in ".!?":
        text += "."
    return text


class WindroseError(Exception):
    """A failure described in four parts, so that every message has the same shape.

    :param tried: what was attempted, for example ``Could not apply``.
    :param subject: the object that it was attempted on, for example ``Deployment airflow/web``.
    :param cause: why it failed.
    :param remedy: what the reader should do next.
    :param fields: further facts that the module returns with the message; they must hold no secret.
    """

    def __init__(self, tried, subject, cause, remedy, **fields):
        self.tried = tried
        self.subject = subject
        self.cause = cause
        self.remedy = remedy
        self.fields = fields
        super().__init__(tried, subject, cause, remedy)

    def __str__(self):
        head = " ".join(part.strip() for part in (self.tried, self.subject) if part and part.strip())
        if self.cause.startswith("\n"):
            # A list: each entry has a line of its own, and so has the remedy.
            return f"{head}:\n{_sentence(self.cause)}\n{_sentence(self.remedy)}".strip()
        tail = " ".join(part for part in (_sentence(self.cause), _sentence(self.remedy)) if part)
        return f"{head}: {tail}" if tail else _sentence(head)


class MissingLibraryError(WindroseError):
    """A Python library that the module needs is not installed."""


class DefinitionError(WindroseError):
    """What the user handed in cannot be right, whatever the cluster says."""


class KubeconfigError(WindroseError):
    """There is no usable way described to reach a cluster."""


class CloudError(WindroseError):
    """A cloud could not be asked, or refused or failed what it was asked.

    :param reason: one of the names below, which are the same for every cloud, so that callers can decide by it.
    :param code: the cloud's own name for it, such as ``ResourceNotFoundException``, or that of its library.
    """

    # There are no credentials, or they are wrong or have expired.
    CREDENTIALS = "credentials"
    # The identity lacks a right.
    DENIED = "denied"
    # What was asked for is not there.
    MISSING = "missing"
    # The cloud limits requests or failed, and may answer later.
    BUSY = "busy"
    # No answer came.
    UNREACHABLE = "unreachable"
    # Anything else: the request has to be another one.
    REFUSED = "refused"

    def __init__(self, tried, subject, cause, remedy, reason=REFUSED, code="", **fields):
        super().__init__(tried, subject, cause, remedy, **fields)
        self.reason = reason
        self.code = code


class SecretSourceError(WindroseError):
    """The content of a Secret cannot be read from its source; where that is a cloud, it is a CloudError."""


class ClusterIdentityError(WindroseError):
    """The cluster that answers is not the one that the inventory names."""


class ApiError(WindroseError):
    """The Kubernetes API refused or failed a request.

    :param status: the HTTP status; 0 when no answer arrived.
    :param reason: the ``reason`` of the Kubernetes Status object, for example ``AlreadyExists``.
    """

    def __init__(self, tried, subject, cause, remedy, status=0, reason="", **fields):
        super().__init__(tried, subject, cause, remedy, **fields)
        self.status = status
        self.reason = reason


class UnreachableError(ApiError):
    """No answer came from the Kubernetes API server."""


class FieldConflictError(ApiError):
    """Another field manager owns a field that the definition wants to set."""


class WorkloadError(WindroseError):
    """A pod or a workload is in a state that waiting longer will not cure."""


class WaitTimeoutError(WindroseError):
    """The time given for a wait is over, and nothing seen during it was hopeless."""


class CommandError(WindroseError):
    """A command that the collection started could not run or failed."""


class ReleaseError(WindroseError):
    """A helm release could not be brought to the wanted state."""


class RenderError(ReleaseError):
    """helm makes nothing of a chart and its values.

    :param output: all that helm wrote to stderr; it may quote values, and goes into no message.
    """

    def __init__(self, tried, subject, cause, remedy, output="", **fields):
        super().__init__(tried, subject, cause, remedy, **fields)
        self.output = output


class OvertakenError(WindroseError):
    """Another run, or another program, has changed what this run was about to act upon."""


class AirflowApiError(WindroseError):
    """Airflow's REST API refused or failed a request."""


def combined(errors):
    """Combine several errors into one.

    :param errors: a list of errors, not empty.
    :returns: the only one, or where the server was lost the one that says so; else one of the class of the
        first, whose cause has a line for each, whose field ``failures`` lists them, and whose field ``conflicts`` has those
        of all.
    """
    distinct = list({str(error): error for error in reversed(errors)}.values())[::-1]
    lost = [error for error in distinct if isinstance(error, UnreachableError)]
    if lost or len(distinct) == 1:
        return (lost or distinct)[0]
    told = copy.copy(distinct[0])
    told.subject = f"{len(distinct)} objects"
    told.cause = "".join(f"\n- {error.subject}: {_sentence(error.cause)}" for error in distinct)
    told.remedy = " ".join(dict.fromkeys(_sentence(error.remedy) for error in distinct))
    conflicts = [found for error in distinct for found in error.fields.get("conflicts", [])]
    told.fields = {
        **told.fields,
        "failures": [{"object": error.subject, "cause": error.cause} for error in distinct],
        **({"conflicts": conflicts} if conflicts else {}),
    }
    return told
