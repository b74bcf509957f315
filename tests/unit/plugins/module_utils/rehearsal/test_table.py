# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import Row
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.table import table

WORDS = st.from_regex(r"[a-z0-9./:@-]{1,90}", fullmatch=True)
SENTENCES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
ROWS = st.builds(Row, SENTENCES, SENTENCES, SENTENCES, st.sampled_from(["real", "simulated", "not checked"]))
LONG = Row("image " + "a" * 30 + "/" + "b" * 30 + ":3.3.2-7", "Deployment airflow-scheduler", "the image airflow of the local cluster", "simulated")


def squeezed(text):
    return re.sub(r"\s", "", text)


@given(st.lists(ROWS, max_size=5), st.integers(40, 200))
def test_no_line_is_too_wide_and_nothing_gets_lost_in_records(rows, width):
    lines = table("Chart airflow 1.22.0, bundled.", rows, width).splitlines()
    assert all(len(line) <= width and line == line.rstrip() for line in lines)
    told = squeezed("".join(lines))
    assert all(squeezed(row.state) in told for row in rows)


@pytest.mark.parametrize("width", [109, 112, 120, 200])
def test_a_reference_to_an_image_is_broken_rather_than_the_table(width):
    lines = table("Chart airflow 1.22.0, bundled.", [LONG], width).splitlines()
    assert lines[0] == "Chart airflow 1.22.0, bundled." and re.split(r"  +", lines[2]) == ["state", "what", "asked for by", "in the rehearsal"]
    starts = [match.start() for match in re.finditer(r"-+", lines[3])]
    assert squeezed("".join(line[starts[1]:starts[2]] for line in lines[4:])) == squeezed(LONG.what)


def test_on_a_narrow_terminal_rows_stand_one_below_the_other():
    lines = table("Chart.", [LONG], 60).splitlines()
    assert lines[2].startswith("simulated  image") and lines[-1] == "  in the rehearsal  the image airflow of the local cluster"


def test_without_rows_there_is_the_chart_alone():
    assert table("There is no chart to plan with.", [], 120) == "There is no chart to plan with."
