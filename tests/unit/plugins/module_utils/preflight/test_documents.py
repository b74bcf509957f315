# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.documents import (
    WRITERS,
    as_json,
    as_markdown,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import SEVERITIES, PreflightFinding

SENTENCES = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=60)
FINDINGS = st.builds(
    PreflightFinding, st.sampled_from(sorted(CATALOGUE)), st.sampled_from(SEVERITIES), SENTENCES, SENTENCES, SENTENCES)
UNKNOWN = PreflightFinding("WA101", "error", "airflow_namespce", "No role knows it.", "Did you mean airflow_namespace?")
RIGHTS = PreflightFinding("WA301", "warning", "cluster", "Rights are missing.", "Apply it.\n\nkind: Role\nname: ```")
# Where a cell of a table ends.
BAR = re.compile(r"(?<!\\)(?:\\\\)*\|")


@pytest.mark.parametrize("form", WRITERS)
@given(st.lists(FINDINGS, max_size=5))
def test_the_same_findings_are_the_same_bytes(form, findings):
    assert WRITERS[form](findings, "preflight", "prod") == WRITERS[form](findings[::-1], "preflight", "prod")


@given(st.lists(FINDINGS, max_size=5))
def test_json_holds_every_finding_and_how_many_there_are(findings):
    told = json.loads(as_json(findings, "probe", "prod"))
    assert (told["cluster"], told["stage"]) == ("prod", "probe")
    assert sorted(PreflightFinding(**finding).rank() for finding in told["findings"]) == sorted(map(PreflightFinding.rank, findings))
    assert told["errors"] + told["warnings"] == len(findings)
    assert told["passed"] == ("error" not in {finding.severity for finding in findings})


@given(st.lists(FINDINGS, min_size=1, max_size=5))
def test_each_finding_is_a_row_of_five_cells(findings):
    rows = [line for line in as_markdown(findings, "preflight", "prod").split("\n") if line.startswith("| ")]
    assert len(rows) == 2 + len(findings)
    assert {len(BAR.findall(row)) for row in rows} == {6}


def test_the_page_looks_like_this():
    assert as_markdown([RIGHTS, UNKNOWN], "preflight", "prod") == """\
### The preflight of prod

The preflight found 1 error and 1 warning. Airflow has not been touched. The codes are explained in docs/preflight.md.

| Severity | Code | Subject | Finding | Remedy |
| --- | --- | --- | --- | --- |
| error | WA101 | `airflow_namespce` | No role knows it. | Did you mean airflow_namespace? |
| warning | WA301 | `cluster` | Rights are missing. | Apply it. |

WA301, cluster:

````
kind: Role
name: ```
````
"""


def test_nothing_found_passes():
    assert as_markdown([], "probe", "prod") == "### The probe of prod\n\nThe probe found nothing.\n"
    assert json.loads(as_json([], "probe", "prod")) == {
        "cluster": "prod", "stage": "probe", "passed": True, "errors": 0, "warnings": 0, "findings": []}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", r"a\|b"), ("*.svc", r"\*.svc"), ("<b> & _x_ or x_y", r"\<b\> \& \_x\_ or x_y"), ("[a](b) #1", r"\[a\](b) \#1"),
        ("two\nlines", "two lines"),
    ],
)
def test_what_markdown_would_take_for_markup_is_escaped(text, written):
    finding = PreflightFinding("WA101", "error", "x", text, "Do.")
    assert f"| `x` | {written} | Do. |" in as_markdown([finding], "preflight", "prod")


@pytest.mark.parametrize(("subject", "written"), [("a|b", r"`a\|b`"), ("a`b", r"a\`b"), ("a[0].b", "`a[0].b`")])
def test_a_subject_is_code_where_that_can_be(subject, written):
    assert f"| {written} |" in as_markdown([PreflightFinding("WA101", "error", subject, "It is.", "Do.")], "preflight", "prod")
