# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.secrets import Makers, secrets

NAMES = st.sampled_from(["metadata", "git", "tls", "sso"])
KEYS = st.sampled_from(["connection", "password", "tls.crt", ""])


def reference(secret="metadata", key="connection", by="Deployment a", **more):
    return {"secret": secret, "key": key, "is_optional": False, "is_made": False, "used_by": [by], **more}


def made(secret="metadata", name="connection", is_fetched=False):
    return {"secret": secret, "name": name, "is_fetched": is_fetched}


def declared(name="metadata", *keys):
    return {"name": name, "keys": list(keys)}


# {case: (the reference, what the run makes, what is declared, what there is, its state)}
THERE = {
    "the chart's own": (reference(is_made=True), [], [], "the chart makes it", "real"),
    "generated": (reference(), [made()], [], "generated, as in any run", "real"),
    "from a source": (reference(), [made(is_fetched=True)], [], "made up: no source is asked", "simulated"),
    "declared": (reference(), [], [declared("metadata", "connection")], "made up, with the declared keys", "simulated"),
    "generated as a whole": (reference(key=""), [made(name="a"), made(name="b")], [], "generated, as in any run", "real"),
    "of which a key is from a source": (reference(key=""), [made(name="a"), made(name="b", is_fetched=True)], [], "made up: no source is asked", "simulated"),
    "another key of which is from a source": (reference(), [made(), made(name="b", is_fetched=True)], [], "generated, as in any run", "real"),
    "declared as a whole": (reference(key=""), [], [declared("metadata", "any")], "made up, with the declared keys", "simulated"),
    "optional": (reference(is_optional=True), [], [], "nothing: it is optional", "not checked"),
    "optional and there": (reference(is_optional=True), [made()], [], "generated, as in any run", "real"),
}


@pytest.mark.parametrize("one, makes, declares, stand_in, state", THERE.values(), ids=THERE)
def test_what_there_is_of_a_secret(one, makes, declares, stand_in, state):
    (row,), findings = secrets([one], makes, declares)
    assert (row.stand_in, row.state, findings) == (stand_in, state, [])


# {case: (the reference, what the run makes, what is declared, code, subject, the remedy's end)}
MISSING = {
    "nobody makes it": (reference(), [], [], "WR201", "Secret metadata", "make it."),
    "misspelt": (reference("airflow-gti", "a"), [], [declared("airflow-git", "a")], "WR201", "Secret airflow-gti", "Did you mean airflow-git?"),
    "as a whole": (reference(key=""), [], [], "WR201", "Secret metadata", "make it."),
    "declared without the key": (
        reference(), [], [declared("metadata", "conection")], "WR202", "Secret metadata, key connection", "Did you mean conection?"),
    "made without the key": (reference(key="url"), [made()], [], "WR202", "Secret metadata, key url", "what reads it."),
}


@pytest.mark.parametrize("one, makes, declares, code, subject, end", MISSING.values(), ids=MISSING)
def test_what_nothing_makes_is_found(one, makes, declares, code, subject, end):
    (row,), (finding, *unused) = secrets([one], makes, declares)
    assert (row.stand_in, row.state) == ("nothing", "not checked")
    assert (finding.code, finding.severity, finding.subject) == (code, "error", subject) and finding.remedy.endswith(end)
    assert finding.problem.startswith("Deployment a needs it") and [other.code for other in unused] == (["WR002"] if one["secret"] == "airflow-gti" else [])


def test_a_secret_of_which_several_keys_are_missing_is_one_finding():
    rows, findings = secrets([reference(key="a"), reference(key="b")], [], [])
    assert [row.what for row in rows] == ["Secret metadata: a, b"] and [finding.code for finding in findings] == ["WR201"]


def test_keys_of_one_secret_are_told_apart_by_who_makes_them():
    rows = secrets([reference(key="a"), reference(key="b"), reference(key="c")], [made(name="a"), made(name="c")], [declared("metadata", "b")])[0]
    assert [(row.what, row.state) for row in rows] == [("Secret metadata: a, c", "real"), ("Secret metadata: b", "simulated")]


def test_a_declared_secret_that_nothing_reads_is_a_warning():
    findings = secrets([reference()], [made()], [declared("other", "a")])[1]
    assert [(finding.code, finding.severity) for finding in findings] == [("WR002", "warning")]


@given(st.lists(st.builds(reference, NAMES, KEYS), max_size=6), st.lists(st.builds(made, NAMES, KEYS.filter(bool), st.booleans()), max_size=4),
       st.lists(st.builds(lambda name, keys: declared(name, *keys), NAMES, st.lists(KEYS.filter(bool), max_size=3)), max_size=4))
def test_every_secret_is_there_or_found(references, makes, declares):
    rows, findings = secrets(references, makes, declares)
    assert {row.what.partition(":")[0].removeprefix("Secret ") for row in rows} == {one["secret"] for one in references}
    missing = {row.what.partition(":")[0] for row in rows if row.stand_in == "nothing"}
    assert missing == {finding.subject.partition(",")[0] for finding in findings if finding.severity == "error"}


@given(st.lists(st.builds(reference, NAMES, KEYS), max_size=6))
def test_what_is_declared_as_it_is_asked_for_is_never_found(references):
    declares = [declared(one["secret"], one["key"]) for one in references]
    rows, findings = secrets(references, [], declares)
    assert findings == [] and all(row.state == "simulated" for row in rows)


@pytest.mark.parametrize("one, makes, declares, unused_stand_in, state", THERE.values(), ids=THERE)
def test_what_is_made_up_is_what_the_plan_calls_so(one, makes, declares, unused_stand_in, state):
    assert Makers(makes, declares).is_made_up(one) is (state == "simulated")


@pytest.mark.parametrize("one, makes, declares, code, subject, end", MISSING.values(), ids=MISSING)
def test_what_nothing_makes_is_not_made_up(one, makes, declares, code, subject, end):
    assert not Makers(makes, declares).is_made_up(one)


def test_the_keys_that_are_made_up_are_all_but_the_generated_ones():
    makers = Makers([made(name="a"), made(name="b", is_fetched=True)], [declared("metadata", "a", "c"), declared("git", "d")])
    assert (makers.made_up_of("metadata"), makers.made_up_of("git"), makers.made_up_of("other")) == ({"b", "c"}, {"d"}, set())
