# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the Kubernetes API turned into errors that say what to do. Pure functions."""

from __future__ import annotations

import base64
import json
import re

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    ApiError,
    FieldConflictError,
    UnreachableError,
)

# The wording comes from k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go (forbiddenMessage).
_FORBIDDEN = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) (?:resource "(?P<resource>[^"]*)"|path "(?P<path>[^"]*)")'
    r'(?: in API group "(?P<group>[^"]*)")?(?: (?:in the namespace "(?P<namespace>[^"]*)"|at the cluster scope))?'
)
# Server-side apply answers 500 for what the schema refuses (k8s.io/apimachinery/pkg/util/managedfields), and repeating
# such a request cannot help.
_SCHEMA = re.compile(
    r"failed to create typed patch object|failed to convert new object|unable to convert unstructured object"
)
_GO_VALUE = re.compile(r"&value\.valueUnstructured\{Value:(.*?)\}")
_CLIENT_CERTIFICATE = re.compile(r"\[SSL\] PEM|KEY_VALUES_MISMATCH|NO_CERTIFICATE_OR_CRL_FOUND|NOT_ENOUGH_DATA")
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_MASK = "********"


def name_of(kind, name, namespace=None):
    """Name an object in messages: ``Deployment airflow/web`` or ``Namespace airflow``."""
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def parse_status(body):
    """Read a Kubernetes Status from the body of an answer, or make one of whatever else was answered.

    :param body: bytes of the answer.
    :returns: dict with at least ``message``.
    """
    try:
        status = json.loads(body)
    except ValueError:
        status = None
    if isinstance(status, dict) and status.get("kind") == "Status":
        return status
    return {"message": bytes(body[:300]).decode("utf-8", "replace").strip()}


def is_transient(status_code, body):
    """Tell whether repeating a request may help.

    :param body: bytes of the answer.
    """
    return status_code in _TRANSIENT and not _SCHEMA.search(parse_status(body).get("message") or "")


def is_missing_right(body):
    """Tell whether an answer 403 comes from the authorizer, not from admission.

    :param body: bytes of the answer.
    """
    return bool(_FORBIDDEN.search(parse_status(body).get("message") or ""))


def redact(text, definition):
    """Blank every value of a Secret in a text, as written and as base64: some server messages quote what they refuse.

    :param text: a message.
    :param definition: the object that was sent, or None; only Secrets are looked at.
    """
    if not isinstance(definition, dict) or definition.get("kind") != "Secret":
        return text
    found = set()
    for field in ("data", "stringData"):
        for value in (definition.get(field) or {}).values():
            plain = str(value)
            found.update({plain, base64.b64encode(plain.encode()).decode()})
            try:
                found.add(base64.b64decode(plain, validate=True).decode())
            except ValueError:
                pass
    for value in sorted(filter(None, found), key=len, reverse=True):
        text = text.replace(value, _MASK)
    return text


def _forbidden(tried, subject, message, server):
    match = _FORBIDDEN.search(message)
    if not match:
        # Admission (quota, Pod Security, a webhook) answers 403 as well, and no role would change that.
        return ApiError(
            tried,
            subject,
            f"the server refuses it: {message}",
            "Change the object or the policy that refuses it.",
            403,
            "Forbidden",
        )
    found = match.groupdict()
    resource = ".".join(part for part in (found["resource"], found["group"]) if part) or f"path {found['path']}"
    where = f"in namespace {found['namespace']}" if found["namespace"] else "at the cluster scope"
    scope = f" --namespace {found['namespace']}" if found["namespace"] else ""
    detail = message.split(": ", 2)[-1] if "escalat" in message else ""
    cause = f"{server} forbids it: user '{found['user']}' may not {found['verb']} {resource} {where}"
    remedy = (
        f"Give the user a role with verb {found['verb']} on {resource} {where}; "
        f"check with: kubectl auth can-i {found['verb']} {resource}{scope}."
    )
    return ApiError(
        tried, subject, f"{cause} ({detail})" if detail else cause, remedy, 403, "Forbidden",
        verb=found["verb"], resource=resource, namespace=found["namespace"],
    )  # fmt: skip


def _conflict(tried, subject, details):
    conflicts = []
    for cause in details.get("causes") or []:
        if cause.get("reason") == "FieldManagerConflict":
            manager = re.search(r'conflict with "([^"]*)"', cause.get("message", ""))
            name = manager.group(1) if manager else cause.get("message", "")
            conflicts.append({"field": cause.get("field", ""), "manager": name})
    if not conflicts:
        return None
    told = ", ".join(f"{item['field']} belongs to '{item['manager']}'" for item in conflicts)
    return FieldConflictError(
        tried, subject, f"other field managers own fields that the definition sets: {told}",
        "Leave these fields out of the definition, or make the other manager give them up. Nothing was forced.",
        409, "Conflict", conflicts=conflicts,
    )  # fmt: skip


def from_answer(tried, subject, status_code, body, server, definition=None):
    """Make the error for an answer that is not a success.

    :param tried: what was attempted.
    :param subject: on which object.
    :param status_code: the HTTP status.
    :param body: bytes of the answer.
    :param server: how the cluster was reached, for example ``https://10.0.0.1:6443 (context prod)``.
    :param definition: the object that was sent, for redaction.
    :returns: an ApiError.
    """
    status = parse_status(body)
    message = redact(_GO_VALUE.sub(r"\1", status.get("message") or "no reason given"), definition)
    reason = status.get("reason") or ""
    if status_code == 401:
        return ApiError(
            tried, subject, f"{server} does not accept the credentials: they have expired or are wrong",
            "Log in again with the cluster's provider or fetch a new kubeconfig.", 401, "Unauthorized",
        )  # fmt: skip
    if status_code == 403:
        return _forbidden(tried, subject, message, server)
    if status_code == 409:
        conflict = _conflict(tried, subject, status.get("details") or {})
        if conflict:
            return conflict
    if status_code == 500 and _SCHEMA.search(message):
        return ApiError(
            tried,
            subject,
            f"its definition does not fit the schema: {message}",
            "Correct the definition.",
            500,
            "Invalid",
        )
    if status_code == 404:
        remedy = "Create what is missing first."
    elif status_code in (400, 422):
        remedy = "Correct the definition."
    elif status_code == 429 or status_code >= 500:
        remedy = "The request was repeated without success: check the health of the control plane, then run again."
    else:
        remedy = "Run again; if it stays, check the object with kubectl."
    return ApiError(tried, subject, f"{server} answered {status_code}: {message}", remedy, status_code, reason)


def unreachable(tried, subject, server, detail):
    """Make the error for a request without an answer.

    :param detail: the text of the network error.
    """
    if "CERTIFICATE_VERIFY_FAILED" in detail or "certificate verify failed" in detail:
        cause = f"{server} shows a certificate that the kubeconfig's certificate authorities did not sign"
        remedy = (
            "Make sure that the server's address is right, then fetch the kubeconfig again from the cluster's provider."
        )
    elif _CLIENT_CERTIFICATE.search(detail):
        cause = f"the client certificate or key of the kubeconfig cannot be used for {server} ({detail})"
        remedy = "Fetch the kubeconfig again from the cluster's provider."
    elif "timed out" in detail.lower():
        cause = f"{server} did not answer in time"
        remedy = "Check that the cluster runs and that this machine reaches it (VPN, firewall, proxy)."
    elif (
        "name or service not known" in detail.lower()
        or "name resolution" in detail.lower()
        or "resolve" in detail.lower()
    ):
        cause = f"the host name of {server} cannot be resolved"
        remedy = "Check the server's address in the kubeconfig and the DNS of this machine."
    else:
        cause = f"{server} cannot be reached ({detail})"
        remedy = (
            "Check that the cluster runs, that the server's address in the kubeconfig is right and that this machine "
            "reaches it."
        )
    return UnreachableError(tried, subject, cause, remedy)
