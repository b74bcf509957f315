# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import findings
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread.reasons import Reason

OFF = Reason("redis.enabled is false", "Remove it, or set redis.enabled to true")
CLAIM = Reason("redis.persistence.enabled is false", "Remove it")


def told(unread, others=(), reasons=None):
    paths = [path_of(path) for path in unread]
    known = {path_of(path): reason for path, reason in (reasons or {}).items()}
    return findings.findings(paths, [*paths, *map(path_of, others)], known.get)


@pytest.mark.parametrize(
    ("unread", "others", "subjects"),
    [
        (["redis.port"], [], ["redis.port"]),
        (["redis.port", "redis.claim.size"], ["name"], ["redis"]),
        (["redis.claim.size", "redis.claim.class"], ["redis.port"], ["redis.claim"]),
        # Only below these there is nothing else.
        (["redis.claim.size", "redis.claim.class"], [], ["redis.claim"]),
        (["redis.port", "redis.claim.size"], ["redis.claim.class"], ["redis.port", "redis.claim.size"]),
        (["redis.port", "statsd.port"], [], ["redis.port", "statsd.port"]),
        ([], ["redis.port"], []),
    ],
)
def test_what_is_below_one_key_is_told_at_once(unread, others, subjects):
    found = told(unread, others)
    assert [finding.path for finding in found] == [f"airflow_values_overrides.{subject}" for subject in subjects]
    assert {finding.severity for finding in found} <= {WARNING}


def test_other_reasons_are_told_apart():
    first, second = told(["redis.port", "redis.claim.size"], reasons={"redis.port": OFF, "redis.claim.size": CLAIM})
    assert str(first) == (
        "airflow_values_overrides.redis.port: it changes nothing in what the chart renders: redis.enabled is false. "
        "Remove it, or set redis.enabled to true.")
    assert second.problem.endswith("redis.persistence.enabled is false")


def test_without_a_known_reason_only_that_is_told():
    (found,) = told(["redis.port", "redis.claim.size"])
    assert (found.problem, found.remedy) == ("nothing below it changes anything in what the chart renders", "Remove it")


@pytest.mark.parametrize("paths", [
    [("hosts", 0, "tls", "name"), ("hosts", 1, "tls", "name")], [("hosts", 0, "name"), ("hosts", 0, "tls")], [("hosts", 0, 0), ("hosts", 0, 1)]])
def test_entries_of_lists_are_told_at_the_list(paths):
    (found,) = findings.findings(paths, paths, lambda path: None)
    assert found.path == "airflow_values_overrides.hosts"


def test_many_are_counted():
    found = told([f"part{number}.key" for number in range(40)])
    assert len(found) == findings.MOST
    assert (found[-1].path, found[-1].problem.split()[0]) == ("airflow_values_overrides", "21")
