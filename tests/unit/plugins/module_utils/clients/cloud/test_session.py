# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError

ADVICE = {CloudError.DENIED: (None, "Ask Eve."), "Gone": ("it was deleted", "Restore it.")}


class Failure(Exception):
    pass


@pytest.mark.parametrize(
    ("text", "quote"),
    [("one\ntwo", "one"), ("  \n\n one", "one"), ("", "Failure"), ("x" * 1000, "x" * _session.LONGEST_QUOTE)],
)
def test_only_the_first_line_is_quoted(text, quote):
    assert _session.quoted(Failure(text)) == quote
    error = Failure("all of it")
    error.message = text or None
    assert _session.quoted(error) == (quote if text else "all of it")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, CloudError.CREDENTIALS), (403, CloudError.DENIED), (404, CloudError.MISSING), (429, CloudError.BUSY),
        (500, CloudError.BUSY), (503, CloudError.BUSY), (400, CloudError.REFUSED), (409, CloudError.REFUSED),
        (0, CloudError.REFUSED),
    ],
)  # fmt: skip
def test_a_status_tells_the_reason(status, reason):
    assert _session.reason_of(status) == reason


@pytest.mark.parametrize(
    ("reason", "cause", "code", "told"),
    [
        (CloudError.MISSING, "there is none", "", "Could not read it: there is none: first. Look again."),
        (CloudError.MISSING, "", "", "Could not read it: first. Look again."),
        (CloudError.DENIED, "no right", "Forbidden", "Could not read it: no right: first. Ask Eve."),
        (CloudError.DENIED, "no right", "Gone", "Could not read it: it was deleted: first. Restore it."),
    ],
)
def test_whoever_asks_may_know_better(reason, cause, code, told):
    request = _session.Request("Could not read", "it", "Some Service", ADVICE)
    error = request.failed(reason, cause, "Look again.", Failure("first\nsecond"), code)
    assert (str(error), error.reason, error.code) == (told, reason, code or "Failure")


def test_there_is_one_session_for_each_set_of_parameters():
    made = []

    def make(params):
        made.append(params)
        return len(made)

    sessions = _session.Sessions(make, ["region", "profile"])
    asked = [{}, {"region": "a", "name": "x"}, {"region": None, "profile": None}, {"profile": None, "region": "a", "name": "y"}]
    assert [sessions.of(params) for params in asked] == [1, 2, 1, 2]
    assert made == [{"profile": None, "region": None}, {"profile": None, "region": "a"}]
