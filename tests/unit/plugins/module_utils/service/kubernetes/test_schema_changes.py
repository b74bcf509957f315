# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes import schema_changes

WANTED = {"apiVersion": "v1", "kind": "Widget", "metadata": {"name": "one"}, "spec": {"size": 1, "colour": "red"}}
FORMER = {**WANTED, "spec": {"size": 1}}


def refused(status):
    return ApiError("Could not apply", "Widget one", "field not declared in schema", "", status)


class Client:
    def __init__(self, *outcomes):
        self.outcomes, self.asked = list(outcomes), []

    def apply(self, definition, dry_run=False):
        self.asked.append((definition, dry_run))
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, ApiError):
            raise outcome
        return outcome


@pytest.fixture(autouse=True)
def clock(monkeypatch, clock):
    monkeypatch.setattr(schema_changes, "time", clock)
    return clock


@pytest.mark.parametrize("former", [refused(400), refused(422), refused(500), FORMER])
@pytest.mark.parametrize("dry_run", [False, True])
def test_the_former_schema_is_waited_out(former, dry_run, clock):
    client = Client(former, former, WANTED)
    assert schema_changes.apply_when_followed(client, WANTED, dry_run) == WANTED
    assert client.asked == [(WANTED, dry_run)] * 3 and clock.now == pytest.approx(0.2)


def test_what_stays_refused_is_reported_after_a_while(clock):
    with pytest.raises(ApiError, match="not declared"):
        schema_changes.apply_when_followed(Client(refused(500)), WANTED)
    assert clock.now == pytest.approx(10, abs=0.2)


def test_what_stays_left_out_is_taken_as_it_is_after_a_while(clock):
    assert schema_changes.apply_when_followed(Client(FORMER), WANTED) == FORMER
    assert clock.now == pytest.approx(10, abs=0.2)


@pytest.mark.parametrize("status", [403, 404, 409])
def test_other_refusals_are_reported_immediately(clock, status):
    with pytest.raises(ApiError):
        schema_changes.apply_when_followed(Client(refused(status)), WANTED)
    assert clock.now == 0


def test_labels_that_the_server_adds_do_not_matter(clock):
    answer = {**WANTED, "metadata": {"name": "one", "uid": "u", "labels": {}}, "status": {}}
    assert schema_changes.apply_when_followed(Client(answer), WANTED) == answer and clock.now == 0
