# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A DAG can be run once Airflow knows it as its bundle holds it."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._service.airflow.dag_parsing import DagParsing
from ansible_collections.windrose.airflow.plugins.module_utils._service.airflow.dag_run_diagnosis import DagRunError

GOOD, BETTER, BROKEN = "good", "better", "broken"
LOOKS = 20


def look(airflow, must_be_newest=True, change=lambda look: None):
    """:returns: (the `DagParsing`, the DAG that can be run, or None where there is none after many looks)."""
    parsing = DagParsing(airflow, "canary", must_be_newest)
    for number in range(LOOKS):
        done, dag = parsing.observe()
        if done:
            return parsing, dag
        assert parsing.say(dag)
        change(number)
    return parsing, None


def test_a_new_run_takes_the_version_that_is_known(airflow):
    airflow.bundle = BETTER
    assert look(airflow, must_be_newest=False)[1]
    assert airflow.asked == 0 and airflow.known == GOOD


@pytest.mark.parametrize("in_flight", [None, GOOD, BROKEN], ids=["nothing", "the old version", "a broken one"])
@pytest.mark.parametrize("known", [GOOD, BROKEN])
def test_the_newest_version_is_that_of_the_bundle_whatever_was_being_parsed(airflow, known, in_flight):
    airflow.finish(known)
    airflow.bundle, airflow.begun = BETTER, in_flight
    assert look(airflow)[1]
    assert airflow.known == BETTER


@pytest.mark.parametrize(
    ("must_be_newest", "in_flight"), [(True, None), (True, GOOD), (True, BROKEN), (False, None), (False, BROKEN)])
def test_a_file_that_cannot_be_imported_is_reported_without_waiting(airflow, must_be_newest, in_flight):
    airflow.finish(BROKEN)
    airflow.bundle, airflow.begun = BROKEN, in_flight
    with pytest.raises(DagRunError) as caught:
        look(airflow, must_be_newest)
    told = str(caught.value)
    assert "Could not run DAG canary: its file canary.py of bundle team cannot be imported: SyntaxError: broken" in told
    assert "\n    Traceback\n      File canary.py\n" in told and "Fix the file" in told


def test_a_file_that_was_corrected_meanwhile_is_no_error(airflow):
    airflow.finish(BROKEN)
    airflow.bundle = BETTER
    assert look(airflow, must_be_newest=False)[1]
    assert airflow.known == BETTER


def test_who_may_not_have_it_parsed_gets_the_version_that_is_known(airflow, forbidden):
    airflow.refuses = forbidden
    parsing, dag = look(airflow)
    assert dag and airflow.known == GOOD
    assert parsing.remark() == (
        "What ran may be an older version of the DAG: the file of DAG canary could not be parsed again, "
        "the api-server answered 403: Forbidden.")


def test_who_may_not_have_it_parsed_waits_for_a_broken_file(airflow, forbidden):
    airflow.finish(BROKEN)
    airflow.refuses = forbidden
    parsing, dag = look(airflow, change=lambda number: airflow.finish(BETTER) if number == 3 else None)
    assert dag and airflow.known == BETTER
    airflow.finish(BROKEN)
    parsing, dag = look(airflow)
    assert dag is None
    assert "its file cannot be imported: canary.py: SyntaxError: broken" in str(parsing.late(airflow.dag("canary"), 9))


def test_nothing_is_to_be_told_where_it_was_parsed(airflow):
    assert look(airflow)[0].remark() == ""


@pytest.mark.parametrize(
    ("dag", "wanted"),
    [
        ({"is_stale": True, "has_import_errors": False}, "after 9 seconds it is no longer in bundle team; its file was canary.py."),
        ({"is_stale": False, "has_import_errors": False}, "the dag-processor has not parsed its file again within 9 seconds."),
        (None, "Airflow does not know it after 9 seconds; alike are canary."),
    ],
)
def test_what_was_waited_for_in_vain_is_told(airflow, dag, wanted):
    found = dag and {**airflow.dag("canary"), **dag}
    assert wanted in str(DagParsing(airflow, "canary", True).late(found, 9))
