# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE

PLACEHOLDER = {"airflow_url": "https://airflow.example.com"}


def accepting(*codes, **variables):
    """:returns: variables that accept codes."""
    return {"airflow_preflight_accepted": list(codes), **variables}


def test_an_accepted_error_becomes_a_warning_that_says_so(judged):
    (finding,) = judged(accepting("WA109", **PLACEHOLDER))
    assert (finding.code, finding.severity) == ("WA109", "warning")
    assert finding.problem.endswith("Accepted in airflow_preflight_accepted.")


def test_only_what_is_named_is_accepted(judged):
    (finding,) = judged(accepting("WA110", **PLACEHOLDER))
    assert (finding.code, finding.severity) == ("WA109", "error")


def test_a_warning_stays_as_it_is(judged):
    variables = {"airflow_components": {"redis": {"resources": {"requests": {"cpu": "1"}}}}}
    assert judged(accepting("WA111", **variables)) == judged(variables)


@pytest.mark.parametrize("code", [code for code, entry in CATALOGUE.items() if not entry.is_acceptable])
def test_what_cannot_be_accepted_is_refused(code, judged):
    (finding,) = judged(accepting(code))
    assert (finding.code, finding.severity, finding.subject) == ("WA112", "error", "airflow_preflight_accepted")
    assert code in finding.problem


@pytest.mark.parametrize(
    ("code", "variables"),
    [
        ("WA201", {"airflow_expected_cluster": {"uid": None, "ca_sha256": None}}),
        ("WA202", {"airflow_expected_cluster": {"uid": "other"}}),
    ],
)
def test_nobody_gets_round_the_pin(code, variables, judged):
    found = judged(accepting(code, **variables))
    assert [(finding.code, finding.severity) for finding in found] == [("WA112", "error"), (code, "error")]


def test_the_pin_is_among_what_cannot_be_accepted():
    assert not any(CATALOGUE[code].is_acceptable for code in ("WA201", "WA202", "WA203"))


def test_errors_come_first_and_each_finding_once(judged):
    variables = {"airflow_components": {"redis": {"resources": {"requests": {"cpu": "1"}}}}, **PLACEHOLDER}
    found = judged(variables, {"rights_complete": False, "namespace": {"terminating": True}})
    assert [finding.code for finding in found] == ["WA109", "WA601", "WA111", "WA303"]
    assert len(set(found)) == len(found)


def test_a_cluster_that_gives_no_facts_is_one_finding(judged, sound_facts):
    found = judged({}, {**dict.fromkeys(sound_facts), "msg": "Could not reach it."})
    assert [finding.code for finding in found] == ["WA203"]
