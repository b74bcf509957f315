# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._errors import FieldConflictError, UnreachableError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import api_errors

SERVER = "https://s (context c)"


def body(message="", **fields):
    return json.dumps({"kind": "Status", "message": message, **fields}).encode()


def error_for(status, message="", **fields):
    return api_errors.from_answer("Could not apply", "ConfigMap a/b", status, body(message, **fields), SERVER)


@pytest.mark.parametrize(
    ("message", "told", "fields"),
    [
        (
            'pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "n"',
            "user 'u' may not list pods in namespace n. Give the user a role with verb list on pods in namespace n; "
            "check with: kubectl auth can-i list pods --namespace n.",
            {"verb": "list", "resource": "pods", "namespace": "n"},
        ),
        (
            'deployments.apps "d" is forbidden: User "u" cannot patch resource "deployments" in API group "apps" '
            "at the cluster scope",
            "user 'u' may not patch deployments.apps at the cluster scope",
            {"verb": "patch", "resource": "deployments.apps", "namespace": None},
        ),
        (
            'forbidden: User "u" cannot get path "/version"',
            "user 'u' may not get path /version at the cluster scope",
            {"verb": "get", "resource": "path /version", "namespace": None},
        ),
        (
            'pods "p" is forbidden: exceeded quota: q',
            'the server refuses it: pods "p" is forbidden: exceeded quota: q',
            {},
        ),
    ],
)
def test_a_refusal_names_verb_resource_and_namespace(message, told, fields):
    error = error_for(403, message, reason="Forbidden")
    assert told in str(error) and error.fields == fields and error.status == 403


def test_conflicts_name_field_and_manager():
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "kubectl" using apps/v1',
            "field": ".spec.replicas",
        },
        {"reason": "FieldManagerConflict", "message": 'conflict with "hpa"', "field": ".spec.other"},
    ]
    error = error_for(409, "Apply failed", details={"causes": causes})
    assert isinstance(error, FieldConflictError)
    assert error.fields["conflicts"] == [
        {"field": ".spec.replicas", "manager": "kubectl"},
        {"field": ".spec.other", "manager": "hpa"},
    ]
    assert ".spec.replicas belongs to 'kubectl', .spec.other belongs to 'hpa'" in str(error)


def test_other_conflicts_keep_their_status():
    error = error_for(409, "already exists", reason="AlreadyExists")
    assert not isinstance(error, FieldConflictError) and (error.status, error.reason) == (409, "AlreadyExists")


@pytest.mark.parametrize(
    ("status", "message", "told"),
    [
        (401, "Unauthorized", "does not accept the credentials"),
        (404, "namespaces not found", "Create what is missing first."),
        (422, "bad", "Correct the definition."),
        (503, "away", "health of the control plane"),
        (500, "failed to create typed patch object (a/b; /v1, Kind=X): .a: expected string, "
              "got &value.valueUnstructured{Value:3}",
         ".a: expected string, got 3. Correct the definition."),
    ],
)  # fmt: skip
def test_each_status_says_what_to_do(status, message, told):
    assert told in str(error_for(status, message))


@pytest.mark.parametrize(
    ("status", "message", "answer"),
    [
        (503, "", True), (429, "", True), (500, "etcdserver: leader changed", True), (404, "", False), (409, "", False),
        (500, "failed to create typed patch object", False),
    ],
)  # fmt: skip
def test_only_what_may_pass_is_transient(status, message, answer):
    assert api_errors.is_transient(status, body(message)) is answer


def test_an_answer_that_is_no_status_is_shown():
    error = api_errors.from_answer("Could not read", "x", 502, b"<html>Bad gateway</html>", SERVER)
    assert "answered 502: <html>Bad gateway</html>" in str(error)


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed", "did not sign"),
        ("[SSL] PEM lib (_ssl.c:3905)", "client certificate or key"),
        ("Read timed out. (read timeout=30)", "did not answer in time"),
        ("Failed to resolve 'x' ([Errno -2] Name or service not known)", "host name"),
        ("[Errno 111] Connection refused", "cannot be reached ([Errno 111] Connection refused)"),
    ],
)
def test_a_missing_answer_is_explained(detail, told):
    error = api_errors.unreachable("Could not read", "x", SERVER, detail)
    assert isinstance(error, UnreachableError) and told in str(error) and SERVER in str(error)


@given(
    st.dictionaries(
        st.text(max_size=5), st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])), min_size=1
    )
)
def test_values_of_a_secret_are_blanked_in_every_spelling(values):
    encoded = {name: base64.b64encode(value.encode()).decode() for name, value in values.items()}
    mask = "*"
    for definition in ({"kind": "Secret", "stringData": values}, {"kind": "Secret", "data": encoded}):
        text = api_errors.redact(" ".join([*values.values(), *encoded.values()]), definition)
        assert not any(
            value.strip(f" {mask}") and value in text for value in [*values.values(), *encoded.values()] if len(value) > 1
        )
    assert api_errors.redact("a", {"kind": "ConfigMap", "data": {"x": "a"}}) == "a"
