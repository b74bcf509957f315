# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that come as data are told as text, and data that was printed into a log is not shown."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._airflow import plain_text

DATABASE_ERROR = {
    "reason": "Unique constraint violation", "statement": "hidden", "orig_error": "hidden",
    "message": "Serious error when handling your request.",
}  # fmt: skip
STATUS = {
    "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "pods is forbidden", "reason": "Forbidden",
    "details": {"kind": "pods"}, "code": 403,
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"detail": "The Dag with ID: `nope` was not found"}, "The Dag with ID: `nope` was not found"),
        (
            {"detail": [{"type": "missing", "loc": ["body", "logical_date"], "msg": "Field required", "input": {}}]},
            "body.logical_date: Field required",
        ),
        ({"detail": DATABASE_ERROR}, "Unique constraint violation: Serious error when handling your request."),
        (
            {"detail": {"reason": "invalid_state", "message": "TI cannot be marked as running", "previous_state": "failed"}},
            "invalid_state: TI cannot be marked as running: previous state failed",
        ),
        ({"detail": json.dumps({"message": "twice packed"})}, "twice packed"),
        (STATUS, "Forbidden: pods is forbidden"),
        ({"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "no such run"}, "Bad Request: no such run"),
        ({"error": "invalid_client", "error_description": "Unknown client"}, "invalid_client: Unknown client"),
        ({"errors": [{"code": "DENIED", "message": "no"}, {"code": "DENIED", "message": "no"}]}, "DENIED: no"),
        ({"anything": {"else": 1}}, plain_text.NO_REASON),
        ([], plain_text.NO_REASON),
        (None, plain_text.NO_REASON),
    ],
)
def test_an_answer_in_json_is_told_by_what_it_says(body, wanted):
    assert plain_text.of_answer(json.dumps(body).encode()) == wanted


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"<html>\n<head><style>p {}</style></head>\n<h1>502 Bad&nbsp;Gateway</h1><!-- x --></html>", "502 Bad Gateway"),
        (b"upstream\n  timed out", "upstream timed out"),
        (b"", plain_text.NO_REASON),
        (b"\xff", "\ufffd"),
        (b"x" * 9999, "x" * plain_text.LONGEST_TEXT + " …"),
    ],
)
def test_any_other_answer_is_told_in_one_line(body, wanted):
    assert plain_text.of_answer(body) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ValueError: boom", "ValueError: boom"),
        ("a set {1, 2} and a list [1] and f{name}", "a set {1, 2} and a list [1] and f{name}"),
        (f"API_SERVER_ERROR: {{'status_code': 409, 'message': 'Conflict', 'detail': {DATABASE_ERROR!r}}}",
         "API_SERVER_ERROR: Conflict: Unique constraint violation: Serious error when handling your request."),
        (f"(403)\nReason: Forbidden\nHTTP response headers: HTTPHeaderDict({{'Date': 'today'}})\nHTTP response body: {json.dumps(STATUS)}\n",
         "(403)\nReason: Forbidden\nHTTP response body: Forbidden: pods is forbidden\n"),
        ('rpc error: {"errors":[{"code":"MANIFEST_UNKNOWN","message":"no such tag"}]}, try later',
         "rpc error: MANIFEST_UNKNOWN: no such tag, try later"),
        ("Pod failed.\nremote_pod: {'kind': 'Pod',\n 'since': datetime.datetime(2026, 1, 1),\n 'spec': {'a': [1]}} in vain",
         "Pod failed.\nremote_pod: {…} in vain"),
        ("cut off: {'kind': 'Pod', 'spec': {'con", "cut off: {…}"),
        ('{"a": "}\\" {"} and [{"b": 1}]', "{…} and {…}"),
        ("\x1b[31mred\x1b[0m", "red"),
    ],
)  # fmt: skip
def test_data_in_a_text_is_told_by_what_it_says(text, wanted):
    assert plain_text.without_dumps(text) == wanted


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner, min_size=1))


@given(st.dictionaries(st.text(), JSON, min_size=1), st.sampled_from([json.dumps, repr]), st.booleans())
def test_no_data_is_left_and_the_text_around_it_stays(data, write, is_cut):
    dump = write(data)
    text = plain_text.without_dumps(f"before {dump[:-1] if is_cut else dump + ' after'}")
    assert text.startswith("before ")
    assert is_cut or text.endswith(" after")
    assert dump[:-1] not in text


@given(st.binary())
def test_every_answer_is_told_by_something_short(body):
    text = plain_text.of_answer(body)
    assert text and len(text) <= plain_text.LONGEST_TEXT + 2 and "\n" not in text
