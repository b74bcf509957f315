# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._release import ledger
from ansible_collections.windrose.airflow.plugins.module_utils._release.revisions import Revision

ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "revision": st.integers(1, 60),
            "outcome": st.sampled_from([ledger.DEPLOYED, ledger.FAILED, ledger.STARTED]),
        }
    ),
    max_size=60,
)


def history(*statuses):
    return [Revision(number, status, f"v{number}", "") for number, status in enumerate(statuses, 1)]


def entry(revision, outcome):
    return {"revision": revision, "outcome": outcome}


@given(ENTRIES)
def test_text_keeps_the_entries_one_a_line(found):
    text = ledger.text(found)
    assert ledger.entries({"data": {ledger.DATA_KEY: text}}) == found
    assert len(text.splitlines()) == max(len(found), 1) + 2


@pytest.mark.parametrize(
    "config_map",
    [None, {}, {"data": None}, *({"data": {ledger.DATA_KEY: text}} for text in ("", "no JSON", "{}", "[1]"))],
)
def test_what_is_no_ledger_has_no_entries(config_map):
    assert ledger.entries(config_map) == []


@given(ENTRIES)
def test_a_new_entry_closes_what_killed_runs_left_open_and_drops_the_oldest(found):
    after = ledger.begun(found, {"revision": 61, "by": "a@b", "job": "", "reason": None, "unknown": 1})
    assert after[-1] == {"revision": 61, "by": "a@b", "outcome": ledger.STARTED}
    assert len(after) == min(len(found) + 1, ledger.LONGEST)
    assert all(old["outcome"] != ledger.STARTED for old in after[:-1])
    assert [old["revision"] for old in after[:-1]] == [old["revision"] for old in found][-(ledger.LONGEST - 1) :]


def test_what_is_begun_is_begun_once():
    new = {"revision": 2, "started_at": "now", "leftovers": ["a"]}
    found = ledger.begun([entry(1, "started")], new)
    assert ledger.begun(found, new) == found
    assert len(ledger.begun(found, {**new, "started_at": "later"})) == 3


def test_the_newest_entry_of_a_revision_counts():
    found = [entry(1, "deployed"), entry(2, "failed"), entry(2, "started")]
    after = ledger.ended(found, 2, ledger.DEPLOYED, "now")
    assert after == [*found[:2], {"revision": 2, "outcome": "deployed", "ended_at": "now"}]
    assert ledger.outcome_of(after, 2) == "deployed" and ledger.outcome_of(after, 3) is None
    assert ledger.ended(found, 3, ledger.DEPLOYED, "now") is found


@pytest.mark.parametrize(
    ("statuses", "entries", "before", "wanted"),
    [
        (("superseded", "deployed"), [], 3, 2),
        (("superseded", "failed"), [], 2, 1),
        (("superseded", "superseded", "deployed"), [entry(2, "failed")], 3, 1),
        (("superseded", "superseded", "deployed"), [entry(2, "interrupted"), entry(1, "rolled back")], 3, None),
        (("superseded", "superseded", "deployed"), [entry(2, "failed"), entry(2, "deployed")], 3, 2),
        (("superseded", "superseded", "deployed"), [entry(2, "applied"), entry(1, "deployed")], 3, 1),
        (("superseded", "deployed"), [entry(1, "applied")], 2, None),
        (("failed",), [], 1, None),
        (("pending-upgrade", "uninstalled", "failed"), [], 4, None),
    ],
)
def test_last_working(statuses, entries, before, wanted):
    assert ledger.last_working(history(*statuses), entries, before) == wanted


@pytest.mark.parametrize(
    ("outcome", "is_open"),
    [
        ("started", True), ("applied", True), ("failed", True), ("interrupted", True), ("rolled back", True),
        # Ledgers from before there was "applied" call it deployed, too, and are believed.
        ("deployed", False),
    ],
)  # fmt: skip
def test_which_outcomes_leave_it_open_whether_a_revision_works(outcome, is_open):
    assert ledger.is_open([entry(2, outcome)], 2) is is_open
    assert ledger.is_open([entry(2, outcome)], 3) is False


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, ""),
        ({"AWX_JOB_ID": "4"}, "AWX job 4"),
        ({"TOWER_JOB_ID": "5", "AWX_JOB_ID": ""}, "AWX job 5"),
        # Many systems set this one; AWX sets the other as well.
        ({"JOB_ID": "6"}, ""),
        ({"JOB_ID": "6", "AWX_HOST": "https://awx"}, "AWX job 6"),
    ],
)
def test_job(environment, name):
    assert ledger.job(environment) == name


@pytest.mark.parametrize(
    ("values", "defaults", "image"),
    [
        ({}, {}, ""),
        ({"replicas": 1}, None, ""),
        ({"defaultAirflowRepository": "r", "defaultAirflowTag": "1"}, {}, "r:1"),
        ({"defaultAirflowRepository": "r", "defaultAirflowTag": "1@sha256:a"}, {}, "r:1@sha256:a"),
        ({"defaultAirflowTag": "2"}, {"defaultAirflowRepository": "r", "defaultAirflowTag": "1"}, "r:2"),
        ({"images": {"airflow": {"repository": "x"}}, "defaultAirflowTag": "2"}, {}, "x:2"),
        (
            {"images": {"airflow": {"digest": "sha256:a"}}},
            {"defaultAirflowRepository": "r", "defaultAirflowTag": "1"},
            "r@sha256:a",
        ),
        ({"images": {"airflow": None}}, {"images": {"airflow": {"repository": "x", "tag": None}}}, "x"),
    ],
)
def test_image(values, defaults, image):
    assert ledger.image(values, defaults) == image


def test_an_entry_is_one_line_of_json():
    lines = ledger.text([entry(1, "deployed"), entry(2, "failed")]).splitlines()
    assert [json.loads(line.rstrip(",")) for line in lines[1:-1]] == [entry(1, "deployed"), entry(2, "failed")]
