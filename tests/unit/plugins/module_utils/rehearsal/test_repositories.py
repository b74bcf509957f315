# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.repositories import followed, repositories
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import Row

URL, OTHER = "https://git.acme.test/dags.git", "https://git.acme.test/finance.git"


def asked(url=URL, branch="main", by="DAG bundle team", folder=""):
    return {"url": url, "branch": branch, "subdirectory": folder, "asked_by": by}


def declared(url=URL, *branches):
    return {"url": url, "branches": list(branches or ["main"])}


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"airflow_dag_bundles": [{"name": "team", "repository": URL}, {"name": "other", "repository": OTHER, "branch": "release", "subdirectory": "dags"}]},
         [asked(), asked(OTHER, "release", "DAG bundle other", "dags")]),
        ({"airflow_dag_delivery": {"method": "git_sync", "git_sync": {"repository": URL, "reference": "v1", "subdirectory": "a/b"}}},
         [asked(URL, "v1", "airflow_dag_delivery.git_sync", "a/b")]),
        ({"airflow_dag_delivery": {"method": "claim", "claim": {"name": "dags"}}}, []), ({}, []),
    ])  # fmt: skip
def test_what_the_dags_of_an_environment_come_from(variables, found):
    assert followed(Environment(variables).specification) == found


def test_a_declared_repository_is_simulated():
    assert repositories([asked()], [declared(URL, "main", "next")])[0] == [
        Row(f"repository {URL}, branch main", "DAG bundle team", "a repository of the local git server", "simulated")]


# {case: (what is asked for, what is declared, code, words of problem and remedy)}
MISSING = {
    "the repository": ([asked()], [], "WR301", ("DAG bundle team follows it", "airflow_rehearsal_repositories")),
    "a repository with a name like it": ([asked("https://git.acme.test/dgas.git")], [declared()], "WR301", ("not declared", f"Did you mean {URL}?")),
    "the branch": ([asked(branch="mian")], [declared()], "WR302", ("DAG bundle team follows its branch mian", "Did you mean main?")),
}


@pytest.mark.parametrize("asks, declares, code, words", MISSING.values(), ids=MISSING)
def test_what_is_not_declared_is_found_with_the_bundle(asks, declares, code, words):
    (row,), (finding, *unused) = repositories(asks, declares)
    assert (row.stand_in, row.state, finding.code, finding.subject) == ("nothing", "not checked", code, f"repository {asks[0]['url']}")
    assert words[0] in finding.problem and words[1] in finding.remedy and {other.code for other in unused} <= {"WR002"}


def test_two_bundles_of_one_branch_are_one_thing():
    (row,), (finding,) = repositories([asked(), asked(by="DAG bundle other")], [])
    assert row.asked_by == "DAG bundle other and DAG bundle team" and "follow it" in finding.problem


def test_what_nothing_follows_is_a_warning():
    findings = repositories([asked()], [declared(URL, "main", "next"), declared(OTHER, "main", "next")])[1]
    assert [(finding.code, finding.problem.partition(" is declared")[0]) for finding in findings] == [
        ("WR002", f"{URL}, branch next"), ("WR002", OTHER)]
