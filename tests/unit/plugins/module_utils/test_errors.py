# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils import _boundary
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, WindroseError


class Left(Exception):
    """Raised where a real module would end the process."""


class FakeModule:
    def __init__(self, **params):
        self.params = params
        self.no_log_values = {"hunter2", "airflow"}
        self.result = None

    def exit_json(self, **result):
        self.result = result
        raise Left

    def fail_json(self, **result):
        self.result = {"failed": True, **result}
        raise Left


def left_with(service_call, concealed=(), **params):
    module = FakeModule(**params)
    with pytest.raises(Left):
        _boundary.run(module, service_call, concealed)
    return module


def raising(error):
    def call():
        raise error

    return call


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("Could not read", "Pod a/b", "it is gone", "Run again"), "Could not read Pod a/b: it is gone. Run again."),
        (("Could not read", "Pod a/b", "it is gone.", "Run again!"), "Could not read Pod a/b: it is gone. Run again!"),
        (("Could not read", "", "it is gone ", ""), "Could not read: it is gone."),
        (("Could not read", "Pod a/b", "", ""), "Could not read Pod a/b."),
        (("Could not read", "both", "\n- it is gone.\n- it was there.", "Run again"),
         "Could not read both:\n- it is gone.\n- it was there.\nRun again."),
    ],
)
def test_a_message_is_made_of_sentences(parts, text):
    assert str(WindroseError(*parts)) == text


def test_an_error_leaves_with_its_fields():
    error = ApiError("Could not read", "Pod a/b", "no", "Ask", status=403, reason="Forbidden", verb="get")
    module = left_with(raising(error))
    assert module.result == {"failed": True, "msg": "Could not read Pod a/b: no. Ask.", "verb": "get"}
    assert (error.status, error.reason) == (403, "Forbidden")


def test_a_result_leaves_as_it_is():
    assert left_with(lambda: {"changed": True}).result == {"changed": True}


@pytest.mark.parametrize("error", [KeyError("hunter2"), ValueError("hunter2")])
def test_an_unexpected_error_tells_its_place_but_not_its_data(error):
    result = left_with(raising(error)).result
    assert type(error).__name__ in result["msg"] and "test_errors.py:" in result["msg"]
    assert "hunter2" not in json.dumps(result)


def test_an_error_of_the_operating_system_tells_its_reason():
    assert "No space left" in left_with(raising(OSError(28, "No space left"))).result["msg"]


def test_concealed_parameters_leave_the_result_and_only_they():
    module = left_with(lambda: {"changed": False}, ["keys"], keys="hunter2", namespace="airflow")
    assert module.result["invocation"] == {"module_args": {"keys": _boundary.CONCEALED, "namespace": "airflow"}}
    # What Ansible would blank everywhere in the result, the ordinary word too.
    assert module.no_log_values == set()
