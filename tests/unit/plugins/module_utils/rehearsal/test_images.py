# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.images import images, parts
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import Row

DIGEST = "sha256:" + "0a" * 32
NAMES = st.from_regex(r"[a-z]{1,6}(\.[a-z]{1,3})?(:[0-9]{2,4})?(/[a-z]{1,6}){1,3}", fullmatch=True)
TAGS = st.from_regex(r"[0-9a-z][0-9a-z.-]{0,8}", fullmatch=True)


def asked(*references, by="Deployment a"):
    return [{"image": reference, "used_by": [by]} for reference in references]


def declared(repository, tag=None, stand_in="airflow"):
    return {"repository": repository, "tag": tag, "stand_in": stand_in}


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("airflow", ("airflow", "latest")), ("airflow:3", ("airflow", "3")), ("acme.test:5000/airflow", ("acme.test:5000/airflow", "latest")),
        ("acme.test:5000/a/airflow:3", ("acme.test:5000/a/airflow", "3")), (f"acme.test/airflow:3@{DIGEST}", ("acme.test/airflow", "3")),
        (f"acme.test/airflow@{DIGEST}", ("acme.test/airflow", "")),
    ])
def test_a_reference_has_a_repository_and_a_tag(reference, found):
    assert parts(reference) == found


@given(NAMES, TAGS, st.booleans())
def test_a_reference_is_put_together_of_its_parts(repository, tag, has_digest):
    assert parts(f"{repository}:{tag}{'@' + DIGEST if has_digest else ''}") == (repository, tag)


# {case: (the image, what is declared, what stands in)}
COVERED = {
    "with its tag": ("r/a:3", declared("r/a", "3"), "the image airflow of the local cluster"),
    "with any tag": ("r/a:3", declared("r/a", stand_in="postgresql"), "the image postgresql of the local cluster"),
    "by whatever digest": (f"r/a:3@{DIGEST}", declared("r/a", "3"), "the image airflow of the local cluster"),
    "by a digest alone": (f"r/a@{DIGEST}", declared("r/a"), "the image airflow of the local cluster"),
    "with an empty tag": ("r/a:3", declared("r/a", ""), "the image airflow of the local cluster"),
}


@pytest.mark.parametrize("image, declaration, stand_in", COVERED.values(), ids=COVERED)
def test_a_declared_image_is_simulated(image, declaration, stand_in):
    (row,), findings = images(asked(image), [declaration])
    assert (row.stand_in, row.state, findings) == (stand_in, "simulated", [])


def test_an_image_that_nothing_stands_in_for_is_said_to_be_unchecked():
    assert images(asked("r/git-sync:4"), [declared("r/git-sync", stand_in="none")]) == (
        [Row("image r/git-sync:4", "Deployment a", "nothing: declared so", "not checked")], [])


def test_a_declaration_with_the_tag_goes_before_one_without():
    rows, findings = images(asked("r/a:3", "r/a:4"), [declared("r/a"), declared("r/a", "3", "pgbouncer")])
    assert [row.stand_in for row in rows] == ["the image pgbouncer of the local cluster", "the image airflow of the local cluster"]
    assert findings == []


# {case: (the image, what is declared, the remedy's end)}
UNDECLARED = {
    "nothing is declared": ("r/a:3", [], "stands in for it."),
    "another tag": ("registry.acme.test/airflow:3.3.3", [declared("registry.acme.test/airflow", "3.3.2")], "Did you mean registry.acme.test/airflow:3.3.2?"),
    "another registry": ("apache/airflow:3", [declared("docker.io/library/postgres")], "stands in for it."),
    "a digest in the place of the tag": (f"r/a@{DIGEST}", [declared("r/a", "3")], "stands in for it."),
}


@pytest.mark.parametrize("image, declarations, end", UNDECLARED.values(), ids=UNDECLARED)
def test_an_image_that_is_not_declared_is_found(image, declarations, end):
    (row,), (finding, *idle) = images(asked(image), declarations)
    assert (row.stand_in, row.state) == ("nothing", "not checked")
    assert (finding.code, finding.subject, finding.severity) == ("WR101", row.what, "error") and finding.remedy.endswith(end)
    assert finding.problem.startswith("Deployment a runs it") and [other.code for other in idle] == ["WR002"] * len(declarations)


def test_one_image_by_several_digests_is_one_thing():
    users = asked("r/a:3", by="Job b") + asked(f"r/a:3@{DIGEST}", by="Deployment a")
    ((row,), (finding,)) = images(users, [])
    assert row.asked_by == "Deployment a and Job b" and "run it" in finding.problem


def test_a_declaration_that_no_image_needs_is_a_warning():
    findings = images(asked("r/a:3"), [declared("r/a", "3"), declared("r/a", "4"), declared("r/b")])[1]
    assert [(finding.code, finding.problem) for finding in findings] == [
        ("WR002", "r/a:4 is declared, and nothing asks for it."), ("WR002", "r/b is declared, and nothing asks for it.")]


@given(st.lists(st.tuples(NAMES, TAGS), unique=True, max_size=6), st.data())
def test_every_image_has_a_row_and_only_undeclared_ones_a_finding(every, data):
    known = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    rows, findings = images(asked(*(f"{repository}:{tag}" for repository, tag in every)), [declared(*each) for each in known])
    assert {row.what for row in rows} == {f"image {repository}:{tag}" for repository, tag in every}
    assert {finding.subject for finding in findings} == {f"image {repository}:{tag}" for repository, tag in every if (repository, tag) not in known}
