# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.layout import filled, laid_out

KEYS = st.sampled_from(["a", "key", "airflow", "scheduler", "resources", "logGroomerSidecar"])
PATHS = st.lists(KEYS, min_size=1, max_size=14).map(".".join)
SENTENCES = st.lists(PATHS | KEYS, min_size=1, max_size=12).map(" ".join)
HEAD = ("severity", "code", "subject", "finding", "remedy")
ROWS = st.lists(st.tuples(st.sampled_from(["error", "warning"]), st.just("WA101"), PATHS, SENTENCES, SENTENCES), min_size=1, max_size=5)
WIDTHS = st.integers(40, 260)
TABLE = [("error", "WA101", "airflow_a.b", "It is wrong.", "Write it right.")]


def words(lines):
    """:returns: what parts of lines are between blanks."""
    return [word for line in lines for word in line.split()]


@given(ROWS, WIDTHS)
def test_a_word_is_broken_only_where_it_alone_is_wider_than_the_terminal(rows, width):
    written = set(words(laid_out(HEAD, rows, width)))
    told = {word for row in rows for cell in row for word in cell.split()}
    assert {word for word in told if len(word) <= width} <= written


@given(ROWS, WIDTHS)
def test_no_line_is_wider_than_the_terminal_or_ends_in_a_blank(rows, width):
    lines = laid_out(HEAD, rows, width)
    assert max(map(len, lines)) <= width
    assert [line for line in lines if line != line.rstrip()] == []


@given(st.lists(PATHS, min_size=1, max_size=20).map(" ".join), WIDTHS, st.integers(0, 20))
def test_a_text_is_broken_between_its_words(text, width, indent):
    lines = filled(text, width, "." * indent)
    assert "".join(words(lines)) == "." * indent + "".join(text.split())
    assert max(map(len, lines)) <= width


def test_what_fits_is_a_table():
    assert laid_out(HEAD, TABLE, 59) == [
        "severity  code   subject      finding       remedy",
        "--------  -----  -----------  ------------  ---------------",
        "error     WA101  airflow_a.b  It is wrong.  Write it right.",
    ]


def test_what_does_not_fit_stands_one_below_the_other():
    assert laid_out(HEAD, [*TABLE, ("warning", "WA102", "airflow_b", "So is that.", "Write that.")], 58) == [
        "error    WA101  airflow_a.b", "  finding  It is wrong.", "  remedy   Write it right.", "",
        "warning  WA102  airflow_b", "  finding  So is that.", "  remedy   Write that.",
    ]  # fmt: skip


def test_sentences_are_broken_where_the_table_fits_all_the_same():
    sentence = "This is wrong in more than one way, and every way is told."
    assert laid_out(HEAD, [("error", "WA101", "airflow_a.b", sentence, sentence)], 93)[2:] == [
        "error     WA101  airflow_a.b  This is wrong in more than one   This is wrong in more than one",
        "                              way, and every way is told.      way, and every way is told.",
    ]


def test_a_path_that_is_too_wide_beside_its_code_has_a_line_of_its_own():
    path = f"{'a' * 10}.{'b' * 29}"
    assert laid_out(HEAD, [("error", "WA101", path, f"See {path} there.", "Do.")], 40) == [
        "error  WA101", path, "  finding  See", path, "           there.", "  remedy   Do."]  # fmt: skip


def test_a_word_that_is_wider_than_the_terminal_is_broken_behind_its_separators():
    word = "airflow_values_overrides.workers.celery.persistence.fixPermissions"
    lines = filled(word, 40)
    assert lines == ["airflow_values_overrides.workers.celery.", "persistence.fixPermissions"]
    assert filled("x" * 50, 40) == ["x" * 40, "x" * 10]


def test_a_cell_without_words_leaves_its_place_empty():
    assert re.fullmatch(r"error +WA101 +Do\.", laid_out(HEAD, [("error", "WA101", "", "", "Do.")], 120)[2])
    assert laid_out(HEAD, [("error", "WA101", "x", "", "Do.")], 40) == ["error  WA101  x", "  finding", "  remedy   Do."]


@given(ROWS, st.integers(120, 260), st.integers(20, 30))
def test_where_words_may_be_broken_there_is_always_a_table(rows, width, widest):
    lines = laid_out(HEAD, rows, width, widest)
    assert lines[0].split() == list(HEAD) and max(map(len, lines)) <= width
    assert "".join(words(lines[2:])) and set("".join(words(lines[2:]))) == {letter for row in rows for cell in row for letter in cell if letter != " "}
