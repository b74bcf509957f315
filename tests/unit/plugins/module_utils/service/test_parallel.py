# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    ApiError,
    FieldConflictError,
    UnreachableError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.parallel import CONCURRENCY, at_once, for_all


def failing(error):
    def call():
        raise error

    return call


def test_results_come_in_the_order_of_the_calls():
    assert for_all(lambda number: number * 2, range(100)) == [number * 2 for number in range(100)]
    assert at_once([]) == []


def test_all_calls_end_and_all_errors_are_reported():
    done = []
    conflicts = [
        FieldConflictError("Could not apply", name, "taken", "Give it up.", 409, conflicts=[{"field": name, "manager": "m"}])
        for name in ("a", "b")
    ]
    with pytest.raises(FieldConflictError) as caught:
        at_once([failing(conflicts[0]), lambda: done.append(1), failing(conflicts[1]), lambda: done.append(2)])
    assert sorted(done) == [1, 2]
    assert str(caught.value) == "Could not apply 2 objects:\n- a: taken.\n- b: taken.\nGive it up."
    assert [found["field"] for found in caught.value.fields["conflicts"]] == ["a", "b"]
    assert caught.value.fields["failures"] == [{"object": "a", "cause": "taken"}, {"object": "b", "cause": "taken"}]


def test_one_error_stays_as_it_is():
    error = ApiError("Could not apply", "a", "no", "Correct it.", 422)
    with pytest.raises(ApiError) as caught:
        at_once([failing(error), failing(ApiError("Could not apply", "a", "no", "Correct it.", 422))])
    assert caught.value is error


def test_once_the_server_is_lost_nothing_new_is_tried():
    tried = []

    def lost(number):
        tried.append(number)
        raise UnreachableError("Could not apply", f"object {number}", "gone", "Run again.")

    with pytest.raises(UnreachableError, match="Could not apply object"):
        for_all(lost, range(100))
    assert len(tried) <= CONCURRENCY
